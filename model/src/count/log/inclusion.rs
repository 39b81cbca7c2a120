//! The proof that an entry is in a log: a path of hashes from it to the root that a checkpoint signs.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, HashReader, Tile};

use super::rows::{self, Head};
use super::tile::{Level, Place};
use super::tree::HEIGHT;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::Conn;

/// Where an entry stands in a log, and the proof of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    /// The entry's place, from 0.
    pub index: i64,
    /// The hashes beside its way up to the root, lowest first, base64 (RFC 6962, section 2.1.1).
    pub proof: Vec<String>,
    /// The signed checkpoint whose root they lead to.
    pub checkpoint: String,
}

/// Proves that the entry at `index` is in the log as it is now.
///
/// # Errors
/// [`Error::NotFound`] if the log does not reach so far.
pub async fn inclusion(conn: &mut Conn, consultation: Id<Consultation>, index: i64) -> Result<Inclusion> {
    let Head { size, checkpoint, .. } = rows::head(conn, consultation).await?.ok_or(Error::NotFound)?;
    let (size, at) = (u64::try_from(size).map_err(Error::store)?, u64::try_from(index).map_err(|_| Error::NotFound)?);
    if at >= size {
        return Err(Error::NotFound);
    }
    let asked = Asked::default();
    // Asks for everything at once, and gets nothing yet.
    drop(tlog_tiles::prove_record(size, at, &asked));
    let mut held = Held::default();
    for tile in asked.0.into_inner() {
        held.0.insert(tile, rows::tile(conn, consultation, place(tile)?).await?);
    }
    let proof = tlog_tiles::prove_record(size, at, &held).map_err(Error::store)?;
    Ok(Inclusion { index, proof: proof.iter().map(Hash::to_string).collect(), checkpoint })
}

/// A tile by level, index and the least width that is needed of it.
type Wanted = (u8, u64, u32);

fn wanted(index: u64) -> Wanted {
    let tile = Tile::from_index(HEIGHT, index);
    (tile.level(), tile.level_index(), tile.width())
}

fn place((level, n, width): Wanted) -> Result<Place> {
    let full = width == 1 << HEIGHT;
    let width = if full { None } else { Some(u8::try_from(width).map_err(Error::store)?) };
    Ok(Place { level: Level::Hashes(level), n, width })
}

/// Notes which tiles a proof needs.
#[derive(Default)]
struct Asked(RefCell<BTreeSet<Wanted>>);

impl HashReader for Asked {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        self.0.borrow_mut().extend(indexes.iter().copied().map(wanted));
        Err(tlog_tiles::Error::InvalidTile)
    }
}

/// The tiles that a proof needs.
#[derive(Default)]
struct Held(HashMap<Wanted, Vec<u8>>);

impl HashReader for Held {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| {
            let data = self.0.get(&wanted(*index)).ok_or(tlog_tiles::Error::InvalidTile)?;
            Tile::from_index(HEIGHT, *index).hash_at_index(data, *index)
        };
        indexes.iter().map(hash).collect()
    }
}
