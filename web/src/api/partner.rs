//! Partners: nodes whose word about their people this node believes, and by which assurances.

use axum::extract::{Path, State};
use axum::response::Response;
use model::count::electorate::Assurance;
use model::error::Result as Answer;
use model::network::partner;
use model::people::role::{Act, Standing};
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::list::List;
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// A partner.
#[derive(Serialize, ToSchema)]
pub(super) struct Partner {
    /// Its host.
    host: String,
    /// What it must say of its people to be believed: their ballots then count in the tier `partner`, else in `open`.
    #[schema(value_type = Vec<shape::Assurance>)]
    admits: Vec<Assurance>,
    /// Whether that was said for this partner; else it is believed by all of them.
    is_set: bool,
}

impl Partner {
    async fn of(conn: &mut Conn, host: String) -> Answer<Self> {
        let said = partner::said(conn, &host).await?;
        let is_set = said.is_some();
        Ok(Self { admits: said.unwrap_or_else(|| partner::BELIEVED.to_vec()), host, is_set })
    }
}

/// What a partner must say of its people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Admits {
    /// Any of `email`, `list`, `oidc` and `code`; with none, the people of this partner vote in the tier `open`.
    #[schema(value_type = Vec<shape::Assurance>, max_items = 5)]
    admits: Vec<Assurance>,
}

/// List the partners, and by which assurances each is believed, as an administrator
#[utoipa::path(
    get, path = "/partners", tag = "federation",
    responses((status = 200, body = List<Partner>)), security(("token" = []))
)]
pub(super) async fn list(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    Standing { account: Some(account), member: None }.may(Act::Administer, None)?;
    let mut conn = app.store.conn().await?;
    let mut items = Vec::new();
    for host in partner::hosts(&mut conn).await? {
        items.push(Partner::of(&mut conn, host).await?);
    }
    call::json(&List { items, next: None })
}

/// Say by which assurances a partner is believed
#[utoipa::path(
    put, path = "/partners/{host}", tag = "federation", request_body = Admits,
    responses((status = 200, body = Partner)), security(("token" = []))
)]
pub(super) async fn admit(
    State(app): State<App>,
    Path(host): Path<String>,
    call: Call<Admits>,
) -> Result<Response, Failure> {
    let (mut doing, said) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let host = host.to_lowercase();
    partner::admit(&mut doing.tx, doing.now, &by, &host, &said.admits).await?;
    let told = Partner::of(&mut doing.tx, host).await?;
    doing.changed(&told).await
}

/// Believe a partner by all assurances again
#[utoipa::path(
    delete, path = "/partners/{host}", tag = "federation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn forget(
    State(app): State<App>,
    Path(host): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    partner::forget(&mut doing.tx, doing.now, &by, &host.to_lowercase()).await?;
    doing.deleted().await
}
