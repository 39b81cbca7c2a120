//! The members of a forum, with their roles there.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::debate::forum;
use model::error::Error;
use model::people::account::{self, Account};
use model::people::role::{Act, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// A member of a forum.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    /// The account's name.
    name: String,
    /// The address of its actor.
    uri: String,
    /// The role in the forum.
    #[schema(value_type = shape::Role)]
    role: Role,
}

impl Member {
    fn of(account: &Account, role: Role, here: &Address) -> Self {
        Self { name: account.name.clone(), uri: here.person(&account.name), role }
    }
}

/// A role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRole {
    /// The role.
    #[schema(value_type = shape::Role)]
    role: Role,
}

/// List the members of a forum
#[utoipa::path(
    get, path = "/forums/{slug}/members", tag = "forums", params(Paging),
    responses((status = 200, body = List<Member>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let (forum, by) = forum::view(&mut conn, &slug, Some(&account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let all = forum::members(&mut conn, forum.id).await?;
    let (page, next) = list::cut(all, (asked.cursor.as_deref(), asked.limit), |(a, _)| (a.created_at, a.id))?;
    let items = page.iter().map(|(account, role)| Member::of(account, *role, &here)).collect();
    call::json(&List { items, next })
}

/// Give somebody a role in a forum
#[utoipa::path(
    put, path = "/forums/{slug}/members/{name}", tag = "forums", request_body = NewRole,
    responses((status = 200, body = Member), (status = 201, body = Member)), security(("token" = []))
)]
pub(super) async fn set(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<NewRole>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let whom = account::by_name(&mut doing.tx, &name).await?;
    let earlier = forum::membership(&mut doing.tx, forum.id, whom.id).await?;
    forum::give_role(&mut doing.tx, doing.now, &by, &forum, &whom, new.role).await?;
    let member = Member::of(&whom, new.role, &here(&app, &mut doing.tx).await?);
    if earlier.is_some() { doing.changed(&member).await } else { doing.created(&member).await }
}

/// End somebody's membership
#[utoipa::path(
    delete, path = "/forums/{slug}/members/{name}", tag = "forums",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let whom = account::by_name(&mut doing.tx, &name).await?;
    forum::membership(&mut doing.tx, forum.id, whom.id).await?.ok_or(Error::NotFound)?;
    forum::remove_member(&mut doing.tx, doing.now, &by, &forum, &whom).await?;
    doing.deleted().await
}
