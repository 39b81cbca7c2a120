//! Newcomers who wait for an administrator's approval.

use axum::extract::{Path, State};
use axum::response::Response;
use model::care::settings;
use model::clock::Instant;
use model::people::account::{self, Account};
use model::people::role::{Act, Standing};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use crate::app::App;
use crate::error::Failure;
use crate::pages::letter::Desk;

/// An account that waits, or has waited.
#[derive(Serialize, ToSchema)]
pub(super) struct Newcomer {
    /// Its name.
    name: String,
    /// Its e-mail address, if it has one.
    email: Option<String>,
    /// Whether the address is confirmed.
    confirmed: bool,
    /// Since when it waits; null once it is approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    waiting_since: Option<Instant>,
    /// Whether it was refused, and is disabled.
    refused: bool,
}

impl Newcomer {
    fn of(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            email: account.email.clone(),
            confirmed: account.confirmed_at.is_some(),
            waiting_since: account.waiting_since,
            refused: account.disabled_at.is_some(),
        }
    }
}

/// List the accounts that wait for approval
#[utoipa::path(
    get, path = "/accounts/waiting", tag = "accounts", params(Paging),
    responses((status = 200, body = List<Newcomer>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    Standing { account: Some(account), member: None }.may(Act::Administer, None)?;
    let mut conn = app.store.conn().await?;
    let (after, limit) = (list::place(asked.cursor.as_deref())?, list::limit(asked.limit));
    let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut page = account::waiting(&mut conn, after, most).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| more);
    let next = last.and_then(|account| Some(list::cursor(account.waiting_since?, account.id)));
    call::json(&List { items: page.iter().map(Newcomer::of).collect(), next })
}

/// Approve an account
#[utoipa::path(
    post, path = "/accounts/{name}/approve", tag = "accounts",
    responses((status = 200, body = Newcomer)), security(("token" = []))
)]
pub(super) async fn approve(
    State(app): State<App>,
    Path(name): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    decide(&app, &name, call, true).await
}

/// Refuse an account, which is disabled
#[utoipa::path(
    post, path = "/accounts/{name}/refuse", tag = "accounts",
    responses((status = 200, body = Newcomer)), security(("token" = []))
)]
pub(super) async fn refuse(
    State(app): State<App>,
    Path(name): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    decide(&app, &name, call, false).await
}

async fn decide(app: &App, name: &str, call: Call<Empty>, approves: bool) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    by.may(Act::Administer, None)?;
    let node = settings::node(&mut doing.tx).await?;
    let desk = Desk::of(doing.now, &node, &app.address(&node));
    let whom = account::by_name(&mut doing.tx, name).await?;
    let decided = match approves {
        true => account::approve(&mut doing.tx, doing.now, &by, whom.id).await?,
        false => account::refuse(&mut doing.tx, doing.now, &by, whom.id).await?,
    };
    match approves {
        true => desk.approved(&mut doing.tx, &decided).await?,
        false => desk.refused(&mut doing.tx, &decided).await?,
    }
    doing.changed(&Newcomer::of(&decided)).await
}
