//! Ballots between nodes of our kind, for every method, and their answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::lenient;

/// The kind of a ballot.
pub const BALLOT: &str = "Ballot";

/// A ballot. It goes to the origin of the consultation alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ballot {
    /// Its id.
    pub id: Url,
    /// Always `Ballot`.
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// The voter.
    pub attributed_to: Url,
    /// The Page of the consultation.
    pub in_reply_to: Url,
    /// What is chosen, by id: one option, several, a ranking in order, a scale's number.
    pub choice: Vec<String>,
    /// How the voter's node knows the voter.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub assurance: Option<String>,
    /// The SHA-256 of the text that the voter read, as the Page tells it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub text_hash: Option<String>,
    /// When it was made, RFC 3339: the latest counts.
    pub published: String,
}

/// What the forum answers.
#[derive(Debug, Serialize)]
pub struct Answered<'a> {
    /// [`super::context::object`].
    #[serde(rename = "@context")]
    pub context: Value,
    /// Its id.
    pub id: &'a str,
    /// `Accept` or `Reject`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The forum.
    pub actor: &'a str,
    /// The voter alone.
    pub to: [&'a str; 1],
    /// The whole `Create`, byte for byte.
    pub object: &'a RawValue,
    /// The receipt of a ballot that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it does not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<&'a str>,
    /// Why it does not, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    /// When it was answered, RFC 3339.
    pub published: String,
}
