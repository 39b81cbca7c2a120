//! Objects as they are read: notes, pages, questions and tombstones of any server.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::lenient;

/// An object as it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// Its id.
    pub id: Url,
    /// `Note`, `Page`, `Question`, `Article`, `Tombstone`…
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// Its author.
    #[serde(default, deserialize_with = "lenient::id")]
    pub attributed_to: Option<Url>,
    /// A title; on a note that answers a question, the choice.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// A summary, or a content warning.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// The text, HTML.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: Option<String>,
    /// The text by language.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub content_map: Option<BTreeMap<String, String>>,
    /// The language of the text, as Lemmy and PieFed tell it.
    #[serde(default, rename = "language", deserialize_with = "lenient::language")]
    pub tongue: Option<String>,
    /// What it answers.
    #[serde(default, deserialize_with = "lenient::id")]
    pub in_reply_to: Option<Url>,
    /// The conversation it belongs to (FEP-7888).
    #[serde(default, deserialize_with = "lenient::id")]
    pub context: Option<Url>,
    /// The forum it is meant for (FEP-1b12).
    #[serde(default, deserialize_with = "lenient::id")]
    pub audience: Option<Url>,
    /// Whom it is for.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub to: Vec<Url>,
    /// Whom it is for, too.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub cc: Vec<Url>,
    /// Mentions and hashtags.
    #[serde(default, deserialize_with = "lenient::many")]
    pub tag: Vec<Tag>,
    /// Pictures, documents and links beside the text.
    #[serde(default, deserialize_with = "lenient::many")]
    pub attachment: Vec<Attachment>,
    /// The page for people.
    #[serde(default, deserialize_with = "lenient::id")]
    pub url: Option<Url>,
    /// When it was published, RFC 3339.
    #[serde(default, deserialize_with = "lenient::text")]
    pub published: Option<String>,
    /// When a person last edited it, RFC 3339.
    #[serde(default, deserialize_with = "lenient::text")]
    pub updated: Option<String>,
    /// When the question closes, RFC 3339.
    #[serde(default, deserialize_with = "lenient::text")]
    pub end_time: Option<String>,
    /// When the question closed, RFC 3339.
    #[serde(default, deserialize_with = "lenient::text")]
    pub closed: Option<String>,
    /// The options of a question with one choice.
    #[serde(default, deserialize_with = "lenient::many")]
    pub one_of: Vec<Choice>,
    /// The options of a question with several choices.
    #[serde(default, deserialize_with = "lenient::many")]
    pub any_of: Vec<Choice>,
    /// How many voted.
    #[serde(default, deserialize_with = "lenient::count")]
    pub voters_count: Option<u64>,
}

/// A mention or a hashtag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// `Mention` or `Hashtag`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whom or where.
    #[serde(default, deserialize_with = "lenient::id")]
    pub href: Option<Url>,
    /// As it is written.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
}

/// Something attached, in whatever shape: `Document`, `Image`, `Link`…
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attachment {
    /// Where it lies.
    #[serde(default, deserialize_with = "lenient::id")]
    pub url: Option<Url>,
    /// Where a `Link` leads.
    #[serde(default, deserialize_with = "lenient::id")]
    pub href: Option<Url>,
    /// What it shows, or is called.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
}

/// An option of a question.
#[derive(Debug, Clone, Deserialize)]
pub struct Choice {
    /// Its text.
    pub name: String,
    /// Its count.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub replies: Option<Count>,
}

/// A collection of which only the size is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// How many.
    #[serde(default, deserialize_with = "lenient::count")]
    pub total_items: Option<u64>,
}

impl Object {
    /// The choice, if this is a vote as Mastodon sends one: a `Note` with a name that answers something and has no text
    /// (snac sends `<br>`), or the `Answer` that it is to Pleroma.
    #[must_use]
    pub fn vote(&self) -> Option<&str> {
        let blank = self.content.as_deref().is_none_or(is_blank);
        let answers = self.kind == "Answer" || (self.kind == "Note" && blank);
        let names = answers && self.in_reply_to.is_some();
        self.name.as_deref().filter(|name| names && !name.trim().is_empty())
    }

    /// The language of the text, when it comes in exactly one.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        let only = self.content_map.as_ref().filter(|map| map.len() == 1);
        only.and_then(|map| map.keys().next()).or(self.tongue.as_ref()).map(String::as_str)
    }

    /// The text, from `content` or the one language it comes in.
    #[must_use]
    pub fn text(&self) -> &str {
        self.content.as_deref().or_else(|| self.content_map.as_ref()?.values().next().map(String::as_str)).unwrap_or("")
    }

    /// Whether it is addressed to the public.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.to.iter().chain(&self.cc).any(|to| to.as_str() == super::PUBLIC)
    }
}

/// Whether nothing is left of a text once its tags are gone.
fn is_blank(html: &str) -> bool {
    let mut inside = false;
    for c in html.replace("&nbsp;", " ").chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside && !c.is_whitespace() => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(more: Value) -> Object {
        let mut note = json!({"id": "https://m.test/1", "type": "Note"});
        let (Value::Object(note_map), Value::Object(more)) = (&mut note, more) else { panic!("objects") };
        note_map.extend(more);
        serde_json::from_value(note).expect("an object")
    }

    #[test]
    fn a_vote_is_a_name_without_a_text() {
        let question = "https://a.test/c/x/ballot";
        for content in [json!(null), json!(""), json!("<br>"), json!("<p>&nbsp;</p>")] {
            let note = read(json!({"name": "Yes", "inReplyTo": question, "content": content}));
            assert_eq!(note.vote(), Some("Yes"));
        }
        assert_eq!(read(json!({"name": "Yes", "inReplyTo": question, "content": "<p>words</p>"})).vote(), None);
        assert_eq!(read(json!({"name": "Yes"})).vote(), None);
        assert_eq!(read(json!({"inReplyTo": question})).vote(), None);
    }

    #[test]
    fn the_language_is_read_however_it_is_told() {
        assert_eq!(read(json!({"contentMap": {"fr": "<p>Oui</p>"}})).language(), Some("fr"));
        assert_eq!(read(json!({"contentMap": {"fr": "Oui", "en": "Yes"}})).language(), None);
        let lemmy = json!({"language": {"identifier": "de", "name": "Deutsch"}});
        assert_eq!(read(lemmy).language(), Some("de"));
        assert_eq!(read(json!({"language": "es"})).language(), Some("es"));
        assert_eq!(read(json!({"language": {"identifier": 7}})).language(), None);
    }

    #[test]
    fn fields_are_read_alone_embedded_and_in_lists() {
        for author in
            [json!("https://m.test/u"), json!({"id": "https://m.test/u"}), json!([{"id": "https://m.test/u"}])]
        {
            assert_eq!(
                read(json!({"attributedTo": author})).attributed_to.expect("an author").as_str(),
                "https://m.test/u"
            );
        }
        let note = read(
            json!({"to": super::super::PUBLIC, "tag": {"type": "Mention", "href": "https://a.test/f/x"}, "url": [{"href": "https://m.test/@u/1"}]}),
        );
        assert!(note.is_public());
        assert_eq!(note.tag.len(), 1);
        assert_eq!(note.url.expect("a page").as_str(), "https://m.test/@u/1");
        assert_eq!(read(json!({"tag": ["odd", {"type": "Mention"}], "name": 7})).tag.len(), 1);
    }
}
