//! Logs in the database: one row for the head and the right edge, one for each full tile.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::tile::{self, FULL, Level, Place};
use super::tree::{Done, Edge};
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::dialect::insert_all;
use crate::store::schema::{ballot_logs, log_tiles};
use crate::store::{Conn, Tx, on};

/// How far a log has come, signed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = ballot_logs)]
pub struct Head {
    /// How many entries it has.
    pub size: i64,
    /// The root of its tree, base64.
    pub root: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// When it last grew.
    pub at: Instant,
}

/// The head of a log; `None` before its first entry.
///
/// # Errors
/// When the database fails.
pub async fn head(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Option<Head>> {
    Ok(on!(conn, |c| ballot_logs::table.find(consultation).select(Head::as_select()).first(c).await.optional())?)
}

/// What the sequencer goes on from.
pub(crate) struct Kept {
    pub(crate) edge: Edge,
}

pub(super) async fn edge(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Option<Kept>> {
    let kept: Option<(i64, Vec<u8>, Vec<u8>)> = on!(conn, |c| ballot_logs::table
        .find(consultation)
        .select((ballot_logs::size, ballot_logs::entries, ballot_logs::hashes))
        .first(c)
        .await
        .optional())?;
    let read = |(size, entries, hashes): (i64, Vec<u8>, Vec<u8>)| {
        Ok(Kept { edge: Edge::read(u64::try_from(size).map_err(Error::store)?, entries, &hashes)? })
    };
    kept.map(read).transpose()
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = ballot_logs)]
struct Row<'a> {
    consultation_id: Id<Consultation>,
    size: i64,
    root: &'a str,
    checkpoint: &'a str,
    entries: &'a [u8],
    hashes: Vec<u8>,
    at: Instant,
}

/// A full tile as it is kept. Entries differ in little and are packed (LZ4, a block): a ninth of their octets need writing, and
/// that is most of what a log costs. Hashes cannot be made shorter.
pub(crate) struct Packed {
    level: Level,
    n: i64,
    data: Vec<u8>,
    /// How many octets it is made of, where it is packed.
    octets: Option<i32>,
}

impl Packed {
    pub(super) fn of(Done { level, n, data }: Done) -> Result<Self> {
        let n = i64::try_from(n).map_err(Error::store)?;
        let packed = (level == Level::Entries).then(|| lz4_flex::block::compress(&data));
        Ok(match packed.filter(|packed| packed.len() < data.len()) {
            Some(packed) => {
                let octets = Some(i32::try_from(data.len()).map_err(Error::store)?);
                Self { level, n, data: packed, octets }
            }
            None => Self { level, n, data, octets: None },
        })
    }
}

fn unpacked((data, octets): (Vec<u8>, Option<i32>)) -> Result<Vec<u8>> {
    let Some(octets) = octets else { return Ok(data) };
    let octets = usize::try_from(octets).map_err(Error::store)?;
    lz4_flex::block::decompress(&data, octets).map_err(Error::store)
}

#[derive(Insertable)]
#[diesel(table_name = log_tiles)]
struct TileRow {
    consultation_id: Id<Consultation>,
    level: i32,
    n: i64,
    data: Vec<u8>,
    octets: Option<i32>,
}

/// Writes the new head, unless the log has moved on from `before` meanwhile.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn save(
    tx: &mut Tx,
    now: Instant,
    consultation_id: Id<Consultation>,
    before: u64,
    edge: &Edge,
    root: &str,
    checkpoint: &str,
    done: Vec<Packed>,
) -> Result<()> {
    let number = |n: u64| i64::try_from(n).map_err(Error::store);
    let row =
        |Packed { level, n, data, octets }: Packed| TileRow { consultation_id, level: level.number(), n, data, octets };
    let tiles: Vec<TileRow> = done.into_iter().map(row).collect();
    let conn: &mut Conn = tx;
    insert_all!(conn, log_tiles::table, tiles)?;
    let row = Row {
        consultation_id,
        size: number(edge.size)?,
        root,
        checkpoint,
        entries: &edge.entries,
        hashes: edge.hashes(),
        at: now,
    };
    let written = if before == 0 {
        on!(conn, |c| diesel::insert_into(ballot_logs::table).values(&row).on_conflict_do_nothing().execute(c).await)?
    } else {
        let unchanged = ballot_logs::table.find(consultation_id).filter(ballot_logs::size.eq(number(before)?));
        on!(conn, |c| diesel::update(unchanged).set(&row).execute(c).await)?
    };
    if written == 1 { Ok(()) } else { Err(Error::store("another sequencer was faster")) }
}

/// The octets of a tile or bundle.
///
/// # Errors
/// [`Error::NotFound`] if the log does not reach so far.
pub async fn tile(conn: &mut Conn, consultation: Id<Consultation>, place: Place) -> Result<Vec<u8>> {
    let n = i64::try_from(place.n).map_err(|_| Error::NotFound)?;
    if place.width.is_some()
        && on_the_edge(size(conn, consultation).await?, place)
        && let Some(Kept { edge }) = edge(conn, consultation).await?
        // Or it has become full since.
        && on_the_edge(edge.size, place)
    {
        return tile::narrow(place.level, edge.tile(place.level).to_vec(), place.count()).ok_or(Error::NotFound);
    }
    let kept: (Vec<u8>, Option<i32>) = on!(conn, |c| log_tiles::table
        .find((consultation, place.level.number(), n))
        .select((log_tiles::data, log_tiles::octets))
        .first(c)
        .await)?;
    tile::narrow(place.level, unpacked(kept)?, place.count()).ok_or(Error::NotFound)
}

async fn size(conn: &mut Conn, consultation: Id<Consultation>) -> Result<u64> {
    let size: i64 = on!(conn, |c| ballot_logs::table.find(consultation).select(ballot_logs::size).first(c).await)?;
    u64::try_from(size).map_err(Error::store)
}

fn on_the_edge(size: u64, place: Place) -> bool {
    let level = match place.level {
        Level::Entries => 0,
        Level::Hashes(level) => u32::from(level),
    };
    size.checked_shr(8 * level).unwrap_or(0) / FULL == place.n
}
