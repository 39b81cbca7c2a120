//! The website and the JSON API: people's door to the rules of `model`.
//!
//! It maps what the model says to pages and documents, and forms and bodies to use cases. It knows nothing of the
//! fediverse, decides nothing by itself, and speaks no SQL.

pub mod api;
pub mod app;
pub mod error;
pub mod form;
pub mod frame;
pub mod language;
pub mod news;
pub mod provider;
pub mod visitor;

mod assets;
mod cache;
mod calendar;
mod chart;
mod csv;
mod directory;
mod encoding;
mod feed;
mod journey;
mod letter;
mod limit;
mod live;
mod log;
mod mastodon;
mod media;
mod open;
mod pages;
mod path;
mod robots;
mod security;
mod session;
mod site;
mod tag;
mod text;
mod theme;
mod upload;

use axum::middleware;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

pub use app::{App, Intent, Recognise, Resolve, Settings};
pub use cache::Shared;
pub use site::site;

/// Every page of the website and the JSON API, ready to serve.
pub fn router(app: App) -> axum::Router {
    let (api, manual) = api::routers(&app);
    let pages = pages::router()
        .merge(manual)
        .merge(csv::routes())
        .merge(feed::routes())
        .merge(calendar::routes())
        .merge(live::routes())
        .merge(log::routes())
        .merge(text::routes())
        .merge(open::routes())
        .merge(media::routes())
        .layer(CsrfLayer::new().with_rejection_response(security::foreign))
        .layer(middleware::from_fn_with_state(app.clone(), error::dress))
        .layer(session::layer(&app));
    axum::Router::new()
        .merge(pages)
        .merge(api)
        .merge(pages::embed::routes())
        .merge(assets::router())
        .merge(robots::routes())
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), security::harden))
        .layer(middleware::from_fn_with_state(app.clone(), cache::share))
        .with_state(app)
}
