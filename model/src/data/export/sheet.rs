//! What a table of open data looks like: its columns, its CSV (RFC 4180, UTF-8 with BOM), its Table Schema.

use std::borrow::Cow;

use serde_json::{Value, json};

/// Tells spreadsheets that the file is UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a column holds, in the words of Table Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `string`: anything that people wrote, made harmless for spreadsheets.
    Text,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`: true or false.
    Boolean,
    /// `datetime`, RFC 3339 in UTC.
    Time,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Time => "datetime",
        }
    }
}

/// One column: its name, what it holds, what it means.
pub type Column = (&'static str, Kind, &'static str);

/// One table: a name, what it is, its columns in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// `comments`, as in `comments.csv`.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// In order.
    pub columns: &'static [Column],
    /// The columns that name a row.
    pub key: &'static [&'static str],
}

/// Under which terms the table may be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The consultation's page here.
    pub page: String,
    /// The title of what it was imported from, and its address.
    pub imported_from: Option<(String, Option<String>)>,
}

/// Under which terms open data is given: name, title, text.
pub const LICENCE: (&str, &str, &str) =
    ("CC-BY-4.0", "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/");

impl Sheet {
    /// The first bytes of the file.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn head(&self) -> Vec<u8> {
        let mut chunk = Chunk::new(self);
        chunk.row(self.columns.iter().map(|(name, ..)| (*name).to_owned()));
        let mut head = BOM.to_vec();
        head.extend(chunk.finish());
        head
    }

    /// A chunk to fill with rows of this table.
    #[must_use]
    pub fn chunk(&self) -> Chunk {
        Chunk::new(self)
    }

    /// The Table Schema that lies beside the file, with licence and source.
    #[must_use]
    pub fn schema(&self, origin: &Origin) -> Value {
        let fields: Vec<Value> = self
            .columns
            .iter()
            .map(|(name, kind, about)| json!({"name": name, "type": kind.word(), "description": about}))
            .collect();
        let (name, title, path) = LICENCE;
        let mut sources = vec![json!({"title": "Palabre", "path": origin.page})];
        if let Some((title, path)) = &origin.imported_from {
            sources.push(match path {
                Some(path) => json!({"title": title, "path": path}),
                None => json!({"title": title}),
            });
        }
        json!({
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "name": self.name,
            "description": self.about,
            "fields": fields,
            "primaryKey": self.key,
            "missingValues": [""],
            "licenses": [{"name": name, "title": title, "path": path}],
            "sources": sources,
        })
    }
}

/// Some rows, as the bytes of a CSV file.
#[derive(Debug)]
pub struct Chunk {
    bytes: Vec<u8>,
    texts: Vec<bool>,
}

impl Chunk {
    fn new(sheet: &Sheet) -> Self {
        Self { bytes: Vec::new(), texts: sheet.columns.iter().map(|(_, kind, _)| *kind == Kind::Text).collect() }
    }

    /// Adds one row; cells in the columns' order.
    ///
    /// # Panics
    /// When the row has another number of cells than the table has columns: a mistake in this program.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let mut count = 0;
        for cell in cells {
            if count > 0 {
                self.bytes.push(b',');
            }
            match self.texts.get(count).expect("a row has one cell a column") {
                true => write_cell(&mut self.bytes, &harmless(cell.as_ref())),
                false => write_cell(&mut self.bytes, cell.as_ref()),
            }
            count += 1;
        }
        assert!(count == self.texts.len(), "a row has one cell a column");
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Adds one row of cells that are written already.
    pub(super) fn written_row<const N: usize>(&mut self, cells: [&[u8]; N]) {
        debug_assert_eq!(N, self.texts.len(), "a row has one cell a column");
        for (number, cell) in cells.into_iter().enumerate() {
            if number > 0 {
                self.bytes.push(b',');
            }
            self.bytes.extend_from_slice(cell);
        }
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// How many bytes there are so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes so far, which go out before those to come.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let room = Vec::with_capacity(self.bytes.capacity());
        std::mem::replace(&mut self.bytes, room)
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// A cell of a text column, as it stands in a file.
pub(super) fn written(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_cell(&mut bytes, &harmless(text));
    bytes
}

/// In quotes where it must be (RFC 4180).
fn write_cell(bytes: &mut Vec<u8>, cell: &str) {
    if !cell.bytes().any(|octet| matches!(octet, b',' | b'"' | b'\r' | b'\n')) {
        bytes.extend_from_slice(cell.as_bytes());
        return;
    }
    bytes.push(b'"');
    for (number, piece) in cell.split('"').enumerate() {
        if number > 0 {
            bytes.extend_from_slice(b"\"\"");
        }
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes.push(b'"');
}

/// A key and its value, in a file without a header.
pub(super) fn as_polis_row(key: &str, value: &str) -> Vec<u8> {
    let columns = &[("key", Kind::Text, "Which."), ("value", Kind::Text, "What.")];
    let mut chunk = Chunk::new(&Sheet { name: "summary", about: "", columns, key: &["key"] });
    chunk.row([key, value]);
    chunk.finish()
}

/// What a spreadsheet would take for a formula gets an apostrophe, which it reads as "this is text". So does what looks
/// as if it had got one, so that [`as_written`] gives back every text as it was. A program that expects semicolons sees
/// cells and rows begin in the middle of a text too.
#[must_use]
pub fn harmless(cell: &str) -> Cow<'_, str> {
    // Most cells have one place where they begin, and nothing to be computed there.
    if !is_formula(cell, 0) && !cell.bytes().any(|octet| matches!(octet, b';' | b'\t' | b'\r' | b'\n')) {
        return Cow::Borrowed(cell);
    }
    let mut written = String::new();
    let mut done = 0;
    for place in places(cell).filter(|place| is_formula(cell, *place)) {
        written.push_str(&cell[done..place]);
        written.push('\'');
        done = place;
    }
    if written.is_empty() { Cow::Borrowed(cell) } else { Cow::Owned(written + &cell[done..]) }
}

/// A text from such a file without the apostrophes that made it harmless.
#[must_use]
pub fn as_written(cell: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut done = 0;
    for place in places(cell).filter(|place| cell[*place..].starts_with('\'') && is_formula(cell, *place)) {
        text.push_str(&cell[done..place]);
        done = place + 1;
    }
    if done == 0 { Cow::Borrowed(cell) } else { Cow::Owned(text + &cell[done..]) }
}

/// Where a spreadsheet may see a cell begin, in octets.
fn places(cell: &str) -> impl Iterator<Item = usize> {
    let ends = cell.char_indices().filter(|(_, c)| matches!(c, ';' | '\t' | '\r' | '\n'));
    std::iter::once(0).chain(ends.map(|(at, _)| at + 1))
}

/// Whether what stands there would be computed. In the middle of a text, a sign before a blank begins an item of a list.
fn is_formula(cell: &str, place: usize) -> bool {
    let mut rest = cell[place..].trim_start_matches('\'').chars();
    match rest.next() {
        Some('=' | '@' | '＝' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => place == 0 || !rest.next().is_some_and(char::is_whitespace),
        Some('\t' | '\r' | '\n') => place == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet = Sheet {
        name: "things",
        about: "Things.",
        columns: &[("id", Kind::Integer, "Its number."), ("text", Kind::Text, "What it says.")],
        key: &["id"],
    };

    #[test]
    fn a_file_begins_with_a_mark_and_its_columns() {
        assert_eq!(SHEET.head(), b"\xef\xbb\xbfid,text\r\n");
    }

    #[test]
    fn formulas_are_made_harmless_and_numbers_left_alone() {
        let mut chunk = SHEET.chunk();
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "plain = 1", "a, \"b\"\nc"] {
            chunk.row(["-1".to_owned(), text.to_owned()]);
        }
        let written = String::from_utf8(chunk.finish()).unwrap();
        assert_eq!(
            written,
            "-1,'=1+1\r\n-1,'+1\r\n-1,'-1\r\n-1,'@SUM(A1)\r\n-1,'\tx\r\n-1,plain = 1\r\n-1,\"a, \"\"b\"\"\nc\"\r\n"
        );
    }

    #[test]
    fn no_cell_begins_a_formula_for_who_expects_semicolons() {
        for (text, written) in [
            ("a;=1", "a;'=1"),
            ("a\n@x", "a\n'@x"),
            ("a\r\n-1", "a\r\n'-1"),
            ("a;'=1", "a;''=1"),
            ("- a\n- b", "'- a\n- b"),
            ("1 = 1; a-b", "1 = 1; a-b"),
        ] {
            assert_eq!(harmless(text), written);
        }
    }

    #[test]
    fn every_text_is_read_as_it_was_written() {
        for text in [
            "=1",
            "'=1",
            "''=1",
            "'a",
            "a'",
            "'",
            "",
            "-",
            "\n",
            "'\t'",
            "l'eau",
            "＝",
            "a;=1;'=2;b",
            "a\n=1\n- b\n-1",
            "\n\t=",
        ] {
            let mut chunk = SHEET.chunk();
            chunk.row(["1", text]);
            let written = chunk.finish();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
            let row = reader.records().next().unwrap().unwrap();
            assert_eq!(as_written(&row[1]), text);
            assert!(!text.starts_with(['=', '-', '\n', '＝']) || row[1].starts_with('\''), "{text:?}");
        }
    }

    #[test]
    fn the_schema_names_columns_licence_and_source() {
        let origin = Origin { page: "https://a.test/c/x".into(), imported_from: Some(("Polis".into(), None)) };
        let schema = SHEET.schema(&origin);
        assert_eq!(schema["fields"][0]["type"], "integer");
        assert_eq!(schema["licenses"][0]["name"], "CC-BY-4.0");
        assert_eq!(schema["sources"][1]["title"], "Polis");
    }
}
