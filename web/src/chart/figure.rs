//! A picture with its words: the question, the finding, what its marks mean, the numbers.

use super::{Drawing, Kind};

/// A picture with its words: what a page shows.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// Its name in the page, used once.
    pub(crate) id: &'static str,
    /// The question it answers.
    pub(crate) caption: String,
    /// What a reader must know to read it.
    pub(crate) about: String,
    /// The picture.
    pub(crate) drawing: Drawing,
    /// What the marks mean.
    pub(crate) key: Vec<Key>,
    /// The things numbered in the picture, in their order.
    pub(crate) points: Vec<Point>,
    /// The numbers.
    pub(crate) table: Table,
    /// Where the numbers are as CSV.
    pub(crate) csv: Option<String>,
}

impl Figure {
    /// The picture as a part of the page.
    pub(crate) fn svg(&self) -> String {
        self.drawing.inline(self.id)
    }
}

/// What a mark means: a kind, or the letter of a pin.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kind: Option<Kind>,
    pub(crate) letter: String,
    pub(crate) label: String,
}

impl Key {
    /// The meaning of a kind.
    pub(crate) fn kind(kind: Kind, label: impl Into<String>) -> Self {
        Self { kind: Some(kind), letter: String::new(), label: label.into() }
    }

    /// The meaning of a pin.
    pub(crate) fn pin(letter: impl Into<String>, label: impl Into<String>) -> Self {
        Self { kind: None, letter: letter.into(), label: label.into() }
    }

    /// The class of its mark.
    pub(crate) fn class(&self) -> &'static str {
        self.kind.map_or("", Kind::class)
    }
}

/// A thing numbered in a picture.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) label: String,
    /// The language of the label, if it is not the page's.
    pub(crate) language: Option<String>,
    pub(crate) href: Option<String>,
    pub(crate) note: String,
}

/// The numbers of a picture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    /// The heading of the first column, then of each column of numbers.
    pub(crate) head: Vec<String>,
    /// A label and its numbers, written as the page's language has them.
    pub(crate) rows: Vec<(String, Vec<String>)>,
}
