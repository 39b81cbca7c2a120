//! Commit together: many waiting use cases share one transaction, and so one flush to disk.
//!
//! A lone caller is written at once. A refusal writes nothing and spoils nobody's. A database error rolls the batch
//! back and runs each of its use cases again alone; only the one that fails again sees the error. So a use case given
//! here may be run twice and touches nothing but its `Tx`.

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::ends::Ends;
use super::open::{Pools, Store};
use super::tx::Tx;
use crate::error::{Error, Result};

/// The most use cases that share a commit.
const BATCH: usize = 128;
/// How many may wait before callers are held back.
const QUEUE: usize = 4096;
/// Writers on PostgreSQL; SQLite has one.
const POSTGRES_WRITERS: usize = 2;

/// One waiting use case: run in a given transaction, it keeps its answer; told the end, it sends it.
trait Waiting: Send {
    fn key(&self) -> &[u8];
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Outcome>;
    fn answer(self: Box<Self>, committed: Result<()>);
}

enum Outcome {
    Fine,
    Broken,
}

struct Work<T, F> {
    key: Vec<u8>,
    run: F,
    result: Option<Result<T>>,
    to: Option<oneshot::Sender<Result<T>>>,
}

impl<T, F> Waiting for Work<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T>> + Send + Sync,
{
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let result = (self.run)(tx).await;
            let outcome = if matches!(result, Err(Error::Store(_))) { Outcome::Broken } else { Outcome::Fine };
            self.result = Some(result);
            outcome
        })
    }

    fn answer(mut self: Box<Self>, committed: Result<()>) {
        let result = match (committed, self.result.take()) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Error::store("the use case was not run")),
            // A refusal stands whether or not the others could be committed.
            (Err(_), Some(Err(refused @ (Error::Refused(_) | Error::NotFound)))) => Err(refused),
            (Err(error), _) => Err(error),
        };
        if let Some(to) = self.to.take() {
            // Who asked may have gone away; the work is done all the same.
            drop(to.send(result));
        }
    }
}

/// The queue before the writers.
pub(super) struct Together(mpsc::Sender<Box<dyn Waiting>>);

impl Together {
    /// Starts the writers. They end when the store is dropped.
    pub(super) fn start(pools: &Pools, ends: &Ends) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let writers = if matches!(pools, Pools::Sqlite { .. }) { 1 } else { POSTGRES_WRITERS };
        let waiting = std::sync::Arc::new(tokio::sync::Mutex::new(waiting));
        for _ in 0..writers {
            tokio::spawn(write(pools.clone(), ends.clone(), waiting.clone()));
        }
        Self(queue)
    }
}

type Queue = std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<Box<dyn Waiting>>>>;

async fn write(pools: Pools, ends: Ends, queue: Queue) {
    loop {
        let mut batch = Vec::new();
        if queue.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        // Everybody takes rows in the same order, so that two writers do not wait for each other.
        batch.sort_by(|a, b| a.key().cmp(b.key()));
        run(&pools, &ends, batch).await;
    }
}

async fn run(pools: &Pools, ends: &Ends, mut batch: Vec<Box<dyn Waiting>>) {
    match attempt(pools, ends, &mut batch).await {
        Ok(()) => batch.into_iter().for_each(|work| work.answer(Ok(()))),
        Err(error) if batch.len() == 1 => batch.into_iter().for_each(|work| work.answer(Err(clone(&error)))),
        Err(_) => {
            for work in batch {
                let mut alone = vec![work];
                let done = attempt(pools, ends, &mut alone).await;
                alone.into_iter().for_each(|work| work.answer(done.as_ref().copied().map_err(clone)));
            }
        }
    }
}

/// Runs all in one transaction and commits it.
async fn attempt(pools: &Pools, ends: &Ends, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    let mut tx = pools.begin(ends).await?;
    for work in batch.iter_mut() {
        if matches!(work.run(&mut tx).await, Outcome::Broken) {
            return Err(Error::store("a statement failed"));
        }
    }
    tx.commit().await
}

fn clone(error: &Error) -> Error {
    match error {
        Error::NotFound => Error::NotFound,
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        Error::Store(cause) => Error::store(cause.to_string()),
    }
}

impl Store {
    /// Runs `work` in a transaction that it may share with others, and answers once that is durable. `key` is the
    /// row it contends for (usually the voter): a batch takes its rows in the order of their keys.
    ///
    /// # Errors
    /// What `work` answers, or that the database failed.
    pub async fn together<T, F>(&self, key: impl Into<Vec<u8>>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    {
        let (to, answer) = oneshot::channel();
        let work = Work { key: key.into(), run: work, result: None, to: Some(to) };
        self.queue().0.send(Box::new(work)).await.map_err(|_| Error::store("the writer has stopped"))?;
        answer.await.map_err(|_| Error::store("the writer has stopped"))?
    }
}
