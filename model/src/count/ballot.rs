//! Ballots: one per voter and consultation, decided in the database; every cast, change and withdrawal an event.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::electorate::Tier;
use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation, Phase};
use crate::debate::forum::Forum;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::people::role::Standing;
use crate::store::schema::{ballot_events, ballot_sources, ballots, refused_ballots};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// What happened to a ballot.
    pub enum EventKind {
        /// Cast.
        Cast = "cast",
        /// Changed, or cast again after a withdrawal.
        Change = "change",
        /// Withdrawn.
        Withdraw = "withdraw",
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
    pub fn here(on: &Consultation, forum: &Forum, who: &Standing) -> Result<Self> {
        let tier = on.electorate.0.tier_here(forum, who)?;
        let actor = who.account.as_ref().ok_or(Refusal::NotSignedIn)?.actor_id;
        Ok(Self { actor, tier })
    }

    /// Somebody of another server.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`].
    pub fn elsewhere(on: &Consultation, forum: &Forum, actor: &Actor) -> Result<Self> {
        if actor.suspended_at.is_some() {
            return Err(Refusal::PeerBlocked.into());
        }
        Ok(Self { actor: actor.id, tier: on.electorate.0.tier_elsewhere(forum)? })
    }
}

/// The activity of another server that brings a ballot.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its id: kept for ever, so that none counts twice.
    pub uri: String,
    /// When its server says it was made.
    pub published: Option<Instant>,
    /// Whether it adds one choice to those there, as Mastodon sends one Note for each.
    pub adds: bool,
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
        }
    }
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
        return Ok(Receipt::of(on, &there));
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
    let choice = admit(now, on, chosen)?;
    for _ in 0..TRIES {
        let fresh = fresh(now, on, voter, choice.clone(), source);
        let saved = if insert(tx, &fresh).await? {
            Some((fresh, EventKind::Cast))
        } else {
            let earlier = find(tx, on.id, voter.actor).await?.ok_or(Error::NotFound)?;
            let changed = change(now, on, voter, earlier, choice.clone(), source)?;
            update(tx, &changed).await?.then_some((changed, EventKind::Change))
        };
        if let Some((ballot, kind)) = saved {
            record(tx, now, &ballot, kind).await?;
            if let Some(source) = source {
                keep_source(tx, now, source, &ballot, &choice).await?;
            }
            if on.locked_at.is_none() {
                consultation::lock(tx, now, on.id).await?;
            }
            return Ok(Receipt::of(on, &ballot));
        }
    }
    Err(Error::store("the ballot kept changing under our hands"))
}

/// The rules that every ballot meets: the consultation is open by our clock, and the choice is one of its choices.
/// Answers the choice as ids. A door that must first ask who votes can refuse by it at once.
///
/// # Errors
/// The refusals of [`cast`], but those of the voter.
pub fn admit(now: Instant, on: &Consultation, chosen: &[String]) -> Result<Vec<String>> {
    open(now, on)?;
    on.method.0.admit(&on.language, chosen)
}

fn open(now: Instant, on: &Consultation) -> Result<()> {
    match on.phase(now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Scheduled => Err(Refusal::NotOpenYet.into()),
        Phase::Closed => Err(Refusal::Closed.into()),
        Phase::Open => Ok(()),
    }
}

fn fresh(now: Instant, on: &Consultation, voter: Voter, choice: Vec<String>, source: Option<&Source>) -> Ballot {
    Ballot {
        id: Id::new(now),
        consultation_id: on.id,
        actor_id: voter.actor,
        tier: voter.tier,
        choice: Json(choice),
        revision: 1,
        text_version: on.text_version,
        withdrawn: false,
        published_at: source.and_then(|s| s.published),
        cast_at: now,
        changed_at: now,
    }
}

/// The rules for a voter who has a ballot already.
fn change(
    now: Instant,
    on: &Consultation,
    voter: Voter,
    earlier: Ballot,
    choice: Vec<String>,
    source: Option<&Source>,
) -> Result<Ballot> {
    let adds = source.is_some_and(|s| s.adds) && !earlier.withdrawn;
    let choice = if adds { added(on, &earlier, choice)? } else { choice };
    if !adds && !on.changeable && !earlier.withdrawn {
        return Err(Refusal::AlreadyVoted.into());
    }
    let published = source.and_then(|s| s.published);
    if !adds && let (Some(new), Some(old)) = (published, earlier.published_at) && new <= old {
        return Err(Refusal::Superseded.into());
    }
    Ok(Ballot {
        tier: voter.tier,
        choice: Json(choice),
        revision: earlier.revision + 1,
        text_version: on.text_version,
        withdrawn: false,
        published_at: published.or(earlier.published_at),
        changed_at: now,
        ..earlier
    })
}

/// A second Note of Mastodon's: one more choice where several may be chosen, refused where only one may.
fn added(on: &Consultation, earlier: &Ballot, choice: Vec<String>) -> Result<Vec<String>> {
    if !on.method.0.is_multiple() {
        return Err(Refusal::AlreadyVoted.into());
    }
    let mut all = earlier.choice.0.clone();
    all.extend(choice);
    on.method.0.admit(&on.language, &all)
}

/// Withdraws the ballot of `actor`.
///
/// # Errors
/// [`Error::NotFound`] when there is none, and the refusals of a consultation that is not open;
/// [`Refusal::AlreadyVoted`] where ballots cannot be changed.
pub async fn withdraw(tx: &mut Tx, now: Instant, on: &Consultation, actor: Id<Actor>) -> Result<()> {
    for _ in 0..TRIES {
        let earlier = find(tx, on.id, actor).await?.filter(|b| !b.withdrawn).ok_or(Error::NotFound)?;
        open(now, on)?;
        if !on.changeable {
            return Err(Refusal::AlreadyVoted.into());
        }
        let gone = Ballot {
            choice: Json(Vec::new()),
            revision: earlier.revision + 1,
            withdrawn: true,
            changed_at: now,
            ..earlier
        };
        if update(tx, &gone).await? {
            return record(tx, now, &gone, EventKind::Withdraw).await;
        }
    }
    Err(Error::store("the ballot kept changing under our hands"))
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

/// The ballot of `actor`, withdrawn or not.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, consultation: Id<Consultation>, actor: Id<Actor>) -> Result<Option<Ballot>> {
    Ok(on!(conn, |c| ballots::table
        .filter(ballots::consultation_id.eq(consultation).and(ballots::actor_id.eq(actor)))
        .select(Ballot::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The ballot that stands for `actor`, for its own page and call.
///
/// # Errors
/// When the database fails.
pub async fn standing(conn: &mut Conn, consultation: Id<Consultation>, actor: Id<Actor>) -> Result<Option<Ballot>> {
    Ok(find(conn, consultation, actor).await?.filter(|b| !b.withdrawn))
}

/// The ballot that this activity brought.
///
/// # Errors
/// When the database fails.
pub async fn by_source(conn: &mut Conn, uri: &str) -> Result<Option<Ballot>> {
    Ok(on!(conn, |c| ballot_sources::table
        .inner_join(ballots::table)
        .filter(ballot_sources::uri.eq(uri))
        .select(Ballot::as_select())
        .first(c)
        .await
        .optional())?)
}

async fn insert(conn: &mut Conn, ballot: &Ballot) -> Result<bool> {
    let rows =
        on!(conn, |c| diesel::insert_into(ballots::table).values(ballot).on_conflict_do_nothing().execute(c).await)?;
    Ok(rows == 1)
}

/// Writes the next revision, unless somebody else was faster.
async fn update(conn: &mut Conn, ballot: &Ballot) -> Result<bool> {
    let before = ballots::table.find(ballot.id).filter(ballots::revision.eq(ballot.revision - 1));
    let rows = on!(conn, |c| diesel::update(before)
        .set((
            ballots::tier.eq(ballot.tier),
            ballots::choice.eq(&ballot.choice),
            ballots::revision.eq(ballot.revision),
            ballots::text_version.eq(ballot.text_version),
            ballots::withdrawn.eq(ballot.withdrawn),
            ballots::published_at.eq(ballot.published_at),
            ballots::changed_at.eq(ballot.changed_at),
        ))
        .execute(c)
        .await)?;
    Ok(rows == 1)
}

async fn record(conn: &mut Conn, now: Instant, ballot: &Ballot, kind: EventKind) -> Result<()> {
    let event = Event {
        id: Id::new(now),
        consultation_id: ballot.consultation_id,
        ballot_id: ballot.id,
        revision: ballot.revision,
        kind,
        tier: ballot.tier,
        choice: ballot.choice.clone(),
        text_version: ballot.text_version,
        at: now,
        seq: None,
    };
    on!(conn, |c| diesel::insert_into(ballot_events::table).values(&event).execute(c).await)?;
    Ok(())
}

async fn keep_source(conn: &mut Conn, now: Instant, source: &Source, ballot: &Ballot, choice: &[String]) -> Result<()> {
    let row = (
        ballot_sources::uri.eq(&source.uri),
        ballot_sources::ballot_id.eq(ballot.id),
        ballot_sources::choice.eq(Json(choice.to_vec())),
        ballot_sources::at.eq(now),
    );
    on!(conn, |c| diesel::insert_into(ballot_sources::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// A ballot that another server sent and the rules refuse: kept with its code, not counted.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refused_ballots)]
pub struct RefusedBallot {
    /// Key.
    pub id: Id<RefusedBallot>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// The activity.
    pub uri: String,
    /// Why.
    pub code: String,
    /// When.
    pub at: Instant,
}

/// Keeps a refused ballot, and has the voter told why: once per consultation.
///
/// # Errors
/// When the database fails.
pub async fn refuse(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    actor: Id<Actor>,
    uri: &str,
    refusal: &Refusal,
) -> Result<()> {
    let row = RefusedBallot {
        id: Id::new(now),
        consultation_id: on.id,
        actor_id: actor,
        uri: uri.to_owned(),
        code: refusal.code().to_owned(),
        at: now,
    };
    let conn: &mut Conn = tx;
    let earlier: i64 = on!(conn, |c| refused_ballots::table
        .filter(refused_ballots::consultation_id.eq(on.id).and(refused_ballots::actor_id.eq(actor)))
        .count()
        .get_result(c)
        .await)?;
    let new = on!(conn, |c| diesel::insert_into(refused_ballots::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    if new == 1 && earlier == 0 {
        job::enqueue(tx, now, Job::Refuse { ballot: row.id }, When::Now).await?;
    }
    Ok(())
}

/// A refused ballot.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn refused_by_id(conn: &mut Conn, id: Id<RefusedBallot>) -> Result<RefusedBallot> {
    Ok(on!(conn, |c| refused_ballots::table.find(id).select(RefusedBallot::as_select()).first(c).await)?)
}

/// The inboxes of servers from which somebody voted or commented, each once: they hear of the totals.
///
/// # Errors
/// When the database fails.
pub async fn inboxes(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<String>> {
    use crate::store::schema::{actors, comments};
    let voters: Vec<(Option<String>, Option<String>)> = on!(conn, |c| ballots::table
        .inner_join(actors::table)
        .filter(ballots::consultation_id.eq(consultation).and(actors::host.is_not_null()))
        .select((actors::shared_inbox, actors::inbox))
        .distinct()
        .load(c)
        .await)?;
    let writers: Vec<(Option<String>, Option<String>)> = on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(consultation).and(actors::host.is_not_null()))
        .select((actors::shared_inbox, actors::inbox))
        .distinct()
        .load(c)
        .await)?;
    let mut all: Vec<String> = voters.into_iter().chain(writers).filter_map(|(shared, own)| shared.or(own)).collect();
    all.sort();
    all.dedup();
    Ok(all)
}
