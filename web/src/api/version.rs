//! What a comment said before its edits.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::debate::comment::{self, Comment, State as Shownness, Version};
use model::debate::consultation;
use model::error::Error;
use model::id::Id;
use model::people::role::Act;
use serde::Serialize;
use utoipa::ToSchema;

use super::call;
use super::face::Caller;
use super::forum::Paging;
use super::list::{self, Asked, List};
use crate::app::App;
use crate::error::Failure;

/// What a comment said before an edit.
#[derive(Serialize, ToSchema)]
#[schema(as = CommentVersion)]
pub(super) struct Earlier {
    /// From 1.
    version: i32,
    /// As written, in Markdown.
    text: String,
    /// As shown.
    html: String,
    /// When that was written.
    #[schema(value_type = String, format = DateTime)]
    written: Instant,
}

impl From<Version> for Earlier {
    fn from(it: Version) -> Self {
        Self { version: it.version, text: it.markdown, html: it.html, written: it.written_at }
    }
}

/// List what a comment said before each edit, oldest first
#[utoipa::path(
    get, path = "/comments/{id}/versions", tag = "comments", params(Paging),
    responses((status = 200, body = List<Earlier>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let id: Id<Comment> = id.parse().map_err(|_| Error::NotFound)?;
    let after = list::marked::<Comment>("version", asked.cursor.as_deref())?;
    let after = after.map_or(0, |(version, _)| i32::try_from(version).unwrap_or(i32::MAX));
    let limit = list::limit(asked.limit);
    let mut conn = app.store.conn().await?;
    let comment = comment::by_id(&mut conn, id).await?;
    let on = consultation::by_id(&mut conn, comment.consultation_id).await?;
    let view = consultation::view(&mut conn, &on.slug, account.as_ref()).await?;
    let moderates = view.standing.may(Act::Moderate, Some(&view.forum)).is_ok();
    let shown = comment.state == Shownness::Visible || (moderates && comment.state == Shownness::Hidden);
    if !shown {
        return Err(Failure::NotFound);
    }
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut page = comment::versions(&mut conn, id, after, one_more).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| list::mark("version", last.version.into(), id));
    call::json(&List { items: page.into_iter().map(Earlier::from).collect(), next })
}
