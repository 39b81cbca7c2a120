//! Open data: what a consultation gives to whoever wants to count again, as tables, a page of rows at a time.

mod columns;
mod document;
pub mod flow;
pub mod listing;
mod polis;
pub mod sheet;
mod standing;
mod tables;
mod thread;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value as Json;

use crate::address::Address;
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::pseudonym::{self, Pseudonyms, Voters};
use crate::count::tally::{self, Viewer};
use crate::data::import_polis::Source;
use crate::debate::comment::Comment;
use crate::debate::consultation::Consultation;
use crate::debate::text::Text;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::texts;
use crate::store::{Conn, on};

pub use document::{Document, Reading, document};
pub use polis::polis_summary;
use sheet::{Origin, Sheet};

/// Rows read from the database at once: what one page of bytes holds, and all that is held in memory.
const PAGE: i64 = 500;
/// Ballots are small and many.
const BALLOTS: usize = 4000;

/// Whether so many rows were all that a page can hold, so that more may follow.
fn more(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows == PAGE)
}

/// What can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The comments that are shown.
    Comments,
    /// Every comment in Polis's columns, hidden ones too.
    PolisComments,
    /// The comments that are shown, in DemocracyOS's columns.
    DemocracyosComments,
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
            ("comments", Some("democracyos")) => Self::DemocracyosComments,
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
            Self::Comments => &columns::COMMENTS,
            Self::PolisComments => &columns::POLIS_COMMENTS,
            Self::DemocracyosComments => &columns::DEMOCRACYOS_COMMENTS,
            Self::Votes => &columns::VOTES,
            Self::PolisVotes => &columns::POLIS_VOTES,
            Self::Ballots => &columns::BALLOTS,
            Self::Results => &columns::RESULTS,
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
    table.sheet().schema(&origin(here, on))
}

/// Under which terms a consultation's data is given.
fn origin(here: &Address, on: &Consultation) -> Origin {
    let source = on.source.as_ref().and_then(|source| serde_json::from_value::<Source>(source.0.clone()).ok());
    let imported_from = source.map(|source| (source.attribution, source.url));
    Origin { page: here.consultation(&on.slug), imported_from }
}

/// Every version of a text with its words, the first one first.
pub(super) async fn texts(conn: &mut Conn, on: Id<Consultation>) -> Result<Vec<Text>> {
    let of = texts::table.filter(texts::consultation_id.eq(on)).order(texts::version);
    Ok(on!(conn, |c| of.select(Text::as_select()).load(c).await)?)
}

/// Where the next page of rows begins.
#[derive(Debug)]
enum Cursor {
    Head,
    Comments(Option<(Instant, Id<Comment>)>),
    Threads(Option<(Instant, Id<Comment>)>),
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
    voters: Voters,
    /// How many ballot events it has.
    events: i64,
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
    let voters = Voters::of(conn, &on, here).await?;
    let events = tally::of(conn, &on).await?.size;
    let here = here.clone();
    Ok(Pages { table, here, on, now, pseudonyms, voters, events, reads_hidden, cursor: Cursor::Head })
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
                    self.cursor = self.beginning();
                    self.table.sheet().head()
                }
                Cursor::Comments(after) => self.comments(conn, after).await?,
                Cursor::Threads(after) => self.threads(conn, after).await?,
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

    fn beginning(&self) -> Cursor {
        match self.table {
            Table::Comments | Table::PolisComments => Cursor::Comments(None),
            Table::DemocracyosComments => Cursor::Threads(None),
            Table::Votes | Table::PolisVotes => Cursor::Votes(None),
            Table::Ballots => Cursor::Ballots(None),
            Table::Results => Cursor::Results,
        }
    }
}
