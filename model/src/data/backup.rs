//! A whole node in one file, taken while it runs: every table (keys, sessions, jobs and all), and the files that people
//! sent. What one database wrote the other can read.
//!
//! ```text
//! tables/NAME.jsonl   one row a line, as `store::portable` writes it
//! media/…             files, under their names
//! manifest.json       what there is, with its SHA-256; written last, so that a file cut short has none
//! ```
//!
//! The file holds secrets: private keys, hashes of passwords, addresses.

mod read;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::error::{Error, Refusal};
use crate::store::portable::Shape;

pub use read::{Restored, restore};
pub use write::{Folder, write};

/// The form of the file; another one is another program's.
const FORMAT: u32 = 1;
/// Where the list of everything stands.
const MANIFEST: &str = "manifest.json";
/// Below it, the tables.
const TABLES: &str = "tables/";
/// The longest list of everything that is read, in octets.
const MANIFEST_LONGEST: u64 = 16 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The program that wrote it, with its version.
    pub program: String,
    /// When.
    pub at: Instant,
    /// The database that it was read from.
    pub database: String,
    /// The migrations of its schema, the oldest first.
    pub schema: Vec<String>,
    /// Every table.
    pub tables: Vec<Kept>,
    /// Every file.
    pub files: Vec<File>,
}

impl Manifest {
    /// How many rows all tables have together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// A table in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its name and columns.
    pub shape: Shape,
    /// How many rows it has.
    pub rows: u64,
    /// Of its file, as hex.
    pub sha256: String,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path, with slashes.
    pub name: String,
    /// Its length.
    pub octets: u64,
    /// As hex.
    pub sha256: String,
}

/// Why a backup was not written or restored.
#[derive(Debug)]
pub enum Fault {
    /// A rule says no, and what it was about.
    Refused(Refusal, String),
    /// A file cannot be read or written.
    File(std::io::Error),
    /// The database failed.
    Store(Error),
}

impl Fault {
    fn damaged(what: impl Into<String>) -> Self {
        Self::Refused(Refusal::BackupDamaged, what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal, what) => write!(f, "{refusal}: {what}"),
            Self::File(cause) => write!(f, "{cause}"),
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

impl From<zip::result::ZipError> for Fault {
    fn from(cause: zip::result::ZipError) -> Self {
        match cause {
            zip::result::ZipError::Io(cause) if cause.kind() != std::io::ErrorKind::UnexpectedEof => Self::File(cause),
            other => Self::damaged(other.to_string()),
        }
    }
}
