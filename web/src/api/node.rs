//! The node itself.

use axum::extract::State;
use axum::response::Response;
use model::care::punctuality::{self, Punctuality};
use model::care::{commitment, settings};
use model::clock::Instant;
use model::error::Result;
use model::people::role::Standing;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call};
use super::shape;
use crate::app::App;
use crate::error::Failure;
use crate::language::Language;

/// A node.
#[derive(Serialize, ToSchema)]
struct Node {
    /// The institution's name.
    name: String,
    /// The version of the program.
    version: &'static str,
    /// The permanent domain; without one federation is off.
    domain: Option<String>,
    /// The address of the node's actor and home page.
    uri: String,
    /// The languages of the pages (BCP 47).
    languages: Vec<&'static str>,
    /// The institution's own language.
    language: String,
    /// The IANA time zone in which dates are typed and shown.
    time_zone: String,
    /// Who may sign up.
    #[schema(value_type = shape::Registration)]
    registration: settings::Registration,
    /// Whether it has been set up.
    set_up: bool,
    /// How soon reports and held comments are decided on.
    moderation: Moderation,
}

/// How soon is decided, as promised and as it was in the last 90 days. What happens in private forums counts nowhere here.
#[derive(Serialize, ToSchema)]
struct Moderation {
    /// Within how many hours a decision is promised.
    promised_hours: u32,
    /// How many minutes half of the decisions took at most; none of fewer than five decisions.
    median_minutes: Option<u64>,
    /// How many decisions there were.
    decisions: usize,
}

impl Moderation {
    async fn read(conn: &mut Conn, now: Instant) -> Result<Self> {
        let Punctuality { decisions, median } = punctuality::of(conn, now).await?;
        let promised_hours = commitment::of(conn).await?.moderation_hours;
        Ok(Self { promised_hours, median_minutes: median.map(|median| median.as_secs() / 60), decisions })
    }
}

/// Read about the node
#[utoipa::path(get, path = "/node", tag = "node", responses((status = 200, body = Node)))]
pub(super) async fn read(State(app): State<App>) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    call::json(&shown(&app, &mut conn).await?)
}

async fn shown(app: &App, conn: &mut Conn) -> Result<Node> {
    let node = settings::node(conn).await?;
    let registration = settings::registration(conn).await?;
    Ok(Node {
        uri: app.address(&node).node(),
        version: env!("CARGO_PKG_VERSION"),
        languages: Language::ALL.iter().map(|language| language.tag()).collect(),
        name: node.name,
        domain: node.domain,
        language: node.language,
        time_zone: node.time_zone,
        registration,
        set_up: node.set_up,
        moderation: Moderation::read(conn, app.now()).await?,
    })
}

/// What is to change; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NodeChange {
    /// The institution's name.
    #[schema(max_length = 120)]
    name: Option<String>,
    /// The institution's language.
    language: Option<String>,
    /// The IANA time zone.
    time_zone: Option<String>,
    /// The domain: as long as nothing has gone to another server.
    domain: Option<String>,
}

/// Change what was said at set-up, as an administrator
#[utoipa::path(
    patch, path = "/node", tag = "node", request_body = NodeChange,
    responses((status = 200, body = Node)), security(("token" = []))
)]
pub(super) async fn change(State(app): State<App>, call: Call<NodeChange>) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let NodeChange { name, language, time_zone, domain } = new;
    let change = settings::Change { name, language, time_zone, domain };
    settings::change(&mut doing.tx, doing.now, &by, change).await?;
    let shown = shown(&app, &mut doing.tx).await?;
    doing.changed(&shown).await
}
