//! Comments: `Note`s, and what is left of them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::collection::Total;
use super::page::{Source, Tag, Terms};

/// A comment. It never has a `name`: that would read as a vote.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// `https://HOST/c/SLUG/comments/ID`.
    pub id: String,
    /// Always `Note`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The author.
    pub attributed_to: String,
    /// What it answers: the Page or another comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The forum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Public, or the one person it is for.
    pub to: Vec<String>,
    /// The forum, its followers and the author answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// The text, sanitised HTML.
    pub content: String,
    /// The same by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub content_map: BTreeMap<String, String>,
    /// The Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Mentions of the forum and of the author answered.
    pub tag: Vec<Tag>,
    /// How many agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<Total>,
    /// Who may quote it (FEP-044f).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction_policy: Option<Value>,
    /// The page for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was published, RFC 3339.
    pub published: String,
    /// When it was last edited, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Under which licence it may be kept, and until when.
    #[serde(flatten)]
    pub terms: Option<Terms>,
}

/// What stands where a comment was.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// The id of the comment.
    pub id: String,
    /// Always `Tombstone`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Always `Note`.
    pub former_type: &'static str,
}

impl Tombstone {
    /// What is left of the comment `id`.
    #[must_use]
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), kind: "Tombstone", former_type: "Note" }
    }
}
