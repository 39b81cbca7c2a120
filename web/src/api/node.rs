//! The node itself.

use axum::extract::State;
use axum::response::Response;
use model::care::settings;
use serde::Serialize;
use utoipa::ToSchema;

use super::call;
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
}

/// Read about the node
#[utoipa::path(get, path = "/node", tag = "node", responses((status = 200, body = Node)))]
pub(super) async fn read(State(app): State<App>) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let node = settings::node(&mut conn).await?;
    let registration = settings::registration(&mut conn).await?;
    call::json(&Node {
        uri: app.address(&node).node(),
        version: env!("CARGO_PKG_VERSION"),
        languages: Language::ALL.iter().map(|language| language.tag()).collect(),
        name: node.name,
        domain: node.domain,
        language: node.language,
        time_zone: node.time_zone,
        registration,
        set_up: node.set_up,
    })
}
