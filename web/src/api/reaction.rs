//! Agreement, disagreement, passing on a comment.

use axum::extract::{Path, State};
use axum::response::Response;
use model::debate::reaction::{self, Value};
use model::error::Error;
use serde::Deserialize;
use utoipa::ToSchema;

use super::call::{Call, Empty};
use super::comment::{Said, find};
use super::{elsewhere, here};
use crate::app::App;
use crate::error::Failure;

/// What one thinks of a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReaction {
    /// 1: agree; 0: pass; -1: disagree.
    #[schema(minimum = -1, maximum = 1)]
    value: i32,
}

/// Say what one thinks of a comment
#[utoipa::path(
    put, path = "/comments/{id}/reaction", tag = "comments", request_body = NewReaction,
    responses((status = 200, body = Said), (status = 201, body = Said)), security(("token" = []))
)]
pub(super) async fn set(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<NewReaction>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, new) = call.begin(&app).await?;
    let value = Value::from_number(new.value);
    let value = value.ok_or_else(|| Error::field("value", "range", "Send 1, 0 or -1."))?;
    let (to, view) = match find(&mut doing.tx, &id, &doing.account).await {
        Err(Error::NotFound) => return elsewhere::react(&app, doing, &id, value).await,
        found => found?,
    };
    let earlier = reaction::of(&mut doing.tx, to.id, doing.account.actor_id).await?;
    let on = &view.consultation;
    reaction::set(&mut doing.tx, doing.now, &view.forum, on, &view.standing, &to, value).await?;
    let here = here(&app, &mut doing.tx).await?;
    let said = Said::again(&mut doing.tx, &view, to.id, &here).await?;
    if earlier.is_some() { doing.changed(&said).await } else { doing.created(&said).await }
}

/// Take that back
#[utoipa::path(
    delete, path = "/comments/{id}/reaction", tag = "comments",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn clear(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, _) = call.begin(&app).await?;
    let (to, view) = match find(&mut doing.tx, &id, &doing.account).await {
        Err(Error::NotFound) => return elsewhere::unreact(doing, &id).await,
        found => found?,
    };
    let there = reaction::clear(&mut doing.tx, doing.now, &view.consultation, &to, doing.account.actor_id).await?;
    if there { doing.deleted().await } else { Err(Failure::NotFound) }
}
