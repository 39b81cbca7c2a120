//! One's ballot on a consultation of another node: its origin counts it, and gives a receipt.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::count::electorate::Assurance;
use model::error::{Error, Result};
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Standpoint};
use model::people::account::Account;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::standing;
use crate::api::call::{self, Call, Empty, Given};
use crate::api::face::SignedIn;
use crate::api::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// What was chosen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SentChoice {
    /// Choices, by label or id.
    choice: Vec<String>,
    /// The SHA-256 of the text that one has read; refused with `text-changed` if another is known here.
    text: Option<String>,
}

/// Where one's ballot on a consultation of another node stands.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct SentBallot {
    /// `waiting`: its origin was not reached yet; `sent`: it has not answered; `accepted`; `refused`.
    #[schema(value_type = shape::SentState)]
    state: envoy::State,
    /// What was chosen: ids; nothing while a withdrawal is on its way.
    choice: Vec<String>,
    /// Why it does not count: the origin's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The receipt that the origin gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    receipt: Option<Value>,
    /// What was found of the receipt here.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<Checked>,
    /// How this node tells the origin that it knows the voter.
    #[schema(value_type = String)]
    assurance: Assurance,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Instant,
    /// When the origin answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Instant>,
}

/// What this node found of a receipt.
#[derive(Serialize, ToSchema)]
struct Checked {
    /// When its signature was found to be the origin's.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Instant>,
    /// The place of its entry in the origin's log, once the proof of that holds.
    index: Option<i64>,
    /// That proof: the hashes beside the entry's way up to the root, base64.
    proof: Vec<String>,
    /// The signed head of the log to whose root they lead.
    checkpoint: Option<String>,
    /// What does not hold.
    fault: Option<String>,
}

impl SentBallot {
    fn of(it: Standpoint) -> Self {
        let Standpoint { sent, state } = it;
        let receipt = sent.receipt.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let checked = sent.receipt.is_some().then_some(Checked {
            signed_at: sent.signed_at,
            index: sent.entry,
            proof: sent.path.0,
            checkpoint: sent.checkpoint,
            fault: sent.fault,
        });
        Self {
            state,
            choice: sent.choice.0,
            reason: sent.code,
            receipt,
            checked,
            assurance: sent.assurance,
            sent_at: sent.sent_at,
            answered_at: sent.answered_at,
        }
    }
}

async fn own(conn: &mut Conn, here: &Address, account: &Account, on: &Elsewhere) -> Result<SentBallot> {
    let found = envoy::standpoint(conn, here, account.actor_id, on).await?;
    Ok(SentBallot::of(found.ok_or(Error::NotFound)?))
}

/// Read where one's ballot on a consultation of another node stands
#[utoipa::path(
    get, path = "/remote/{host}/c/{slug}/ballot", tag = "network",
    responses((status = 200, body = SentBallot)), security(("token" = []))
)]
pub(in crate::api) async fn ballot(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path((host, slug)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let on = elsewhere::at(&mut conn, &host.to_lowercase(), &slug).await?;
    call::json(&own(&mut conn, &here, &account, &on).await?)
}

/// Send one's ballot to a consultation of another node, or another in its place
///
/// It waits here while its origin cannot be reached, and counts once that has accepted it.
#[utoipa::path(
    put, path = "/remote/{host}/c/{slug}/ballot", tag = "network", request_body = SentChoice,
    responses((status = 202, body = SentBallot)), security(("token" = []))
)]
pub(in crate::api) async fn vote(
    State(app): State<App>,
    Path((host, slug)): Path<(String, String)>,
    call: Call<SentChoice>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, new) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = elsewhere::at(&mut doing.tx, &host.to_lowercase(), &slug).await?;
    let by = standing(&doing.account);
    envoy::vote(&mut doing.tx, doing.now, &by, &on, &new.choice, new.text.as_deref()).await?;
    let own = own(&mut doing.tx, &here, &doing.account, &on).await?;
    doing.answer(Given::json(StatusCode::ACCEPTED, &own)?).await
}

/// Withdraw one's ballot on a consultation of another node
#[utoipa::path(
    delete, path = "/remote/{host}/c/{slug}/ballot", tag = "network",
    responses((status = 202, body = SentBallot)), security(("token" = []))
)]
pub(in crate::api) async fn withdraw(
    State(app): State<App>,
    Path((host, slug)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, _) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = elsewhere::at(&mut doing.tx, &host.to_lowercase(), &slug).await?;
    envoy::withdraw(&mut doing.tx, doing.now, &standing(&doing.account), &on).await?;
    let own = own(&mut doing.tx, &here, &doing.account, &on).await?;
    doing.answer(Given::json(StatusCode::ACCEPTED, &own)?).await
}
