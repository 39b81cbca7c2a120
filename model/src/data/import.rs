//! Consultations taken in: from our own exports (JSON, archive, CSV) and from DemocracyOS. A file is read once from its
//! beginning to its end and written in batches within one transaction: all of it comes in, or nothing.
//!
//! Nothing is announced and nobody is mailed. Who wrote, thought or voted there is a participant here that nobody can sign in
//! as. Keys follow from what is imported, so that the same file a second time changes nothing.

mod comments;
mod democracyos;
mod document;
mod life;
mod pieces;
mod sink;
mod sink_log;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::clock::Instant;
use crate::debate::forum::Forum;
use crate::error::Error;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::Tx;

pub use comments::{Titled, comments};
pub use democracyos::{Topics, democracyos};
pub(crate) use document::{MEDIA, NAME};
pub use document::{archive, document};
pub(crate) use life::{Became, Changed};
pub(crate) use pieces::{Attached, Chosen, Earlier, Thought, Words};

/// Where something is imported to, and when.
pub struct Into<'a> {
    /// The transaction; who began it commits it.
    pub tx: &'a mut Tx,
    /// Now.
    pub now: Instant,
    /// This node.
    pub here: &'a Address,
    /// The forum.
    pub forum: &'a Forum,
    /// In whose name consultations stand that name nobody: the forum's official account.
    pub author: Id<Actor>,
    /// Whether a debate that has no end stays open for comments.
    pub open: bool,
}

/// What an import made, or found there already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The consultation's slug.
    pub slug: String,
    /// Its address.
    pub url: String,
    /// How many comments came in.
    pub comments: u64,
    /// How many agree, pass and disagree.
    pub votes: u64,
    /// How many ballots stand.
    pub ballots: u64,
    /// How many attachments did not come in, since their files were not there: an archive brings them.
    #[serde(default)]
    pub files_missing: u64,
    /// Whether it was there before: then only what was missing came in.
    pub existed: bool,
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum Fault {
    /// The file cannot be read.
    File(std::io::Error),
    /// It is not as it should be: where, and how to mend it.
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// A rule says no, or the database failed.
    Store(Error),
}

impl Fault {
    fn line(line: u64, why: impl std::fmt::Display) -> Self {
        Self::Malformed { line, why: why.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(cause) => write!(f, "{cause}"),
            Self::Malformed { line, why } => write!(f, "line {line}: {why}"),
            Self::Store(cause) => write!(f, "{cause}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<std::io::Error> for Fault {
    fn from(cause: std::io::Error) -> Self {
        Self::File(cause)
    }
}

impl From<Error> for Fault {
    fn from(cause: Error) -> Self {
        Self::Store(cause)
    }
}

impl From<crate::error::Refusal> for Fault {
    fn from(cause: crate::error::Refusal) -> Self {
        Self::Store(cause.into())
    }
}

/// The line of a mistake in a CSV file, and what it is.
fn csv_fault(error: csv::Error) -> Fault {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => Fault::File(cause),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Fault::line(
            line,
            format!("{len} fields where {expected_len} are due: quote fields that hold commas or ends of lines"),
        ),
        csv::ErrorKind::Utf8 { .. } => Fault::line(line, "not UTF-8: save the file as UTF-8"),
        other => Fault::line(line, format!("{other:?}")),
    }
}
