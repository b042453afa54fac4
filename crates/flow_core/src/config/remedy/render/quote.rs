//! Text of others as a value of a shell command, a JSON argument, an HCL or YAML string, or a comment.

use std::fmt::Write;

use serde::Serialize;

/// One argument of a POSIX shell. Control characters, which an interactive shell takes for keys, become U+FFFD.
pub(super) fn shell(text: &str) -> String {
    let text = without_controls(text, char::REPLACEMENT_CHARACTER);
    // Only a NUL cannot be quoted, and there is none left.
    shlex::try_quote(&text).map_or_else(|_| "''".to_owned(), |quoted| quoted.into_owned())
}

/// A value as JSON in printable ASCII, as an argument of a POSIX shell.
pub(super) fn shell_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut ascii = String::with_capacity(json.len());
    for char in json.chars() {
        if char == ' ' || char.is_ascii_graphic() {
            ascii.push(char);
        } else {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    shell(&ascii)
}

/// A string of YAML.
pub(super) fn yaml(text: &str) -> String {
    double_quoted(text)
}

/// A string of HCL; templates in it stay text.
pub(super) fn hcl(text: &str) -> String {
    double_quoted(text).replace("${", "$${").replace("%{", "%%{")
}

/// Both languages take these escapes: what is not printable ASCII is written by its number.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            ' ' => quoted.push(char),
            _ if char.is_ascii_graphic() => quoted.push(char),
            _ if u32::from(char) <= 0xffff => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            _ => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(char));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Text for the rest of a comment's line.
pub(super) fn comment(text: &str) -> String {
    without_controls(text, ' ')
}

/// Without what ends a line, here or in YAML, or steers a terminal or the reading direction.
fn without_controls(text: &str, instead: char) -> String {
    let is_control = |char: char| {
        char.is_control()
            || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
    };
    text.chars().map(|char| if is_control(char) { instead } else { char }).collect()
}

/// A name that all three languages take: letters and digits of `text`, parts joined by `_`.
pub(super) fn name(text: &str) -> String {
    let parts = text.split(|char: char| !char.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("_").to_ascii_lowercase();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("rule_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_stays_a_value() {
        assert_eq!(shell("sg-1"), "sg-1");
        assert_eq!(shell("a'b; rm -rf $HOME"), r#""a'b; rm -rf "'$HOME'"#);
        assert_eq!(shell("a\nb\u{1b}[A"), "'a\u{fffd}b\u{fffd}[A'");
        assert_eq!(hcl("${file(\"/etc/passwd\")}"), r#""$${file(\"/etc/passwd\")}""#);
        assert_eq!(yaml("a: b\n- c\u{85}é😀"), r#""a: b\u000a- c\u0085\u00e9\U0001f600""#);
        assert_eq!(comment("web\nrm -rf /\u{2028}x"), "web rm -rf / x");
        assert_eq!(name("$GROUP_ID"), "group_id");
        assert_eq!(name("9 \"x"), "rule_9_x");
    }

    proptest! {
        #[test]
        fn a_shell_reads_back_one_word(text in any::<String>()) {
            let expected = without_controls(&text, char::REPLACEMENT_CHARACTER);
            prop_assert_eq!(shlex::split(&shell(&text)), Some(vec![expected]));
            let words = shlex::split(&shell_json(&text)).unwrap();
            prop_assert_eq!(words.len(), 1);
            prop_assert_eq!(serde_json::from_str::<String>(&words[0]).unwrap(), text);
        }

        #[test]
        fn names_are_names(text in any::<String>()) {
            let name = name(&text);
            prop_assert!(name.starts_with(|first: char| first.is_ascii_lowercase()));
            prop_assert!(name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_'));
            prop_assert!(!comment(&text).chars().any(char::is_control));
        }
    }
}
