//! Activities: the envelope around every object.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::lenient;

/// An activity as it is read; what it does is told by `kind`, and the object is read by whoever handles that kind.
#[derive(Debug, Clone, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: Url,
    /// `Follow`, `Create`…
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// Who does it.
    #[serde(deserialize_with = "actor")]
    pub actor: Url,
    /// What it is done to: an id, an object, or a list.
    #[serde(default)]
    pub object: Value,
    /// Where it is added or removed.
    #[serde(default, deserialize_with = "lenient::id")]
    pub target: Option<Url>,
    /// Whom it is for.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub to: Vec<Url>,
    /// Whom it is for, too.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub cc: Vec<Url>,
    /// The words of a `Like` that is more than a like, the reason of a `Flag`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: Option<String>,
    /// The reason of a moderator.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// What a `PollVote` of PieFed chooses, by its label.
    #[serde(default, rename = "choice_text", deserialize_with = "lenient::text")]
    pub choice_text: Option<String>,
    /// Until when a `Block` holds, RFC 3339.
    #[serde(default, rename = "endTime", deserialize_with = "lenient::text")]
    pub end_time: Option<String>,
    /// Whether a `Block` takes away what was written before.
    #[serde(default, rename = "removeData", deserialize_with = "lenient::maybe")]
    pub remove_data: Option<bool>,
    /// What quotes an object of ours.
    #[serde(default)]
    pub instrument: Value,
    /// The receipt of a ballot that is accepted.
    #[serde(default)]
    pub result: Value,
    /// Why something is rejected, for programs.
    #[serde(default, deserialize_with = "lenient::text")]
    pub code: Option<String>,
}

fn actor<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    lenient::id(from)?.ok_or_else(|| serde::de::Error::custom("no actor"))
}

impl Activity {
    /// The id of the object, given alone or embedded.
    #[must_use]
    pub fn object_id(&self) -> Option<Url> {
        lenient::id_of(&self.object)
    }

    /// The objects embedded, one or a list (GoToSocial sends the choices of one vote so).
    #[must_use]
    pub fn objects(&self) -> Vec<Value> {
        match &self.object {
            Value::Array(list) => list.iter().filter(|item| item.is_object()).cloned().collect(),
            object @ Value::Object(_) => vec![object.clone()],
            _ => Vec::new(),
        }
    }
}

/// An activity as we write it.
#[derive(Debug, Serialize)]
pub struct Written<'a, T> {
    /// The context of the object.
    #[serde(rename = "@context")]
    pub context: Value,
    /// Its id.
    pub id: &'a str,
    /// `Follow`, `Create`…
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Who does it, and signs it.
    pub actor: &'a str,
    /// What it is done to.
    pub object: T,
    /// Whom it is for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub to: &'a [String],
    /// Whom it is for, too.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub cc: &'a [String],
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Why, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<&'a str>,
    /// That its actor says so (FEP-8b32).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Value>,
}

/// A whole activity, byte for byte as its author sent it.
///
/// # Errors
/// When the bytes are no JSON text.
pub fn preserved(body: &str) -> serde_json::Result<&RawValue> {
    serde_json::from_str(body)
}
