//! What this node tells others. The model says in its own transaction that something is to be told; here it becomes activities,
//! each made once, and a delivery for every inbox.

mod ballot;
mod carry;
mod comment;
mod consultation;
mod departure;
pub(crate) mod errand;
mod flag;
mod follow;
mod forum;
mod moderation;
mod proposal;
mod receipt;
mod refusal;
mod relay;
mod subject;
mod tally;

pub(crate) use ballot::answer_id;
pub(crate) use carry::may_be_carried;
pub(crate) use receipt::read as read_receipt;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use model::address::Address;
use model::clock::Instant;
use model::error::{Error, Refusal, Result};
use model::id::Id;
use model::job::{self, Claim, Job, Outcome};
use model::network::activity::{self, Outgoing};
use model::people::actor::Actor;
use model::store::{Teller, Tx};
use serde::Serialize;

use crate::app::{App, Inner};
use crate::keyring;
use crate::objects::actor::mark;
use crate::objects::{cc_forum, to_public};
use crate::portrait;
use crate::proof;
use crate::wire::activity::{Written, preserved};
use crate::wire::context;

/// Does one of the jobs that concern other servers. A job may run twice: what was sent before is not sent again.
pub async fn run(app: &App, claim: &Claim) -> Outcome {
    if !app.settings.enabled {
        return Outcome::Done;
    }
    let done = match &claim.job {
        Job::Backfill { backfill } => crate::backfill::go_on(app, claim, backfill.clone()).await,
        Job::Verify { page } => crate::verify::run(app, claim, page).await,
        Job::Revisit { page } => crate::revisit::run(app, page).await,
        Job::Portrait { actor } => portrait::fetch(app, claim, *actor).await,
        Job::Adopt { forum, relay, object } => relay::adopt(app, claim, *forum, *relay, object).await,
        Job::Tally { consultation, closing } => tally::tell(app, *consultation, *closing).await.map(done),
        Job::Flag { report } => flag::tell(app, *report).await.map(done),
        Job::Cosign { witness } => crate::witness::ask(app, *witness).await.map(done),
        Job::Watch { origin } => crate::witness::watch(app, origin).await.map(done),
        job => in_a_transaction(app, job).await.map(done),
    };
    answer(app, claim, done)
}

fn done(_: ()) -> Outcome {
    Outcome::Done
}

/// Tells what was left to the worker, since the process that did it does not know how.
async fn in_a_transaction(app: &App, job: &Job) -> Result<()> {
    let mut tx = app.store.begin().await?;
    tell(app, &mut tx, job).await?;
    tx.commit().await
}

/// Writes what others are to hear of, with the inboxes that it goes to.
async fn tell(app: &App, tx: &mut Tx, job: &Job) -> Result<()> {
    match job {
        Job::Receipt { object } => receipt::tell(app, tx, object).await,
        Job::Carried { forum, page } => relay::report(app, tx, *forum, page).await,
        Job::Decline { forum, actor, activity, note, code, reason } => {
            refusal::decline(app, tx, (*forum, *actor), (activity, note), (code, reason.as_deref())).await
        }
        Job::Errand { errand } => errand::run(app, tx, errand).await,
        Job::Publish { consultation, .. } => consultation::publish(app, tx, *consultation).await,
        Job::Open { consultation, .. } => consultation::open(app, tx, *consultation).await,
        Job::Edit { consultation, .. } => consultation::edit(app, tx, *consultation).await,
        Job::Comment { comment, change, .. } => comment::tell(app, tx, *comment, *change).await,
        Job::Forum { forum } => forum::tell(app, tx, *forum).await,
        Job::Carry { forum, activity } => carry::carry(app, tx, *forum, activity).await,
        Job::Refuse { ballot } => refusal::tell(app, tx, *ballot).await,
        Job::Answer { consultation, actor, create, verdict } => {
            ballot::answer(app, tx, *consultation, *actor, create, verdict).await
        }
        Job::Moderate { forum, since, at, act } => {
            moderation::tell(app, tx, *forum, moderation::Times { since: *since, at: *at }, act).await
        }
        Job::Follow { follow, undo } => follow::ask(app, tx, *follow, *undo).await,
        Job::Relay { forum, object, passed, came_from } => {
            relay::pass_on(app, tx, *forum, object, passed, came_from).await
        }
        Job::Consent { follow } => follow::consent(app, tx, *follow).await,
        Job::Propose { proposal } => proposal::tell(app, tx, *proposal).await,
        Job::Subscribe { server, undo } => crate::relay_server::subscribe(app, tx, *server, *undo).await,
        Job::Depart { actor, inboxes } => departure::tell(app, tx, *actor, inboxes).await,
        _ => Err(Refusal::NotAllowed.into()),
    }
}

impl Teller for Inner {
    fn tell<'a>(self: Arc<Self>, tx: &'a mut Tx, job: Job) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let app = App::from(self);
            if !app.settings.enabled {
                return Ok(());
            }
            match tell(&app, tx, &job).await {
                // private, deleted or withdrawn: there is nothing to tell
                Err(Error::NotFound) => Ok(()),
                Err(Error::Refused(refusal)) => {
                    tracing::warn!(?job, code = refusal.code(), "nothing is told");
                    Ok(())
                }
                told => told,
            }
        })
    }
}

fn answer(app: &App, claim: &Claim, done: Result<Outcome>) -> Outcome {
    match done {
        Ok(outcome) => outcome,
        // made private, deleted or withdrawn since: there is nothing left to tell
        Err(Error::NotFound) => Outcome::Done,
        Err(Error::Refused(refusal)) => Outcome::Never(refusal.code().to_owned()),
        Err(Error::Store(error)) => {
            let next = job::back_off(app.now(), app.settings.retry_first, claim.attempts, 0.0);
            Outcome::Later(next, error.to_string())
        }
    }
}

/// An activity of ours, to be written.
pub(crate) struct Told<'a, T> {
    pub(crate) id: String,
    pub(crate) kind: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) object: T,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) published: Option<Instant>,
    pub(crate) summary: Option<&'a str>,
}

impl<T: Serialize> Told<'_, T> {
    /// The activity as text, for those alone whom it is addressed to: they have the signature of the delivery.
    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(&self.written()).map_err(Error::store)
    }

    /// The activity as text that everybody may see, with the proof that its actor says so, wherever it comes from.
    pub(crate) async fn proven(&self, tx: &mut Tx, here: &Address, now: Instant, by: &Actor) -> Result<String> {
        let mut written = self.written();
        written.proof = Some(proof::of(&written, &keyring::prover_in(tx, here, now, by).await?, now)?);
        serde_json::to_string(&written).map_err(Error::store)
    }

    fn written(&self) -> Written<'_, &T> {
        Written {
            context: context::object(),
            id: &self.id,
            kind: self.kind,
            actor: self.actor,
            object: &self.object,
            to: &self.to,
            cc: &self.cc,
            published: self.published.map(|at| at.to_string()),
            summary: self.summary,
            proof: None,
        }
    }
}

/// Sends an activity unless it was sent before.
pub(crate) async fn send_once(
    tx: &mut Tx,
    now: Instant,
    signer: Id<Actor>,
    uri: &str,
    body: &str,
    inboxes: &[String],
) -> Result<()> {
    match activity::by_uri(tx, uri).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound) => {
            let told = subject::of(body);
            let object = told.as_ref().map(|told| (told.object.as_str(), told.erases));
            activity::tell(tx, now, Outgoing { signer, uri, body, object }, inboxes).await.map(|_| ())
        }
        Err(error) => Err(error),
    }
}

/// A forum on its way to announce something to inboxes.
pub(crate) struct Announcer<'a> {
    pub(crate) here: &'a Address,
    pub(crate) now: Instant,
    pub(crate) group: &'a Actor,
    pub(crate) inboxes: &'a [String],
}

impl Announcer<'_> {
    /// Wraps a whole activity, byte for byte (FEP-1b12).
    pub(crate) async fn carry(&self, tx: &mut Tx, activity_id: &str, activity: &str) -> Result<()> {
        let object = preserved(activity).map_err(Error::store)?;
        self.announce(tx, activity_id, object).await
    }

    /// Names a root by its id alone, which others show as a boost.
    pub(crate) async fn boost(&self, tx: &mut Tx, id: &str) -> Result<()> {
        self.announce(tx, id, id).await
    }

    async fn announce<T: Serialize>(&self, tx: &mut Tx, of: &str, object: T) -> Result<()> {
        let forum = self.group.uri(self.here).ok_or(Error::NotFound)?;
        let told = Told {
            id: announce_id(&forum, of),
            kind: "Announce",
            actor: &forum,
            object,
            to: to_public(),
            cc: cc_forum(&forum).split_off(1),
            published: Some(self.now),
            summary: None,
        };
        let text = told.proven(tx, self.here, self.now, self.group).await?;
        send_once(tx, self.now, self.group.id, &told.id, &text, self.inboxes).await
    }
}

/// The id of a forum's Announce of an activity or object.
pub(crate) fn announce_id(forum: &str, of: &str) -> String {
    format!("{forum}#announce/{}", mark(of))
}

/// Every inbox once, in order.
pub(crate) fn merged(lists: [Vec<String>; 2]) -> Vec<String> {
    let mut all = lists.concat();
    all.sort();
    all.dedup();
    all
}
