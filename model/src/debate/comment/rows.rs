//! Comments in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::veil::veil;
use super::{Comment, State, score};
use crate::clock::Instant;
use crate::data::search;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, comments};
use crate::store::{Conn, Store, Tx, on};

/// Inserts a comment, counts it as a reply where it is one, and lets it be found.
pub(super) async fn insert(tx: &mut Tx, comment: &Comment) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(comments::table).values(comment).execute(c).await)?;
    count_reply(conn, comment.parent_id, 1).await?;
    search::keep_comment(tx, comment).await
}

/// A visible reply came (+1) or went (-1).
pub(super) async fn count_reply(conn: &mut Conn, parent: Option<Id<Comment>>, by: i32) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    on!(conn, |c| diesel::update(comments::table.find(parent))
        .set(comments::replies.eq(comments::replies + by))
        .execute(c)
        .await)?;
    Ok(())
}

/// Moves the counts of what people think of a comment, and with them its scores.
pub(crate) async fn count_opinions(
    tx: &mut Tx,
    id: Id<Comment>,
    agrees: i32,
    disagrees: i32,
    passes: i32,
) -> Result<()> {
    let conn: &mut Conn = tx;
    // The first statement takes the row: who comes at the same time waits, and reads what stands then.
    let (agree, disagree): (i32, i32) = on!(conn, |c| diesel::update(comments::table.find(id))
        .set((
            comments::agrees.eq(comments::agrees + agrees),
            comments::disagrees.eq(comments::disagrees + disagrees),
            comments::passes.eq(comments::passes + passes),
        ))
        .returning((comments::agrees, comments::disagrees))
        .get_result(c)
        .await)?;
    write_scores(conn, id, agree, disagree).await
}

async fn write_scores(conn: &mut Conn, id: Id<Comment>, agrees: i32, disagrees: i32) -> Result<()> {
    on!(conn, |c| diesel::update(comments::table.find(id))
        .set((
            comments::agreement.eq(score::agreement(agrees, disagrees)),
            comments::division.eq(score::division(agrees, disagrees)),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// How many comments are scored in one transaction.
const SCORED_AT_ONCE: i64 = 500;

/// Scores the comments that were there before there were scores. One index says that there are none.
pub(crate) async fn score_earlier(store: &Store) -> Result<()> {
    let unscored = comments::table
        .filter(comments::agreement.lt(0))
        .order(comments::id)
        .select(comments::id)
        .limit(SCORED_AT_ONCE);
    loop {
        let some: Vec<Id<Comment>> = on!(&mut store.conn().await?, |c| unscored.load(c).await)?;
        if some.is_empty() {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        for id in some {
            // Counts nothing, and scores what stands by then.
            count_opinions(&mut tx, id, 0, 0, 0).await?;
        }
        tx.commit().await?;
    }
}

/// The visible comments of an actor, for when it is gone.
///
/// # Errors
/// When the database fails.
pub async fn of_actor(conn: &mut Conn, author: Id<Actor>) -> Result<Vec<Comment>> {
    Ok(on!(conn, |c| comments::table
        .filter(comments::actor_id.eq(author).and(comments::state.eq(State::Visible)))
        .order(comments::id)
        .select(Comment::as_select())
        .load(c)
        .await)?)
}

/// The latest visible comments of an actor, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn latest_of(conn: &mut Conn, author: Id<Actor>, limit: i64) -> Result<Vec<Comment>> {
    Ok(on!(conn, |c| comments::table
        .filter(comments::actor_id.eq(author).and(comments::state.eq(State::Visible)))
        .order((comments::received_at.desc(), comments::id.desc()))
        .limit(limit)
        .select(Comment::as_select())
        .load(c)
        .await)?)
}

/// The comment of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Comment>) -> Result<Comment> {
    Ok(on!(conn, |c| comments::table.find(id).select(Comment::as_select()).first(c).await)?)
}

/// These comments with their authors, in no order.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(conn: &mut Conn, ids: &[Id<Comment>]) -> Result<Vec<(Comment, Actor)>> {
    let found = on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::id.eq_any(ids))
        .select((Comment::as_select(), Actor::as_select()))
        .load(c)
        .await)?;
    veil(conn, found).await
}

/// The remote comment with that id, if known.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Comment>> {
    Ok(on!(conn, |c| comments::table
        .filter(comments::uri.eq(uri))
        .select(Comment::as_select())
        .first(c)
        .await
        .optional())?)
}

/// A page of the comments of a consultation with their authors, oldest first; tombstones too, since replies hang on them.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &mut Conn,
    consultation: Id<Consultation>,
    after: Option<(Instant, Id<Comment>)>,
    limit: i64,
) -> Result<Vec<(Comment, Actor)>> {
    let (at, id) = after.unwrap_or((Instant::earliest(), Id::from_uuid(uuid::Uuid::nil())));
    let later = comments::published_at.gt(at).or(comments::published_at.eq(at).and(comments::id.gt(id)));
    let found = on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(consultation).and(later))
        .order((comments::published_at, comments::id))
        .limit(limit)
        .select((Comment::as_select(), Actor::as_select()))
        .load(c)
        .await)?;
    veil(conn, found).await
}
