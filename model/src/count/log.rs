//! The public log of a consultation's ballots: an append-only Merkle tree in the formats of C2SP (tlog-tiles,
//! tlog-checkpoint, signed-note), so that anybody can count again and nobody, the node included, can quietly change what
//! was counted.
//!
//! The sequencer alone appends, in the transaction that numbers the events and moves the tally. Full tiles are written
//! once; the right edge is one row. Nothing here decides who may read: [`crate::count::tally::visible`] does.

pub mod entry;
pub mod note;
pub mod tile;
pub mod tree;
pub mod verify;

mod inclusion;
mod rows;

use crate::address::Address;
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor;
use crate::people::key::{self, Algorithm};
use crate::people::proof::Signer;
use crate::store::{Conn, Tx};

pub use entry::Entry;
pub use inclusion::{Inclusion, inclusion};
pub(crate) use rows::Kept;
pub use rows::{Head, head, tile};
pub use tile::Place;

use tree::Edge;

/// The name of a log, which is the origin of its checkpoints and the name of its key: `HOST/c/SLUG`.
#[must_use]
pub fn origin(here: &Address, slug: &str) -> String {
    format!("{}/c/{slug}", here.host())
}

/// The key with which this node signs its logs, receipts and results: its actor's, made when first needed.
///
/// # Errors
/// When the node is not set up or the database fails.
pub async fn signer(tx: &mut Tx, now: Instant, here: &Address) -> Result<Signer> {
    let node = actor::node(tx).await?;
    let key = key::pair(tx, now, node.id, Algorithm::Ed25519).await?;
    Signer::of(key_address(here), &key)
}

/// The same, if it was made already.
///
/// # Errors
/// [`Error::NotFound`] if it was not.
pub async fn known_signer(conn: &mut Conn, here: &Address) -> Result<Signer> {
    let node = actor::node(conn).await?;
    let key = key::of(conn, node.id, Algorithm::Ed25519).await?.ok_or(Error::NotFound)?;
    Signer::of(key_address(here), &key)
}

/// Where the public half stands: in the node's actor.
#[must_use]
pub fn key_address(here: &Address) -> String {
    format!("{}#ed25519-key", here.node())
}

/// A log with entries at its end that are not written yet.
pub(crate) struct Grown {
    /// How many entries it had.
    before: u64,
    edge: Edge,
    done: Vec<rows::Packed>,
    root: tlog_tiles::Hash,
}

/// Puts entries at the end of what was `kept` of a log, each by its number and its line. Writes nothing.
///
/// # Errors
/// When an entry is not the next.
pub(crate) fn grown(kept: Kept, entries: &[(i64, Vec<u8>)]) -> Result<Grown> {
    let Kept { mut edge } = kept;
    let before = edge.size;
    let mut done = Vec::new();
    for (seq, line) in entries {
        if u64::try_from(*seq).ok() != Some(edge.size) {
            return Err(Error::store("an entry out of its place"));
        }
        edge.append(line, &mut done)?;
    }
    let root = edge.root()?;
    let done = done.into_iter().map(rows::Packed::of).collect::<Result<_>>()?;
    Ok(Grown { before, edge, done, root })
}

/// Writes what a log has grown by and signs its new head.
pub(crate) async fn write(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    here: &Address,
    Grown { before, edge, done, root }: Grown,
) -> Result<()> {
    let signer = signer(tx, now, here).await?;
    let checkpoint = note::checkpoint(&signer, &origin(here, &on.slug), edge.size, root)?;
    rows::save(tx, now, on.id, before, &edge, &root.to_string(), &checkpoint, done).await
}

/// The root of a log without entries, base64.
#[must_use]
pub fn empty_root() -> String {
    tlog_tiles::EMPTY_HASH.to_string()
}

/// The signed checkpoint of a log: the one that the sequencer signed last, or the same afresh if the node did not have the
/// address then that it has now.
///
/// # Errors
/// When the database fails.
pub async fn checkpoint(conn: &mut Conn, signer: &Signer, on: &Consultation, here: &Address) -> Result<String> {
    let origin = origin(here, &on.slug);
    match head(conn, on.id).await? {
        Some(head) if head.checkpoint.lines().next() == Some(&origin) => Ok(head.checkpoint),
        Some(head) => {
            let root = tlog_tiles::Hash::parse_hash(&head.root).map_err(Error::store)?;
            let size = u64::try_from(head.size).map_err(Error::store)?;
            note::checkpoint(signer, &origin, size, root)
        }
        None => note::checkpoint(signer, &origin, 0, tlog_tiles::EMPTY_HASH),
    }
}

/// The key of a log as it is handed around: `HOST/c/SLUG+ID+KEY`.
#[must_use]
pub fn vkey(signer: &Signer, on: &Consultation, here: &Address) -> String {
    note::vkey(&origin(here, &on.slug), &signer.public())
}

/// The right edge of a log, as far as it has come.
pub(crate) async fn edge(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Kept> {
    Ok(rows::edge(conn, consultation).await?.unwrap_or_else(|| Kept { edge: Edge::default() }))
}
