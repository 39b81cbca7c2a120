use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::*;
use crate::signature::PrivateKey;
use crate::testing::{ED25519, KEYS, PEMS, new_key, peer};

const NOW: i64 = 1_763_900_000;
const ANA: &str = "http://peer.test/ana";

fn activity(body: Value) -> Response {
    ([(CONTENT_TYPE, wire::ACTIVITY_JSON)], body.to_string()).into_response()
}

fn actor(id: &str, key_id: &str, pem: &str) -> Value {
    json!({"id": id, "type": "Person", "inbox": format!("{id}/inbox"), "preferredUsername": "ana",
           "publicKey": {"id": key_id, "owner": id, "publicKeyPem": pem}})
}

/// What a request signed with `key` claims.
fn claim(key_id: &str, key: &PrivateKey) -> Claim {
    use base64::Engine as _;
    let signature = key.sign(b"text").expect("signed");
    let signature = base64::engine::general_purpose::STANDARD.decode(signature).expect("base64");
    Claim { key_id: key_id.to_owned(), algorithm: None, texts: vec!["text".into()], signature }
}

struct Node {
    directory: Directory,
    fetcher: Fetcher,
}

impl Node {
    async fn beside(router: Router) -> Self {
        Self { directory: Directory::default(), fetcher: peer(router).await }
    }

    async fn verify_at(&self, claim: &Claim, now: i64) -> Result<Known, Failure> {
        let signer = Signer { key: &KEYS.0, now };
        self.directory.verify(claim, &self.fetcher, signer, &Budget::default()).await
    }

    async fn fault(&self, claim: &Claim) -> Option<Fault> {
        match self.verify_at(claim, NOW).await {
            Err(Failure::Fault(fault)) => Some(fault),
            Err(Failure::Gone | Failure::Later | Failure::TooMany(_)) | Ok(_) => None,
        }
    }
}

#[tokio::test]
async fn keys_are_found_in_fragment_and_in_path_form() {
    let router = Router::new()
        .route("/ana", get(|| async { activity(actor(ANA, "http://peer.test/ana#main-key", &PEMS.1)) }))
        .route("/bo", get(|| async { activity(actor("http://peer.test/bo", "http://peer.test/bo/main-key", &PEMS.1)) }))
        .route("/bo/main-key", get(|| async { activity(json!({"id": "http://peer.test/bo/main-key", "owner": "http://peer.test/bo", "publicKeyPem": "ignored"})) }))
        // GoToSocial answers the actor under the address of its key
        .route("/cy", get(|| async { activity(actor("http://peer.test/cy", "http://peer.test/cy/main-key", &PEMS.1)) }))
        .route("/cy/main-key", get(|| async { activity(actor("http://peer.test/cy", "http://peer.test/cy/main-key", &PEMS.1)) }));
    let node = Node::beside(router).await;
    for (key_id, owner) in [("ana#main-key", "ana"), ("bo/main-key", "bo"), ("cy/main-key", "cy")] {
        let known = node.verify_at(&claim(&format!("http://peer.test/{key_id}"), &KEYS.0), NOW).await.expect(key_id);
        assert_eq!(known.owner.id.as_str(), format!("http://peer.test/{owner}"));
    }
}

#[tokio::test]
async fn a_key_and_its_actor_must_name_each_other() {
    let other = "http://peer.test/other";
    let router = Router::new()
        .route(
            "/names-other",
            get(move || async move {
                activity(actor("http://peer.test/names-other", "http://peer.test/other#main-key", &PEMS.1))
            }),
        )
        .route(
            "/owned-by-other",
            get(move || async move {
                let mut document =
                    actor("http://peer.test/owned-by-other", "http://peer.test/owned-by-other#main-key", &PEMS.1);
                document["publicKey"]["owner"] = json!(other);
                activity(document)
            }),
        )
        .route(
            "/foreign",
            get(|| async { activity(json!({"id": "http://peer.test/foreign", "owner": "http://other.test/ana"})) }),
        );
    let node = Node::beside(router).await;
    for key_id in ["names-other#main-key", "owned-by-other#main-key", "foreign"] {
        let claim = claim(&format!("http://peer.test/{key_id}"), &KEYS.0);
        assert_eq!(node.fault(&claim).await, Some(Fault::OtherActor), "{key_id}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_fetched_once_more_and_then_refused() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (before, after) = (Arc::new(new_key()), Arc::new(new_key()));
    let (count, first, second) = (Arc::clone(&asked), Arc::clone(&before), Arc::clone(&after));
    let serve = get(move || async move {
        let pem = if count.fetch_add(1, Ordering::SeqCst) == 0 { &first.1 } else { &second.1 };
        activity(actor(ANA, "http://peer.test/ana#main-key", pem))
    });
    let node = Node::beside(Router::new().route("/ana", serve)).await;
    let signed = |pem: &str| claim("http://peer.test/ana#main-key", &PrivateKey::from_pem("k", pem).expect("a key"));

    assert!(node.verify_at(&signed(&before.0), NOW).await.is_ok());
    assert!(node.verify_at(&signed(&before.0), NOW).await.is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 1, "a known key is not fetched again");
    assert!(node.verify_at(&signed(&after.0), NOW).await.is_ok(), "a rotated key is");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(node.fault(&signed(&before.0)).await, Some(Fault::Invalid));
    assert_eq!(node.fault(&signed(&before.0)).await, Some(Fault::Invalid));
    assert_eq!(asked.load(Ordering::SeqCst), 3, "a key just confirmed is not asked for at every bad signature");
    assert!(node.verify_at(&signed(&after.0), NOW).await.is_ok());
}

#[tokio::test]
async fn many_requests_at_once_fetch_a_key_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let serve = get(move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        activity(actor(ANA, "http://peer.test/ana#main-key", &PEMS.1))
    });
    let node = Node::beside(Router::new().route("/ana", serve)).await;
    let claim = claim("http://peer.test/ana#main-key", &KEYS.0);
    let outcomes = futures_util::future::join_all((0..16).map(|_| node.verify_at(&claim, NOW))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_key_that_is_gone_is_told_apart_from_one_that_cannot_be_had() {
    let router = Router::new()
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/never", get(|| async { StatusCode::NOT_FOUND }));
    let node = Node::beside(router).await;
    let gone = node.verify_at(&claim("http://peer.test/gone#main-key", &KEYS.0), NOW).await;
    assert!(matches!(gone, Err(Failure::Gone)));
    assert_eq!(node.fault(&claim("http://peer.test/never#main-key", &KEYS.0)).await, Some(Fault::UnknownKey));
    assert_eq!(node.fault(&claim("not a url", &KEYS.0)).await, Some(Fault::Malformed));
    assert_eq!(
        node.fault(&claim("http://a.test/u/ana#main-key", &KEYS.0)).await,
        Some(Fault::UnknownKey),
        "never our own host"
    );
}

#[tokio::test]
async fn a_key_that_could_not_be_had_is_not_asked_for_again_at_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let serve = get(move || async move {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        activity(actor(ANA, "http://peer.test/ana#main-key", &PEMS.1))
    });
    let node = Node::beside(Router::new().route("/ana", serve)).await;
    let claim = claim("http://peer.test/ana#main-key", &KEYS.0);
    for _ in 0..3 {
        assert_eq!(node.verify_at(&claim, NOW).await.err(), Some(Failure::Later));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(node.verify_at(&claim, NOW + MISSED_FOR).await.is_ok(), "a while later it is");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_spent_budget_says_nothing_of_the_key() {
    let serve = get(|| async { activity(actor(ANA, "http://peer.test/ana#main-key", &PEMS.1)) });
    let node = Node::beside(Router::new().route("/ana", serve)).await;
    let claim = claim("http://peer.test/ana#main-key", &KEYS.0);
    let (budget, signer) = (Budget::default(), Signer { key: &KEYS.0, now: NOW });
    let url = ANA.parse().expect("a URL");
    while !budget.is_spent() {
        node.fetcher.value(&url, signer, &budget).await.expect("fetched");
    }
    let known = node.directory.verify(&claim, &node.fetcher, signer, &budget).await;
    assert_eq!(known.err(), Some(Failure::Fault(Fault::UnknownKey)));
    assert!(node.verify_at(&claim, NOW).await.is_ok());
}

#[tokio::test]
async fn a_key_that_was_withdrawn_fits_no_longer_than_a_day_and_one_whose_origin_is_away_does() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, other) = (Arc::clone(&asked), new_key());
    let serve = get(move || async move {
        match count.fetch_add(1, Ordering::SeqCst) {
            0 => activity(actor(ANA, "http://peer.test/ana#main-key", &PEMS.1)),
            1 => StatusCode::BAD_GATEWAY.into_response(),
            _ => activity(actor(ANA, "http://peer.test/ana#main-key", &other.1)),
        }
    });
    let node = Node::beside(Router::new().route("/ana", serve)).await;
    let claim = claim("http://peer.test/ana#main-key", &KEYS.0);
    assert!(node.verify_at(&claim, NOW).await.is_ok());
    assert!(node.verify_at(&claim, NOW + KNOWN_FOR - 1).await.is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(node.verify_at(&claim, NOW + KNOWN_FOR).await.is_ok(), "its origin is away");
    let later = node.verify_at(&claim, NOW + KNOWN_FOR + 1).await;
    assert_eq!(later.err(), Some(Failure::Fault(Fault::Invalid)), "its origin has another key");
}

#[tokio::test]
async fn a_key_for_statements_signs_requests_too() {
    let key_id = "http://peer.test/ana#ed25519-key";
    let document = move |controller: &'static str| {
        json!({"id": ANA, "type": "Person", "inbox": format!("{ANA}/inbox"), "preferredUsername": "ana",
               "assertionMethod": [{"id": key_id, "type": "Multikey", "controller": controller,
                                    "publicKeyMultibase": model::people::proof::multikey(&ED25519.2)}]})
    };
    for (controller, refused) in [(ANA, None), ("http://peer.test/other", Some(Fault::OtherActor))] {
        let serve = get(move || async move { activity(document(controller)) });
        let node = Node::beside(Router::new().route("/ana", serve)).await;
        assert_eq!(node.fault(&claim(key_id, &ED25519.0)).await, refused, "{controller}");
    }
}
