//! Threads: what hangs on a comment. As deep as people go; shown a few levels at a time.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::veil::veil;
use super::{Comment, Stance, State, by_id};
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, comments};
use crate::store::{Conn, on};

/// How many levels of replies are shown under a comment; what is deeper has a page of its own.
pub const DEPTH: usize = 4;
/// The most replies read for one page, all levels together.
const MOST: i64 = 400;

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

/// The comment from which a thread is shown so that this one is in it: the top-level one if that is near enough.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn top_of(conn: &mut Conn, comment: Comment) -> Result<Comment> {
    let mut top = comment;
    for _ in 1..DEPTH {
        let Some(parent) = top.parent_id else { break };
        top = by_id(conn, parent).await?;
    }
    Ok(top)
}

/// The replies to these comments, and theirs down to [`DEPTH`] levels, level by level, each oldest first.
///
/// # Errors
/// When the database fails.
pub async fn replies(conn: &mut Conn, to: &[Id<Comment>]) -> Result<Vec<(Comment, Actor)>> {
    let mut all = Vec::new();
    let mut parents: Vec<Id<Comment>> = to.to_vec();
    let mut left = MOST;
    for _ in 0..DEPTH {
        if parents.is_empty() || left <= 0 {
            break;
        }
        let level: Vec<(Comment, Actor)> = on!(conn, |c| comments::table
            .inner_join(actors::table)
            .filter(comments::parent_id.eq_any(parents.iter().map(|p| Some(*p))))
            .order((comments::published_at, comments::id))
            .limit(left)
            .select((Comment::as_select(), Actor::as_select()))
            .load(c)
            .await)?;
        let level = veil(conn, level).await?;
        left -= i64::try_from(level.len()).unwrap_or(i64::MAX);
        // Nothing hangs on a comment without replies: most levels end here, unasked.
        parents = level.iter().filter(|(reply, _)| reply.replies > 0).map(|(reply, _)| reply.id).collect();
        all.extend(level);
    }
    Ok(all)
}
