//! Who was given a comment, and who has erased it.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::debate::{comment, consultation};
use model::error::Error;
use model::network::copy::{self, Copy, Erasure};
use model::people::role::Act;
use serde::Serialize;
use utoipa::ToSchema;

use super::face::SignedIn;
use super::list::List;
use super::{call, here, shape};
use crate::app::App;
use crate::error::Failure;

/// A copy of a comment on another server.
#[derive(Serialize, ToSchema)]
#[schema(as = Copy)]
pub(super) struct Given {
    /// The server.
    host: String,
    /// When it was delivered; null if it may have been, without an answer.
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Instant>,
    /// What became of the wish that it be erased there; null if there was none.
    #[schema(value_type = Option<shape::Erasure>)]
    erasure: Option<Erasure>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    erasure_at: Option<Instant>,
}

impl From<Copy> for Given {
    fn from(it: Copy) -> Self {
        let Copy { host, delivered_at, erasure, erasure_at, .. } = it;
        Self { host, delivered_at, erasure, erasure_at }
    }
}

/// List the servers that were given a comment, and those that have acknowledged its deletion, as its author or a moderator
#[utoipa::path(
    get, path = "/comments/{id}/deliveries", tag = "comments",
    responses((status = 200, body = List<Given>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    // A deleted comment too: that is when one asks.
    let comment = comment::by_id(&mut conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    let on = consultation::by_id(&mut conn, comment.consultation_id).await?;
    let view = consultation::view(&mut conn, &on.slug, Some(&account)).await?;
    if comment.actor_id != account.actor_id {
        view.standing.may(Act::Moderate, Some(&view.forum))?;
    }
    let uri = match &comment.uri {
        Some(uri) => uri.clone(),
        None => here(&app, &mut conn).await?.comment(&on.slug, comment.id),
    };
    let copies = copy::of(&mut conn, &uri).await?;
    call::json(&List { items: copies.into_iter().map(Given::from).collect(), next: None })
}
