//! Sign-in with providers of identities that keep to no rules: what of their word is believed. One that keeps to them is met
//! by the tests of whole nodes.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use futures_util::future::BoxFuture;
use http::{Response, StatusCode};
use model::care::settings::{self, Registration};
use model::count::electorate::Tier;
use model::people::account;
use model::people::identity::{self, Mapping};
use model::testing::{PASSWORD, World};
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use web::provider::Provider;
use web::{App, Settings};

use super::browser::{Browser, Page, asked};

const ISSUER: &str = "https://id.test";
const SECRET: &str = "what the two know each other by";
/// In 2100: the library asks the machine's clock.
const LATER: i64 = 4_102_444_800;

/// What the provider says next.
#[derive(Clone)]
struct Script {
    /// Of itself.
    described: Value,
    /// In the ID token, beside what is right.
    claims: Value,
    /// At the UserInfo endpoint.
    more: Value,
    /// What the ID token is signed with.
    key: &'static str,
    /// What the person's way to it carried.
    nonce: String,
    challenge: String,
}

impl Default for Script {
    fn default() -> Self {
        let at = |path: &str| format!("{ISSUER}/{path}");
        let described = json!({
            "issuer": ISSUER, "authorization_endpoint": at("auth"), "token_endpoint": at("token"),
            "userinfo_endpoint": at("me"), "jwks_uri": at("jwks"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "HS256"],
        });
        let (nonce, challenge) = (String::new(), String::new());
        Self { described, claims: json!({}), more: json!({"sub": "7"}), key: SECRET, nonce, challenge }
    }
}

impl Script {
    fn says(&self, request: &http::Request<Vec<u8>>) -> (u16, Value) {
        match request.uri().path() {
            "/.well-known/openid-configuration" => (200, self.described.clone()),
            "/jwks" => (200, json!({"keys": []})),
            "/me" => (200, self.more.clone()),
            "/token" => {
                let body: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
                let of = |name: &str| body.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
                let proof = BASE64.encode(Sha256::digest(of("code_verifier")));
                let fine = proof == self.challenge && of("redirect_uri") == "https://a.test/login/oidc/return";
                match fine && request.headers().contains_key("authorization") {
                    true => (200, json!({"access_token": "a", "token_type": "Bearer", "id_token": self.token()})),
                    false => (400, json!({"error": "invalid_grant"})),
                }
            }
            _ => (404, Value::Null),
        }
    }

    fn token(&self) -> String {
        let mut claims = json!({
            "iss": ISSUER, "sub": "7", "aud": "palabre", "exp": LATER, "iat": 1_700_000_000, "nonce": self.nonce,
        });
        for (name, value) in self.claims.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let signed = [json!({"alg": "HS256"}), claims].map(|part| BASE64.encode(part.to_string())).join(".");
        let key = CoreHmacKey::new(self.key);
        let signature = key.sign(&CoreJwsSigningAlgorithm::HmacSha256, signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

/// A site that trusts the provider.
struct Site {
    world: World,
    app: App,
    script: Arc<Mutex<Script>>,
}

impl Site {
    async fn open() -> Self {
        let world = World::sqlite().await;
        let mapping = Mapping { provider: "Town".into(), tier: Tier::Member, identifier: None, rules: Vec::new() };
        let provider = Provider {
            issuer: ISSUER.into(),
            client_id: "palabre".into(),
            client_secret: SECRET.into(),
            scopes: vec!["email".into()],
            mapping,
        };
        let sign_in = NonZeroU32::new(10).expect("ten");
        let settings = Settings { providers: vec![provider], sign_in, ..Settings::default() };
        let script = Arc::new(Mutex::new(Script::default()));
        let said = script.clone();
        let exchange = move |request: http::Request<Vec<u8>>| {
            let (status, body) = said.lock().expect("the script").says(&request);
            let answer = Response::builder().status(status).header("content-type", "application/json");
            let answer = answer.body(body.to_string().into_bytes()).expect("an answer");
            Box::pin(async move { Ok(answer) }) as BoxFuture<'static, model::error::Result<Response<Vec<u8>>>>
        };
        let app = App::new(world.store.clone(), world.clock.clone(), settings).with_exchange(Arc::new(exchange));
        Self { world, app, script }
    }

    /// A new browser, each at an address of its own: there and back, the provider saying this.
    async fn returns(&self, script: Script) -> (Browser, Page) {
        let mut browser = Browser::at(&self.app);
        let page = self.returns_in(&mut browser, "/login/oidc?with=Town&next=/me", script).await;
        (browser, page)
    }

    async fn returns_in(&self, browser: &mut Browser, by: &str, script: Script) -> Page {
        *self.script.lock().expect("the script") = script.clone();
        let there = browser.get(by).await;
        assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.html);
        let to = there.location().trim_start_matches(ISSUER).to_owned();
        let (nonce, challenge) = (asked(&to, "nonce"), asked(&to, "code_challenge"));
        assert_eq!(asked(&to, "code_challenge_method"), "S256");
        *self.script.lock().expect("the script") = Script { nonce, challenge, ..script };
        browser.get(&format!("/login/oidc/return?code=c&state={}", asked(&to, "state"))).await
    }
}

fn failed(page: &Page) -> bool {
    page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("did not confirm who you are")
}

#[tokio::test]
async fn only_a_word_that_holds_is_believed() {
    let site = Site::open().await;
    let said = |claims: Value| Script { claims, ..Script::default() };
    let (_, page) = site.returns(Script::default()).await;
    assert_eq!(page.location(), "/login/oidc/join", "the script keeps to the rules where nothing else is said");
    let two = json!(["palabre", "another"]);
    for (what, script) in [
        ("signed by somebody else", Script { key: "another", ..Script::default() }),
        ("of another journey", said(json!({"nonce": "another"}))),
        ("of no journey", said(json!({"nonce": null}))),
        ("for another site", said(json!({"aud": "another"}))),
        ("for another site too", said(json!({"aud": two}))),
        ("by another provider", said(json!({"iss": "https://other.test"}))),
        ("over", said(json!({"exp": 1_700_000_000}))),
        ("of another access token", said(json!({"at_hash": "another"}))),
        ("of nobody", said(json!({"sub": ""}))),
        ("of two people", Script { more: json!({"sub": "8"}), ..Script::default() }),
        ("of no one at the second place", Script { more: json!({}), ..Script::default() }),
        (
            "in another's name",
            Script { described: described("issuer", json!("https://other.test")), ..Script::default() },
        ),
        (
            "signed with nothing",
            Script {
                described: described("id_token_signing_alg_values_supported", json!(["RS256"])),
                ..Script::default()
            },
        ),
    ] {
        // A provider that calls itself otherwise is not even gone to.
        if what == "in another's name" {
            *site.script.lock().unwrap() = script;
            assert!(failed(&Browser::at(&site.app).get("/login/oidc?with=Town").await), "{what}");
            continue;
        }
        let (_, page) = site.returns(script).await;
        assert!(failed(&page), "{what}: {}", page.status);
    }
}

fn described(name: &str, value: Value) -> Value {
    let mut described = Script::default().described;
    described[name] = value;
    described
}

#[tokio::test]
async fn newcomers_come_in_as_registration_says() {
    let site = Site::open().await;
    let person = |sub: &str| Script { claims: json!({"sub": sub}), more: json!({"sub": sub}), ..Script::default() };
    for (registration, status, words) in [
        (Registration::Closed, StatusCode::FORBIDDEN, "no new accounts"),
        (Registration::Invite, StatusCode::FORBIDDEN, "no new accounts"),
        (Registration::Approval, StatusCode::OK, "has yet to approve"),
    ] {
        let mut tx = site.world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, registration).await.unwrap();
        tx.commit().await.unwrap();
        let (mut browser, page) = site.returns(person("7")).await;
        assert_eq!(page.location(), "/login/oidc/join");
        let page = browser.post("/login/oidc/join", &[("name", "ana")]).await;
        assert_eq!(page.status, status, "{registration:?}: {}", page.html);
        assert!(page.has(words), "{registration:?}: {}", page.html);
        assert_eq!(browser.get("/me").await.status, StatusCode::SEE_OTHER, "nobody is signed in");
    }
    let (_, waits) = site.returns(person("7")).await;
    assert!(waits.status == StatusCode::FORBIDDEN && waits.has("waits for the agreement"), "{}", waits.html);
    let mut browser = Browser::at(&site.app);
    let early = browser.post("/login/oidc/join", &[("name", "eve")]).await;
    assert!(failed(&early), "nobody joins without a provider's word");
}

#[tokio::test]
async fn an_identity_is_linked_only_where_its_owner_asks_here() {
    let site = Site::open().await;
    site.world.account_with_password("ana").await;
    let mut ana = Browser::at(&site.app);
    ana.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
    // What another site can make a browser open links nothing: the wish has to come from our own page.
    let page = ana.get("/login/oidc?with=Town&next=/me").await;
    assert!(page.status == StatusCode::OK && page.has("Link your account?"), "{}", page.html);
    assert_eq!(ana.get("/login/oidc?with=Town&next=/me&wish=guessed").await.status, StatusCode::OK);
    let page = ana.get("/login/oidc?with=Town&next=/me").await;
    let href = page.html.split("href=\"").find(|rest| rest.contains("wish=")).expect("a link").split('"').next();
    let href = href.expect("an address").replace("&#38;", "&").replace("&amp;", "&");
    let back = site.returns_in(&mut ana, &href, Script::default()).await;
    assert_eq!(back.location(), "/me?done=linked");
    let mut conn = site.world.store.conn().await.unwrap();
    let ana = account::by_name(&mut conn, "ana").await.unwrap();
    let known = identity::of(&mut conn, ana.id).await.unwrap();
    assert_eq!((known.len(), known[0].subject.as_str(), known[0].issuer.as_str()), (1, "7", ISSUER));
}
