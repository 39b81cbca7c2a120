//! A crowd on another server: people whose documents it serves, and the letters that they sign.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::anyhow;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::signature::{Payload, PrivateKey, cavage};
use federation::wire::{ACTIVITY_JSON, PUBLIC};
use serde_json::{Value, json};

use super::node::{HOST, Place};

/// Servers that the crowd lives on: of one alone, so many keys a minute would not be fetched.
const HOSTS: usize = 40;

/// The host of each of them.
pub fn hosts() -> impl Iterator<Item = String> {
    (0..HOSTS).map(|number| format!("crowd{number}.test"))
}

/// A whole request, as it goes over the wire.
pub type Letter = Vec<u8>;

/// Letters of a round.
pub struct Letters {
    /// One by each.
    pub first: Vec<Letter>,
    /// The two others by each.
    pub rest: Vec<Letter>,
}

/// The crowd, served.
pub struct Crowd {
    address: SocketAddr,
    /// One pair for all of them: what is measured does not know.
    private: Vec<u8>,
    asked: Arc<AtomicUsize>,
    people: AtomicUsize,
}

#[derive(Clone)]
struct Served {
    pem: Arc<str>,
    asked: Arc<AtomicUsize>,
}

impl Crowd {
    /// Serves it.
    pub async fn gathered() -> anyhow::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key"))?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| anyhow!("no key"))?;
        let public: PublicKeyX509Der<'_> =
            aws_lc_rs::signature::KeyPair::public_key(&pair).as_der().map_err(|_| anyhow!("no key"))?;
        // In lines of 64 (RFC 7468, section 2): the library takes no other.
        let text = STANDARD.encode(public.as_ref());
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| str::from_utf8(line).ok()).collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
        let served = Served { pem: pem.into(), asked: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let asked = Arc::clone(&served.asked);
        let router = Router::new().route("/users/{name}", get(person)).with_state(served);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, private: private.as_ref().to_vec(), asked, people: AtomicUsize::new(0) })
    }

    /// Where it is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many documents were fetched since it was last forgotten.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Counts anew.
    pub fn forgets_what_was_asked(&self) {
        self.asked.store(0, Ordering::SeqCst);
    }

    /// New people, with their keys.
    pub fn grows(&self, by: usize) -> anyhow::Result<Vec<PrivateKey>> {
        let first = self.people.fetch_add(by, Ordering::SeqCst);
        let person = |number: usize| {
            let id = format!("{}#main-key", actor(number));
            PrivateKey::from_der(id, &self.private).map_err(anyhow::Error::from)
        };
        (first..first + by).map(person).collect()
    }

    /// What they write: each votes, comments and likes, and begins with another of the three.
    pub fn writes(&self, people: &[PrivateKey], place: &Place) -> anyhow::Result<Letters> {
        let mut letters = Letters { first: Vec::new(), rest: Vec::new() };
        for (number, key) in people.iter().enumerate() {
            let actor = key.id().split('#').next().unwrap_or_default();
            let mut three = [vote(actor, place), comment(actor, place), like(actor, place)];
            let begins = number % three.len();
            three.rotate_left(begins);
            let [first, others @ ..] = three;
            letters.first.push(letter(key, &first)?);
            for other in others {
                letters.rest.push(letter(key, &other)?);
            }
        }
        Ok(letters)
    }
}

fn actor(number: usize) -> String {
    format!("http://crowd{}.test/users/p{number}", number % HOSTS)
}

async fn person(State(served): State<Served>, Path(name): Path<String>) -> impl IntoResponse {
    served.asked.fetch_add(1, Ordering::SeqCst);
    let id = actor(name.trim_start_matches('p').parse().unwrap_or_default());
    let shared = id.split("/users").next().unwrap_or_default();
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name, "url": id,
        "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"), "published": "2020-01-01T00:00:00Z",
        "endpoints": {"sharedInbox": format!("{shared}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": &*served.pem},
    });
    ([("content-type", ACTIVITY_JSON)], document.to_string())
}

fn vote(actor: &str, place: &Place) -> Value {
    let id = format!("{actor}/votes/{}", place.slug);
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{id}/activity"), "type": "Create", "actor": actor, "to": place.author,
        "object": {
            "id": id, "type": "Note", "name": place.choice, "attributedTo": actor, "inReplyTo": place.question,
            "to": place.author,
        },
    })
}

fn comment(actor: &str, place: &Place) -> Value {
    let id = format!("{actor}/statuses/{}", place.slug);
    let words = "<p>The square belongs to everybody who crosses it, on foot or not.</p>";
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{id}/activity"), "type": "Create", "actor": actor, "to": [PUBLIC], "cc": [place.author],
        "object": {
            "id": id, "type": "Note", "attributedTo": actor, "inReplyTo": place.page, "content": words,
            "contentMap": {"en": words}, "published": "2026-01-01T00:00:00Z", "url": id,
            "to": [PUBLIC], "cc": [place.author], "tag": [{"type": "Mention", "href": place.author, "name": "@author"}],
        },
    })
}

fn like(actor: &str, place: &Place) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{actor}#likes/{}", place.slug), "type": "Like", "actor": actor, "object": place.comment,
    })
}

/// Signed as Mastodon signs.
fn letter(key: &PrivateKey, activity: &Value) -> anyhow::Result<Letter> {
    let (url, body) = (format!("http://{HOST}/inbox").parse()?, activity.to_string());
    let now = model::clock::Clock::default().now().as_second();
    let mut head = "POST /inbox HTTP/1.1\r\n".to_owned();
    for (name, value) in cavage::sign("post", &url, Some(&Payload::of(body.as_bytes(), ACTIVITY_JSON)), key, now)? {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    Ok(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}
