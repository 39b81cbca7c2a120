//! Ballots: one per voter and consultation, decided in the database; every cast, change and withdrawal an event.

mod merged;
mod refused;
mod rows;
mod rules;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::cap::{self, Caps};
use super::electorate::{Assurance, Tier};
use super::removal;
use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation};
use crate::debate::forum::Forum;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::network::relocation;
use crate::people::actor::Actor;
use crate::people::role::Standing;
use crate::store::schema::{ballot_events, ballots};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx};

pub use merged::merge;
pub use refused::{RefusedBallot, keep_refused, refuse, refused_by_id};
pub use rows::{by_source, find, inboxes, standing, viewer};
pub(super) use rules::open;
pub use rules::{admit, saw};

words! {
    /// What happened to a ballot.
    pub enum EventKind {
        /// Cast.
        Cast = "cast",
        /// Changed, or cast again after a withdrawal.
        Change = "change",
        /// Withdrawn.
        Withdraw = "withdraw",
        /// Taken out by a moderator, with a reason.
        Remove = "remove",
    }
}

impl EventKind {
    /// Whether a ballot counts after it.
    #[must_use]
    pub fn stands(self) -> bool {
        matches!(self, Self::Cast | Self::Change)
    }
}

/// A ballot as it stands.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ballots)]
pub struct Ballot {
    /// Key.
    pub id: Id<Ballot>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// In which tier it counts.
    pub tier: Tier,
    /// What was chosen: ids.
    pub choice: Json<Vec<String>>,
    /// Grows by one with each event; starts at 1.
    pub revision: i32,
    /// The version of the text that the voter saw.
    pub text_version: i32,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// When the voter's own server says it was made.
    pub published_at: Option<Instant>,
    /// When it was first cast.
    pub cast_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

impl Ballot {
    /// What has just happened to it.
    pub(crate) fn event(&self, now: Instant, kind: EventKind) -> Event {
        Event {
            id: Id::new(now),
            consultation_id: self.consultation_id,
            ballot_id: self.id,
            revision: self.revision,
            kind,
            tier: self.tier,
            choice: self.choice.clone(),
            text_version: self.text_version,
            at: now,
            seq: None,
        }
    }

    /// As a withdrawal or removal leaves it.
    fn emptied(self, now: Instant) -> Self {
        Self { choice: Json(Vec::new()), revision: self.revision + 1, withdrawn: true, changed_at: now, ..self }
    }
}

/// What happened to a ballot. Without `seq` it is a promise that the sequencer has yet to number.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ballot_events)]
pub struct Event {
    /// Key.
    pub id: Id<Event>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// To which ballot.
    pub ballot_id: Id<Ballot>,
    /// The ballot's revision with it.
    pub revision: i32,
    /// What.
    pub kind: EventKind,
    /// In which tier.
    pub tier: Tier,
    /// What is chosen from then on; nothing once withdrawn.
    pub choice: Json<Vec<String>>,
    /// The version of the text that the voter saw.
    pub text_version: i32,
    /// When.
    pub at: Instant,
    /// Its place in the log, from 0.
    pub seq: Option<i64>,
}

/// Somebody who votes, in the tier that the electorate gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voter {
    /// Who.
    pub actor: Id<Actor>,
    /// The tier.
    pub tier: Tier,
}

impl Voter {
    /// Somebody of this node.
    ///
    /// # Errors
    /// [`Refusal::NotSignedIn`], [`Refusal::NotEligible`], or that the role does not allow voting.
    pub async fn here(conn: &mut Conn, on: &Consultation, forum: &Forum, who: &Standing) -> Result<Self> {
        let tier = on.electorate.0.tier_here(conn, forum, who).await?;
        let actor = who.account.as_ref().ok_or(Refusal::NotSignedIn)?.actor_id;
        Ok(Self { actor, tier })
    }

    /// Somebody of another server. Linked with an account here, it is that account's ballot, in the tier of the other server:
    /// its word makes nobody a member.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`].
    pub async fn elsewhere(conn: &mut Conn, on: &Consultation, forum: &Forum, actor: &Actor) -> Result<Self> {
        Self::asserted(conn, on, forum, actor, None).await
    }

    /// Somebody of another server, of whom that server says how it knows them. One who moved from another account votes
    /// with the ballot cast from there, if there is one.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`].
    pub async fn asserted(
        conn: &mut Conn,
        on: &Consultation,
        forum: &Forum,
        actor: &Actor,
        assurance: Option<Assurance>,
    ) -> Result<Self> {
        if actor.suspended_at.is_some() {
            return Err(Refusal::PeerBlocked.into());
        }
        let tier = on.electorate.0.tier_elsewhere(conn, forum, actor.host.as_deref(), assurance).await?;
        Ok(Self { actor: relocation::voter(conn, on.id, actor).await?, tier })
    }
}

/// The activity of another server that brings a ballot.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Its id: kept for ever, so that none counts twice.
    pub uri: String,
    /// Other ids by which the same ballot may be taken back.
    pub also: Vec<String>,
    /// When its server says it was made.
    pub published: Option<Instant>,
    /// Whether it adds one choice to those there, as Mastodon sends one Note for each.
    pub adds: bool,
    /// How its server says that it knows the voter.
    pub assurance: Option<Assurance>,
    /// The host that it comes from, and how many open ballots are taken from one; not bounded where none is named.
    pub bounds: Option<(String, Caps)>,
}

/// What the voter gets at once. The log's place and proof come with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The ballot.
    pub ballot: Id<Ballot>,
    /// The consultation's slug.
    pub consultation: String,
    /// What was chosen: ids.
    pub choice: Vec<String>,
    /// In which tier it counts.
    pub tier: Tier,
    /// When.
    pub cast_at: Instant,
    /// The ballot's revision.
    pub revision: i32,
    /// The version of the text that the voter saw.
    pub text_version: i32,
}

impl Receipt {
    /// For a ballot that stands.
    #[must_use]
    pub fn of(on: &Consultation, ballot: &Ballot) -> Self {
        Self {
            ballot: ballot.id,
            consultation: on.slug.clone(),
            choice: ballot.choice.0.clone(),
            tier: ballot.tier,
            cast_at: ballot.changed_at,
            revision: ballot.revision,
            text_version: ballot.text_version,
        }
    }
}

/// What became of a ballot that another node sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It counts.
    Counted(Receipt),
    /// It is withdrawn.
    Withdrawn,
    /// A rule says no: its code.
    Refused(String),
}

/// How often a ballot is tried again when another process changes it at the same time.
const TRIES: usize = 4;

/// Casts or changes a ballot. The only way one comes to be, whether the voter came through the website, the API or the
/// fediverse.
///
/// # Errors
/// [`Refusal`]: `not-open-yet`, `closed`, `not-published`, `wrong-method`, `unknown-choice`, `nothing-chosen`,
/// `too-many-choices`, `repeated-choice`, `already-voted`.
pub async fn cast(tx: &mut Tx, now: Instant, on: &Consultation, voter: Voter, chosen: &[String]) -> Result<Receipt> {
    take(tx, now, on, voter, chosen, None).await
}

/// Casts a ballot that another server brings. Its activity counts once, for ever: the same one again changes nothing
/// and is answered the same.
///
/// # Errors
/// As [`cast`], and `superseded`.
pub async fn receive(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    voter: Voter,
    chosen: &[String],
    source: &Source,
) -> Result<Receipt> {
    if let Some(there) = by_source(tx, &source.uri).await? {
        // Nobody is told of another's ballot, however its id was come by.
        let same = there.consultation_id == on.id && there.actor_id == voter.actor;
        return if same { Ok(Receipt::of(on, &there)) } else { Err(Refusal::NotAllowed.into()) };
    }
    take(tx, now, on, voter, chosen, Some(source)).await
}

async fn take(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    voter: Voter,
    chosen: &[String],
    source: Option<&Source>,
) -> Result<Receipt> {
    let on = &consultation::shared(tx, on.id).await?;
    let choice = rules::admit(now, on, chosen)?;
    for _ in 0..TRIES {
        let fresh = rules::fresh(now, on, voter, choice.clone(), source);
        let saved = if rows::insert(tx, &fresh).await? {
            bounded(tx, &fresh, source).await?;
            Some((fresh, EventKind::Cast))
        } else {
            let earlier = find(tx, on.id, voter.actor).await?.ok_or(Error::NotFound)?;
            if earlier.withdrawn && removal::is_removed(tx, &earlier).await? {
                return Err(Refusal::BallotRemoved.into());
            }
            let changed = rules::change(now, on, voter, earlier, choice.clone(), source)?;
            rows::update(tx, &changed).await?.then_some((changed, EventKind::Change))
        };
        if let Some((ballot, kind)) = saved {
            rows::record(tx, now, &ballot, kind).await?;
            if let Some(source) = source {
                rows::keep_source(tx, now, source, &ballot, &choice).await?;
            }
            if on.locked_at.is_none() {
                consultation::lock(tx, now, on.id).await?;
            }
            return Ok(Receipt::of(on, &ballot));
        }
    }
    Err(Error::store("the ballot kept changing under our hands"))
}

/// Counts a new voter of another server, or takes the ballot out of the box again.
async fn bounded(tx: &mut Tx, fresh: &Ballot, source: Option<&Source>) -> Result<()> {
    let Some((host, caps)) = source.and_then(|source| source.bounds.as_ref()) else { return Ok(()) };
    if !cap::is_capped(fresh.tier) {
        return Ok(());
    }
    let counted = cap::count(tx, fresh.consultation_id, host, *caps).await;
    if counted.is_err() {
        rows::discard(tx, fresh.id).await?;
    }
    counted
}

/// A first ballot, by the rules of [`cast`], not yet saved: for who saves many at once.
pub(super) fn first(now: Instant, on: &Consultation, voter: Voter, chosen: &[String]) -> Result<Ballot> {
    let choice = rules::admit(now, on, chosen)?;
    Ok(rules::fresh(now, on, voter, choice, None))
}

/// Withdraws the ballot of `actor`.
///
/// # Errors
/// [`Error::NotFound`] when there is none, and the refusals of a consultation that is not open;
/// [`Refusal::AlreadyVoted`] where ballots cannot be changed.
pub async fn withdraw(tx: &mut Tx, now: Instant, on: &Consultation, actor: Id<Actor>) -> Result<()> {
    let on = &consultation::shared(tx, on.id).await?;
    for _ in 0..TRIES {
        let earlier = find(tx, on.id, actor).await?.filter(|b| !b.withdrawn).ok_or(Error::NotFound)?;
        rules::open(now, on)?;
        if !on.changeable {
            return Err(Refusal::AlreadyVoted.into());
        }
        let gone = earlier.emptied(now);
        if rows::update(tx, &gone).await? {
            return rows::record(tx, now, &gone, EventKind::Withdraw).await.map(drop);
        }
    }
    Err(Error::store("the ballot kept changing under our hands"))
}

/// Takes a standing ballot out; [`super::removal::remove`] says who may and why.
pub(super) async fn take_out(tx: &mut Tx, now: Instant, ballot: Ballot) -> Result<Id<Event>> {
    let gone = ballot.emptied(now);
    if !rows::update(tx, &gone).await? {
        return Err(Error::store("the ballot changed under our hands"));
    }
    rows::record(tx, now, &gone, EventKind::Remove).await
}

/// The other server takes back the activity that brought a ballot or one of its choices. Answers false if that
/// activity brought none, or its ballot has moved on since.
///
/// # Errors
/// As [`withdraw`].
pub async fn take_back(tx: &mut Tx, now: Instant, on: &Consultation, actor: Id<Actor>, uri: &str) -> Result<bool> {
    let Some(ballot) = by_source(tx, uri).await?.filter(|b| b.actor_id == actor && b.consultation_id == on.id) else {
        return Ok(false);
    };
    if ballot.withdrawn {
        return Ok(false);
    }
    withdraw(tx, now, on, actor).await?;
    Ok(true)
}
