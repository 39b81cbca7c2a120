//! Results, as whoever asks may see them.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::clock::Instant;
use model::count::electorate::Tier;
use model::count::tally::{self, Viewer};
use model::count::{ballot, check, publication};
use model::debate::consultation::{self, Phase};
use model::error::{Error, Result as ModelResult};
use model::people::account::Account;
use model::people::proof;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::face::{Caller, SignedIn};
use super::shape::{self, Choice};
use super::{call, here};
use crate::app::App;
use crate::error::Failure;

/// The results of a consultation, as the model publishes them. While they are hidden there is no number in them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
pub(super) struct Results {
    /// The address of the consultation.
    consultation: String,
    /// How it asks, for who counts again; not while the results are hidden.
    #[schema(value_type = Option<Object>)]
    method: Option<Value>,
    /// Where the consultation stands.
    #[schema(value_type = shape::State)]
    state: Phase,
    /// Whether the rest may be seen.
    visible: bool,
    /// Whether it can no longer change.
    #[schema(rename = "final")]
    is_final: bool,
    /// The tier whose count is official.
    #[schema(value_type = shape::Tier)]
    official: Tier,
    /// The admitted tiers, counted apart.
    #[schema(value_type = Option<BTreeMap<String, TierResults>>)]
    tiers: Option<BTreeMap<Tier, TierResults>>,
    /// How far the public log of ballots goes, which these numbers are a function of.
    log: Option<LogHead>,
    /// The node's signature of final results (FEP-8b32, `eddsa-jcs-2022`).
    #[schema(value_type = Option<Object>)]
    proof: Option<Value>,
}

/// The results of a tier.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct TierResults {
    /// How many have a ballot that counts.
    voters: i64,
    /// Every choice, in the consultation's order. A ranking counts first preferences.
    choices: Vec<Counted>,
    /// Of a scale: the mean.
    mean: Option<f64>,
    /// Of a scale: the median; between two numbers, halfway.
    median: Option<f64>,
    /// Of support with a goal: whether it is reached.
    reached: Option<bool>,
    /// Of a ranking: who wins by instant-runoff; null if options are tied or nobody voted.
    winner: Option<Choice>,
    /// Of a ranking where nobody wins: the options that are tied.
    tied: Option<Vec<Choice>>,
    /// Of a ranking: the rounds of the instant-runoff.
    rounds: Option<Vec<Round>>,
    /// Of a ranking: the points of each option by Borda's rule.
    borda: Option<Vec<Points>>,
}

/// A round of an instant-runoff.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct Round {
    /// The options still in, and for how many ballots each is the first of those.
    choices: Vec<Counted>,
    /// How many ballots name none that is still in.
    exhausted: i64,
    /// The ids of those that leave after it: several if they tie for the fewest.
    eliminated: Vec<String>,
}

/// The points of an option.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct Points {
    /// Its id.
    id: String,
    /// Its label.
    label: String,
    /// Its points.
    points: i64,
}

/// The result of a choice.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct Counted {
    /// Its id.
    id: String,
    /// Its label.
    label: String,
    /// How many chose it.
    count: i64,
}

/// How far the log of ballot events goes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct LogHead {
    /// How many entries are counted.
    size: i64,
    /// The root of their tree, base64.
    root: String,
    /// When the last was counted.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

/// Read the results
#[utoipa::path(
    get, path = "/consultations/{slug}/results", tag = "results",
    responses((status = 200, body = Results))
)]
pub(super) async fn read(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    call::json(&results(&app, account.as_ref(), &slug).await?)
}

/// Read the results, at the address that stands on the page
#[utoipa::path(
    get, path = "/c/{slug}/results.json", tag = "results",
    responses((status = 200, body = Results))
)]
pub(super) async fn file(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    call::json(&results(&app, account.as_ref(), &slug).await?)
}

/// Read the final results in the form that is signed: canonical JSON (RFC 8785), without the proof
#[utoipa::path(
    get, path = "/c/{slug}/results.jcs", tag = "results",
    responses((status = 200, body = Results))
)]
pub(super) async fn canonical(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let results = results(&app, account.as_ref(), &slug).await?;
    if results["final"] != true {
        return Err(Failure::NotFound);
    }
    let octets = proof::canonical(&results)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], octets).into_response())
}

async fn results(app: &App, account: Option<&Account>, slug: &str) -> ModelResult<Value> {
    let mut conn = app.store.conn().await?;
    let on = consultation::view(&mut conn, slug, account).await?.consultation;
    let viewer = ballot::viewer(&mut conn, &on, account).await?;
    let here = here(app, &mut conn).await?;
    publication::results(&mut conn, &on, &here, app.now(), viewer).await
}

/// What the last nightly or closing check of a count found.
#[derive(Serialize, ToSchema)]
struct CountCheck {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// How many entries of the log it went through; nothing while results are hidden.
    size: Option<i64>,
    /// Whether tally, ballots and log are one count.
    holds: bool,
    /// What was found; nothing while results are hidden, since it may hold numbers.
    detail: Option<String>,
}

/// Read what the last check of the count found, as an administrator
#[utoipa::path(
    get, path = "/consultations/{slug}/check", tag = "results",
    responses((status = 200, body = CountCheck)), security(("token" = []))
)]
pub(super) async fn check(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    let found = check::last(&mut conn, &view.standing, view.consultation.id).await?.ok_or(Error::NotFound)?;
    let seen = tally::visible(&view.consultation, app.now(), Viewer::Anybody);
    let (size, detail) = (seen.then_some(found.size), seen.then_some(found.detail));
    call::json(&CountCheck { at: found.at, size, holds: found.holds, detail })
}
