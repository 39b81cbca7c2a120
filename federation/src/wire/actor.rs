//! Actors: read leniently from any server, written with all that Mastodon and Lemmy need.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::lenient;

/// An actor as it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Its id.
    pub id: Url,
    /// `Person`, `Group`, `Application`, `Service` or `Organization`.
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// The name in its handle.
    #[serde(default, deserialize_with = "lenient::text")]
    pub preferred_username: Option<String>,
    /// The name that people read.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// What it says of itself, HTML.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// Where activities for it go.
    pub inbox: Url,
    /// Where it lists what it does.
    #[serde(default, deserialize_with = "lenient::id")]
    pub outbox: Option<Url>,
    /// Who follows it.
    #[serde(default, deserialize_with = "lenient::id")]
    pub followers: Option<Url>,
    /// The page for people.
    #[serde(default, deserialize_with = "lenient::id")]
    pub url: Option<Url>,
    /// The moderators of a Group, by Lemmy's convention.
    #[serde(default, deserialize_with = "lenient::id")]
    pub attributed_to: Option<Url>,
    /// Shared addresses.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub endpoints: Option<Endpoints>,
    /// RSA keys, one or several.
    #[serde(default, deserialize_with = "lenient::many")]
    pub public_key: Vec<Key>,
    /// Keys that prove what it says (FEP-521a), one or several.
    #[serde(default, deserialize_with = "lenient::many")]
    pub assertion_method: Vec<Method>,
}

/// A key of `assertionMethod`, as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    /// Its id.
    pub id: String,
    /// The actor it belongs to.
    pub controller: Url,
    /// Multibase base58btc of the multicodec-prefixed key.
    pub public_key_multibase: String,
}

/// Addresses shared by the actors of a host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// One inbox for all of them.
    #[serde(default, deserialize_with = "lenient::id")]
    pub shared_inbox: Option<Url>,
}

/// A public key (`https://w3id.org/security/v1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its id.
    pub id: String,
    /// The actor it belongs to.
    pub owner: Url,
    /// SubjectPublicKeyInfo in PEM.
    pub public_key_pem: String,
}

impl Actor {
    /// Where deliveries to its host go.
    #[must_use]
    pub fn shared_inbox(&self) -> Option<&Url> {
        self.endpoints.as_ref().and_then(|endpoints| endpoints.shared_inbox.as_ref())
    }

    /// The key of this id that proves what the actor says.
    #[must_use]
    pub fn method(&self, id: &str) -> Option<&Method> {
        self.assertion_method.iter().find(|method| method.id == id)
    }

    /// Whether its kind is one of an actor.
    #[must_use]
    pub fn is_actor(&self) -> bool {
        matches!(self.kind.as_str(), "Person" | "Group" | "Application" | "Service" | "Organization")
    }
}

/// An actor as we write it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// [`super::context::actor`].
    #[serde(rename = "@context")]
    pub context: Value,
    /// Its id.
    pub id: String,
    /// `Application`, `Group` or `Person`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The name in its handle.
    pub preferred_username: String,
    /// The name that people read.
    pub name: String,
    /// What it is for, HTML.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Its page.
    pub url: String,
    /// Its inbox.
    pub inbox: String,
    /// Its outbox.
    pub outbox: String,
    /// Its followers, counted.
    pub followers: String,
    /// The shared inbox.
    pub endpoints: Value,
    /// The RSA key.
    pub public_key: Key,
    /// The Ed25519 key (FEP-521a).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assertion_method: Vec<Multikey>,
    /// `name@host` (FEP-2c59).
    pub webfinger: String,
    /// Whether its public posts may be searched (FEP-5feb).
    pub indexable: bool,
    /// Whether it may be recommended.
    pub discoverable: bool,
    /// Whether a Follow waits for a person's word.
    pub manually_approves_followers: bool,
    /// When it was first published, RFC 3339.
    pub published: String,
    /// The software, and what it implements (FEP-844e).
    pub generator: Value,
    /// The same of the node, which is an application itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implements: Option<Value>,
    /// The moderators' collection of a Group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<String>,
    /// The pinned consultations of a Group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub featured: Option<String>,
    /// Whether only moderators open consultations in this Group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting_restricted_to_mods: Option<bool>,
}

/// A key of `assertionMethod`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Multikey {
    /// Its id.
    pub id: String,
    /// Always `Multikey`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The actor.
    pub controller: String,
    /// Multibase base58btc of the multicodec-prefixed key.
    pub public_key_multibase: String,
}
