//! Codes with which somebody takes part once, without an account.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use model::address::Address;
use model::count::ballot::{self, Receipt};
use model::count::electorate::code;
use model::count::publication;
use model::count::receipt::{self, Sealing};
use model::count::tally::Viewer;
use model::debate::consultation;
use model::debate::text;
use model::people::role::Act;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ballot::BallotReceipt;
use super::call::{self, Body, Call, Given};
use super::face::SignedIn;
use super::here;
use super::results::Results;
use crate::app::App;
use crate::error::Failure;
use crate::path;
use crate::visitor::Machine;

/// How many codes to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCodes {
    /// At most 5000 at once.
    count: usize,
}

/// A code, given out this once.
#[derive(Serialize, ToSchema)]
pub(super) struct Code {
    /// To type.
    code: String,
    /// To open.
    url: String,
}

/// New codes.
#[derive(Serialize, ToSchema)]
pub(super) struct Codes {
    /// The codes, kept nowhere. Empty when the same call is answered again.
    items: Vec<Code>,
    /// How many this call made.
    made: usize,
    /// How many there are.
    issued: i64,
    /// With how many somebody has voted.
    used: Option<i64>,
}

/// How many codes there are.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeCount {
    /// Made.
    issued: i64,
    /// With which somebody has voted.
    used: Option<i64>,
}

/// The link of a code.
pub(crate) fn link(here: &Address, slug: &str, code: &str) -> String {
    here.path(path::with(&format!("c/{slug}/once"), &[("code", code)]).as_str())
}

/// Make codes
#[utoipa::path(
    post, path = "/consultations/{slug}/codes", tag = "ballot", request_body = NewCodes,
    responses((status = 201, body = Codes)), security(("token" = []))
)]
pub(super) async fn issue(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewCodes>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let on = &view.consultation;
    let fresh = code::issue(&mut doing.tx, doing.now, &view.standing, &view.forum, on, new.count).await?;
    let here = here(&app, &mut doing.tx).await?;
    let count = code::count(&mut doing.tx, on, doing.now).await?;
    let told = |items| Codes { items, made: fresh.len(), issued: count.issued, used: count.used };
    let items = fresh.iter().map(|code| Code { url: link(&here, &on.slug, code), code: code.clone() }).collect();
    doing.created_once(&told(items), &told(Vec::new())).await
}

/// Count the codes
#[utoipa::path(
    get, path = "/consultations/{slug}/codes", tag = "ballot",
    responses((status = 200, body = CodeCount)), security(("token" = []))
)]
pub(super) async fn count(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    view.standing.may(Act::Author, Some(&view.forum))?;
    let code::Count { issued, used } = code::count(&mut conn, &view.consultation, app.now()).await?;
    call::json(&CodeCount { issued, used })
}

/// A ballot by code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBallot {
    /// The code, however it is typed.
    code: String,
    /// Choices, by label or id.
    choice: Vec<String>,
    /// The SHA-256 of the text that one has read; refused with `text-changed` if another stands now.
    text: Option<String>,
}

/// A code alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TypedCode {
    /// The code, however it is typed.
    code: String,
}

/// Counts a request of somebody without an account.
pub(super) struct Counted;

impl FromRequestParts<App> for Counted {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Ok(Machine(from)) = Machine::from_request_parts(parts, app).await;
        app.limits.code(from)?;
        Ok(Self)
    }
}

/// What a code has brought about.
#[derive(Serialize, ToSchema)]
pub(super) struct OfCode {
    /// The ballot that stands, if there is one.
    #[schema(value_type = Option<BallotReceipt>)]
    ballot: Option<Value>,
    /// The results, as this voter may see them.
    #[schema(value_type = Results)]
    results: Value,
}

/// Cast a ballot by code, or change it
#[utoipa::path(
    put, path = "/consultations/{slug}/once", tag = "ballot", request_body = CodeBallot,
    responses((status = 200, body = BallotReceipt), (status = 201, body = BallotReceipt))
)]
pub(super) async fn cast(
    State(app): State<App>,
    Path(slug): Path<String>,
    _: Counted,
    Body(given): Body<CodeBallot>,
) -> Result<Response, Failure> {
    let here = here(&app, &mut app.store.conn().await?).await?;
    let signer = app.signer(&here).await?;
    let mut tx = app.store.begin().await?;
    let (view, held) = code::open(&mut tx, &slug, &given.code).await?;
    let on = &view.consultation;
    let voter = code::voter(&mut tx, on, &held).await?;
    let changes = ballot::standing(&mut tx, on.id, voter.actor).await?.is_some();
    if let Some(sha256) = &given.text {
        text::seen(&mut tx, on, sha256).await?;
    }
    let receipt = ballot::cast(&mut tx, app.now(), on, voter, &given.choice).await?;
    let by = Sealing { signer: &signer, here: &here };
    let receipt = receipt::receipt(&mut tx, on, held.person(&held.bearer()), &receipt, app.now(), &by).await?;
    tx.commit().await?;
    app.pages.forget(&slug);
    let status = if changes { StatusCode::OK } else { StatusCode::CREATED };
    Ok(Given::json(status, &receipt)?.into_response())
}

/// Read what a code has brought about
#[utoipa::path(
    post, path = "/consultations/{slug}/once", tag = "ballot", request_body = TypedCode,
    responses((status = 200, body = OfCode))
)]
pub(super) async fn read(
    State(app): State<App>,
    Path(slug): Path<String>,
    _: Counted,
    Body(typed): Body<TypedCode>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let (view, held) = code::open(&mut conn, &slug, &typed.code).await?;
    let on = &view.consultation;
    let standing = ballot::standing(&mut conn, on.id, held.actor()).await?;
    let viewer = if standing.is_some() { Viewer::Voter } else { Viewer::Anybody };
    let results = publication::results(&mut conn, on, &here, app.now(), viewer).await?;
    let ballot = match standing {
        Some(ballot) => {
            let signer = app.signer(&here).await?;
            let by = Sealing { signer: &signer, here: &here };
            let receipt = Receipt::of(on, &ballot);
            Some(receipt::receipt(&mut conn, on, held.person(&held.bearer()), &receipt, app.now(), &by).await?)
        }
        None => None,
    };
    call::json(&OfCode { ballot, results })
}

/// Withdraw the ballot of a code
#[utoipa::path(
    delete, path = "/consultations/{slug}/once", tag = "ballot", request_body = TypedCode,
    responses((status = 204))
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    Path(slug): Path<String>,
    _: Counted,
    Body(typed): Body<TypedCode>,
) -> Result<Response, Failure> {
    let mut tx = app.store.begin().await?;
    let (view, held) = code::open(&mut tx, &slug, &typed.code).await?;
    ballot::withdraw(&mut tx, app.now(), &view.consultation, held.actor()).await?;
    tx.commit().await?;
    app.pages.forget(&slug);
    Ok(StatusCode::NO_CONTENT.into_response())
}
