//! The ballot of a consultation: a `Question`.

use serde::Serialize;
use serde_json::Value;

use super::collection::Total;
use super::page::{Tag, Terms};

/// The ballot of a consultation. It has no `summary`, which would be a content warning, and no `inReplyTo`, which would
/// make it a comment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// `https://HOST/c/SLUG/ballot`.
    pub id: String,
    /// Always `Question`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The author.
    pub attributed_to: String,
    /// The forum.
    pub audience: String,
    /// Public.
    pub to: Vec<String>,
    /// The forum and its followers.
    pub cc: Vec<String>,
    /// The title.
    pub name: String,
    /// Title in bold, summary, link: all that Mastodon shows.
    pub content: String,
    /// The Mention of the forum, and hashtags.
    pub tag: Vec<Tag>,
    /// The conversation, shared with the Page.
    pub context: String,
    /// Who may quote it (FEP-044f).
    pub interaction_policy: Value,
    /// The page for people.
    pub url: String,
    /// When it was published, RFC 3339.
    pub published: String,
    /// When a person last edited it, RFC 3339; never the time of a tally.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// When it closes, as first published, RFC 3339.
    pub end_time: String,
    /// When it closed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// Options of which one may be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Choice>,
    /// Options of which several may be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Choice>,
    /// How many voted; absent while results are hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voters_count: Option<u64>,
    /// Under which licence it may be kept, and until when.
    #[serde(flatten)]
    pub terms: Terms,
}

/// An option with its count.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Always `Note`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text, at most 200 characters.
    pub name: String,
    /// Its count; absent while results are hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<Total>,
}
