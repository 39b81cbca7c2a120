//! Open data: what a consultation gives to whoever wants to count again, as tables, a page of rows at a time.

mod document;
pub mod sheet;
mod tables;

use serde_json::Value as Json;

use crate::address::Address;
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::pseudonym::{self, Pseudonyms};
use crate::count::tally::{self, Viewer};
use crate::data::import_polis::Source;
use crate::debate::comment::Comment;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::Conn;

pub use document::{Document, document};
use sheet::{Origin, Sheet};

/// Rows read from the database at once: what one page of bytes holds, and all that is held in memory.
const PAGE: i64 = 500;

/// What can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The comments that are shown.
    Comments,
    /// Every comment in Polis's columns, hidden ones too.
    PolisComments,
    /// What people think of the comments.
    Votes,
    /// The same in Polis's columns.
    PolisVotes,
    /// The ballots that stand, by pseudonyms of this consultation.
    Ballots,
    /// The totals, by tier and choice.
    Results,
}

impl Table {
    /// The table of that name (`comments`, `votes`, `ballots`, `results`), in the columns of that profile.
    #[must_use]
    pub fn named(name: &str, profile: Option<&str>) -> Option<Self> {
        Some(match (name, profile) {
            ("comments", None) => Self::Comments,
            ("comments", Some("polis")) => Self::PolisComments,
            ("votes", None) => Self::Votes,
            ("votes", Some("polis")) => Self::PolisVotes,
            ("ballots", None) => Self::Ballots,
            ("results", None) => Self::Results,
            _ => return None,
        })
    }

    /// Its columns.
    #[must_use]
    pub fn sheet(self) -> &'static Sheet {
        match self {
            Self::Comments => &tables::COMMENTS,
            Self::PolisComments => &tables::POLIS_COMMENTS,
            Self::Votes => &tables::VOTES,
            Self::PolisVotes => &tables::POLIS_VOTES,
            Self::Ballots => &tables::BALLOTS,
            Self::Results => &tables::RESULTS,
        }
    }

    /// Whether it tells results, and is refused while they are hidden.
    #[must_use]
    pub fn tells_results(self) -> bool {
        matches!(self, Self::Ballots | Self::Results)
    }
}

/// The Table Schema that lies beside the file of `table`.
#[must_use]
pub fn schema(table: Table, here: &Address, on: &Consultation) -> Json {
    let source = on.source.as_ref().and_then(|source| serde_json::from_value::<Source>(source.0.clone()).ok());
    let imported_from = source.map(|source| (source.attribution, source.url));
    table.sheet().schema(&Origin { page: here.consultation(&on.slug), imported_from })
}

/// Where the next page of rows begins.
#[derive(Debug)]
enum Cursor {
    Head,
    Comments(Option<(Instant, Id<Comment>)>),
    Votes(Option<(Id<Comment>, Id<Actor>)>),
    Ballots(Option<Id<Ballot>>),
    Results,
    End,
}

/// A file being written: ask for its next bytes until there are none. Between two pages no connection is held.
pub struct Pages {
    table: Table,
    here: Address,
    on: Consultation,
    now: Instant,
    pseudonyms: Pseudonyms,
    reads_hidden: bool,
    cursor: Cursor,
}

/// Begins a file. `reads_hidden` is for those who moderate: the words of hidden comments stand in it.
///
/// # Errors
/// [`crate::error::Refusal::ResultsHidden`] for tables that tell results while nobody may see them.
pub async fn pages(
    conn: &mut Conn,
    now: Instant,
    here: &Address,
    on: Consultation,
    table: Table,
    reads_hidden: bool,
) -> Result<Pages> {
    if table.tells_results() {
        tally::require_visible(&on, now, Viewer::Anybody)?;
    }
    let pseudonyms = pseudonym::of(conn, on.id).await?;
    let here = here.clone();
    Ok(Pages { table, here, on, now, pseudonyms, reads_hidden, cursor: Cursor::Head })
}

impl Pages {
    /// The next bytes of the file; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        loop {
            let bytes = match std::mem::replace(&mut self.cursor, Cursor::End) {
                Cursor::End => return Ok(None),
                Cursor::Head => {
                    self.cursor = self.first();
                    self.table.sheet().head()
                }
                Cursor::Comments(after) => self.comments(conn, after).await?,
                Cursor::Votes(after) => self.votes(conn, after).await?,
                Cursor::Ballots(after) => self.ballots(conn, after).await?,
                Cursor::Results => self.results(conn).await?,
            };
            // A page of rows that are all left out has no bytes, and is not the end.
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    fn first(&self) -> Cursor {
        match self.table {
            Table::Comments | Table::PolisComments => Cursor::Comments(None),
            Table::Votes | Table::PolisVotes => Cursor::Votes(None),
            Table::Ballots => Cursor::Ballots(None),
            Table::Results => Cursor::Results,
        }
    }

    /// Whether so many rows were all that a page can hold, so that more may follow.
    fn more(rows: usize) -> bool {
        i64::try_from(rows).is_ok_and(|rows| rows == PAGE)
    }
}
