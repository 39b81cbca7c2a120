use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use model::address::{Address, Scheme};
use serde_json::json;

use super::*;
use crate::signature::{Received, read as read_signature};
use crate::testing::{KEYS, peer};

const NOW: i64 = 1_763_900_000;

fn activity(body: Value) -> Response {
    ([(CONTENT_TYPE, ACTIVITY_JSON)], body.to_string()).into_response()
}

async fn fetched(fetcher: &Fetcher, url: &str) -> Result<Value, Error> {
    let signer = Signer { key: &KEYS.0, now: NOW };
    fetcher.value(&url.parse().expect("a URL"), signer, &Budget::default()).await
}

#[tokio::test]
async fn a_document_under_its_own_name_is_fetched_signed_and_with_a_user_agent() {
    let echo = get(|request: Request| async move {
        let (parts, _) = request.into_parts();
        let received = Received { method: &parts.method, target: "/note?x=1", headers: &parts.headers, body: None };
        let signed = read_signature(received, &Address::new(Scheme::Http, "peer.test"), NOW)
            .and_then(|claim| claim.verify(&KEYS.1));
        let agent = parts.headers["user-agent"].to_str().expect("text");
        activity(json!({"id": "http://peer.test/note?x=1", "signed": signed.is_ok(), "agent": agent}))
    });
    let fetcher = peer(Router::new().route("/note", echo)).await;
    let value = fetched(&fetcher, "http://peer.test/note?x=1#part").await.expect("fetched");
    assert_eq!(value["signed"], true);
    assert_eq!(value["agent"], "Palabre/test (+http://a.test/)");
}

#[tokio::test]
async fn a_document_that_claims_another_origin_is_refused() {
    let router = Router::new()
        .route("/foreign", get(|| async { activity(json!({"id": "http://other.test/note"})) }))
        .route("/nameless", get(|| async { activity(json!({"type": "Note"})) }))
        .route("/alias", get(|| async { activity(json!({"id": "http://peer.test/note"})) }))
        .route("/liar", get(|| async { activity(json!({"id": "http://peer.test/alias"})) }))
        .route("/note", get(|| async { activity(json!({"id": "http://peer.test/note", "type": "Note"})) }));
    let fetcher = peer(router).await;
    for path in ["foreign", "nameless", "liar"] {
        let outcome = fetched(&fetcher, &format!("http://peer.test/{path}")).await;
        assert!(matches!(outcome, Err(Error::Identity(..))), "{path}: {outcome:?}");
    }
    assert_eq!(fetched(&fetcher, "http://peer.test/alias").await.expect("refetched")["type"], "Note");
}

#[tokio::test]
async fn look_alike_hosts_are_compared_as_urls_read_them() {
    let named = |id: &'static str| get(move || async move { activity(json!({"id": id})) });
    let router = Router::new()
        .route("/case", named("http://PEER.test/case"))
        .route("/dot", named("http://peer.test./dot"))
        .route("/port", named("http://peer.test:80/port"))
        .route("/punycode", named("http://pe\u{435}r.test/punycode"))
        .route("/longer", named("http://peer.test.other.test/longer"))
        .route("/other-port", named("http://peer.test:8080/other-port"))
        .route("/user", named("http://peer.test@other.test/user"));
    let fetcher = peer(router).await;
    for path in ["case", "port", "dot"] {
        assert!(fetched(&fetcher, &format!("http://peer.test/{path}")).await.is_ok(), "{path}");
    }
    for path in ["punycode", "longer", "other-port", "user"] {
        let outcome = fetched(&fetcher, &format!("http://peer.test/{path}")).await;
        assert!(matches!(outcome, Err(Error::Identity(..))), "{path}: {outcome:?}");
    }
}

#[tokio::test]
async fn redirect_poses_as_origin_and_is_judged_by_where_it_leads() {
    let note = || async { activity(json!({"id": "http://peer.test/note"})) };
    let router = Router::new()
        .route("/note", get(note))
        .route("/once", get(|| async { Redirect::temporary("/note") }))
        .route("/twice", get(|| async { Redirect::temporary("/once") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/home", get(|| async { Redirect::temporary("http://a.test/") }))
        .route("/inside", get(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data") }))
        .route("/posing", get(|| async { Redirect::temporary("http://other.test/note") }));
    let fetcher = peer(router).await;
    assert!(fetched(&fetcher, "http://peer.test/once").await.is_ok());
    for path in ["twice", "round"] {
        assert!(matches!(fetched(&fetcher, &format!("http://peer.test/{path}")).await, Err(Error::Redirects(_))));
    }
    for path in ["home", "inside"] {
        assert!(matches!(fetched(&fetcher, &format!("http://peer.test/{path}")).await, Err(Error::Refused(_))));
    }
    let posing = fetched(&fetcher, "http://peer.test/posing").await;
    assert!(matches!(posing, Err(Error::Identity(..))), "what lies on other.test is not peer.test's: {posing:?}");
}

#[tokio::test]
async fn wrong_content_type_an_upload_is_no_document() {
    let as_type = |content_type: &'static str| {
        get(move || async move { ([(CONTENT_TYPE, content_type)], json!({"id": "http://peer.test/x"}).to_string()) })
    };
    let router = Router::new()
        .route("/json", as_type("application/json"))
        .route("/html", as_type("text/html"))
        .route("/ld", as_type("application/ld+json"))
        .route("/image", as_type("image/png; profile=\"application/activity+json\""));
    let fetcher = peer(router).await;
    for path in ["json", "html", "ld", "image"] {
        let outcome = fetched(&fetcher, &format!("http://peer.test/{path}")).await;
        assert!(matches!(outcome, Err(Error::ContentType(..))), "{path}: {outcome:?}");
    }
}

#[test]
fn both_media_types_are_read_however_they_are_spaced() {
    for fine in [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8",
        "application/ld+json; profile=\"https://example.org/x https://www.w3.org/ns/activitystreams\"",
    ] {
        assert!(is_activity(fine), "{fine}");
    }
    for wrong in ["application/json", "application/ld+json; profile=\"https://example.org/\"", "", "text/activity+json"]
    {
        assert!(!is_activity(wrong), "{wrong}");
    }
}

#[tokio::test]
async fn a_huge_answer_is_cut_off() {
    let huge = || async { ([(CONTENT_TYPE, ACTIVITY_JSON)], vec![b' '; MAX_BYTES + 1]) };
    let fetcher = peer(Router::new().route("/huge", get(huge))).await;
    assert!(matches!(fetched(&fetcher, "http://peer.test/huge").await, Err(Error::TooLarge(_))));
}

#[tokio::test]
async fn one_activity_fetches_at_most_twenty_documents() {
    let fetcher =
        peer(Router::new().route("/n", get(|| async { activity(json!({"id": "http://peer.test/n"})) }))).await;
    let budget = Budget::default();
    let (url, signer) = ("http://peer.test/n".parse().expect("a URL"), Signer { key: &KEYS.0, now: NOW });
    for _ in 0..FETCHES_PER_ACTIVITY {
        assert!(fetcher.value(&url, signer, &budget).await.is_ok());
    }
    assert!(matches!(fetcher.value(&url, signer, &budget).await, Err(Error::Budget)));
}

#[tokio::test]
async fn what_is_gone_is_told_apart_from_what_may_pass() {
    let router = Router::new()
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
    let fetcher = peer(router).await;
    let gone = fetched(&fetcher, "http://peer.test/gone").await.expect_err("gone");
    assert!(gone.is_gone() && !gone.may_pass());
    let busy = fetched(&fetcher, "http://peer.test/busy").await.expect_err("busy");
    assert!(busy.may_pass() && !busy.is_gone());
}

/// Providers of identities, pictures of people, logs of other nodes: the way out is the same for what is no document.
#[tokio::test]
async fn ssrf_what_is_no_document_passes_the_same_guard() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let inside = Router::new().fallback(|| async { "what nobody outside may read" });
    tokio::spawn(async move { axum::serve(listener, inside).await });
    let guard = guard::Guard::new(guard::Rules { own: "a.test".into(), allow_http: true, ..guard::Rules::default() });
    let client = guard::client(&guard, "Palabre/test (+http://a.test/)").expect("a client");
    let fetcher = Fetcher::new(client, guard);
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"] {
        let address = format!("http://{host}:{port}/.well-known/openid-configuration");
        let request = http::Request::get(&address).body(Vec::new()).expect("a request");
        assert!(fetcher.exchange(request).await.is_err(), "{address}");
        let url = address.parse().expect("a URL");
        assert!(fetcher.file(&url, MAX_BYTES).await.is_err(), "{address}");
        assert!(fetcher.json::<Value>(&url, "*/*", &Budget::default()).await.is_err(), "{address}");
    }
}
