//! Deliveries: goes through lanes that are due, many at a time, and records what became of each delivery, many in one
//! transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use federation::{Entry, Ledger};
use model::network::delivery::{self, Report, Taken};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::node::Node;
use crate::worker::rest;

/// How many lanes are gone through at once; each has a few connections at most.
const LANES: usize = 128;
/// How many of them may be of hosts that failed when they were last tried: those that fare well always find room.
const FAILING_LANES: usize = LANES / 2;
/// How long the lanes are left alone when none is due.
const PAUSE: Duration = Duration::from_millis(200);
/// How long after a failure of the database before it is asked again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How many entries may wait to be recorded before whoever has more is held back.
const ENTRIES: usize = 2 * LANES;

/// Delivers until `stop` says so, and ends when what has begun has ended and is recorded.
pub async fn run(node: Arc<Node>, stop: watch::Receiver<bool>) {
    let (ledger, entries) = Ledger::open(ENTRIES);
    tokio::join!(carry(&node, ledger, stop), record(&node, entries));
}

/// Claims lanes and goes through them.
async fn carry(node: &Arc<Node>, ledger: Ledger, mut stop: watch::Receiver<bool>) {
    let failing = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    let mut bell = node.store.bell();
    while !*stop.borrow() {
        bell.mark_unchanged();
        while running.try_join_next().is_some() {}
        let room = LANES.saturating_sub(running.len());
        match claim(node, room, failing.load(Ordering::Relaxed) < FAILING_LANES).await {
            Ok(taken) if !taken.is_empty() => {
                for lane in taken {
                    running.spawn(go_through(node.clone(), lane, ledger.clone(), failing.clone()));
                }
            }
            Ok(_) => tokio::select! {
                () = rest(PAUSE, &mut stop) => {}
                _ = bell.changed() => {}
                Some(_) = running.join_next(), if room == 0 => {}
            },
            Err(error) => {
                tracing::error!(%error, "the lanes cannot be read");
                rest(PAUSE_AFTER_FAILURE, &mut stop).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Lanes that are due. They are looked at without a lock first, since most looks find nothing.
async fn claim(node: &Node, room: usize, failing: bool) -> model::error::Result<Vec<Taken>> {
    let now = node.clock.now();
    if room == 0 || !node.machines().speaks() {
        return Ok(Vec::new());
    }
    let due = delivery::next_due(&mut node.store.conn().await?, now).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let mut tx = node.store.begin().await?;
    let most = i64::try_from(room).unwrap_or(i64::MAX);
    let taken = delivery::claim(&mut tx, now, most, failing).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn go_through(node: Arc<Node>, taken: Taken, ledger: Ledger, failing: Arc<AtomicUsize>) {
    let fails = usize::from(taken.lane.attempts > 0);
    failing.fetch_add(fails, Ordering::Relaxed);
    node.machines().carry(taken, &ledger).await;
    failing.fetch_sub(fails, Ordering::Relaxed);
}

/// Records what is told, as much at once as came meanwhile.
async fn record(node: &Node, mut entries: mpsc::Receiver<Entry>) {
    let mut some = Vec::new();
    while entries.recv_many(&mut some, ENTRIES).await > 0 {
        let (reports, told): (Vec<_>, Vec<_>) =
            some.drain(..).map(|Entry { reports, recorded }| (reports, recorded)).unzip();
        let reports: Vec<Report> = reports.into_iter().flatten().collect();
        while let Err(error) = settle(node, &reports).await {
            // Nobody goes on meanwhile: better to be late than to say things twice.
            tracing::error!(%error, "what was delivered cannot be recorded");
            pause().await;
        }
        for recorded in told {
            // Whoever waited for it may be gone.
            let _gone = recorded.send(());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause before a database that failed is asked again")]
async fn pause() {
    tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
}

async fn settle(node: &Node, some: &[Report]) -> model::error::Result<()> {
    let mut tx = node.store.begin().await?;
    let given_up = delivery::settle(&mut tx, node.clock.now(), some).await?;
    tx.commit().await?;
    if given_up > 0 {
        metrics::counter!("palabre_deliveries_total", "outcome" => "given-up").increment(given_up as u64);
    }
    Ok(())
}
