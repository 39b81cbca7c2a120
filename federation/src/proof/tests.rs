use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use model::testing::World;
use serde_json::json;

use super::*;
use crate::app::Settings;
use crate::guard::Rules;
use crate::wire::ACTIVITY_JSON;

const ANA: &str = "http://peer.test/ana";
const EVE: &str = "http://peer.test/eve";

/// Two people of another server, each with a key for statements.
struct Peer {
    app: App,
    world: World,
    ana: Signer,
    eve: Signer,
}

fn person(id: &str, signer: &Signer) -> Value {
    json!({
        "id": id, "type": "Person", "inbox": format!("{id}/inbox"), "preferredUsername": "x",
        "assertionMethod": [{
            "id": format!("{id}#ed25519-key"), "type": "Multikey", "controller": id,
            "publicKeyMultibase": proof::multikey(&signer.public()),
        }],
    })
}

impl Peer {
    async fn new() -> Self {
        let world = World::sqlite().await;
        let signer = |id: &str| {
            let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().expect("a key");
            Signer::from_pkcs8(format!("{id}#ed25519-key"), pair.to_pkcs8().expect("DER").as_ref()).expect("a signer")
        };
        let (ana, eve) = (signer(ANA), signer(EVE));
        let serve = |document: Value| {
            get(move || async move { ([(CONTENT_TYPE, ACTIVITY_JSON)], document.to_string()).into_response() })
        };
        let router = Router::new()
            .route("/ana", serve(person(ANA, &ana)))
            .route("/eve", serve(person(EVE, &eve)))
            .route("/gone", get(|| async { http::StatusCode::GONE }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        let rules = Rules {
            hosts: [("peer.test".to_owned(), address)].into(),
            allow_http: true,
            allow_private_addresses: true,
            ..Rules::default()
        };
        let (store, address, clock) = (world.store.clone(), world.address.clone(), world.clock.clone());
        let app = App::new(store, address, clock, Settings::default(), rules).expect("an app");
        Self { app, world, ana, eve }
    }

    async fn judged(&self, document: &Value) -> std::result::Result<String, &'static str> {
        let outing = self.app.outing().await.expect("an outing");
        let known = verify(&self.app, document, &outing).await;
        known.map(|known| known.owner.id.to_string()).map_err(Unproven::code)
    }

    fn proven(&self, by: &Signer, mut document: Value) -> Value {
        by.prove(&mut document, self.world.now()).expect("proven");
        document
    }
}

fn create() -> Value {
    json!({
        "@context": context::ACTIVITY_STREAMS, "id": "http://peer.test/1#create", "type": "Create", "actor": ANA,
        "object": {"id": "http://peer.test/1", "type": "Note", "attributedTo": ANA, "content": "words"},
    })
}

#[tokio::test]
async fn a_document_that_proves_itself_is_its_authors_wherever_it_comes_from() {
    let peer = Peer::new().await;
    assert_eq!(peer.judged(&peer.proven(&peer.ana, create())).await.as_deref(), Ok(ANA));
    assert_eq!(peer.judged(&peer.proven(&peer.ana, create()["object"].clone())).await.as_deref(), Ok(ANA));
    let mut signed = peer.proven(&peer.ana, create());
    signed["signature"] = json!({"type": "RsaSignature2017"});
    assert_eq!(peer.judged(&signed).await.as_deref(), Ok(ANA), "what is beside it is not looked at");
}

#[tokio::test]
async fn a_proof_of_another_or_over_other_words_is_refused() {
    let peer = Peer::new().await;
    assert_eq!(peer.judged(&create()).await, Err("proof-missing"));
    assert_eq!(peer.judged(&peer.proven(&peer.eve, create())).await, Err("proof-other-actor"));
    let mut changed = peer.proven(&peer.ana, create());
    changed["object"]["content"] = json!("other words");
    assert_eq!(peer.judged(&changed).await, Err("proof-invalid"));
    let mut renamed = peer.proven(&peer.eve, create());
    renamed["proof"]["verificationMethod"] = json!(format!("{ANA}#ed25519-key"));
    assert_eq!(peer.judged(&renamed).await, Err("proof-invalid"));
    let mut lasting = peer.proven(&peer.ana, create());
    lasting["proof"]["expires"] = json!("2000-01-01T00:00:00Z");
    assert_eq!(peer.judged(&lasting).await, Err("proof-expired"));
    let mut unknown = peer.proven(&peer.ana, create());
    unknown["proof"]["verificationMethod"] = json!(format!("{ANA}#another-key"));
    assert_eq!(peer.judged(&unknown).await, Err("proof-other-actor"));
    unknown["proof"]["verificationMethod"] = json!("http://peer.test/nobody#ed25519-key");
    assert_eq!(peer.judged(&unknown).await, Err("proof-unknown-key"));
    unknown["proof"]["verificationMethod"] = json!("http://peer.test/gone#ed25519-key");
    assert_eq!(peer.judged(&unknown).await, Err("proof-gone"));
}

#[tokio::test]
async fn a_document_that_is_not_of_its_authors_host_proves_nothing() {
    let peer = Peer::new().await;
    let with = |name: &str, value: Value| {
        let mut document = create();
        document[name] = value;
        peer.proven(&peer.ana, document)
    };
    assert_eq!(peer.judged(&with("id", json!("http://other.test/1"))).await, Err("proof-unfit"));
    assert_eq!(peer.judged(&with("id", json!(null))).await, Err("proof-unfit"));
    assert_eq!(peer.judged(&with("actor", json!("http://other.test/ana"))).await, Err("proof-unfit"));
    let mut foreign = peer.proven(&peer.ana, create());
    foreign["proof"]["verificationMethod"] = json!("http://other.test/ana#ed25519-key");
    assert_eq!(peer.judged(&foreign).await, Err("proof-other-actor"));
    let mut purpose = peer.proven(&peer.ana, create());
    purpose["proof"]["proofPurpose"] = json!("authentication");
    assert_eq!(peer.judged(&purpose).await, Err("proof-unfit"));
}
