//! Other servers: how this node treats each, and how each fares.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::clock::Instant;
use model::error::{Error, Result as ModelResult};
use model::network::blocklist;
use model::network::delivery::{State as Health, Trouble};
use model::network::host::{self, Host};
use model::network::peer::{self, Policy, Terms};
use model::people::role::{Act, Standing};
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// Another server.
#[derive(Serialize, ToSchema)]
pub(super) struct Peer {
    /// Its host, with its port where it has one.
    host: String,
    /// How it is treated; what is said of a domain holds for all below it.
    #[schema(value_type = shape::PeerPolicy)]
    policy: Policy,
    /// Whether pictures of its people are left out.
    reject_media: bool,
    /// Whether reports from it are not taken.
    reject_reports: bool,
    /// Whether its name is half hidden where blocks are shown.
    obfuscate: bool,
    /// Why it is treated so, for everybody.
    public_comment: String,
    /// The same, among administrators.
    private_comment: String,
    /// How it fares.
    #[schema(value_type = shape::PeerState)]
    state: Health,
    /// How many deliveries wait for it.
    queue: i64,
    /// Failures since the last delivery that worked.
    failures: i32,
    /// When the first of these was.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Instant>,
    /// When what waits is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Instant>,
    /// The last delivery that worked.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Instant>,
    /// The last that failed.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_failure_at: Option<Instant>,
    /// Why it failed.
    last_error: Option<String>,
    /// What went wrong lately, the newest first.
    errors: Vec<PeerError>,
}

/// Something that went wrong with a server.
#[derive(Serialize, ToSchema)]
pub(super) struct PeerError {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// What.
    detail: String,
}

impl Peer {
    async fn of(conn: &mut Conn, it: Host, now: Instant) -> ModelResult<Self> {
        let policy = peer::policy(conn, &it.name).await?;
        let terms = it.peer.map_or_else(|| policy.into(), peer::Peer::terms);
        let Terms { reject_media, reject_reports, obfuscate, public_comment, private_comment, .. } = terms;
        let lane = it.lane.as_ref();
        let errors: Vec<Trouble> = lane.map(|lane| lane.errors.0.clone()).unwrap_or_default();
        Ok(Self {
            policy,
            reject_media,
            reject_reports,
            obfuscate,
            public_comment,
            private_comment,
            state: lane.map_or(Health::Working, |lane| lane.state(now)),
            queue: it.queue,
            failures: lane.map_or(0, |lane| lane.attempts),
            failing_since: lane.and_then(|lane| lane.failing_since),
            next_at: lane.and_then(|lane| lane.due_at),
            last_success_at: lane.and_then(|lane| lane.last_success_at),
            last_failure_at: lane.and_then(|lane| lane.last_failure_at),
            last_error: errors.first().map(|last| last.why.clone()),
            errors: errors.into_iter().map(|Trouble { at, why }| PeerError { at, detail: why }).collect(),
            host: it.name,
        })
    }
}

/// How to treat a server, and all below its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Treatment {
    /// `partner`: what it asserts of its people is believed, and their ballots count in the tier `partner`.
    #[schema(value_type = shape::PeerPolicy)]
    policy: Policy,
    /// Whether pictures of its people are left out.
    #[serde(default)]
    reject_media: bool,
    /// Whether reports from it are not taken.
    #[serde(default)]
    reject_reports: bool,
    /// Whether its name is half hidden where blocks are shown.
    #[serde(default)]
    obfuscate: bool,
    /// Why it is treated so, for everybody.
    #[serde(default)]
    #[schema(max_length = 2000)]
    public_comment: String,
    /// The same, among administrators.
    #[serde(default)]
    #[schema(max_length = 2000)]
    private_comment: String,
}

impl From<Treatment> for Terms {
    fn from(it: Treatment) -> Self {
        let Treatment { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment } = it;
        Self { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment }
    }
}

/// List the servers known here, as an administrator
#[utoipa::path(
    get, path = "/peers", tag = "federation", params(Paging),
    responses((status = 200, body = List<Peer>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    Standing { account: Some(account), member: None }.may(Act::Administer, None)?;
    let after = asked.cursor.as_deref().map(list::named).transpose()?;
    let limit = list::limit(asked.limit);
    let mut conn = app.store.conn().await?;
    let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut known = host::list(&mut conn, after.as_deref(), most).await?;
    let more = known.len() > limit;
    known.truncate(limit);
    let next = known.last().filter(|_| more).map(|last| list::name(&last.name));
    let mut items = Vec::with_capacity(known.len());
    for one in known {
        items.push(Peer::of(&mut conn, one, app.now()).await?);
    }
    call::json(&List { items, next })
}

/// Read how a server is treated and how it fares, as an administrator
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
    let mut conn = app.store.conn().await?;
    let known = host::by_name(&mut conn, &peer::written(&host).ok_or(Error::NotFound)?).await?;
    call::json(&Peer::of(&mut conn, known, app.now()).await?)
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
    let treated = peer::treat(&mut doing.tx, doing.now, Some(&by), &host, treatment.into()).await?;
    let known = host::by_name(&mut doing.tx, &treated.host).await?;
    let told = Peer::of(&mut doing.tx, known, doing.now).await?;
    doing.changed(&told).await
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
    peer::forget(&mut doing.tx, doing.now, Some(&by), &host).await?;
    doing.deleted().await
}

/// Give the list of blocked and silenced servers out, as an administrator
///
/// In the CSV form that Mastodon reads.
#[utoipa::path(
    get, path = "/blocklist", tag = "federation",
    responses((status = 200, body = String, content_type = "text/csv")), security(("token" = []))
)]
pub(super) async fn blocklist(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let by = Standing { account: Some(account), member: None };
    let list = blocklist::export(&mut app.store.conn().await?, Some(&by)).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], list).into_response())
}

/// A list of servers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Blocklist {
    /// CSV as Mastodon writes it, or one domain a line.
    #[schema(max_length = 2_097_152)]
    list: String,
}

/// What became of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Imported {
    /// Servers of which something else was said before, or nothing.
    changed: usize,
    /// Servers that were treated so already.
    unchanged: usize,
    /// Lines that could not be read; the others were taken.
    refused: Vec<RefusedLine>,
}

/// A line that could not be read.
#[derive(Serialize, ToSchema)]
pub(super) struct RefusedLine {
    /// Its number.
    line: u64,
    /// Why.
    detail: String,
}

/// Take a list of blocked and silenced servers in, as an administrator
#[utoipa::path(
    post, path = "/blocklist", tag = "federation", request_body = Blocklist,
    responses((status = 200, body = Imported)), security(("token" = []))
)]
pub(super) async fn take_in(State(app): State<App>, call: Call<Blocklist>) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let done = blocklist::import(&mut doing.tx, doing.now, Some(&by), &body.list).await?;
    let refused = done.refused.into_iter().map(|one| RefusedLine { line: one.line, detail: one.why }).collect();
    doing.changed(&Imported { changed: done.changed, unchanged: done.unchanged, refused }).await
}
