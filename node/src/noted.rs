//! What a command does that may take long, noted in the database: there the running node finds it for `/admin/work`.

use std::time::Duration;

use anyhow::Context;
use model::care::work::{self, Kind, Work};
use model::clock::Clock;
use model::store::Store;

use crate::output::say;
use crate::progress::{Place, Progress};

/// How often it is noted how far the command has come.
const PAUSE: Duration = Duration::from_secs(1);

/// Does it, and notes that it goes on, ends or fails. That something cannot be noted stops nothing: it is said.
///
/// # Errors
/// Those of `doing`.
pub async fn noted<T>(
    store: &Store,
    kind: Kind,
    subject: &str,
    progress: &Progress,
    doing: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let place = progress.place();
    let fresh = Work::new(Clock::System.now(), kind, subject, place.read().1);
    // An import is one transaction from beginning to end, and SQLite has one writer: nothing is noted meanwhile. A backup
    // and an export only read, and are noted once they last: what is over at once holds no note of its own beginning.
    let writes = kind == Kind::Import;
    if writes {
        keep(store, &fresh).await;
    }
    let meanwhile = !(writes && store.sqlite_file().is_some());
    let watching = meanwhile.then(|| tokio::spawn(watch(store.clone(), fresh.clone(), place.clone())));
    let done = doing.await;
    if let Some(watching) = watching {
        watching.abort();
        let _stopped = watching.await;
    }
    let now = Clock::System.now();
    keep(store, &Work { ended_at: Some(now), failed: done.is_err(), ..reached(fresh, &place) }).await;
    done
}

fn reached(work: Work, place: &Place) -> Work {
    let (done, total) = place.read();
    Work { done, total, updated_at: Clock::System.now(), ..work }
}

async fn watch(store: Store, work: Work, place: Place) {
    let mut ticks = tokio::time::interval(PAUSE);
    // The first is at once.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        keep(&store, &reached(work.clone(), &place)).await;
    }
}

async fn keep(store: &Store, work: &Work) {
    if let Err(error) = kept(store, work).await {
        say(format_args!("this is not shown at /admin/work: {error:#}"));
    }
}

async fn kept(store: &Store, work: &Work) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    work::keep(&mut tx, work).await?;
    tx.commit().await.context("noting how far it has come")
}
