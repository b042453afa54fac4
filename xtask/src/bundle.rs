//! The bundling step: all parts of the page in, the one HTML file out. Pure, so that what `cargo xtask dist`
//! and Trunk make can only differ in what they put in.
//!
//! The policy allows exactly the scripts and styles that are in the file, by their hashes. A hash is of the
//! text as the browser's HTML parser sees it, so every text goes through `inline` once, and what comes out is
//! both hashed and written.

use std::io::Write;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// All that the page is made of.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// index.html, with its slots.
    pub template: String,
    pub style: String,
    /// The scripts, in the order in which the page runs them: wasm-bindgen's output, then ours.
    pub glue: String,
    pub boot: String,
    /// Appended to the glue in workers; inert text in the page.
    pub worker_boot: String,
    pub icon_svg: String,
    pub wasm: Vec<u8>,
}

/// The page as one HTML file. The same parts give the same bytes.
pub fn bundle(parts: &Parts) -> Result<String> {
    let style = inline(&parts.style, "style");
    let glue = inline(&parts.glue, "script");
    let boot = inline(&parts.boot, "script");
    let worker_boot = inline(&parts.worker_boot, "script");
    let policy = policy(&[&glue, &boot], &style);
    let icon = format!("data:image/svg+xml;base64,{}", BASE64.encode(&parts.icon_svg));
    let wasm = BASE64.encode(gzip(&parts.wasm));

    let page = without_comments(&parts.template.replace("\r\n", "\n"))?;
    let page = without_trunk_links(&page);
    fill(
        &page,
        &[
            ("policy", &policy),
            ("icon", &icon),
            ("style", &style),
            ("wasm", &wasm),
            ("worker_boot", &worker_boot),
            ("glue", &glue),
            ("boot", &boot),
        ],
    )
}

/// What the page may do: run its own scripts, wear its own style, compile its own wasm, start workers from a
/// Blob (which inherit the policy), show images that it carries. Nothing may be fetched from anywhere.
fn policy(scripts: &[&str], style: &str) -> String {
    let scripts: Vec<_> = scripts.iter().map(|script| hash(script)).collect();
    [
        "default-src 'none'",
        &format!("script-src {} 'wasm-unsafe-eval'", scripts.join(" ")),
        &format!("style-src {}", hash(style)),
        "img-src data:",
        "worker-src blob:",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    .join("; ")
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text)))
}

/// `text` so that it can stand inside `<element>` and is still the same program or style sheet.
fn inline(text: &str, element: &str) -> String {
    // The parser turns line ends into \n before anything is hashed.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // An end tag would end the element. In a string, regular expression or comment, the only places where a
    // program or style sheet can hold one, `\/` means `/`.
    let text = replace_ignoring_case(&text, &format!("</{element}"), |found| found.replacen("</", "<\\/", 1));
    if element == "script" {
        // `<!--` followed by `<script` would hide the end tag. As code it begins a comment in classic
        // scripts, so it can only stand in a string, a regular expression or a comment.
        return text.replace("<!--", "\\x3c!--");
    }
    text
}

fn replace_ignoring_case(text: &str, wanted: &str, replacement: impl Fn(&str) -> String) -> String {
    // ASCII lower case keeps all byte positions.
    let lower = text.to_ascii_lowercase();
    let mut result = String::with_capacity(text.len());
    let mut copied_to = 0;
    for (at, _) in lower.match_indices(&wanted.to_ascii_lowercase()) {
        result.push_str(&text[copied_to..at]);
        result.push_str(&replacement(&text[at..at + wanted.len()]));
        copied_to = at + wanted.len();
    }
    result.push_str(&text[copied_to..]);
    result
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // No name and no time in the header: the same bytes in, the same bytes out.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}

/// The template's comments are for those who edit it.
fn without_comments(template: &str) -> Result<String> {
    let mut result = String::new();
    let mut rest = template;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let (_, after) = comment.split_once("-->").context("index.html has a comment without an end")?;
        result.push_str(before);
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    Ok(result + rest)
}

/// Lines that only Trunk reads.
fn without_trunk_links(page: &str) -> String {
    page.split_inclusive('\n').filter(|line| !line.contains("data-trunk")).collect()
}

/// Puts each value in place of its `{{slot}}`. In one pass over the template: a value may contain what looks
/// like a slot.
fn fill(template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut page = String::new();
    let mut filled = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").context("index.html has a slot without an end")?;
        let (name, value) = values
            .iter()
            .find(|(known, _)| *known == name)
            .with_context(|| format!("index.html has a slot {{{{{name}}}}} that nothing fills"))?;
        ensure!(!filled.contains(name), "index.html has the slot {{{{{name}}}}} twice");
        filled.push(name);
        page.push_str(before);
        page.push_str(value);
        rest = after;
    }
    for (name, _) in values {
        ensure!(filled.contains(name), "index.html has no slot {{{{{name}}}}}");
    }
    Ok(page + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../index.html");

    fn parts() -> Parts {
        Parts {
            template: TEMPLATE.to_owned(),
            style: "p { color: red }".to_owned(),
            glue: "let wasm_bindgen;".to_owned(),
            boot: "start();".to_owned(),
            worker_boot: "wait();".to_owned(),
            icon_svg: "<svg/>".to_owned(),
            wasm: b"\0asm\x01\0\0\0".to_vec(),
        }
    }

    /// The text of the first element that `start` opens, as an HTML parser finds its end.
    fn text_of<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
        let after = page.split_once(start).unwrap_or_else(|| panic!("no {start} in the page")).1;
        let length = after.to_ascii_lowercase().find(end).unwrap();
        &after[..length]
    }

    fn sha256(text: &str) -> String {
        BASE64.encode(Sha256::digest(text))
    }

    #[test]
    fn the_same_parts_give_the_same_page() {
        assert_eq!(bundle(&parts()).unwrap(), bundle(&parts()).unwrap());
    }

    #[test]
    fn the_policy_pins_what_the_parser_finds_in_each_element() {
        let tricky = Parts {
            style: "p::after { content: '</style>' }\r\nq { }".to_owned(),
            glue: "let a = '</script><!-- <SCRIPT';\r\nlet b = 'é</SCRIPT>';".to_owned(),
            ..parts()
        };
        let page = bundle(&tricky).unwrap();
        let policy = text_of(&page, "Content-Security-Policy\" content=\"", "\"");
        let style = text_of(&page, "<style>", "</style");
        let glue = text_of(&page, "<script id=\"glue\">", "</script");
        let boot = text_of(&page, "<script>", "</script");
        assert_eq!(style, "p::after { content: '<\\/style>' }\nq { }");
        assert_eq!(glue, "let a = '<\\/script>\\x3c!-- <SCRIPT';\nlet b = 'é<\\/SCRIPT>';");
        assert_eq!(boot, "start();");
        let (glue, boot, style) = (sha256(glue), sha256(boot), sha256(style));
        assert!(
            policy.contains(&format!("script-src 'sha256-{glue}' 'sha256-{boot}' 'wasm-unsafe-eval';")),
            "{policy}"
        );
        assert!(policy.contains(&format!("style-src 'sha256-{style}';")), "{policy}");
    }

    #[test]
    fn the_policy_lets_nothing_be_fetched() {
        let policy = policy(&["a"], "b");
        for directive in ["default-src 'none'", "connect-src 'none'", "form-action 'none'", "base-uri 'none'"]
        {
            assert!(policy.split("; ").any(|part| part == directive), "no {directive} in {policy}");
        }
        for open in ["http", "'self'", "'unsafe-inline'", "'unsafe-eval'", "*"] {
            assert!(!policy.contains(open), "{open} in {policy}");
        }
    }

    #[test]
    fn the_policy_comes_before_all_that_it_governs() {
        let page = bundle(&parts()).unwrap();
        let policy = page.find("Content-Security-Policy").unwrap();
        for governed in ["<script", "<style", "<link"] {
            assert!(policy < page.find(governed).unwrap(), "{governed} comes before the policy");
        }
        let charset = page.find("<meta charset").unwrap();
        assert!(charset < policy, "the encoding must be in the first 1024 bytes, and the policy is long");
    }

    #[test]
    fn the_wasm_can_be_unpacked_again() {
        let wasm: Vec<u8> = (0..100_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let page = bundle(&Parts { wasm: wasm.clone(), ..parts() }).unwrap();
        let text = text_of(&page, "id=\"wasm\">", "</script");
        let mut unpacked = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&BASE64.decode(text).unwrap()[..]), &mut unpacked)
            .unwrap();
        assert_eq!(unpacked, wasm);
    }

    #[test]
    fn windows_line_ends_change_nothing() {
        let windows = |text: &str| text.replace('\n', "\r\n");
        let unix = Parts { glue: "a;\nb;\n".to_owned(), boot: "c;\n\nd;".to_owned(), ..parts() };
        let windows = Parts {
            template: windows(TEMPLATE),
            glue: windows(&unix.glue),
            boot: windows(&unix.boot),
            ..parts()
        };
        assert_eq!(bundle(&unix).unwrap(), bundle(&windows).unwrap());
    }

    #[test]
    fn what_is_meant_for_trunk_or_for_editors_is_not_in_the_page() {
        let page = bundle(&parts()).unwrap();
        for absent in ["data-trunk", "<!--", "{{", "href=\"/"] {
            assert!(!page.contains(absent), "{absent} in the page");
        }
    }

    #[test]
    fn the_page_refers_to_nothing_outside_itself() {
        let page = bundle(&parts()).unwrap();
        for attribute in [" src=", " href=", " action=", " srcset=", "url(", "@import"] {
            for (at, _) in page.match_indices(attribute) {
                let rest = &page[at..];
                assert!(rest.starts_with(" href=\"data:"), "{}", &rest[..rest.len().min(60)]);
            }
        }
    }

    #[test]
    fn a_value_that_looks_like_a_slot_is_left_alone() {
        let page = bundle(&Parts { boot: "'{{wasm}}'".to_owned(), ..parts() }).unwrap();
        assert!(page.contains("<script>'{{wasm}}'</script>"));
    }

    #[test]
    fn a_wrong_template_is_an_error_that_names_the_slot() {
        let error = |template: String| bundle(&Parts { template, ..parts() }).unwrap_err().to_string();
        assert_eq!(error(TEMPLATE.replace("{{icon}}", "")), "index.html has no slot {{icon}}");
        assert_eq!(
            error(TEMPLATE.replace("{{icon}}", "{{logo}}")),
            "index.html has a slot {{logo}} that nothing fills"
        );
        assert_eq!(
            error(TEMPLATE.replace("{{icon}}", "{{style}}")),
            "index.html has the slot {{style}} twice"
        );
    }
}
