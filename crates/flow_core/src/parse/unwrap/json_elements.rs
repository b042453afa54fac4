//! Finds where the objects of a JSON file begin and end, however the text was cut, and holds no more than one of them.
//!
//! Finds extents only: what is in an object is `serde_json`'s to read. A file may be one document, several of them one
//! after the other (with or without line ends, as Firehose delivers them), or an array of documents. Where a document
//! has a list of records under one of the keys in [`LIST_KEYS`], the elements of the list are what is found, and
//! the rest of the document is passed over. Text that is no JSON is found as an element too, so that nothing is lost
//! without a word.

use memchr::memchr3;

/// Where CloudWatch Logs, Insights, Firehose and Lambda put the records of a document.
const LIST_KEYS: [&[u8]; 5] = [b"events", b"logEvents", b"results", b"records", b"Records"];

/// Longer keys are none of [`LIST_KEYS`].
const KEY_BYTES_MAX: usize = 16;

/// The longest element that is read. A record that Firehose or Kinesis hands to a function has up to 10 MB of data,
/// which base64 makes a third longer; what is longer could take all memory.
pub const ELEMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is kept of an element that is too long.
const ELEMENT_START_BYTES: usize = 4 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element<'a> {
    /// From its first to its last bracket, whether valid inside or not.
    Whole(&'a [u8]),
    /// Cut off, because another one begins or the text ends; or nothing that could be a record.
    Broken(&'a [u8]),
    /// The start of one longer than [`ELEMENT_BYTES_MAX`].
    TooLong(&'a [u8]),
    /// No element: what a document says before its list, to the bracket that begins the list. Not given where that is
    /// longer than an element may be.
    BeforeList(&'a [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before, between and behind documents.
    Top,
    /// Between the elements of a document's list.
    List,
    /// In an element, which began at the top or in a list.
    Element { of_list: bool, kind: ElementKind },
    /// In a document, behind its list.
    BehindList,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ElementKind {
    /// An object or an array: ends with its last bracket.
    Brackets,
    /// What can be no record, JSON or not: ends with its line, or where an object or array begins.
    Other,
}

pub struct JsonElements {
    place: Place,
    in_top_array: bool,
    /// Brackets that are open within the element, or the document.
    depth: u32,
    in_text: bool,
    is_escaped: bool,
    /// The last character that was neither blank nor within a text.
    last: u8,
    /// The last text of the document itself, its start: a key, if a colon follows.
    key: Vec<u8>,
    /// Whether that colon has followed.
    is_key: bool,
    /// What earlier bytes had of the element; the start of it when it is too long.
    carried: Vec<u8>,
    is_too_long: bool,
}

impl Default for JsonElements {
    fn default() -> JsonElements {
        JsonElements {
            place: Place::Top,
            in_top_array: false,
            depth: 0,
            in_text: false,
            is_escaped: false,
            last: 0,
            key: Vec::new(),
            is_key: false,
            carried: Vec::new(),
            is_too_long: false,
        }
    }
}

impl JsonElements {
    /// Calls `each` with all elements that end in `bytes`.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Element<'_>)) {
        // Where the element begins, or goes on, in `bytes`.
        let mut start = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match self.place {
                Place::Top | Place::List => {
                    if self.begin(*byte) {
                        start = at;
                    } else {
                        at += 1;
                    }
                }
                Place::Element { kind: ElementKind::Other, .. } => {
                    // Its first character is its own, whatever it is.
                    let has_begun = at > start || !self.carried.is_empty();
                    if has_begun && matches!(byte, b'\n' | b'{' | b'[' | b']') {
                        self.end(&bytes[start..at], false, &mut each);
                    } else {
                        at += 1;
                    }
                }
                Place::Element { .. } if self.in_text => {
                    at += self.text(&bytes[at..]);
                    if !self.in_text && self.last == b'\n' {
                        // No valid text has a line feed: this one was cut off, and the next line is another's.
                        self.end(&bytes[start..at - 1], false, &mut each);
                    }
                }
                Place::Element { .. } => {
                    if self.is_misplaced_object(*byte) {
                        self.end(&bytes[start..at], false, &mut each);
                        continue;
                    }
                    at += 1;
                    self.structure(*byte);
                    if self.depth == 0 && !self.in_text {
                        self.end(&bytes[start..at], true, &mut each);
                    } else if self.place == Place::List {
                        self.carry(&bytes[start..at]);
                        if !self.is_too_long {
                            each(Element::BeforeList(&self.carried));
                        }
                        self.forget();
                    }
                }
                Place::BehindList if self.in_text => at += self.text(&bytes[at..]),
                Place::BehindList if self.is_misplaced_object(*byte) => {
                    each(Element::Broken(b""));
                    self.place = Place::Top;
                }
                Place::BehindList => {
                    at += 1;
                    self.structure(*byte);
                    if self.depth == 0 {
                        self.place = Place::Top;
                    }
                }
            }
        }
        if matches!(self.place, Place::Element { .. }) {
            self.carry(&bytes[start..]);
        }
    }

    /// The text is over. A document or an array that has not ended is a broken element, if only an empty one.
    pub fn finish(&mut self, mut each: impl FnMut(Element<'_>)) {
        match self.place {
            Place::Element { .. } => self.end(b"", false, &mut each),
            Place::Top if !self.in_top_array => {}
            Place::Top | Place::List | Place::BehindList => each(Element::Broken(b"")),
        }
    }

    /// The start of the element that has not ended.
    pub fn carried(&self) -> &[u8] {
        &self.carried
    }

    /// Looks at a character between elements; whether an element begins with it.
    fn begin(&mut self, byte: u8) -> bool {
        let of_list = self.place == Place::List;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => return false,
            // A byte order mark; the mark between records of a JSON text sequence.
            0xef | 0xbb | 0xbf | 0x1e if !of_list => return false,
            b'[' if !of_list && !self.in_top_array => {
                self.in_top_array = true;
                return false;
            }
            b']' if of_list => {
                self.place = Place::BehindList;
                (self.depth, self.last) = (1, byte);
                return false;
            }
            b']' if self.in_top_array => {
                self.in_top_array = false;
                return false;
            }
            _ => {}
        }
        let is_bracket = matches!(byte, b'{' | b'[');
        let kind = if is_bracket { ElementKind::Brackets } else { ElementKind::Other };
        self.place = Place::Element { of_list, kind };
        self.depth = 0;
        self.last = b',';
        self.is_key = false;
        self.key.clear();
        true
    }

    /// Reads on within a text; how many bytes belong to it, with the quote or the line feed that ends it.
    fn text(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        if self.is_escaped {
            self.is_escaped = false;
            at = 1;
        }
        loop {
            let Some(n_before) = memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
                self.add_to_key(&bytes[at..]);
                return bytes.len();
            };
            self.add_to_key(&bytes[at..at + n_before]);
            at += n_before + 1;
            match bytes[at - 1] {
                b'\\' if at < bytes.len() => at += 1,
                b'\\' => {
                    self.is_escaped = true;
                    return at;
                }
                end => {
                    self.in_text = false;
                    self.last = end;
                    return at;
                }
            }
        }
    }

    fn add_to_key(&mut self, part: &[u8]) {
        if self.depth == 1 {
            let n_free = KEY_BYTES_MAX - self.key.len();
            self.key.extend_from_slice(&part[..n_free.min(part.len())]);
        }
    }

    /// Whether an object begins where none can, so that the element before it was cut off.
    fn is_misplaced_object(&self, byte: u8) -> bool {
        byte == b'{' && !matches!(self.last, b':' | b',' | b'[')
    }

    /// Takes a character outside texts.
    fn structure(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.in_text = true;
                if self.depth == 1 {
                    self.key.clear();
                }
            }
            b'{' | b'[' => {
                let is_list = byte == b'[' && self.depth == 1 && self.is_key && self.is_list_key();
                self.depth = self.depth.saturating_add(1);
                if is_list {
                    self.place = Place::List;
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                self.is_key = byte == b':' && self.depth == 1;
                self.last = byte;
            }
        }
    }

    fn is_list_key(&self) -> bool {
        !matches!(self.place, Place::BehindList) && LIST_KEYS.contains(&&*self.key)
    }

    fn carry(&mut self, part: &[u8]) {
        if self.carried.len() + part.len() <= ELEMENT_BYTES_MAX && !self.is_too_long {
            self.carried.extend_from_slice(part);
        } else {
            self.is_too_long = true;
            let n_missing = ELEMENT_START_BYTES.saturating_sub(self.carried.len());
            self.carried.extend_from_slice(&part[..n_missing.min(part.len())]);
            self.carried.truncate(ELEMENT_START_BYTES);
        }
    }

    /// The element is over: `part` is what the bytes at hand have of it.
    fn end(&mut self, part: &[u8], is_whole: bool, each: &mut impl FnMut(Element<'_>)) {
        let is_here = self.carried.is_empty() && !self.is_too_long && part.len() <= ELEMENT_BYTES_MAX;
        if !is_here {
            self.carry(part);
        }
        let bytes = if is_here { part } else { &self.carried };
        each(match (self.is_too_long, is_whole) {
            (true, _) => Element::TooLong(bytes),
            (false, true) => Element::Whole(bytes),
            (false, false) => Element::Broken(bytes),
        });
        self.forget();
        let Place::Element { of_list, .. } = self.place else { return };
        self.place = if of_list { Place::List } else { Place::Top };
        (self.depth, self.in_text, self.is_escaped) = (0, false, false);
    }

    fn forget(&mut self) {
        self.carried.clear();
        // One long element must not keep its memory from all that follow.
        self.carried.shrink_to(ELEMENT_START_BYTES);
        self.is_too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of `text` pushed `n_bytes` at a time; broken ones have `!` in front.
    fn elements(text: &str, n_bytes: usize) -> Vec<String> {
        let mut splitter = JsonElements::default();
        let mut elements = Vec::new();
        let mut take = |element: Element<'_>| {
            let (mark, bytes) = match element {
                Element::Whole(bytes) => ("", bytes),
                Element::Broken(bytes) => ("!", bytes),
                Element::TooLong(bytes) => ("too long ", &bytes[..10]),
                Element::BeforeList(_) => return,
            };
            elements.push(format!("{mark}{}", String::from_utf8_lossy(bytes)));
        };
        for bytes in text.as_bytes().chunks(n_bytes) {
            splitter.push(bytes, &mut take);
        }
        splitter.finish(take);
        elements
    }

    fn assert_elements(text: &str, expected: &[&str]) {
        for n_bytes in 1..=text.len().max(1) {
            assert_eq!(elements(text, n_bytes), expected, "{text}, {n_bytes} bytes at a time");
        }
    }

    #[test]
    fn documents_are_found_in_lines_in_a_row_and_in_an_array() {
        let expected = [r#"{"a":"}\"{"}"#, r#"{"b":{"c":[1]}}"#];
        for text in [
            "{\"a\":\"}\\\"{\"}\n{\"b\":{\"c\":[1]}}\n",
            r#"{"a":"}\"{"}{"b":{"c":[1]}}"#,
            r#" [ {"a":"}\"{"} , {"b":{"c":[1]}} ] "#,
            "\u{feff}\u{1e}{\"a\":\"}\\\"{\"}\r\n\u{1e}{\"b\":{\"c\":[1]}}",
        ] {
            assert_elements(text, &expected);
        }
        assert_elements("", &[]);
        assert_elements("[]", &[]);
        assert_elements("[[1],\"a\",2 ]", &["[1]", "!\"a\",2 "]);
    }

    #[test]
    fn elements_of_a_list_are_found_and_the_rest_of_its_document_is_passed_over() {
        assert_elements(
            r#"{"events":[{"a":1},{"b":2}],"token":"]}","more":[{"c":3}]}"#,
            &[r#"{"a":1}"#, r#"{"b":2}"#],
        );
        assert_elements(r#"{"owner":"x","logEvents" : [ {"a":1} ]}{"logEvents":[]}"#, &[r#"{"a":1}"#]);
        assert_elements(r#"[{"results":[[{"a":1}],[]]},{"events":[1]}]"#, &[r#"[{"a":1}]"#, "[]", "!1"]);
        // Only where the key is the document's own, and has a list.
        for text in [r#"{"x":{"events":[1]}}"#, r#"{"events":{"a":[1]}}"#, r#"{"x":"events","y":[1]}"#] {
            assert_elements(text, &[text]);
        }
    }

    #[test]
    fn what_a_document_says_before_its_list_is_given() {
        let text = r#"{"owner":"x","logEvents" : [ {"a":1} ],"b":2}{"c":{"d":[]},"events":[]}{"e":1}"#;
        for n_bytes in 1..=text.len() {
            let mut before = Vec::new();
            let mut splitter = JsonElements::default();
            for bytes in text.as_bytes().chunks(n_bytes) {
                splitter.push(bytes, |element| {
                    if let Element::BeforeList(bytes) = element {
                        before.push(String::from_utf8_lossy(bytes).into_owned());
                    }
                });
            }
            assert_eq!(before, [r#"{"owner":"x","logEvents" : ["#, r#"{"c":{"d":[]},"events":["#]);
        }
    }

    #[test]
    fn what_is_cut_off_is_broken_and_the_next_line_is_read() {
        assert_elements("{\"a\":\"b\n{\"c\":1}\n", &["!{\"a\":\"b", "{\"c\":1}"]);
        assert_elements("{\"a\":1\n{\"c\":1}\n", &["!{\"a\":1\n", "{\"c\":1}"]);
        assert_elements("{\"events\":[{\"a\":1},{\"b", &["{\"a\":1}", "!{\"b"]);
        assert_elements("{\"events\":[{\"a\":1}", &["{\"a\":1}", "!"]);
        assert_elements("{\"events\":[{\"a\":1}]", &["{\"a\":1}", "!"]);
        assert_elements("{\"events\":[{\"a\":1}]\n{\"events\":[2]}", &["{\"a\":1}", "!", "!2"]);
        assert_elements("[{\"a\":1}", &["{\"a\":1}", "!"]);
        assert_elements("}oops \"x\" {\"a\":1} null\n1", &["!}oops \"x\" ", "{\"a\":1}", "!null", "!1"]);
    }

    #[test]
    fn an_element_too_long_or_too_deep_takes_no_memory() {
        let mut splitter = JsonElements::default();
        splitter.push(b"[{\"a\":\"", |_| panic!("no element has ended"));
        for _ in 0..ELEMENT_BYTES_MAX / 65_536 + 2 {
            splitter.push(&[b'x'; 65_536], |_| panic!("no element has ended"));
        }
        assert!(splitter.carried.capacity() <= 2 * ELEMENT_BYTES_MAX);
        let mut found = Vec::new();
        splitter.push(b"\"},{}]", |element| found.push(matches!(element, Element::TooLong(_))));
        assert_eq!(found, [true, false]);
        assert!(splitter.carried.capacity() <= ELEMENT_START_BYTES);
        assert_elements(&"[".repeat(2_000), &[&format!("!{}", "[".repeat(1_999))]);
    }
}
