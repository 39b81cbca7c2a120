//! Results, as whoever asks may see them.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::count::ballot;
use model::count::electorate::Tier;
use model::count::tally::{self, Document, TierResult, Viewer};
use model::debate::consultation::{self, Phase};
use model::error::Result as ModelResult;
use model::people::account::Account;
use serde::Serialize;
use utoipa::ToSchema;

use super::call;
use super::face::Caller;
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// The results of a consultation. While they are hidden there is no number in them.
#[derive(Serialize, ToSchema)]
struct Results {
    /// Where the consultation stands.
    #[schema(value_type = shape::State)]
    state: Phase,
    /// Whether the rest may be seen.
    visible: bool,
    /// Whether it can no longer change.
    #[serde(rename = "final")]
    is_final: bool,
    /// The tier whose count is official.
    #[schema(value_type = shape::Tier)]
    official: Tier,
    /// The admitted tiers, counted apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, TierResults>>)]
    tiers: Option<BTreeMap<Tier, TierResults>>,
    /// How far the log of ballot events goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<LogHead>,
}

/// The results of a tier.
#[derive(Serialize, ToSchema)]
struct TierResults {
    /// How many have a ballot that counts.
    voters: i64,
    /// Every choice, in the consultation's order.
    choices: Vec<Counted>,
}

/// The result of a choice.
#[derive(Serialize, ToSchema)]
struct Counted {
    /// Its id.
    id: String,
    /// Its label.
    label: String,
    /// How many chose it.
    count: i64,
}

/// How far the log of ballot events goes.
#[derive(Serialize, ToSchema)]
struct LogHead {
    /// How many entries are counted.
    size: i64,
    /// The root of their tree, base64.
    root: String,
    /// When the last was counted.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

impl From<Document> for Results {
    fn from(document: Document) -> Self {
        let tiers = document.tiers.map(|tiers| tiers.into_iter().map(|(tier, of)| (tier, of.into())).collect());
        Self {
            state: document.state,
            visible: document.visible,
            is_final: document.is_final,
            official: document.official,
            tiers,
            log: document.log.map(|log| LogHead { size: log.size, root: log.root, at: log.at }),
        }
    }
}

impl From<TierResult> for TierResults {
    fn from(of: TierResult) -> Self {
        let choices = of.choices.into_iter().map(|c| Counted { id: c.id, label: c.label, count: c.count });
        Self { voters: of.voters, choices: choices.collect() }
    }
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
    call::json(&Results::from(results(&app, account.as_ref(), &slug).await?))
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
    call::json(&Results::from(results(&app, account.as_ref(), &slug).await?))
}

async fn results(app: &App, account: Option<&Account>, slug: &str) -> ModelResult<Document> {
    let mut conn = app.store.conn().await?;
    let on = consultation::view(&mut conn, slug, account).await?.consultation;
    let ballot = match account {
        Some(account) => ballot::standing(&mut conn, on.id, account.actor_id).await?,
        None => None,
    };
    let viewer = if ballot.is_some() { Viewer::Voter } else { Viewer::Anybody };
    tally::results(&mut conn, &on, app.now(), viewer).await
}
