//! Forums here that carry forums elsewhere (FEP-d36d): a forum follows another and passes on what it announces, by a rule.

mod rows;
pub mod rules;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::debate::forum::Forum;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::follow::{self, Follow, State};
use crate::network::mirror::{self, Mirror};
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::relays;
use crate::store::{Conn, Json, Tx};

use diesel::prelude::*;

pub use rows::{asks_consent, by_id, carried_by, carriers, extent, of_forum, of_source, waiting_for};
pub use rules::{Arrival, Kind, Rule};

/// A forum here that carries one elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = relays)]
pub struct Relay {
    /// Key.
    pub id: Id<Relay>,
    /// The forum that carries.
    pub forum_id: Id<Forum>,
    /// The forum that is carried, elsewhere.
    pub source_id: Id<Actor>,
    /// How it is chosen what is carried.
    pub rule: Kind,
    /// By which tags.
    pub tags: Json<Vec<String>>,
    /// Whether comments are carried too.
    pub comments: bool,
    /// How many debates and ballots it passed on.
    pub roots: i32,
    /// How many comments.
    pub answers: i32,
    /// Since when.
    pub created_at: Instant,
    /// When it last passed something on.
    pub last_at: Option<Instant>,
}

impl Relay {
    /// What of the forum is carried.
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule { kind: self.rule, tags: self.tags.0.clone(), comments: self.comments }
    }
}

/// The most forums elsewhere that one forum carries.
pub const RELAYS_MOST: i64 = 200;

/// How long what a forum passes on is gathered before its origin is told how much of it that is.
pub const REPORTED: Duration = Duration::from_secs(60);

/// How something is passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Passed {
    /// A debate or a ballot, by its id alone.
    Root,
    /// A debate or a ballot as its origin tells it: the activity that began it, and then its id.
    Begun {
        /// The `Create`, byte for byte.
        activity: String,
    },
    /// A whole activity about something that is carried, byte for byte.
    Whole {
        /// The activity.
        activity: String,
    },
    /// That it is gone.
    Gone {
        /// The `Delete`, byte for byte, if its author's came here.
        activity: Option<String>,
    },
}

/// A forum here asks to carry one elsewhere, or changes by which rule it does.
///
/// # Errors
/// When `by` may not manage the forum, the forum is not one that speaks to others, `source` is no forum elsewhere
/// ([`Refusal::NotAForum`]), or the rule is none (`tags`).
pub async fn begin(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    source: &Actor,
    rule: Rule,
    uri: impl Fn(Id<Follow>) -> String,
) -> Result<Relay> {
    by.may(Act::ManageForum, Some(forum))?;
    if !forum.visibility.is_federated() {
        return Err(Refusal::NotFederated.into());
    }
    if source.is_local() || source.kind != actor::Kind::Group {
        return Err(Refusal::NotAForum.into());
    }
    let rule = rule.checked()?;
    if let Some(there) = rows::between(tx, forum.id, source.id).await? {
        return rows::change(tx, there.id, &rule).await;
    }
    if rows::count(tx, forum.id).await? >= RELAYS_MOST {
        return Err(Refusal::TooManyRelays.into());
    }
    let group = actor::by_id(tx, forum.actor_id).await?;
    follow::ask_as(tx, now, &group, source, uri).await?;
    crate::care::audit::note(tx, now, by.account.as_ref(), "relay.begin", &forum.slug, None).await?;
    rows::insert(tx, now, forum.id, source.id, &rule).await
}

/// A forum no longer carries another. What it passed on before stays.
///
/// # Errors
/// When `by` may not manage the forum.
pub async fn stop(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, relay: &Relay) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    if relay.forum_id != forum.id {
        return Err(Error::NotFound);
    }
    rows::delete(tx, relay.id).await?;
    crate::care::audit::note(tx, now, by.account.as_ref(), "relay.stop", &forum.slug, None).await?;
    match follow::between(tx, forum.actor_id, relay.source_id).await? {
        Some(follow) => job::enqueue(tx, now, Job::Follow { follow: follow.id, undo: true }, When::Now).await,
        None => Ok(()),
    }
}

/// Where the agreement of the carried forum stands.
///
/// # Errors
/// When the database fails.
pub async fn state(conn: &mut Conn, forum: &Forum, relay: &Relay) -> Result<State> {
    let follow = follow::between(conn, forum.actor_id, relay.source_id).await?;
    Ok(follow.map_or(State::Refused, |follow| follow.state))
}

/// Something that came in, announced by a forum or found at its origin.
#[derive(Debug, Clone)]
pub struct Heard<'a> {
    /// The forum that announced it.
    pub through: &'a Actor,
    /// The copy that is kept of it.
    pub copy: &'a Mirror,
    /// Its tags.
    pub tags: &'a [String],
    /// The activity that was announced, byte for byte; none if it was the bare id.
    pub activity: Option<(&'a str, &'a str)>,
}

/// A forum elsewhere announced something new: those forums here that carry it pass it on, if their rules say so.
///
/// # Errors
/// When the database fails.
pub async fn heard(tx: &mut Tx, now: Instant, it: &Heard<'_>) -> Result<()> {
    for relay in rows::of_source(tx, it.through.id).await? {
        let arrival = arrival(tx, relay.forum_id, it.copy, it.tags).await?;
        if rules::passes_on(&relay.rule(), &arrival) {
            pass_on(tx, now, (relay.forum_id, Some(&relay)), it.copy, it.activity, it.came_from()).await?;
        }
    }
    Ok(())
}

/// Somebody who manages a forum has something passed on that a forum elsewhere published.
///
/// # Errors
/// When `by` may not, [`Refusal::NotCarried`] if it is none of that forum's debates, [`Refusal::AlreadyCarried`] if it was
/// passed on or is gone.
pub async fn by_hand(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    relay: &Relay,
    copy: &Mirror,
) -> Result<()> {
    may_choose(by, forum, relay)?;
    hand_over(tx, now, forum.id, Some(relay), copy).await
}

/// The same, of something that is not known here yet: it is fetched first.
///
/// # Errors
/// When `by` may not.
pub async fn by_hand_unseen(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    relay: &Relay,
    object: &str,
) -> Result<()> {
    may_choose(by, forum, relay)?;
    let job = Job::Adopt { forum: forum.id, relay: Some(relay.id), object: object.to_owned() };
    job::enqueue(tx, now, job, When::Now).await
}

fn may_choose(by: &Standing, forum: &Forum, relay: &Relay) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    if relay.forum_id == forum.id { Ok(()) } else { Err(Error::NotFound) }
}

/// The same, where whoever asked was allowed to: as part of what a forum carries, or by itself.
///
/// # Errors
/// As [`by_hand`].
pub async fn hand_over(
    tx: &mut Tx,
    now: Instant,
    forum: Id<Forum>,
    relay: Option<&Relay>,
    copy: &Mirror,
) -> Result<()> {
    let of_it = match relay {
        Some(relay) => is_of(copy, &actor::by_id(tx, relay.source_id).await?),
        None => true,
    };
    if copy.kind == mirror::Kind::Note || !of_it {
        return Err(Refusal::NotCarried.into());
    }
    if !rules::may_pass(&arrival(tx, forum, copy, &[]).await?) {
        return Err(Refusal::AlreadyCarried.into());
    }
    let through = match copy.group_id {
        Some(group) => actor::by_id(tx, group).await?.host,
        None => None,
    };
    pass_on(tx, now, (forum, relay), copy, None, came_from(through.as_deref(), copy)).await
}

/// Whether a copy is of something in that forum.
fn is_of(copy: &Mirror, source: &Actor) -> bool {
    let says = |name: &str| copy.document.0.get(name).and_then(serde_json::Value::as_str) == source.uri.as_deref();
    copy.group_id == Some(source.id) || says("audience")
}

async fn arrival(conn: &mut Conn, forum: Id<Forum>, copy: &Mirror, tags: &[String]) -> Result<Arrival> {
    let root = copy.root_uri.as_deref().filter(|_| copy.kind == mirror::Kind::Note);
    Ok(Arrival {
        tags: tags.to_vec(),
        is_root: copy.kind != mirror::Kind::Note,
        is_ours: false,
        is_gone: rows::is_gone(conn, &copy.uri).await?,
        was_carried: rows::was_carried(conn, forum, &copy.uri).await?,
        root_was_carried: match root {
            Some(root) => rows::was_carried(conn, forum, root).await?,
            None => false,
        },
    })
}

async fn pass_on(
    tx: &mut Tx,
    now: Instant,
    (forum, relay): (Id<Forum>, Option<&Relay>),
    copy: &Mirror,
    activity: Option<(&str, &str)>,
    came_from: Vec<String>,
) -> Result<()> {
    let is_root = copy.kind != mirror::Kind::Note;
    let (announce, passed) = match activity {
        Some((id, activity)) if !is_root => (id.to_owned(), Passed::Whole { activity: activity.to_owned() }),
        // an answer by its bare id would be shown as a boost of it alone
        None if !is_root => return Ok(()),
        Some((_, activity)) => (copy.uri.clone(), Passed::Begun { activity: activity.to_owned() }),
        None => (copy.uri.clone(), Passed::Root),
    };
    if rows::carry(tx, now, (forum, relay.map(|relay| relay.id)), &copy.uri, &announce, is_root).await? {
        let job = Job::Relay { forum, object: copy.uri.clone(), passed, came_from };
        job::enqueue(tx, now, job, When::Now).await?;
        let page = copy.root_uri.clone().unwrap_or_else(|| copy.uri.clone());
        job::enqueue(tx, now, Job::Carried { forum, page }, When::At(now.plus(REPORTED))).await?;
    }
    Ok(())
}

impl Heard<'_> {
    fn came_from(&self) -> Vec<String> {
        came_from(self.through.host.as_deref(), self.copy)
    }
}

/// The hosts that something came from: that of whoever announced it, and its own.
fn came_from(through: Option<&str>, copy: &Mirror) -> Vec<String> {
    let mut hosts: Vec<String> = through.map(str::to_owned).into_iter().chain([copy.host.clone()]).collect();
    hosts.dedup();
    hosts
}

/// Something that is carried was changed: every forum that passed it on passes on the change, each change once.
///
/// # Errors
/// When the database fails.
pub async fn changed(tx: &mut Tx, now: Instant, it: &Heard<'_>) -> Result<()> {
    let Some((id, activity)) = it.activity else { return Ok(()) };
    for forum in rows::carried_by(tx, &it.copy.uri).await? {
        if rows::note_change(tx, now, forum, id).await? {
            let passed = Passed::Whole { activity: activity.to_owned() };
            let job = Job::Relay { forum, object: it.copy.uri.clone(), passed, came_from: it.came_from() };
            job::enqueue(tx, now, job, When::Now).await?;
        }
    }
    Ok(())
}

/// Something is gone at its origin, or its forum removed it: every forum that passed it on says so to those it told, once.
/// `activity` is the `Delete`, byte for byte, where there is one.
///
/// # Errors
/// When the database fails.
pub async fn gone(tx: &mut Tx, now: Instant, object: &str, activity: Option<&str>) -> Result<()> {
    rows::note_gone(tx, now, object).await?;
    for forum in rows::drop_carried(tx, now, object).await? {
        let passed = Passed::Gone { activity: activity.map(str::to_owned) };
        let job = Job::Relay { forum, object: object.to_owned(), passed, came_from: Vec::new() };
        job::enqueue(tx, now, job, When::Now).await?;
    }
    Ok(())
}

/// The author of things that are carried is gone, and they with them.
///
/// # Errors
/// When the database fails.
pub async fn author_gone(tx: &mut Tx, now: Instant, author: Id<Actor>) -> Result<()> {
    for object in rows::carried_of_author(tx, author).await? {
        gone(tx, now, &object, None).await?;
    }
    Ok(())
}

/// What a forum announced of an object: the activity, or the object itself.
///
/// # Errors
/// [`Error::NotFound`] if it did not pass it on.
pub async fn announced(conn: &mut Conn, forum: Id<Forum>, object: &str) -> Result<String> {
    rows::announced(conn, forum, object).await
}

/// Somebody who manages a forum lets another carry it, or does not.
///
/// # Errors
/// When `by` may not, or [`Error::NotFound`] if nobody asked.
pub async fn consent(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, asked: &Follow, yes: bool) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    if asked.target_id != forum.actor_id || asked.state == State::Refused {
        return Err(Error::NotFound);
    }
    let state = if yes { State::Accepted } else { State::Refused };
    follow::answered(tx, now, &asked.uri, asked.target_id, state).await?;
    let act = if yes { "relay.consent" } else { "relay.refuse" };
    crate::care::audit::note(tx, now, by.account.as_ref(), act, &forum.slug, None).await?;
    job::enqueue(tx, now, Job::Consent { follow: asked.id }, When::Now).await
}

/// Whether a forum wants to be asked before others carry it.
///
/// # Errors
/// When `by` may not manage the forum.
pub async fn ask_first(tx: &mut Tx, by: &Standing, forum: &Forum, asks: bool) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    rows::set_consent(tx, forum.id, asks).await
}
