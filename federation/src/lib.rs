//! The fediverse's door to the rules of `model`: what other servers fetch and send, and what goes out to them.
//!
//! Everything that comes from the network is bounded, verified and turned into words that the model knows, before a use case
//! is called; everything that goes out passes the network guard and is signed. This crate decides nothing about ballots,
//! comments or forums, knows nothing of pages and sessions, and speaks no SQL.
//!
//! The program calls these: [`router`], merged before the website by [`speaks_activity`]; [`resolve`] and [`preview`], for
//! forums that somebody names; [`recognise`] and [`intent`], for people of other servers who come here; [`run`], for every job that concerns
//! other servers; and [`carry`], for a lane of deliveries.

mod admit;
mod app;
mod backfill;
pub mod checkup;
mod deliver;
pub mod directory;
mod document;
pub mod fetch;
pub mod files;
pub mod guard;
mod inbox;
mod intent;
mod keyring;
mod knock;
mod ledger;
mod limit;
mod mirrored;
pub mod nodeinfo;
mod objects;
mod outbox;
mod parcel;
mod policy;
mod portrait;
mod preview;
mod proof;
mod reading;
mod recent;
mod relay;
mod relay_server;
mod remote;
mod resolve;
mod revisit;
pub mod signature;
mod verify;
pub mod webfinger;
mod wellknown;
pub mod wire;
mod witness;

#[cfg(test)]
mod testing;

use axum::routing::{get, post};
use axum::{Router, middleware};

pub use app::{App, Inner, Settings};
pub use deliver::carry;
pub use intent::intent;
pub use ledger::{Entry, Ledger};
pub use outbox::run;
pub use preview::preview;
pub use reading::words;
pub use resolve::{recognise, resolve, resolve_node};

/// Everything that other servers ask for: documents, inboxes, `/.well-known/` and NodeInfo. With federation off it answers
/// NodeInfo alone.
pub fn router(app: App) -> Router {
    let counted = Router::new()
        .route("/nodeinfo/{version}", get(wellknown::nodeinfo))
        .route("/.well-known/nodeinfo", get(wellknown::links));
    if !app.settings.enabled {
        return counted.fallback(document::nowhere).with_state(app);
    }
    let documents = Router::new()
        .route("/f/{slug}", get(document::forum))
        .route("/f/{slug}/outbox", get(document::forum_outbox))
        .route("/f/{slug}/followers", get(document::forum_followers))
        .route("/f/{slug}/featured", get(document::featured))
        .route("/f/{slug}/moderators", get(document::moderators))
        .route("/u/{name}", get(document::person))
        .route("/u/{name}/{which}", get(document::person_collection))
        .route("/c/{slug}", get(document::page))
        .route("/c/{slug}/ballot", get(document::ballot))
        .route("/c/{slug}/tally", get(document::tally))
        .route("/c/{slug}/context", get(document::context))
        .route("/c/{slug}/replies", get(document::replies))
        .route("/c/{slug}/comments/{id}", get(document::comment))
        .route("/remote/{host}/c/{slug}/comments/{id}", get(document::note_elsewhere))
        .route("/quotes/{id}", get(document::quote))
        .layer(middleware::from_fn_with_state(app.clone(), admit::signed));
    let inboxes = Router::new()
        .route("/inbox", post(inbox::receive))
        .route("/f/{slug}/inbox", post(inbox::receive))
        .route("/u/{name}/inbox", post(inbox::receive));
    let found = Router::new()
        .route("/", get(document::node))
        .route("/outbox", get(document::node_outbox))
        .route("/followers", get(document::node_followers))
        .route("/.well-known/webfinger", get(wellknown::webfinger))
        .route("/.well-known/host-meta", get(wellknown::host_meta))
        .route("/.well-known/host-meta.json", get(wellknown::host_meta_json))
        .route("/witness/add-checkpoint", post(witness::add_checkpoint))
        .route("/witness/head", get(witness::head));
    documents.merge(inboxes).merge(found).merge(counted).fallback(document::nowhere).with_state(app)
}

/// Whether a request is one of a server and not of a browser: it reads ActivityStreams, posts to an inbox, or asks for what only
/// servers ask for. `Accept` is read leniently (NodeBB sends no space before `profile`).
#[must_use]
pub fn speaks_activity(parts: &http::request::Parts) -> bool {
    let path = parts.uri.path();
    if path == "/inbox" || path.ends_with("/inbox") {
        return parts.method == http::Method::POST;
    }
    if path.starts_with("/.well-known/") || path.starts_with("/nodeinfo/") || path.starts_with("/witness/") {
        return true;
    }
    let reads = parts.method == http::Method::GET || parts.method == http::Method::HEAD;
    reads && accepts_activity(&parts.headers)
}

/// Whether whoever sends these headers would take an activity.
#[must_use]
pub fn accepts_activity(headers: &http::HeaderMap) -> bool {
    let accepts = headers.get_all(http::header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|value| value.split(',')).any(is_activity_range)
}

fn is_activity_range(range: &str) -> bool {
    let essence = range.split(';').next().unwrap_or_default().trim();
    [wire::ACTIVITY_JSON, "application/ld+json"].iter().any(|kind| essence.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(method: &str, path: &str, accept: &str) -> bool {
        let request = http::Request::builder().method(method).uri(path).header("accept", accept);
        speaks_activity(&request.body(()).expect("a request").into_parts().0)
    }

    #[test]
    fn an_accept_is_read_leniently() {
        for accept in [
            "application/activity+json",
            "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+json, application/ld+json",
            "text/html;q=0.1, Application/Activity+JSON",
        ] {
            assert!(speaks("GET", "/c/x", accept), "{accept}");
        }
        for accept in ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "application/json", ""] {
            assert!(!speaks("GET", "/c/x", accept), "{accept}");
        }
    }

    #[test]
    fn inboxes_and_well_known_addresses_answer_whatever_the_accept() {
        for path in ["/inbox", "/f/x/inbox", "/u/ana/inbox"] {
            assert!(speaks("POST", path, "*/*"), "{path}");
        }
        for path in ["/.well-known/webfinger?resource=acct:a@a.test", "/.well-known/nodeinfo", "/nodeinfo/2.1"] {
            assert!(speaks("GET", path, "application/activity+json") && speaks("GET", path, "text/html"), "{path}");
        }
        assert!(!speaks("POST", "/c/x/ballot", "application/activity+json"));
    }
}
