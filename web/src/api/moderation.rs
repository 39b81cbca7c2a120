//! What moderators do: closing debates, pinning consultations, excluding people from a forum's debates.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::ban::{self, Ban, Draft};
use model::debate::{consultation, forum, lock, pin};
use model::error::Error;
use model::id::Id;
use model::people::actor::{self, Actor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::here;
use super::list::List;
use super::shape::Person;
use super::shown::Shown;
use crate::app::App;
use crate::error::Failure;

/// The most bans that a list tells.
const BANS_MOST: i64 = 1_000;

/// Why a debate is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Closed {
    /// For everybody to read.
    reason: String,
}

/// Close a debate as a moderator: it is read, and takes no more comments
#[utoipa::path(
    put, path = "/consultations/{slug}/lock", tag = "moderation", request_body = Closed,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn lock(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Closed>,
) -> Result<Response, Failure> {
    let (mut doing, closed) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    lock::set(&mut doing.tx, doing.now, &view, &closed.reason).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &view.consultation, &view.forum, doing.now, &here).await?;
    let answer = doing.changed(&shown).await?;
    app.pages.forget(&slug);
    Ok(answer)
}

/// Open a debate again as a moderator
#[utoipa::path(
    delete, path = "/consultations/{slug}/lock", tag = "moderation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn open(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    lock::lift(&mut doing.tx, doing.now, &view).await?;
    let answer = doing.deleted().await?;
    app.pages.forget(&slug);
    Ok(answer)
}

/// Pin a consultation as a moderator: it stands first in its forum
#[utoipa::path(
    put, path = "/consultations/{slug}/pin", tag = "moderation", request_body = Empty,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn pin(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    pin::set(&mut doing.tx, doing.now, &view).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &view.consultation, &view.forum, doing.now, &here).await?;
    doing.changed(&shown).await
}

/// Unpin a consultation as a moderator
#[utoipa::path(
    delete, path = "/consultations/{slug}/pin", tag = "moderation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn unpin(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    pin::lift(&mut doing.tx, doing.now, &view).await?;
    doing.deleted().await
}

/// Whom to exclude from the debates of a forum. Votes are not touched.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBan {
    /// `@name@host`, an address, or the name of an account of this node.
    person: String,
    /// Why: the person reads it.
    reason: String,
    /// Until when; for ever by default.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Instant>,
    /// Whether the comments of that person here are hidden too.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    remove_comments: bool,
}

/// Somebody excluded from the debates of a forum.
#[derive(Serialize, ToSchema)]
pub(super) struct Banned {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Ban>,
    /// Who.
    person: Person,
    /// Why.
    reason: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Until when; null: for ever.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Instant>,
    /// Whether what they had written was hidden.
    removed_comments: bool,
}

impl Banned {
    fn of(ban: Ban, who: &Actor, here: &Address) -> Self {
        let Ban { id, reason, at, until, removes, .. } = ban;
        Self { id, person: Person::of(who, here), reason, at, until, removed_comments: removes }
    }
}

/// List who is excluded from a forum, as a moderator
#[utoipa::path(
    get, path = "/forums/{slug}/bans", tag = "moderation",
    responses((status = 200, body = List<Banned>)), security(("token" = []))
)]
pub(super) async fn bans(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let (forum, by) = forum::view(&mut conn, &slug, Some(&account)).await?;
    let all = ban::list(&mut conn, &by, &forum, BANS_MOST).await?;
    call::json(&List { items: all.into_iter().map(|(ban, who)| Banned::of(ban, &who, &here)).collect(), next: None })
}

/// Exclude somebody from the debates of a forum, as a moderator
#[utoipa::path(
    post, path = "/forums/{slug}/bans", tag = "moderation", request_body = NewBan,
    responses((status = 201, body = Banned)), security(("token" = []))
)]
pub(super) async fn ban(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewBan>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let whom = match actor::named(&mut doing.tx, &here, &new.person).await {
        Err(Error::NotFound) => {
            by.may(model::people::role::Act::Moderate, Some(&forum))?;
            return Err(Error::field("person", "unknown", "Nobody of that name is known here.").into());
        }
        found => found?,
    };
    let draft = Draft { reason: new.reason, until: new.until, removes: new.remove_comments };
    let ban = ban::set(&mut doing.tx, doing.now, &by, &forum, &whom, &draft).await?;
    doing.created(&Banned::of(ban, &whom, &here)).await
}

/// Let somebody take part in a forum's debates again, as a moderator
#[utoipa::path(
    delete, path = "/forums/{slug}/bans/{id}", tag = "moderation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn unban(
    State(app): State<App>,
    Path((slug, id)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let id = id.parse().map_err(|_| Error::NotFound)?;
    ban::lift(&mut doing.tx, doing.now, &by, &forum, id).await?;
    doing.deleted().await
}
