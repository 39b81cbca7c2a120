//! Who was given a comment, and who has erased it.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::{comment, consultation};
use model::error::{Error, Result as Answer};
use model::network::copy::{self, Copy, Erasure};
use model::network::elsewhere;
use model::network::envoy::note;
use model::network::erasure::{self, Onward};
use model::people::account::Account;
use model::people::role::Act;
use model::store::Conn;
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
    /// The server that handed it on there, by whose word this is known; null if the server itself says so, and left out of what
    /// was delivered from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    via: Option<Option<String>>,
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
        Self { host, via: None, delivered_at, erasure, erasure_at }
    }
}

impl From<Onward> for Given {
    fn from(it: Onward) -> Self {
        let Onward { host, via, erasure, at, .. } = it;
        Self { host, via: Some(via), delivered_at: None, erasure: Some(erasure), erasure_at: Some(at) }
    }
}

/// List the servers that were given a comment, and those that have acknowledged its deletion, as its author or a moderator
///
/// Servers that had it through others are told of too, as far as they or those say.
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
    let here = here(&app, &mut conn).await?;
    let uri = match own(&mut conn, &here, &account, &id).await {
        Err(Error::NotFound) => sent(&mut conn, &here, &account, &id).await?,
        found => found?,
    };
    let mut items: Vec<Given> = copy::of(&mut conn, &uri).await?.into_iter().map(Given::from).collect();
    items.extend(erasure::onward(&mut conn, &uri).await?.into_iter().map(Given::from));
    call::json(&List { items, next: None })
}

/// The address of a comment in a debate of this node, for its author and moderators.
async fn own(conn: &mut Conn, here: &Address, account: &Account, id: &str) -> Answer<String> {
    // A deleted comment too: that is when one asks.
    let comment = comment::by_id(conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    let on = consultation::by_id(conn, comment.consultation_id).await?;
    let view = consultation::view(conn, &on.slug, Some(account)).await?;
    if comment.actor_id != account.actor_id {
        view.standing.may(Act::Moderate, Some(&view.forum))?;
    }
    Ok(comment.uri.clone().unwrap_or_else(|| here.comment(&on.slug, comment.id)))
}

/// The address of a comment on a consultation elsewhere, for its author.
async fn sent(conn: &mut Conn, here: &Address, account: &Account, id: &str) -> Answer<String> {
    let note = note::by_id(conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    if note.actor_id != account.actor_id {
        return Err(Error::NotFound);
    }
    let on = elsewhere::by_uri(conn, &note.page).await?;
    Ok(here.note(&note.host, on.slug(), note.id))
}
