//! The account of the token.

use axum::extract::State;
use axum::response::Response;
use model::clock::Instant;
use model::debate::forum;
use model::people::role;
use serde::Serialize;
use utoipa::ToSchema;

use super::call;
use super::face::SignedIn;
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// One's own account.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The name.
    name: String,
    /// The address of its actor.
    uri: String,
    /// The e-mail address.
    email: Option<String>,
    /// Whether that is confirmed.
    confirmed: bool,
    /// The role on the node.
    #[schema(value_type = shape::Role)]
    role: role::Role,
    /// The language of pages and mails (BCP 47).
    language: String,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// The forums in which it has a role.
    forums: Vec<Membership>,
}

/// A role in a forum.
#[derive(Serialize, ToSchema)]
struct Membership {
    /// The forum's slug.
    forum: String,
    /// Its title.
    title: String,
    /// The role there.
    #[schema(value_type = shape::Role)]
    role: role::Role,
}

/// Read one's own account
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = Me)), security(("token" = [])))]
pub(super) async fn read(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let forums = forum::of_account(&mut conn, account.id).await?;
    let forums = forums.into_iter().map(|(forum, role)| Membership { forum: forum.slug, title: forum.title, role });
    call::json(&Me {
        uri: here.person(&account.name),
        name: account.name,
        email: account.email,
        confirmed: account.confirmed_at.is_some(),
        role: account.role,
        language: account.language,
        created_at: account.created_at,
        forums: forums.collect(),
    })
}
