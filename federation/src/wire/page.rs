//! The debate of a consultation: a `Page`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The debate of a consultation, as Lemmy, Mastodon and other nodes read it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// `https://HOST/c/SLUG`.
    pub id: String,
    /// Always `Page`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The author, a plain string: Lemmy reads no other shape.
    pub attributed_to: String,
    /// The forum.
    pub audience: String,
    /// Public.
    pub to: Vec<String>,
    /// The forum and its followers.
    pub cc: Vec<String>,
    /// The title.
    pub name: String,
    /// At most 500 characters, plain.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The whole text, sanitised HTML.
    pub content: String,
    /// The same by language.
    pub content_map: BTreeMap<String, String>,
    /// Always `text/html`.
    pub media_type: &'static str,
    /// The Markdown.
    pub source: Source,
    /// The Mention of the forum, and hashtags.
    pub tag: Vec<Tag>,
    /// What it shows beside its text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachment: Vec<Attachment>,
    /// The conversation.
    pub context: String,
    /// The answers.
    pub replies: String,
    /// Who may quote it (FEP-044f).
    pub interaction_policy: Value,
    /// The page for people, on the same host.
    pub url: String,
    /// When it was published, RFC 3339.
    pub published: String,
    /// When a person last edited it, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Whether answers are taken.
    pub comments_enabled: bool,
    /// What other nodes need to know of the consultation.
    pub consultation: Value,
    /// Under which licence it may be kept, and until when.
    #[serde(flatten)]
    pub terms: Terms,
}

/// Under which licence something may be kept, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// The address of the licence.
    pub license: Cow<'static, str>,
    /// The date after which copies are to be purged, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retain_until: Option<String>,
}

/// Something shown beside a text, in the three shapes that Lemmy reads: any other makes it reject the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Attachment {
    /// An address elsewhere.
    Link {
        /// Where.
        href: String,
        /// What it is called.
        name: String,
    },
    /// A picture.
    Image {
        /// Where.
        url: String,
        /// Its media type.
        media_type: &'static str,
        /// What is to be seen on it, in words.
        name: String,
    },
    /// A document.
    Document {
        /// Where.
        url: String,
        /// Its media type.
        media_type: &'static str,
        /// What it is called.
        name: String,
    },
}

/// What a text was written as.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Markdown.
    pub content: String,
    /// Always `text/markdown`.
    pub media_type: &'static str,
}

impl Source {
    /// A Markdown text.
    #[must_use]
    pub fn markdown(content: impl Into<String>) -> Self {
        Self { content: content.into(), media_type: "text/markdown" }
    }
}

/// A mention or a hashtag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// `Mention` or `Hashtag`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whom or where.
    pub href: String,
    /// As it is written: `@slug@host`, `#tag`.
    pub name: String,
}
