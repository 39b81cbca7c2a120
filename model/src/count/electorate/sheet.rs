//! A list of electors as a CSV file gives it: pure, text in, values out.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::list::{ENTRIES_MOST, Kind, SAFE};
use crate::error::{FieldError, Refusal, Result};
use crate::people::account::is_email;

/// How many malformed rows are named.
const NAMED: usize = 20;
/// The length of an identifier without its separators, in characters.
const IDENTIFIER: std::ops::RangeInclusive<usize> = 4..=64;

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Each entry once, in the form in which it is compared.
    pub(super) entries: BTreeSet<String>,
    /// How many rows said again what another says.
    pub(super) repeated: usize,
}

impl Sheet {
    /// How many identifiers might be guessed.
    pub(super) fn short(&self, kind: Kind) -> usize {
        let is_short = |entry: &&String| kind == Kind::Identifier && entry.chars().count() < SAFE;
        self.entries.iter().filter(is_short).count()
    }
}

/// The words that head the column, in lower case.
fn headings(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Email => &["email", "e-mail", "mail", "courriel", "correo"],
        Kind::Identifier => &["identifier", "id", "identifiant", "identificador"],
    }
}

/// An entry in the form in which it is compared; `None` if it is none. Identifiers are written with and without blanks,
/// hyphens, dots and slashes.
pub(super) fn plain(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Email => is_email(text).then(|| text.trim().to_lowercase()),
        Kind::Identifier => {
            let plain: String = text.nfkc().filter(|c| !c.is_whitespace() && !"-./".contains(*c)).collect();
            let fine = IDENTIFIER.contains(&plain.chars().count()) && plain.chars().all(char::is_alphanumeric);
            fine.then(|| plain.to_lowercase())
        }
    }
}

/// Reads a file: commas, semicolons or tabs; with a heading, the column of that name, else the first.
///
/// # Errors
/// [`Refusal::Invalid`] on `csv`: the first malformed rows, each with its line, never with what stands there.
pub(super) fn read(kind: Kind, csv: &str) -> Result<Sheet> {
    let csv = csv.trim_start_matches('\u{feff}');
    let first = csv.lines().next().unwrap_or_default();
    let delimiter = [b';', b'\t'].into_iter().find(|d| first.contains(char::from(*d))).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(csv.as_bytes());
    let (mut sheet, mut wrong, mut column) = (Sheet { entries: BTreeSet::new(), repeated: 0 }, Vec::new(), 0);
    for (row, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                wrong.push(at(error.position().map_or(0, csv::Position::line), "is no row of a CSV file"));
                break;
            }
        };
        let heads = |cell: &str| headings(kind).contains(&cell.trim().to_lowercase().as_str());
        if row == 0
            && let Some(found) = record.iter().position(heads)
        {
            column = found;
            continue;
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match record.get(column).and_then(|cell| plain(kind, cell)) {
            Some(entry) => sheet.repeated += usize::from(!sheet.entries.insert(entry)),
            None => wrong.push(at(record.position().map_or(0, csv::Position::line), saying(kind))),
        }
        if wrong.len() == NAMED {
            break;
        }
    }
    if sheet.entries.len() > ENTRIES_MOST {
        wrong.push(error("range", format!("Use at most {ENTRIES_MOST} rows.")));
    }
    if wrong.is_empty() { Ok(sheet) } else { Err(Refusal::Invalid(wrong).into()) }
}

fn saying(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "holds no e-mail address",
        Kind::Identifier => "holds no identifier of 4 to 64 letters and digits",
    }
}

fn at(line: u64, what: &str) -> FieldError {
    error("row", format!("Line {line} {what}."))
}

fn error(code: &'static str, detail: String) -> FieldError {
    FieldError { field: "csv".into(), code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn entries(kind: Kind, csv: &str) -> Vec<String> {
        read(kind, csv).unwrap().entries.into_iter().collect()
    }

    #[test]
    fn the_column_is_found_whatever_program_wrote_the_file() {
        let both = ["ana@mail.example", "bob@mail.example"];
        for csv in [
            "ana@mail.example\nbob@mail.example\n",
            "email\r\nAna@mail.example\r\n\r\n bob@mail.example \r\n",
            "\u{feff}Nom;Courriel\nAna;ana@mail.example\nBob;bob@mail.example\nAna;ANA@mail.example",
            "name\temail\n\"Ana, B\"\tana@mail.example\n\tbob@mail.example",
        ] {
            assert_eq!(entries(Kind::Email, csv), both, "{csv}");
        }
        assert_eq!(entries(Kind::Identifier, "identifiant\n2024-001 A\n2024001a\n"), ["2024001a"]);
        assert_eq!(read(Kind::Identifier, "2024-001\n2024 001").unwrap().repeated, 1);
        assert!(entries(Kind::Email, "email\n").is_empty());
    }

    #[test]
    fn malformed_rows_are_named_by_line_and_never_repeated() {
        let Err(Error::Refused(Refusal::Invalid(wrong))) =
            read(Kind::Email, "email\nana@mail.example\nsecret-name\n,x\nbob@mail.example\n")
        else {
            panic!("refused")
        };
        let said: Vec<_> = wrong.iter().map(|w| (w.code, w.detail.as_str())).collect();
        assert_eq!(said, [("row", "Line 3 holds no e-mail address."), ("row", "Line 4 holds no e-mail address.")]);
        let many = "x\n".repeat(1000);
        let Err(Error::Refused(Refusal::Invalid(wrong))) = read(Kind::Identifier, &many) else { panic!("refused") };
        assert_eq!(wrong.len(), NAMED);
    }
}
