//! People whom the moderators of a forum exclude from its debates, for a time or for ever. A ban takes words, never the
//! vote: who may vote is the electorate's matter, and a ballot is taken out with a public reason alone.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::comment;
use super::forum::{self, Forum};
use crate::care::audit;
use crate::care::decision::{self, Made};
use crate::care::moderation::{self, Moderation};
use crate::clock::Instant;
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::people::account::{self, Account};
use crate::people::actor::{self, Actor, Kind};
use crate::people::role::{Act, Standing};
use crate::store::schema::{actors, bans};
use crate::store::{Conn, Tx, on};

/// The longest reason, in characters.
pub const REASON_LONGEST: usize = 500;

/// A ban.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = bans)]
pub struct Ban {
    /// Key.
    pub id: Id<Ban>,
    /// From where.
    pub forum_id: Id<Forum>,
    /// Who.
    pub actor_id: Id<Actor>,
    /// Who decided it.
    pub account_id: Option<Id<Account>>,
    /// Why.
    pub reason: String,
    /// Whether what they wrote went too.
    pub removes: bool,
    /// Since when.
    pub at: Instant,
    /// Until when; for ever if `None`.
    pub until: Option<Instant>,
}

/// What bans somebody.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Why: the one who is banned reads it.
    pub reason: String,
    /// Until when; for ever if `None`.
    pub until: Option<Instant>,
    /// Whether what they wrote goes too.
    pub removes: bool,
}

/// Refuses somebody who is banned from the forum now.
///
/// # Errors
/// [`Refusal::Banned`].
pub async fn open(conn: &mut Conn, now: Instant, forum: Id<Forum>, who: Id<Actor>) -> Result<()> {
    let still = bans::until.is_null().or(bans::until.gt(now));
    let banned: i64 = on!(conn, |c| bans::table
        .filter(bans::forum_id.eq(forum).and(bans::actor_id.eq(who)).and(still))
        .count()
        .get_result(c)
        .await)?;
    if banned == 0 { Ok(()) } else { Err(Refusal::Banned.into()) }
}

/// Bans somebody from a forum, or changes the ban.
///
/// # Errors
/// When `by` does not moderate; [`Refusal::NotAllowed`] for those who moderate themselves; a reason that is missing or
/// too long, an end that is past.
pub async fn set(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, whom: &Actor, draft: &Draft) -> Result<Ban> {
    by.may(Act::Moderate, Some(forum))?;
    let mut check = Check::default();
    check.text("reason", draft.reason.trim(), REASON_LONGEST);
    check.that(draft.until.is_none_or(|at| at > now), "until", "past", "Choose a date to come.");
    check.done()?;
    if whom.kind != Kind::Person || moderates(tx, forum, whom).await? {
        return Err(Refusal::NotAllowed.into());
    }
    let row = Ban {
        id: Id::new(now),
        forum_id: forum.id,
        actor_id: whom.id,
        account_id: by.account.as_ref().map(|account| account.id),
        reason: draft.reason.trim().to_owned(),
        removes: draft.removes,
        at: now,
        until: draft.until,
    };
    let ban = save(tx, &row).await?;
    if ban.removes {
        comment::hide_all(tx, now, forum, whom.id, &ban.reason).await?;
    }
    let made = Made { forum: Some(forum.id), actor: Some(whom.id), ..Made::new(decision::Act::Ban, &ban.reason) };
    decision::record(tx, now, by.account.as_ref(), made).await?;
    told(tx, now, by, forum, whom, &ban, false).await?;
    Ok(ban)
}

/// The ban of somebody from a forum, if there is one.
pub(crate) async fn of(conn: &mut Conn, forum: Id<Forum>, who: Id<Actor>) -> Result<Option<Ban>> {
    let it = bans::table.filter(bans::forum_id.eq(forum).and(bans::actor_id.eq(who)));
    Ok(on!(conn, |c| it.select(Ban::as_select()).first(c).await.optional())?)
}

/// Those who moderate are not banned; their role is taken first.
async fn moderates(conn: &mut Conn, forum: &Forum, whom: &Actor) -> Result<bool> {
    if !whom.is_local() {
        return Ok(false);
    }
    let account = match account::by_actor(conn, whom.id).await {
        Ok(account) => account,
        Err(Error::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    let official = account.official;
    let standing = forum::standing(conn, forum, Some(&account)).await?;
    Ok(official || standing.may(Act::Moderate, Some(forum)).is_ok())
}

async fn save(conn: &mut Conn, row: &Ban) -> Result<Ban> {
    Ok(on!(conn, |c| diesel::insert_into(bans::table)
        .values(row)
        .on_conflict((bans::forum_id, bans::actor_id))
        .do_update()
        .set((
            bans::reason.eq(&row.reason),
            bans::removes.eq(row.removes),
            bans::until.eq(row.until),
            bans::account_id.eq(row.account_id),
        ))
        .returning(Ban::as_returning())
        .get_result(c)
        .await)?)
}

/// Ends a ban. What it removed stays removed.
///
/// # Errors
/// When `by` does not moderate; [`Error::NotFound`].
pub async fn lift(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, id: Id<Ban>) -> Result<()> {
    by.may(Act::Moderate, Some(forum))?;
    let conn: &mut Conn = tx;
    let it = bans::table.find(id).filter(bans::forum_id.eq(forum.id));
    let ban: Ban = on!(conn, |c| it.select(Ban::as_select()).first(c).await)?;
    on!(conn, |c| diesel::delete(bans::table.find(id)).execute(c).await)?;
    let whom = actor::by_id(tx, ban.actor_id).await?;
    told(tx, now, by, forum, &whom, &ban, true).await
}

/// Who is banned from a forum, the latest first, each with who it is.
///
/// # Errors
/// When `by` does not moderate.
pub async fn list(conn: &mut Conn, by: &Standing, forum: &Forum, limit: i64) -> Result<Vec<(Ban, Actor)>> {
    by.may(Act::Moderate, Some(forum))?;
    Ok(on!(conn, |c| bans::table
        .inner_join(actors::table)
        .filter(bans::forum_id.eq(forum.id))
        .order((bans::at.desc(), bans::id))
        .limit(limit)
        .select((Ban::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

async fn told(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    whom: &Actor,
    ban: &Ban,
    lifted: bool,
) -> Result<()> {
    let host = whom.host.as_deref().map(|host| format!("@{host}")).unwrap_or_default();
    let act = if lifted { "forum.unban" } else { "forum.ban" };
    let subject = format!("{} {}{host}", forum.slug, whom.name);
    audit::note(tx, now, by.account.as_ref(), act, &subject, None).await?;
    // Somebody who has no public actor is nobody to others.
    if whom.is_local() && whom.published_at.is_none() {
        return Ok(());
    }
    let Ban { until, removes, .. } = *ban;
    let reason = ban.reason.clone();
    let act = Moderation::Ban { actor: whom.id, reason, until, removes, lifted };
    moderation::tell(tx, now, forum, ban.at, act).await
}
