//! A file on its way to whoever reads it. While the reader keeps up, PostgreSQL gives all ballots in one go, sorted once;
//! who is slow holds no connection and gets a page at a time.

use std::collections::HashMap;
use std::time::Duration;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt as _;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant as Moment;

use super::sheet::{Chunk, written};
use super::standing::{Hour, MANY, has_names};
use super::{Cursor, Pages};
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::electorate::Tier;
use crate::count::pseudonym::Person;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::ballots;
use crate::store::types::DbJson;
use crate::store::{Conn, Store, Tx};

/// Where the bytes of a file go.
pub type Sink = mpsc::Sender<Result<Vec<u8>>>;

/// A piece of a file that flows. Octets.
const PIECE: usize = 128 * 1024;
/// How long a piece may wait for its reader while a connection is held.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection is held for one file at most.
const WHOLE: Duration = Duration::from_secs(30);
/// How many spellings of choices are remembered at most.
const REMEMBERED: usize = 10_000;

/// For this transaction alone: it takes a table that fits its memory for one that costs nothing to read crosswise, and would
/// not sort; and it has room to sort a million ballots at one go.
const SORTED: &str = "SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '16MB'";

/// A choice as PostgreSQL has it: a list of ids in JSON, not yet taken apart.
#[derive(Debug, FromSqlRow)]
#[diesel(sql_type = DbJson)]
struct Chosen(Box<str>);

impl FromSql<DbJson, Pg> for Chosen {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = value.as_bytes().get(1..).ok_or("an empty jsonb")?;
        Ok(Self(std::str::from_utf8(text)?.into()))
    }
}

/// A ballot that stands: key, whose, tier, choice, when it was cast and last changed.
type Row = (Id<Ballot>, Id<Actor>, Tier, Chosen, Instant, Instant);

/// What became of the reader.
enum Reader {
    /// It has everything.
    Done,
    /// It does not keep up: this is the next piece, and the last ballot in it.
    Slow(Vec<u8>, Id<Ballot>),
    /// It went away.
    Gone,
}

impl Pages {
    /// Writes the file to `to`, piece by piece, until its end or until nobody reads it. At most as many files as there is
    /// `room` for hold a connection at once.
    pub async fn write(mut self, store: &Store, room: &Semaphore, to: &Sink) {
        if let Err(error) = self.flow(store, room, to).await {
            // Who went away need not know.
            drop(to.send(Err(error)).await);
        }
    }

    async fn flow(&mut self, store: &Store, room: &Semaphore, to: &Sink) -> Result<()> {
        loop {
            if let (Cursor::Ballots(None), true) = (&self.cursor, self.flows(store))
                && let Ok(place) = room.try_acquire()
            {
                let mut tx = store.begin().await?;
                match self.at_once(&mut tx, to).await? {
                    Reader::Done => return tx.commit().await,
                    Reader::Gone => return Ok(()),
                    Reader::Slow(piece, last) => {
                        // The connection goes before the reader is waited for; what is left of the answer goes with it.
                        drop((tx, place));
                        if !piece.is_empty() && to.send(Ok(piece)).await.is_err() {
                            return Ok(());
                        }
                        self.cursor = Cursor::Ballots(Some(last));
                    }
                }
            }
            let Some(bytes) = self.next(&mut store.conn().await?).await? else { return Ok(()) };
            if to.send(Ok(bytes)).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Whether its ballots are had in one go: many, on PostgreSQL, where no names stand beside them.
    fn flows(&self, store: &Store) -> bool {
        self.events > MANY && store.sqlite_file().is_none() && !has_names(&self.on)
    }

    async fn at_once(&self, tx: &mut Tx, to: &Sink) -> Result<Reader> {
        let Conn::Postgres(c) = &mut **tx else { return Err(Error::store("this is not PostgreSQL")) };
        c.batch_execute(SORTED).await?;
        let standing = ballots::consultation_id.eq(self.on.id).and(ballots::withdrawn.eq(false));
        let rows = ballots::table.filter(standing).order(ballots::id).select((
            ballots::id,
            ballots::actor_id,
            ballots::tier,
            ballots::choice,
            ballots::cast_at,
            ballots::changed_at,
        ));
        let mut rows = rows.load_stream::<Row>(&mut **c).await?;
        let mut lines = Lines::new(self);
        let began = Moment::now();
        while let Some(row) = rows.try_next().await? {
            let last = row.0;
            lines.add(row)?;
            if lines.chunk.len() < PIECE {
                continue;
            }
            match to.send_timeout(Ok(lines.chunk.take()), PATIENCE).await {
                Ok(()) if began.elapsed() < WHOLE => {}
                Ok(()) => return Ok(Reader::Slow(Vec::new(), last)),
                Err(mpsc::error::SendTimeoutError::Timeout(Ok(piece))) => return Ok(Reader::Slow(piece, last)),
                Err(_) => return Ok(Reader::Gone),
            }
        }
        drop(rows);
        let sent = to.send(Ok(lines.chunk.finish())).await;
        Ok(if sent.is_ok() { Reader::Done } else { Reader::Gone })
    }
}

/// Rows as they are written: what many of them share is written once.
struct Lines<'a> {
    pages: &'a Pages,
    chunk: Chunk,
    choices: HashMap<Box<str>, Vec<u8>>,
    cast: Hour,
    changed: Hour,
}

impl<'a> Lines<'a> {
    fn new(pages: &'a Pages) -> Self {
        let chunk = pages.table.sheet().chunk();
        Self { pages, chunk, choices: HashMap::new(), cast: Hour::default(), changed: Hour::default() }
    }

    fn add(&mut self, (_, voter, tier, Chosen(choice), cast_at, changed_at): Row) -> Result<()> {
        let voter = self.pages.voters.name(Person { id: voter, name: "", host: None, kind: Kind::Person });
        if !self.choices.contains_key(&choice) {
            if self.choices.len() == REMEMBERED {
                self.choices.clear();
            }
            let ids: Vec<String> = serde_json::from_str(&choice).map_err(Error::store)?;
            self.choices.insert(choice.clone(), written(&ids.join(" ")));
        }
        let chosen = self.choices.get(&choice).map_or(&[][..], Vec::as_slice);
        // A pseudonym is of hexadecimal digits, and a tier is a word: neither can be taken for anything else.
        let (cast, changed) = (self.cast.of(cast_at), self.changed.of(changed_at));
        self.chunk.written_row([
            voter.as_bytes(),
            tier.as_str().as_bytes(),
            chosen,
            cast.as_bytes(),
            changed.as_bytes(),
        ]);
        Ok(())
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::count::tally::Results;
    use crate::data::export::{self, Table};
    use crate::debate::consultation::{Consultation, Draft};
    use crate::debate::forum::Visibility;
    use crate::testing::{World, reference};

    /// More than fit in a few pieces.
    const BALLOTS: u32 = 9_000;

    async fn begun(world: &World, on: &Consultation) -> Pages {
        let mut conn = world.store.conn().await.unwrap();
        let on = on.clone();
        let pages = export::pages(&mut conn, world.now(), &world.address, on, Table::Ballots, false).await.unwrap();
        Pages { events: MANY + 1, ..pages }
    }

    async fn voted(world: &World) -> Consultation {
        let forum = world.forum("agora", Visibility::Public).await;
        let draft = world.draft(&serde_json::json!({"kind": "vote"}));
        let on = world.publish(&forum, Draft { results: Results::Live, ..draft }).await;
        if world.store.sqlite_file().is_none() {
            reference::ballots(&world.store, world.now(), &on, BALLOTS).await.unwrap();
        } else {
            world.casts(&forum, &on, &world.account("ana").await, &["for"]).await.unwrap();
        }
        on
    }

    /// What the pages say, each asked for by itself.
    async fn paged(world: &World, on: &Consultation) -> Vec<u8> {
        let (mut pages, mut conn) = (begun(world, on).await, world.store.conn().await.unwrap());
        let mut all = Vec::new();
        while let Some(bytes) = pages.next(&mut conn).await.unwrap() {
            all.extend(bytes);
        }
        all
    }

    crate::both_databases! {
        async fn who_keeps_up_and_who_does_not_read_the_same_file(world: World) {
            let on = voted(&world).await;
            let same = paged(&world, &on).await;
            assert!(same.iter().filter(|octet| **octet == b'\n').count() >= 2);
            for slow in [false, true] {
                let room = std::sync::Arc::new(Semaphore::new(1));
                let (to, mut from) = mpsc::channel(1);
                let (store, pages, there) = (world.store.clone(), begun(&world, &on).await, room.clone());
                let writing = tokio::spawn(async move { pages.write(&store, &there, &to).await });
                let mut all = from.recv().await.unwrap().unwrap();
                all.extend(from.recv().await.unwrap().unwrap());
                if slow {
                    // It holds the one place until it finds that nobody reads.
                    drop(room.acquire().await.unwrap());
                }
                while let Some(bytes) = from.recv().await {
                    all.extend(bytes.unwrap());
                }
                writing.await.unwrap();
                assert!(all == same, "slow: {slow}");
                assert_eq!(room.available_permits(), 1);
            }
        }

        async fn who_goes_away_leaves_nothing_behind(world: World) {
            let on = voted(&world).await;
            let (room, (to, mut from)) = (Semaphore::new(1), mpsc::channel(1));
            let pages = begun(&world, &on).await;
            let reading = async move { drop(from.recv().await) };
            tokio::join!(pages.write(&world.store, &room, &to), reading);
            assert_eq!(room.available_permits(), 1);
            assert!(!paged(&world, &on).await.is_empty());
        }
    }
}
