//! What the node does by itself: due jobs, the sequencer, the clock that opens and closes consultations.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use model::care::mail::{self, Mail, State};
use model::care::preference;
use model::count::{check, sequence, witness};
use model::debate::consultation::Consultation;
use model::debate::schedule;
use model::error::Error;
use model::id::Id;
use model::job::{self, Claim, Job, Outcome};
use model::network::{activity, erasure, fidelity, terms};
use model::people::session;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::courier;
use crate::mailer::{Letter, Mailer, Undelivered};
use crate::node::Node;

/// How many jobs run at once: most wait for another server.
const AT_ONCE: usize = 32;
/// How long the queue is left alone when nothing is due.
const PAUSE: Duration = Duration::from_millis(200);
/// How long after a failure of the database before it is asked again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How often waiting ballots are counted.
const SWEEP: Duration = Duration::from_millis(200);
/// How often consultations are opened and closed, and a new domain is looked for.
const TICK: Duration = Duration::from_secs(1);
/// How often witnesses are asked to sign the logs that grew.
const WITNESSED: Duration = Duration::from_secs(2);
/// How often what has ended is swept away.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
/// A mail that no server took in this time is kept instead.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(2 * 24 * 3600);

/// Runs everything until `stop` says so, and ends when what has begun has ended.
pub async fn run(node: Arc<Node>, stop: watch::Receiver<bool>) {
    let counting = repeat("the sequencer", SWEEP, stop.clone(), || count(&node));
    let ticking = repeat("the clock", TICK, stop.clone(), || tick(&node));
    let sweeping = repeat("housekeeping", HOUSEKEEPING, stop.clone(), || sweep(&node));
    let witnessing = repeat("the witnesses", WITNESSED, stop.clone(), || witness(&node));
    let delivering = courier::run(node.clone(), stop.clone());
    tokio::join!(work(&node, stop), delivering, counting, ticking, sweeping, witnessing);
}

/// Does `act` again and again, `pause` apart.
async fn repeat<F: Future<Output = anyhow::Result<()>>>(
    what: &str,
    pause: Duration,
    mut stop: watch::Receiver<bool>,
    act: impl Fn() -> F,
) {
    while !*stop.borrow() {
        let pause = match act().await {
            Ok(()) => pause,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "{what} failed");
                pause.max(PAUSE_AFTER_FAILURE)
            }
        };
        rest(pause, &mut stop).await;
    }
}

/// Waits `pause`, or until it is time to stop.
#[expect(clippy::disallowed_methods, reason = "the worker's pause")]
pub async fn rest(pause: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(pause) => {}
        // An error says that whoever could stop us is gone: the loop ends by the value.
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn count(node: &Node) -> anyhow::Result<()> {
    sequence::sweep(&node.store, node.clock.now(), node.config.federation.tally_interval).await?;
    Ok(())
}

async fn tick(node: &Node) -> anyhow::Result<()> {
    schedule::tick(&node.store, node.clock.now()).await?;
    node.follow_domain().await
}

async fn witness(node: &Node) -> anyhow::Result<()> {
    let mut tx = node.store.begin().await?;
    witness::ask_due(&mut tx, node.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn sweep(node: &Node) -> anyhow::Result<()> {
    let mut tx = node.store.begin().await?;
    session::sweep(&mut tx, node.clock.now()).await?;
    check::due(&mut tx, node.clock.now()).await?;
    activity::sweep(&mut tx, node.clock.now()).await?;
    terms::purge(&mut tx, node.clock.now()).await?;
    erasure::sweep(&mut tx, node.clock.now()).await?;
    fidelity::due(&mut tx, node.clock.now()).await?;
    witness::watch_all(&mut tx, node.clock.now()).await?;
    preference::gather(&mut tx, node.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Claims and runs due jobs; at the end lets those that run come to theirs.
async fn work(node: &Arc<Node>, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    let mut bell = node.store.bell();
    while !*stop.borrow() {
        bell.mark_unchanged();
        let Ok(place) = room.clone().acquire_owned().await else { break };
        match claim(node).await {
            Ok(Some(claim)) => {
                let node = node.clone();
                running.spawn(async move {
                    complete(&node, claim).await;
                    drop(place);
                });
                while running.try_join_next().is_some() {}
            }
            // The bell rings for what this process enqueues; the pause is for what others do.
            Ok(None) => tokio::select! {
                () = rest(PAUSE, &mut stop) => {}
                _ = bell.changed() => {}
            },
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                rest(PAUSE_AFTER_FAILURE, &mut stop).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// The next due job. The queue is looked at without a lock first, since most looks find nothing.
async fn claim(node: &Node) -> model::error::Result<Option<Claim>> {
    let now = node.clock.now();
    let due = job::next_due(&mut node.store.conn().await?).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let mut tx = node.store.begin().await?;
    let claim = job::claim(&mut tx, now).await?;
    tx.commit().await?;
    Ok(claim)
}

/// Runs a job, keeping its lease, and records how it ended.
async fn complete(node: &Node, claim: Claim) {
    let kind = kind(&claim.job);
    let outcome = keeping(node, &claim, perform(node, &claim)).await;
    let (word, why) = match &outcome {
        Outcome::Done => ("done", ""),
        Outcome::Later(_, why) => ("later", why.as_str()),
        Outcome::Never(why) => ("never", why.as_str()),
    };
    metrics::counter!("palabre_jobs_total", "kind" => kind, "outcome" => word).increment(1);
    match &outcome {
        Outcome::Done => tracing::debug!(kind, "job done"),
        _ => tracing::warn!(kind, outcome = word, why, attempts = claim.attempts, "job not done"),
    }
    if let Err(error) = finish(node, &claim, &outcome).await {
        // Its lease runs out, and it is run again: jobs are idempotent.
        tracing::error!(kind, %error, "the end of a job could not be recorded");
    }
}

async fn finish(node: &Node, claim: &Claim, outcome: &Outcome) -> model::error::Result<()> {
    let mut tx = node.store.begin().await?;
    job::finish(&mut tx, node.clock.now(), claim, outcome).await?;
    tx.commit().await
}

/// Runs `work`, renewing the lease of its job three times in its length.
async fn keeping(node: &Node, claim: &Claim, work: impl Future<Output = Outcome>) -> Outcome {
    let mut ticks = tokio::time::interval(job::LEASE / 3);
    ticks.tick().await;
    tokio::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            _ = ticks.tick() => {
                if let Err(error) = renew(node, claim).await {
                    tracing::warn!(%error, "a lease could not be renewed");
                }
            }
        }
    }
}

async fn renew(node: &Node, claim: &Claim) -> model::error::Result<()> {
    let mut tx = node.store.begin().await?;
    job::renew(&mut tx, node.clock.now(), claim).await?;
    tx.commit().await
}

/// A job's name in the log and the metrics.
fn kind(job: &Job) -> &'static str {
    match job {
        Job::Publish { .. } => "publish",
        Job::Open { .. } => "open",
        Job::Edit { .. } => "edit",
        Job::Tally { .. } => "tally",
        Job::Comment { .. } => "comment",
        Job::Forum { .. } => "forum",
        Job::Carry { .. } => "carry",
        Job::Refuse { .. } => "refuse",
        Job::Answer { .. } => "answer",
        Job::Moderate { .. } => "moderate",
        Job::Flag { .. } => "flag",
        Job::Follow { .. } => "follow",
        Job::Backfill { .. } => "backfill",
        Job::Errand { .. } => "errand",
        Job::Verify { .. } => "verify",
        Job::Revisit { .. } => "revisit",
        Job::Receipt { .. } => "receipt",
        Job::Carried { .. } => "carried",
        Job::Decline { .. } => "decline",
        Job::Portrait { .. } => "portrait",
        Job::Relay { .. } => "relay",
        Job::Adopt { .. } => "adopt",
        Job::Consent { .. } => "consent",
        Job::Propose { .. } => "propose",
        Job::Subscribe { .. } => "subscribe",
        Job::Cosign { .. } => "cosign",
        Job::Watch { .. } => "watch",
        Job::Check { .. } => "check",
        Job::Mail { .. } => "mail",
        Job::Notify { .. } => "notify",
        Job::Digest { .. } => "digest",
        Job::Depart { .. } => "depart",
    }
}

/// Who does which job.
async fn perform(node: &Node, claim: &Claim) -> Outcome {
    match &claim.job {
        Job::Mail { mail } => post(node, claim, *mail).await,
        Job::Check { consultation } => hold_against(node, claim, *consultation).await,
        Job::Notify { .. } | Job::Digest { .. } => tell(node, claim).await,
        Job::Publish { .. }
        | Job::Open { .. }
        | Job::Edit { .. }
        | Job::Tally { .. }
        | Job::Comment { .. }
        | Job::Forum { .. }
        | Job::Carry { .. }
        | Job::Refuse { .. }
        | Job::Backfill { .. }
        | Job::Errand { .. }
        | Job::Verify { .. }
        | Job::Revisit { .. }
        | Job::Receipt { .. }
        | Job::Carried { .. }
        | Job::Decline { .. }
        | Job::Portrait { .. }
        | Job::Answer { .. }
        | Job::Moderate { .. }
        | Job::Flag { .. }
        | Job::Relay { .. }
        | Job::Adopt { .. }
        | Job::Consent { .. }
        | Job::Propose { .. }
        | Job::Subscribe { .. }
        | Job::Cosign { .. }
        | Job::Watch { .. }
        | Job::Depart { .. }
        | Job::Follow { .. } => node.machines().perform(claim).await,
    }
}

/// Holds a tally against its log. One that differs is said aloud: here, in the metrics and to administrators.
async fn hold_against(node: &Node, claim: &Claim, consultation: Id<Consultation>) -> Outcome {
    match check::run(&node.store, node.clock.now(), consultation).await {
        Ok(found) if found.holds => Outcome::Done,
        Ok(found) => {
            tracing::error!(%consultation, found.detail, found.size, "a tally differs from its log");
            Outcome::Done
        }
        Err(Error::NotFound) => Outcome::Never("the consultation is gone".to_owned()),
        Err(error) => Outcome::Later(again(node, claim), error.to_string()),
    }
}

/// Writes to people of this node what happened.
async fn tell(node: &Node, claim: &Claim) -> Outcome {
    match web::news::tell(&node.web, &claim.job).await {
        Ok(()) => Outcome::Done,
        Err(Error::NotFound) => Outcome::Never("what was to be told is gone".to_owned()),
        Err(error) => Outcome::Later(again(node, claim), error.to_string()),
    }
}

/// Hands a mail over, or keeps it where no server is configured.
async fn post(node: &Node, claim: &Claim, id: Id<Mail>) -> Outcome {
    let sent = async {
        let mail = mail::by_id(&mut node.store.conn().await?, id).await?;
        let mail = web::news::dressed(&node.web, mail).await?;
        let sent = match (&node.mailer, mail.state) {
            (Some(mailer), State::Waiting) => hand_over(mailer, &mail).await,
            (None, State::Waiting) => Ok(State::Kept),
            (_, done) => Ok(done),
        };
        let state = match sent {
            Ok(state) => state,
            Err(Undelivered::Never(why)) => return keep(node, id, why).await,
            Err(Undelivered::Later(why)) => return later(node, claim, id, why).await,
        };
        mark(node, id, state).await?;
        Ok(Outcome::Done)
    };
    match sent.await {
        Ok(outcome) => outcome,
        Err(Error::NotFound) => Outcome::Never("the mail is gone".to_owned()),
        Err(error) => Outcome::Later(again(node, claim), error.to_string()),
    }
}

async fn hand_over(mailer: &Mailer, mail: &Mail) -> Result<State, Undelivered> {
    let id = mail.id.to_string();
    let Mail { recipient, subject, body, html, unsubscribe, .. } = mail;
    let (html, unsubscribe) = (html.as_deref(), unsubscribe.as_deref());
    mailer.send(Letter { id: &id, to: recipient, subject, text: body, html, unsubscribe }).await?;
    Ok(State::Sent)
}

async fn mark(node: &Node, id: Id<Mail>, state: State) -> model::error::Result<()> {
    let mut tx = node.store.begin().await?;
    mail::mark(&mut tx, node.clock.now(), id, state).await?;
    tx.commit().await
}

/// A mail that cannot leave can still be read by an administrator.
async fn keep(node: &Node, id: Id<Mail>, why: String) -> model::error::Result<Outcome> {
    mark(node, id, State::Kept).await?;
    Ok(Outcome::Never(why))
}

async fn later(node: &Node, claim: &Claim, id: Id<Mail>, why: String) -> model::error::Result<Outcome> {
    if node.clock.now().since(claim.created_at) > GIVEN_UP_AFTER {
        return keep(node, id, why).await;
    }
    Ok(Outcome::Later(again(node, claim), why))
}

fn again(node: &Node, claim: &Claim) -> model::clock::Instant {
    job::back_off(node.clock.now(), node.config.federation.retry_first, claim.attempts, job::chance())
}
