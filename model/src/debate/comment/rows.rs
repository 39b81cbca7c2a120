//! Comments in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Comment, Stance, State};
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, comments};
use crate::store::types::words;
use crate::store::{Conn, on};

words! {
    /// In which order a debate is read.
    pub enum Order {
        /// The most agreed with first.
        Agreed = "agreed",
        /// The latest first.
        Recent = "recent",
        /// The earliest first.
        Oldest = "oldest",
    }
}

/// Inserts a comment as it is; the import uses it too.
pub(crate) async fn insert(conn: &mut Conn, comment: &Comment) -> Result<()> {
    on!(conn, |c| diesel::insert_into(comments::table).values(comment).execute(c).await)?;
    Ok(())
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

/// The comment of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Comment>) -> Result<Comment> {
    Ok(on!(conn, |c| comments::table.find(id).select(Comment::as_select()).first(c).await)?)
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
    Ok(on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(consultation).and(later))
        .order((comments::published_at, comments::id))
        .limit(limit)
        .select((Comment::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// A page of the top-level comments of a consultation: those shown, and tombstones to which somebody replied.
///
/// # Errors
/// When the database fails.
pub async fn top(
    conn: &mut Conn,
    consultation: Id<Consultation>,
    order: Order,
    skip: i64,
    limit: i64,
) -> Result<Vec<(Comment, Actor)>> {
    let answers = diesel::alias!(comments as answers);
    let answered = diesel::dsl::exists(
        answers
            .filter(answers.field(comments::parent_id).eq(comments::id.nullable()))
            .filter(answers.field(comments::state).eq(State::Visible)),
    );
    let some = comments::table
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(consultation).and(comments::parent_id.is_null()))
        .filter(comments::state.eq(State::Visible).or(answered))
        .offset(skip)
        .limit(limit);
    let latest = (comments::published_at.desc(), comments::id.desc());
    let earliest = (comments::published_at, comments::id);
    Ok(match order {
        Order::Agreed => on!(conn, |c| some
            .order((comments::agrees.desc(), earliest))
            .select((Comment::as_select(), Actor::as_select()))
            .load(c)
            .await)?,
        Order::Recent => {
            on!(conn, |c| some.order(latest).select((Comment::as_select(), Actor::as_select())).load(c).await)?
        }
        Order::Oldest => {
            on!(conn, |c| some.order(earliest).select((Comment::as_select(), Actor::as_select())).load(c).await)?
        }
    })
}

/// How many top-level comments argue what; `None` for those that say nothing of it.
///
/// # Errors
/// When the database fails.
pub async fn stances(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<(Option<Stance>, i64)>> {
    Ok(on!(conn, |c| comments::table
        .filter(comments::consultation_id.eq(consultation).and(comments::parent_id.is_null()))
        .filter(comments::state.eq(State::Visible))
        .group_by(comments::stance)
        .select((comments::stance, diesel::dsl::count_star()))
        .load(c)
        .await)?)
}

/// The top-level comment of the thread in which this one stands.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn top_of(conn: &mut Conn, comment: Comment) -> Result<Comment> {
    let mut top = comment;
    while let Some(parent) = top.parent_id {
        top = by_id(conn, parent).await?;
    }
    Ok(top)
}

/// The replies to these comments, and theirs down to `depth`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn replies(conn: &mut Conn, to: &[Id<Comment>], depth: usize) -> Result<Vec<(Comment, Actor)>> {
    let mut all = Vec::new();
    let mut parents: Vec<Id<Comment>> = to.to_vec();
    for _ in 0..depth {
        if parents.is_empty() {
            break;
        }
        let level: Vec<(Comment, Actor)> = on!(conn, |c| comments::table
            .inner_join(actors::table)
            .filter(comments::parent_id.eq_any(parents.iter().map(|p| Some(*p))))
            .order((comments::published_at, comments::id))
            .select((Comment::as_select(), Actor::as_select()))
            .load(c)
            .await)?;
        parents = level.iter().map(|(c, _)| c.id).collect();
        all.extend(level);
    }
    Ok(all)
}
