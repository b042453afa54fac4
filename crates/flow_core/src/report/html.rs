//! A document as one HTML file: no script, nothing fetched, legible in light and dark and on paper.

use std::fmt::Write as _;

use super::document::{Block, Document};

/// The policy allows the styles in the file and nothing else, whatever is in the text.
const HEAD: &str = "\
<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<style>
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; font: 0.9rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; border-top: 1px solid #8a919e; padding-top: 1rem; font-size: 1.2rem; }
h3 { font-size: 1rem; } p, li, dd { max-width: 75ch; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 0.25rem 1rem; } dt { opacity: 0.75; } dd { margin: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
th, td { padding: 0.25rem 0.6rem; border: 1px solid #8a919e; text-align: left; vertical-align: top; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8a919e; border-radius: 4px; font-size: 0.85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { h2 { break-after: avoid; } tr, pre { break-inside: avoid; } }
</style>
";

pub fn to_html(document: &Document) -> String {
    let title = text(&document.title);
    let mut out = format!("{HEAD}<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n");
    for block in &document.blocks {
        match block {
            Block::Heading(level, heading) => element(&mut out, &format!("h{level}"), heading),
            Block::Paragraph(paragraph) => element(&mut out, "p", paragraph),
            Block::List(items) => {
                out.push_str("<ul>\n");
                items.iter().for_each(|item| element(&mut out, "li", item));
                out.push_str("</ul>\n");
            }
            Block::Facts(facts) => {
                out.push_str("<dl>\n");
                for (term, fact) in facts {
                    element(&mut out, "dt", term);
                    element(&mut out, "dd", fact);
                }
                out.push_str("</dl>\n");
            }
            Block::Table { head, rows } => {
                out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
                head.iter().for_each(|cell| {
                    let _ = write!(out, "<th scope=\"col\">{}</th>", text(cell));
                });
                out.push_str("</tr></thead>\n<tbody>\n");
                for row in rows {
                    out.push_str("<tr>");
                    row.iter().for_each(|cell| {
                        let _ = write!(out, "<td>{}</td>", text(cell));
                    });
                    out.push_str("</tr>\n");
                }
                out.push_str("</tbody>\n</table></div>\n");
            }
            Block::Code { text, .. } => element(&mut out, "pre", text),
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn element(out: &mut String, name: &str, content: &str) {
    let _ = writeln!(out, "<{name}>{}</{name}>", text(content));
}

fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for char in plain.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_block_is_written() {
        let mut document = Document::new("Rejected traffic");
        document.heading(2, "tcp 443");
        document.paragraph("It was refused.");
        document.push(Block::List(vec!["one".into()]));
        document.push(Block::Facts(vec![("Who".into(), "10.0.1.5".into())]));
        document.push(Block::Table { head: vec!["Who".into()], rows: vec![vec!["10.0.1.5".into()]] });
        document.push(Block::Code { language: "sh", text: "aws ec2 …\n".into() });
        let html = to_html(&document);
        for part in [
            "<title>Rejected traffic</title>",
            "<h1>Rejected traffic</h1>",
            "<h2>tcp 443</h2>",
            "<p>It was refused.</p>",
            "<ul>\n<li>one</li>\n</ul>",
            "<dl>\n<dt>Who</dt>\n<dd>10.0.1.5</dd>\n</dl>",
            "<tr><th scope=\"col\">Who</th></tr>",
            "<tr><td>10.0.1.5</td></tr>",
            "<pre>aws ec2 …\n</pre>",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert!(!html.contains("http:") && !html.contains("https:"), "nothing is fetched");
    }

    #[test]
    fn text_of_a_log_is_never_markup() {
        let mut document = Document::new("<script>alert(1)</script>");
        document.paragraph("a <img src=x onerror=\"alert('1')\"> & b");
        let html = to_html(&document);
        assert!(!html.contains("<script") && !html.contains("<img"));
        assert!(html.contains("a &lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; b"));
    }
}
