//! Where the ballots of a consultation come from, for administrators.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::count::audit::{self, Age, Line, Origin};
use model::count::electorate::Tier;
use model::debate::consultation;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::face::SignedIn;
use super::list::{self, Asked, List};
use super::{call, here, shape};
use crate::app::App;
use crate::error::Failure;

/// Voters of one server, tier, age and hour.
#[derive(Serialize, ToSchema)]
pub(super) struct BallotOrigin {
    /// Their server; null for this node.
    host: Option<String>,
    /// What somebody registered of it.
    domain: Option<String>,
    /// In which tier they count.
    #[schema(value_type = shape::Tier)]
    tier: Tier,
    /// Whether their accounts are younger than the consultation, as their server says.
    #[schema(value_type = shape::AccountAge)]
    age: Age,
    /// The hour in which they first voted.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// How many.
    voters: i64,
}

/// List where ballots come from, by server, age of the accounts and hour, as an administrator: the 1,000 largest groups
#[utoipa::path(
    get, path = "/consultations/{slug}/audit", tag = "moderation",
    responses((status = 200, body = List<BallotOrigin>)), security(("token" = []))
)]
pub(super) async fn origins(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    let all = audit::origins(&mut conn, &view).await?;
    let items = all.into_iter().map(|(origin, voters)| {
        let domain = origin.domain().map(str::to_owned);
        let Origin { host, tier, age, at } = origin;
        BallotOrigin { host, domain, tier, age, at, voters }
    });
    call::json(&List { items: items.collect(), next: None })
}

/// One voter.
#[derive(Serialize, ToSchema)]
pub(super) struct TracedBallot {
    /// As the log and `ballots.csv` name the voter.
    voter: String,
    /// In which tier the ballot counts.
    #[schema(value_type = shape::Tier)]
    tier: Tier,
    /// Whether the account is younger than the consultation.
    #[schema(value_type = shape::AccountAge)]
    age: Age,
    /// The hour in which it was first cast.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

/// Whose voters to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Those of this server.
    host: String,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
}

/// List the voters of a server under the names that the log gives them, as an administrator
#[utoipa::path(
    get, path = "/consultations/{slug}/audit/voters", tag = "moderation", params(Wanted),
    responses((status = 200, body = List<TracedBallot>)), security(("token" = []))
)]
pub(super) async fn voters(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Failure> {
    let after = list::place(wanted.cursor.as_deref())?.map(|(_, id)| id);
    let limit = list::limit(wanted.limit);
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    let mut lines = audit::voters(&mut conn, &view, &here, &wanted.host, after, limit + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|last| list::cursor(last.origin.at, last.ballot));
    let items = lines.into_iter().map(|Line { voter, origin: Origin { tier, age, at, .. }, .. }| TracedBallot {
        voter,
        tier,
        age,
        at,
    });
    call::json(&List { items: items.collect(), next })
}
