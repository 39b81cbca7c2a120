//! The urn: where ballots wait that can be saved together.
//!
//! Each commit is a flush, and on PostgreSQL each statement a journey to the server besides. First ballots that arrive
//! at once are saved, with their events, in one statement that commits by itself; on SQLite in one transaction. A lone
//! one is saved at once. Whatever is not saved so (a voter who has a ballot already, a consultation changed meanwhile, a
//! database error) goes the long way through [`ballot::cast`], which decides. The rules asked are the same.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::ballot::{self, Ballot, Receipt, Voter};
use crate::clock::Clock;
use crate::debate::consultation::{self, Consultation};
use crate::error::Result;
use crate::id::Id;
use crate::store::{Store, dialect};

/// The most ballots in one statement.
const BATCH: usize = 128;
/// How many may wait before voters are held back.
const QUEUE: usize = 4096;
/// Statements under way at once on PostgreSQL; SQLite has one writer.
const WRITERS: usize = 2;

/// A first ballot that waits to be saved.
struct Waiting {
    ballot: Ballot,
    /// That of the consultation by which it was admitted.
    version: i64,
    saved: oneshot::Sender<bool>,
}

/// Takes ballots of people of this node. Cheap to clone.
#[derive(Clone)]
pub struct Urn {
    store: Store,
    clock: Clock,
    queue: mpsc::Sender<Waiting>,
}

impl Urn {
    /// An urn before this database. Its writers end when the last clone is dropped.
    #[must_use]
    pub fn open(store: Store, clock: Clock) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let writers = if store.sqlite_file().is_some() { 1 } else { WRITERS };
        for _ in 0..writers {
            tokio::spawn(save(store.clone(), waiting.clone()));
        }
        Self { store, clock, queue }
    }

    /// Casts or changes a ballot and answers once that is durable. `on` may have changed since it was read: a ballot
    /// is saved only under the consultation as it is then. `text` is the version of the text that the voter read, if that
    /// is said.
    ///
    /// # Errors
    /// As [`ballot::cast`] and [`ballot::saw`].
    pub async fn cast(&self, on: &Consultation, voter: Voter, chosen: &[String], text: Option<i32>) -> Result<Receipt> {
        ballot::saw(on, text)?;
        if let Some(receipt) = self.at_once(on, voter, chosen).await? {
            return Ok(receipt);
        }
        let (clock, id, chosen) = (self.clock.clone(), on.id, chosen.to_vec());
        let work = self.store.together(voter.actor.uuid().into_bytes(), move |tx| {
            let (clock, chosen) = (clock.clone(), chosen.clone());
            Box::pin(async move {
                let on = consultation::by_id(tx, id).await?;
                ballot::saw(&on, text)?;
                ballot::cast(tx, clock.now(), &on, voter, &chosen).await
            })
        });
        work.await
    }

    /// The receipt of a first ballot saved by the short way; nothing if the long way must decide.
    async fn at_once(&self, on: &Consultation, voter: Voter, chosen: &[String]) -> Result<Option<Receipt>> {
        // The first ballot of all locks the consultation, which the short way does not.
        if on.locked_at.is_none() {
            return Ok(None);
        }
        let ballot = ballot::first(self.clock.now(), on, voter, chosen)?;
        let receipt = Receipt::of(on, &ballot);
        let (saved, answer) = oneshot::channel();
        if self.queue.send(Waiting { ballot, version: on.version, saved }).await.is_err() {
            return Ok(None);
        }
        Ok(answer.await.unwrap_or(false).then_some(receipt))
    }
}

/// Takes what waits, and what those bring who are about to: voters who were answered just now come back at once, and
/// would else find that the first of them went alone.
async fn gather(queue: &mut mpsc::Receiver<Waiting>, batch: &mut Vec<Waiting>) -> usize {
    let some = queue.recv_many(batch, BATCH).await;
    if some > 0 && some < BATCH {
        tokio::task::yield_now().await;
        while batch.len() < BATCH
            && let Ok(waiting) = queue.try_recv()
        {
            batch.push(waiting);
        }
    }
    batch.len()
}

async fn save(store: Store, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
    loop {
        let mut batch = Vec::new();
        if gather(&mut *queue.lock().await, &mut batch).await == 0 {
            return;
        }
        // Everybody takes rows in the same order, so that two writers do not wait for each other.
        batch.sort_by_key(|waiting| waiting.ballot.actor_id);
        let saved = together(&store, &batch).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "ballots could not be saved together; each is tried alone");
            HashSet::new()
        });
        for Waiting { ballot, saved: tell, .. } in batch {
            // Who asked may have gone away; the ballot is saved all the same.
            let _gone = tell.send(saved.contains(&ballot.id));
        }
    }
}

/// Saves what can be saved at once, and answers which.
async fn together(store: &Store, batch: &[Waiting]) -> Result<HashSet<Id<Ballot>>> {
    let fresh = batch.iter().map(|waiting| (waiting.ballot.clone(), waiting.version)).collect();
    if store.sqlite_file().is_none() {
        return dialect::save_ballots(&mut store.conn().await?, fresh).await;
    }
    let mut tx = store.begin().await?;
    let saved = dialect::save_ballots(&mut tx, fresh).await?;
    tx.commit().await?;
    Ok(saved)
}
