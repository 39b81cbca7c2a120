//! What people of this node think of comments on consultations of other nodes: it goes to the origin alone.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Errand, send};
use crate::address::Address;
use crate::clock::Instant;
use crate::debate::reaction::Value;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::network::elsewhere::Elsewhere;
use crate::network::mirror::{self, Kind, Mirror};
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::home_opinions;
use crate::store::{Conn, Tx, on};

/// An opinion of a comment elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = home_opinions)]
pub struct Opinion {
    /// Whose.
    pub actor_id: Id<Actor>,
    /// The comment.
    pub object: String,
    /// 1: agrees; -1: disagrees.
    pub value: i32,
    /// The id of the activity that said so.
    pub activity: String,
    /// When.
    pub at: Instant,
}

/// Says what one thinks of a comment. Another opinion takes the place of the one before. To pass has no form between servers.
///
/// # Errors
/// When `by` may not vote; `unknown-choice` to pass; `not-allowed` on one's own comment; as [`Elsewhere::takes_comments`].
pub async fn set(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    by: &Standing,
    on: &Elsewhere,
    to: &Mirror,
    value: Value,
) -> Result<()> {
    by.may(Act::Vote, None)?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    if value == Value::Pass {
        return Err(Refusal::UnknownChoice.into());
    }
    if to.kind != Kind::Note || to.root_uri.as_ref() != Some(&on.page.uri) {
        return Err(Error::NotFound);
    }
    if to.author_id == Some(account.actor_id) {
        return Err(Refusal::NotAllowed.into());
    }
    on.takes_comments(now, mirror::marks(tx, &on.page.uri).await?.locked)?;
    let before = of(tx, account.actor_id, &to.uri).await?;
    if before.as_ref().is_some_and(|it| it.value == value.number()) {
        return Ok(());
    }
    if let Some(before) = before {
        send(tx, now, errand(&before, on, true)).await?;
    }
    let fresh = Opinion {
        actor_id: account.actor_id,
        object: to.uri.clone(),
        value: value.number(),
        activity: here.opinion(Id::<Opinion>::new(now)),
        at: now,
    };
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::insert_into(home_opinions::table)
            .values(&fresh)
            .on_conflict((home_opinions::actor_id, home_opinions::object))
            .do_update()
            .set((
                home_opinions::value.eq(fresh.value),
                home_opinions::activity.eq(&fresh.activity),
                home_opinions::at.eq(fresh.at),
            ))
            .execute(c)
            .await)?;
    }
    send(tx, now, errand(&fresh, on, false)).await
}

/// Takes an opinion back. Answers false if there is none.
///
/// # Errors
/// When nobody is signed in.
pub async fn clear(tx: &mut Tx, now: Instant, by: &Standing, on: &Elsewhere, to: &Mirror) -> Result<bool> {
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let Some(held) = of(tx, account.actor_id, &to.uri).await? else { return Ok(false) };
    {
        let conn: &mut Conn = tx;
        let it = home_opinions::table.find((held.actor_id, &held.object));
        on!(conn, |c| diesel::delete(it).execute(c).await)?;
    }
    send(tx, now, errand(&held, on, true)).await?;
    Ok(true)
}

fn errand(it: &Opinion, on: &Elsewhere, undone: bool) -> Errand {
    Errand::Opinion {
        by: it.actor_id,
        page: on.page.uri.clone(),
        object: it.object.clone(),
        value: it.value,
        activity: it.activity.clone(),
        undone,
    }
}

/// Somebody's opinion of a comment.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, by: Id<Actor>, object: &str) -> Result<Option<Opinion>> {
    Ok(on!(conn, |c| home_opinions::table.find((by, object)).select(Opinion::as_select()).first(c).await.optional())?)
}

/// Somebody's opinions of these comments.
///
/// # Errors
/// When the database fails.
pub async fn all(conn: &mut Conn, by: Id<Actor>, objects: &[&str]) -> Result<Vec<Opinion>> {
    Ok(on!(conn, |c| home_opinions::table
        .filter(home_opinions::actor_id.eq(by).and(home_opinions::object.eq_any(objects)))
        .select(Opinion::as_select())
        .load(c)
        .await)?)
}
