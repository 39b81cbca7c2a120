//! Relays in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Relay, Rule};
use crate::clock::Instant;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::network::follow::{Follow, State};
use crate::people::actor::{self, Actor};
use crate::store::schema::{actors, carried, consents, departed, follows, forums, mirrors, relays};
use crate::store::{Conn, Json, Tx, on};

pub(super) async fn insert(
    tx: &mut Tx,
    now: Instant,
    forum_id: Id<Forum>,
    source_id: Id<Actor>,
    rule: &Rule,
) -> Result<Relay> {
    let row = Relay {
        id: Id::new(now),
        forum_id,
        source_id,
        rule: rule.kind,
        tags: Json(rule.tags.clone()),
        comments: rule.comments,
        roots: 0,
        answers: 0,
        created_at: now,
        last_at: None,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(relays::table).values(&row).execute(c).await)?;
    Ok(row)
}

pub(super) async fn change(tx: &mut Tx, id: Id<Relay>, rule: &Rule) -> Result<Relay> {
    let conn: &mut Conn = tx;
    let tags = Json(rule.tags.clone());
    Ok(on!(conn, |c| diesel::update(relays::table.find(id))
        .set((relays::rule.eq(rule.kind), relays::tags.eq(&tags), relays::comments.eq(rule.comments)))
        .returning(Relay::as_returning())
        .get_result(c)
        .await)?)
}

pub(super) async fn delete(tx: &mut Tx, id: Id<Relay>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(relays::table.find(id)).execute(c).await)?;
    Ok(())
}

pub(super) async fn between(conn: &mut Conn, forum: Id<Forum>, source: Id<Actor>) -> Result<Option<Relay>> {
    Ok(on!(conn, |c| relays::table
        .filter(relays::forum_id.eq(forum).and(relays::source_id.eq(source)))
        .select(Relay::as_select())
        .first(c)
        .await
        .optional())?)
}

pub(super) async fn count(conn: &mut Conn, forum: Id<Forum>) -> Result<i64> {
    Ok(on!(conn, |c| relays::table.filter(relays::forum_id.eq(forum)).count().get_result(c).await)?)
}

/// The relay of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Relay>) -> Result<Relay> {
    Ok(on!(conn, |c| relays::table.find(id).select(Relay::as_select()).first(c).await)?)
}

/// What a forum carries, oldest first, each with the forum carried.
///
/// # Errors
/// When the database fails.
pub async fn of_forum(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<(Relay, Actor)>> {
    Ok(on!(conn, |c| relays::table
        .inner_join(actors::table.on(actors::id.eq(relays::source_id)))
        .filter(relays::forum_id.eq(forum))
        .order(relays::id)
        .select((Relay::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// The relays that carry that forum.
///
/// # Errors
/// When the database fails.
pub async fn of_source(conn: &mut Conn, source: Id<Actor>) -> Result<Vec<Relay>> {
    Ok(on!(conn, |c| relays::table
        .filter(relays::source_id.eq(source))
        .order(relays::id)
        .select(Relay::as_select())
        .load(c)
        .await)?)
}

/// The forums elsewhere that carry one of ours, or asked to: groups that follow it, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn carriers(conn: &mut Conn, forum: &Forum) -> Result<Vec<(Follow, Actor)>> {
    Ok(on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(forum.actor_id).and(actors::kind.eq(actor::Kind::Group)))
        .order(follows::id)
        .select((Follow::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// How many forums elsewhere wait for the answer of this one.
///
/// # Errors
/// When the database fails.
pub async fn waiting_for(conn: &mut Conn, forum: &Forum) -> Result<usize> {
    Ok(carriers(conn, forum).await?.iter().filter(|(follow, _)| follow.state == State::Requested).count())
}

/// Notes that a forum passes something on. False if it did before.
pub(super) async fn carry(
    tx: &mut Tx,
    now: Instant,
    (forum, relay): (Id<Forum>, Option<Id<Relay>>),
    object: &str,
    announce: &str,
    is_root: bool,
) -> Result<bool> {
    let row = (
        carried::forum_id.eq(forum),
        carried::object.eq(object),
        carried::relay_id.eq(relay),
        carried::announce.eq(announce),
        carried::at.eq(now),
    );
    let conn: &mut Conn = tx;
    let first =
        on!(conn, |c| diesel::insert_into(carried::table).values(row).on_conflict_do_nothing().execute(c).await)? == 1;
    if let Some(relay) = relay.filter(|_| first) {
        let (roots, answers) = if is_root { (1, 0) } else { (0, 1) };
        on!(conn, |c| diesel::update(relays::table.find(relay))
            .set((
                relays::roots.eq(relays::roots + roots),
                relays::answers.eq(relays::answers + answers),
                relays::last_at.eq(Some(now)),
            ))
            .execute(c)
            .await)?;
    }
    Ok(first)
}

/// Notes that a forum passes on a change, under the id of the activity. False if it did before.
pub(super) async fn note_change(tx: &mut Tx, now: Instant, forum: Id<Forum>, activity: &str) -> Result<bool> {
    let row = (
        carried::forum_id.eq(forum),
        carried::object.eq(activity),
        carried::announce.eq(activity),
        carried::at.eq(now),
    );
    let conn: &mut Conn = tx;
    let noted =
        on!(conn, |c| diesel::insert_into(carried::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(noted == 1)
}

pub(super) async fn was_carried(conn: &mut Conn, forum: Id<Forum>, object: &str) -> Result<bool> {
    let found: i64 = on!(conn, |c| carried::table.find((forum, object)).count().get_result(c).await)?;
    Ok(found > 0)
}

/// The forums here that passed something on which is not gone.
///
/// # Errors
/// When the database fails.
pub async fn carried_by(conn: &mut Conn, object: &str) -> Result<Vec<Id<Forum>>> {
    Ok(on!(conn, |c| carried::table
        .inner_join(forums::table.on(forums::id.eq(carried::forum_id)))
        .filter(carried::object.eq(object).and(carried::gone_at.is_null()))
        .order(forums::slug)
        .select(carried::forum_id)
        .load(c)
        .await)?)
}

/// How many objects of a consultation elsewhere a forum passed on that are not gone.
///
/// # Errors
/// When the database fails.
pub async fn extent(conn: &mut Conn, forum: Id<Forum>, page: &str) -> Result<i64> {
    Ok(on!(conn, |c| carried::table
        .inner_join(mirrors::table.on(mirrors::uri.eq(carried::object)))
        .filter(carried::forum_id.eq(forum).and(carried::gone_at.is_null()))
        .filter(mirrors::uri.eq(page).or(mirrors::root_uri.eq(page)))
        .count()
        .get_result(c)
        .await)?)
}

/// What of an author was passed on.
pub(super) async fn carried_of_author(conn: &mut Conn, author: Id<Actor>) -> Result<Vec<String>> {
    let mut all: Vec<String> = on!(conn, |c| carried::table
        .inner_join(mirrors::table.on(mirrors::uri.eq(carried::object)))
        .filter(mirrors::author_id.eq(author).and(carried::gone_at.is_null()))
        .order(carried::object)
        .select(carried::object)
        .load(c)
        .await)?;
    all.dedup();
    Ok(all)
}

/// What a forum announced of an object.
pub(super) async fn announced(conn: &mut Conn, forum: Id<Forum>, object: &str) -> Result<String> {
    Ok(on!(conn, |c| carried::table.find((forum, object)).select(carried::announce).first(c).await)?)
}

/// Marks what is gone as gone, and answers which forums had passed it on.
pub(super) async fn drop_carried(tx: &mut Tx, now: Instant, object: &str) -> Result<Vec<Id<Forum>>> {
    let conn: &mut Conn = tx;
    let there = carried::table.filter(carried::object.eq(object).and(carried::gone_at.is_null()));
    Ok(on!(conn, |c| diesel::update(there)
        .set(carried::gone_at.eq(Some(now)))
        .returning(carried::forum_id)
        .get_results(c)
        .await)?)
}

pub(super) async fn note_gone(tx: &mut Tx, now: Instant, uri: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(departed::table)
        .values((departed::uri.eq(uri), departed::at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(())
}

pub(super) async fn is_gone(conn: &mut Conn, uri: &str) -> Result<bool> {
    let found: i64 = on!(conn, |c| departed::table.find(uri).count().get_result(c).await)?;
    Ok(found > 0)
}

/// Whether a forum wants to be asked before another carries it.
///
/// # Errors
/// When the database fails.
pub async fn asks_consent(conn: &mut Conn, forum: Id<Forum>) -> Result<bool> {
    let asks: Option<bool> =
        on!(conn, |c| consents::table.find(forum).select(consents::asks).first(c).await.optional())?;
    Ok(asks.unwrap_or(false))
}

pub(super) async fn set_consent(tx: &mut Tx, forum: Id<Forum>, asks: bool) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(consents::table)
        .values((consents::forum_id.eq(forum), consents::asks.eq(asks)))
        .on_conflict(consents::forum_id)
        .do_update()
        .set(consents::asks.eq(asks))
        .execute(c)
        .await)?;
    Ok(())
}
