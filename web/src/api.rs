//! The JSON API, `/api/v1`: each module maps bodies to use cases and what they answer to documents.
//!
//! Who asks is known by a token alone, never by a session, so no other site can act in a visitor's name. Every refusal
//! is a problem document ([`model::care::problem`]).

mod account;
mod attachment;
mod attribute;
mod audit;
mod ballot;
mod call;
mod change;
mod code;
mod comment;
mod consultation;
mod delivery;
mod draft;
mod elector;
mod elsewhere;
mod face;
mod follow;
mod forum;
mod list;
mod manual;
mod me;
mod member;
mod moderation;
mod node;
mod openapi;
mod outcome;
mod own;
mod page;
mod partner;
mod peer;
mod quota;
mod reaction;
mod relay;
mod relay_server;
mod report;
mod results;
mod search;
mod shape;
mod shown;
mod suspension;
mod text;
mod version;

use axum::Router;
use axum::middleware;
use axum::routing::{any, get};
use model::address::Address;
use model::care::settings;
use model::error::Result;
use model::store::Conn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::Failure;

pub(crate) use code::link as code_link;
pub(crate) use face::account_of;
pub(crate) use quota::Quotas;

/// Where the API lives.
const ROOT: &str = "/api/v1";

/// Every call, with its description.
fn calls() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(node::read, node::change))
        .routes(routes!(me::read, own::leave))
        .routes(routes!(own::export))
        .routes(routes!(own::notifications))
        .routes(routes!(own::read_notifications))
        .routes(routes!(own::follows))
        .routes(routes!(own::mail, own::set_mail))
        .routes(routes!(own::follow_forum, own::stop_forum))
        .routes(routes!(own::follow_consultation, own::stop_consultation))
        .routes(routes!(forum::list, forum::create))
        .routes(routes!(forum::read, forum::edit))
        .routes(routes!(account::list))
        .routes(routes!(account::approve))
        .routes(routes!(account::refuse))
        .routes(routes!(peer::list))
        .routes(routes!(peer::read, peer::treat, peer::forget))
        .routes(routes!(peer::blocklist, peer::take_in))
        .routes(routes!(member::list, member::ask))
        .routes(routes!(member::invitations, member::invite))
        .routes(routes!(member::cancel))
        .routes(routes!(elector::list))
        .routes(routes!(elector::keep, elector::delete))
        .routes(routes!(elector::claim))
        .routes(routes!(member::set, member::remove))
        .routes(routes!(draft::create))
        .routes(routes!(consultation::list))
        .routes(routes!(consultation::read, draft::edit, consultation::delete))
        .routes(routes!(consultation::publish))
        .routes(routes!(consultation::close))
        .routes(routes!(change::list))
        .routes(routes!(change::extend))
        .routes(routes!(change::cancel))
        .routes(routes!(change::correct))
        .routes(routes!(change::archive))
        .routes(routes!(outcome::read, outcome::publish))
        .routes(routes!(text::list))
        .routes(routes!(text::read))
        .routes(routes!(text::compare))
        .routes(routes!(ballot::read, ballot::cast, ballot::withdraw))
        .routes(routes!(ballot::remove))
        .routes(routes!(elector::eligibility))
        .routes(routes!(code::count, code::issue))
        .routes(routes!(code::cast, code::read, code::withdraw))
        .routes(routes!(results::read))
        .routes(routes!(results::check))
        .routes(routes!(comment::list, comment::post))
        .routes(routes!(comment::edit, comment::delete))
        .routes(routes!(version::list))
        .routes(routes!(delivery::list))
        .routes(routes!(search::list))
        .routes(routes!(attachment::list, attachment::attach))
        .routes(routes!(attachment::link))
        .routes(routes!(attachment::describe, attachment::detach))
        .routes(routes!(attribute::asked, attribute::ask))
        .routes(routes!(attribute::tell))
        .routes(routes!(reaction::set, reaction::clear))
        .routes(routes!(moderation::lock, moderation::open))
        .routes(routes!(moderation::pin, moderation::unpin))
        .routes(routes!(moderation::bans, moderation::ban))
        .routes(routes!(moderation::unban))
        .routes(routes!(page::read, page::write))
        .routes(routes!(suspension::list, suspension::suspend))
        .routes(routes!(suspension::lift))
        .routes(routes!(suspension::held))
        .routes(routes!(suspension::judge))
        .routes(routes!(suspension::hold, suspension::release))
        .routes(routes!(report::file))
        .routes(routes!(report::list))
        .routes(routes!(report::decide))
        .routes(routes!(report::own))
        .routes(routes!(audit::origins))
        .routes(routes!(audit::voters))
        .routes(routes!(follow::list, follow::ask))
        .routes(routes!(relay::list, relay::begin))
        .routes(routes!(relay::stop))
        .routes(routes!(relay::announce))
        .routes(routes!(relay_server::list, relay_server::subscribe))
        .routes(routes!(relay_server::end))
        .routes(routes!(relay_server::witnesses, relay_server::propose))
        .routes(routes!(relay_server::stop_witness))
        .routes(routes!(relay_server::proposals))
        .routes(routes!(relay_server::answer))
        .routes(routes!(relay_server::forks))
        .routes(routes!(partner::list))
        .routes(routes!(partner::admit, partner::forget))
        .routes(routes!(follow::take_back))
        .routes(routes!(follow::known))
        .routes(routes!(elsewhere::ballot::ballot, elsewhere::ballot::vote, elsewhere::ballot::withdraw))
        .routes(routes!(elsewhere::comments, elsewhere::post));
    OpenApiRouter::with_openapi(openapi::head())
        .nest(ROOT, calls)
        .routes(routes!(results::file))
        .routes(routes!(results::canonical))
}

/// The calls, and apart from them the page on which people read about them.
pub(crate) fn routers(app: &App) -> (Router<App>, Router<App>) {
    let (calls, document) = calls().split_for_parts();
    let document = openapi::finish(document);
    let manual = manual::router(ROOT, &document);
    let text = openapi::text(&document);
    // The same calls, asked by a change for the state that it finds.
    let plain = calls.clone().with_state(app.clone());
    let api = calls
        .route(&format!("{ROOT}/openapi.json"), get(async move || openapi::serve(text)))
        .route(&format!("{ROOT}/{{*rest}}"), any(async || Failure::NotFound))
        .layer(middleware::from_fn_with_state((app.clone(), plain), face::admit))
        .layer(middleware::map_response(face::dress));
    (api, manual)
}

/// Where this node lives, as its settings say now.
async fn here(app: &App, conn: &mut Conn) -> Result<Address> {
    Ok(app.address(&settings::node(conn).await?))
}
