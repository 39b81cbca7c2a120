//! Posts of other servers, turned into what the model keeps of them: their words with what is attached, whom they mention and
//! what they are tagged with leading on from here, and the picture of who wrote them.

use std::collections::HashMap;

use model::address::Address;
use model::clock::Instant;
use model::debate::text::{self, ATTACHED_MOST, Attached, Beside};
use model::error::Result;
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::store::{Conn, Tx};
use serde_json::Value;
use url::Url;

use crate::remote::cut;
use crate::wire::object::Tag;
use crate::wire::{self, Object, lenient};

/// How many mentions and hashtags of one post are looked at.
const TAGS_MOST: usize = 50;
/// The longest text that is read, in characters of HTML.
const HTML_MOST: usize = 400_000;

/// The words of a post, made safe. `forum` is the slug of the forum here in which it stands: its hashtags lead to what is
/// tagged so there.
///
/// # Errors
/// When the database fails.
pub(crate) async fn html(conn: &mut Conn, here: &Address, forum: Option<&str>, object: &Object) -> Result<String> {
    let mut leads = mentions(conn, object).await?;
    if let Some(slug) = forum {
        leads.extend(object.tag.iter().take(TAGS_MOST).filter_map(|tag| hashtag(here, slug, tag)));
    }
    let warning = object.summary.clone().filter(|_| object.kind == "Note");
    let beside = Beside { warning: warning.map(|html| text::plain(&html)), leads, attached: attached(object) };
    Ok(text::received(&cut(object.text(), HTML_MOST), &beside))
}

/// The words of a post as a page of ours shows them, its links and what is attached as their names; `None` for what is no post.
#[must_use]
pub fn words(document: &Value) -> Option<String> {
    let object: Object = wire::typed(document.clone()).ok()?;
    let beside = Beside { warning: None, leads: HashMap::new(), attached: attached(&object) };
    Some(text::plain(&text::received(&cut(object.text(), HTML_MOST), &beside)))
}

/// Where mentions lead: to the page of somebody known here, where the post names only the id.
async fn mentions(conn: &mut Conn, object: &Object) -> Result<HashMap<String, String>> {
    let named = object.tag.iter().take(TAGS_MOST).filter(|tag| tag.kind == "Mention");
    let ids: Vec<String> = named.filter_map(|tag| tag.href.as_ref()).map(Url::to_string).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let known = actor::by_uris(conn, &ids).await?;
    Ok(known.into_iter().filter_map(|actor| Some((actor.uri?.to_lowercase(), actor.url?))).collect())
}

/// Where a hashtag leads: only if its link says the tag (Lemmy's leads to the post itself).
fn hashtag(here: &Address, forum: &str, tag: &Tag) -> Option<(String, String)> {
    let name = tag.name.as_deref()?.trim_start_matches('#');
    let link = tag.href.as_ref().filter(|_| tag.kind == "Hashtag")?;
    let last = link.path_segments()?.next_back()?;
    let last = percent(last);
    (!name.is_empty() && last.to_lowercase() == name.to_lowercase())
        .then(|| (link.as_str().to_lowercase(), here.tagged(forum, name)))
}

/// A segment of a path with its encoded characters as they are.
fn percent(segment: &str) -> String {
    let kept = segment.replace('+', "%2B");
    url::form_urlencoded::parse(kept.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn attached(object: &Object) -> Vec<Attached> {
    let one = |it: &crate::wire::object::Attachment| {
        let url = it.url.as_ref().or(it.href.as_ref()).filter(|url| matches!(url.scheme(), "https" | "http"))?;
        Some(Attached { url: url.to_string(), name: it.name.clone().unwrap_or_default() })
    };
    object.attachment.iter().filter_map(one).take(ATTACHED_MOST).collect()
}

/// Has the picture fetched of somebody whose words are shown here.
///
/// # Errors
/// When the database fails.
pub(crate) async fn pictured(tx: &mut Tx, now: Instant, who: &Actor) -> Result<()> {
    let icon = who.document.as_ref().and_then(|document| icon(&document.0));
    portrait::ask(tx, now, who.id, icon.as_ref().map(Url::as_str)).await
}

/// Where an actor's server shows its picture.
fn icon(document: &Value) -> Option<Url> {
    let url = match document.get("icon")? {
        Value::Object(picture) => picture.get("url").and_then(lenient::id_of),
        Value::Array(pictures) => pictures.iter().find_map(|picture| picture.get("url").and_then(lenient::id_of)),
        other => lenient::id_of(other),
    };
    url.filter(|url| matches!(url.scheme(), "https" | "http"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_picture_is_found_however_it_is_written() {
        let url = "https://m.test/avatar.png";
        for written in [
            json!(url),
            json!({"type": "Image", "mediaType": "image/png", "url": url}),
            json!({"type": "Image", "url": [{"type": "Link", "href": url}]}),
            json!([{"type": "Image"}, {"type": "Image", "url": url}]),
        ] {
            assert_eq!(icon(&json!({"icon": written})).expect("a picture").as_str(), url, "{written}");
        }
        for none in
            [json!(null), json!({}), json!("data:image/png;base64,x"), json!({"url": "javascript:x"}), json!([])]
        {
            assert_eq!(icon(&json!({"icon": none})), None, "{none}");
        }
    }

    #[test]
    fn a_hashtag_leads_to_what_is_tagged_so_here() {
        let here = Address::new(model::address::Scheme::Https, "a.test");
        let tag =
            |href: &str, name: &str| Tag { kind: "Hashtag".into(), href: href.parse().ok(), name: Some(name.into()) };
        for (href, name, lead) in [
            ("https://m.test/tags/Place", "#place", Some("https://a.test/f/x?tag=place")),
            ("https://m.test/tags/%C3%A9cole", "#École", Some("https://a.test/f/x?tag=%C3%89cole")),
            ("https://lemmy.test/post/1", "#place", None),
            ("https://m.test/tags/", "#", None),
        ] {
            let found = hashtag(&here, "x", &tag(href, name));
            assert_eq!(found.as_ref().map(|(_, to)| to.as_str()), lead, "{href}");
        }
    }
}
