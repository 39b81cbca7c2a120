//! A server that serves actors and objects under its own name, and keeps what is delivered to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::signature::PrivateKey;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{ACTIVITY, EVIL, PEER};

/// The other server.
#[derive(Clone, Default)]
pub struct Peer(Arc<Mutex<Kept>>);

#[derive(Default)]
pub struct Kept {
    /// Documents by path.
    pub documents: HashMap<String, Value>,
    /// Other things by path: their media type, and themselves.
    pub files: HashMap<String, (&'static str, Vec<u8>)>,
    /// Where a path leads.
    pub moved: HashMap<String, String>,
    /// Further links of every WebFinger answer.
    pub offered: Vec<Value>,
    /// The paths that were asked for by GET.
    pub asked: Vec<String>,
    /// What came, whole.
    pub received: Vec<Delivered>,
    /// What the inbox answers, if not 202.
    pub answer: Option<StatusCode>,
    /// What every other path answers, if not 404.
    pub elsewhere: Option<StatusCode>,
}

/// Something that was delivered.
#[derive(Clone)]
pub struct Delivered {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub activity: Value,
}

/// Somebody on the peer.
pub struct User {
    pub id: String,
    pub key: PrivateKey,
}

impl Peer {
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn serves(&self, id: &str, document: Value) {
        let path = id.strip_prefix(PEER).or_else(|| id.strip_prefix(EVIL)).expect("a document of the peer").to_owned();
        self.kept().documents.insert(path, document);
    }

    /// Something that is no document.
    pub fn shows(&self, url: &str, media_type: &'static str, octets: Vec<u8>) {
        let path = url.strip_prefix(PEER).expect("a file of the peer").to_owned();
        self.kept().files.insert(path, (media_type, octets));
    }

    /// A redirect.
    pub fn leads(&self, url: &str, to: &str) {
        let path = url.strip_prefix(PEER).expect("an address of the peer").to_owned();
        self.kept().moved.insert(path, to.to_owned());
    }

    /// An actor of this kind, with a key of its own.
    pub fn actor(&self, kind: &str, path: &str) -> User {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("DER");
        let public: PublicKeyX509Der<'_> = aws_lc_rs::signature::KeyPair::public_key(&pair).as_der().expect("DER");
        let id = format!("{PEER}{path}");
        let name = path.trim_end_matches('/').rsplit('/').next().expect("a name");
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(public.as_ref()));
        self.serves(
            &id,
            json!({
                "id": id, "type": kind, "preferredUsername": name, "name": name, "inbox": format!("{id}/inbox"),
                "endpoints": {"sharedInbox": format!("{PEER}/inbox")},
                "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem},
            }),
        );
        User { key: PrivateKey::from_der(format!("{id}#main-key"), private.as_ref()).expect("a key"), id }
    }

    /// An actor as its own server describes it, but with a key that the test has.
    pub fn adopts(&self, mut document: Value) -> User {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("DER");
        let public: PublicKeyX509Der<'_> = aws_lc_rs::signature::KeyPair::public_key(&pair).as_der().expect("DER");
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(public.as_ref()));
        document["publicKey"]["publicKeyPem"] = json!(pem);
        let text = |value: &Value| value.as_str().expect("an address").to_owned();
        let (id, key_id) = (text(&document["id"]), text(&document["publicKey"]["id"]));
        if !key_id.contains('#') {
            self.serves(&key_id, document.clone());
        }
        self.serves(&id, document);
        User { key: PrivateKey::from_der(key_id, private.as_ref()).expect("a key"), id }
    }

    pub fn user(&self, name: &str) -> User {
        self.actor("Person", &format!("/users/{name}"))
    }

    /// What was delivered and not looked at yet.
    pub fn takes(&self) -> Vec<Delivered> {
        std::mem::take(&mut self.kept().received)
    }
}

pub async fn serve(State(peer): State<Peer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if parts.method == http::Method::POST {
        if let Some(status) = peer.kept().answer {
            return status.into_response();
        }
        let body = to_bytes(body, 2 << 20).await.expect("a body").to_vec();
        let activity = serde_json::from_slice(&body).expect("JSON");
        peer.kept().received.push(Delivered { path, headers: parts.headers, body, activity });
        return StatusCode::ACCEPTED.into_response();
    }
    peer.kept().asked.push(path.clone());
    if path == "/.well-known/webfinger" {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let known: Vec<String> = peer.kept().documents.keys().cloned().collect();
        let name =
            query.split("acct%3A").nth(1).and_then(|rest| rest.split("%40").next()).unwrap_or_default().to_owned();
        let Some(path) = known.iter().find(|path| path.ends_with(&format!("/{name}"))) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut links = vec![json!({"rel": "self", "type": ACTIVITY, "href": format!("{PEER}{path}")})];
        links.extend(peer.kept().offered.clone());
        let jrd = json!({"subject": format!("acct:{name}@peer.test"), "links": links});
        return axum::Json(jrd).into_response();
    }
    if let Some(to) = peer.kept().moved.get(&path) {
        return axum::response::Redirect::temporary(to).into_response();
    }
    if let Some((media_type, octets)) = peer.kept().files.get(&path).cloned() {
        return ([("content-type", media_type)], octets).into_response();
    }
    let whole = parts.uri.path_and_query().map_or(path.clone(), ToString::to_string);
    let found = peer.kept().documents.get(&whole).cloned();
    match found {
        Some(document) => ([("content-type", ACTIVITY)], document.to_string()).into_response(),
        None => peer.kept().elsewhere.unwrap_or(StatusCode::NOT_FOUND).into_response(),
    }
}
