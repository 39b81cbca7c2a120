//! Other servers: how this node treats each.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::error::Error;
use model::network::peer::{self, Policy};
use model::people::role::{Act, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::list::List;
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// Another server.
#[derive(Serialize, ToSchema)]
pub(super) struct Peer {
    /// Its host, with its port where it has one.
    host: String,
    /// How it is treated.
    #[schema(value_type = shape::PeerPolicy)]
    policy: Policy,
    /// Failed deliveries since the last that worked.
    failures: i32,
    /// The last delivery that worked.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Instant>,
    /// The last that failed.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_failure_at: Option<Instant>,
    /// Why it failed.
    last_error: Option<String>,
}

impl From<peer::Peer> for Peer {
    fn from(it: peer::Peer) -> Self {
        let peer::Peer { host, policy, failures, last_success_at, last_failure_at, last_error, .. } = it;
        Self { host, policy, failures, last_success_at, last_failure_at, last_error }
    }
}

/// How to treat a server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Treatment {
    /// `partner`: what it asserts of its people is believed, and their ballots count in the tier `partner`.
    #[schema(value_type = shape::PeerPolicy)]
    policy: Policy,
}

/// List the servers known here, as an administrator
#[utoipa::path(
    get, path = "/peers", tag = "federation",
    responses((status = 200, body = List<Peer>)), security(("token" = []))
)]
pub(super) async fn list(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    Standing { account: Some(account), member: None }.may(Act::Administer, None)?;
    let known = peer::list(&mut app.store.conn().await?).await?;
    call::json(&List { items: known.into_iter().map(Peer::from).collect(), next: None })
}

/// Read how a server is treated, as an administrator
#[utoipa::path(
    get, path = "/peers/{host}", tag = "federation",
    responses((status = 200, body = Peer)), security(("token" = []))
)]
pub(super) async fn read(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(host): Path<String>,
) -> Result<Response, Failure> {
    Standing { account: Some(account), member: None }.may(Act::Administer, None)?;
    let known = peer::by_host(&mut app.store.conn().await?, &peer::plain(&host)).await?;
    call::json(&Peer::from(known.ok_or(Error::NotFound)?))
}

/// Say how a server is treated
#[utoipa::path(
    put, path = "/peers/{host}", tag = "federation", request_body = Treatment,
    responses((status = 200, body = Peer)), security(("token" = []))
)]
pub(super) async fn treat(
    State(app): State<App>,
    Path(host): Path<String>,
    call: Call<Treatment>,
) -> Result<Response, Failure> {
    let (mut doing, treatment) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let treated = peer::treat(&mut doing.tx, doing.now, &by, &host, treatment.policy).await?;
    doing.changed(&Peer::from(treated)).await
}

/// Treat a server as any other
#[utoipa::path(
    delete, path = "/peers/{host}", tag = "federation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn forget(
    State(app): State<App>,
    Path(host): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    peer::forget(&mut doing.tx, doing.now, &by, &host).await?;
    doing.deleted().await
}
