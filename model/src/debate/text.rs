//! Text: Markdown from here, HTML from elsewhere, both made safe by one policy.

mod article;
pub mod difference;
mod received;

use std::sync::LazyLock;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::consultation::Consultation;
use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::schema::texts;
use crate::store::{Conn, Json, Tx, on};

pub use article::{Article, rendered};
pub use received::{ATTACHED_MOST, Attached, Beside, line, received};

/// The longest text of a consultation, in characters.
pub const LONGEST: usize = 200_000;
/// How deeply quotations may stand in quotations: what it costs to read them grows with the square.
const DEPTH: usize = 50;

/// Whether no line of a text quotes more deeply than [`DEPTH`].
#[must_use]
pub fn is_shallow(markdown: &str) -> bool {
    let marks = |line: &str| line.chars().take_while(|c| *c == '>' || c.is_whitespace()).filter(|c| *c == '>').count();
    markdown.lines().all(|line| marks(line) <= DEPTH)
}

/// The most versions of a text.
pub const VERSIONS_MOST: usize = 100;

/// A version of a consultation's text.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = texts)]
pub struct Text {
    /// Whose.
    pub consultation_id: Id<Consultation>,
    /// From 1.
    pub version: i32,
    /// As written.
    pub markdown: String,
    /// As shown: sanitised.
    pub html: String,
    /// The SHA-256 of the Markdown's UTF-8, as hex: what `sha256sum` prints.
    pub sha256: String,
    /// When it was written.
    pub created_at: Instant,
    /// Its articles in order.
    pub articles: Json<Vec<Article>>,
}

impl Text {
    /// The version after those that are there, from its Markdown.
    #[must_use]
    pub fn after(now: Instant, consultation_id: Id<Consultation>, before: &[Outline], markdown: &str) -> Self {
        let earlier: Vec<Vec<Article>> = before.iter().map(|text| text.articles.0.clone()).collect();
        let (html, articles) = rendered(markdown, &earlier);
        Self {
            consultation_id,
            version: before.last().map_or(1, |text| text.version + 1),
            markdown: markdown.to_owned(),
            html,
            sha256: hex::encode(Sha256::digest(markdown.as_bytes())),
            created_at: now,
            articles: Json(articles),
        }
    }

    /// A first version from its Markdown.
    #[must_use]
    pub fn first(now: Instant, consultation_id: Id<Consultation>, markdown: &str) -> Self {
        Self::after(now, consultation_id, &[], markdown)
    }
}

/// A version without its words.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = texts)]
pub struct Outline {
    /// From 1.
    pub version: i32,
    /// As in [`Text`].
    pub sha256: String,
    /// When it was written.
    pub created_at: Instant,
    /// Its articles in order.
    pub articles: Json<Vec<Article>>,
}

/// Keeps a version; the draft's own version is replaced.
///
/// # Errors
/// When the database fails.
pub(crate) async fn keep(tx: &mut Tx, text: &Text) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(texts::table)
        .values(text)
        .on_conflict((texts::consultation_id, texts::version))
        .do_update()
        .set((
            texts::markdown.eq(&text.markdown),
            texts::html.eq(&text.html),
            texts::sha256.eq(&text.sha256),
            texts::created_at.eq(text.created_at),
            texts::articles.eq(&text.articles),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// A version of a text.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn version(conn: &mut Conn, consultation: Id<Consultation>, version: i32) -> Result<Text> {
    Ok(on!(conn, |c| texts::table.find((consultation, version)).select(Text::as_select()).first(c).await)?)
}

/// The SHA-256 of a version, as in [`Text`].
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn sha256(conn: &mut Conn, consultation: Id<Consultation>, version: i32) -> Result<String> {
    Ok(on!(conn, |c| texts::table.find((consultation, version)).select(texts::sha256).first(c).await)?)
}

/// All versions of a text, the first first, without their words.
///
/// # Errors
/// When the database fails.
pub async fn history(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<Outline>> {
    Ok(on!(conn, |c| texts::table
        .filter(texts::consultation_id.eq(consultation))
        .order(texts::version)
        .select(Outline::as_select())
        .load(c)
        .await)?)
}

/// The number of the version with this SHA-256, which must be the one that stands.
///
/// # Errors
/// [`Refusal::TextChanged`].
pub async fn seen(conn: &mut Conn, on: &Consultation, named: &str) -> Result<i32> {
    let now = sha256(conn, on.id, on.text_version).await?;
    if now.eq_ignore_ascii_case(named.trim()) { Ok(on.text_version) } else { Err(Refusal::TextChanged.into()) }
}

/// What HTML may hold, here and from elsewhere: text, no scripts, no styles, no forms, no pictures; links that are not
/// followed for our sake and cannot run anything.
static POLICY: LazyLock<ammonia::Builder<'static>> = LazyLock::new(policy);

fn policy() -> ammonia::Builder<'static> {
    let mut policy = ammonia::Builder::default();
    policy
        .tags(
            [
                "a",
                "abbr",
                "b",
                "blockquote",
                "br",
                "code",
                "del",
                "dd",
                "dl",
                "dt",
                "em",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "i",
                "ins",
                "li",
                "ol",
                "p",
                "pre",
                "q",
                "s",
                "span",
                "strong",
                "sub",
                "sup",
                "table",
                "tbody",
                "td",
                "th",
                "thead",
                "tr",
                "u",
                "ul",
            ]
            .into(),
        )
        .clean_content_tags(["script", "style", "title", "textarea", "iframe", "object", "svg", "math"].into())
        .tag_attributes([("a", ["href", "hreflang"].into()), ("ol", ["start"].into()), ("th", ["scope"].into())].into())
        .generic_attributes(["lang", "dir"].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener noreferrer"));
    policy
}

/// Markdown to safe HTML. Raw HTML in it is dropped; a first-level heading becomes a second-level one, since the page
/// has its own.
#[must_use]
pub fn render(markdown: &str) -> String {
    article::plain(markdown)
}

/// HTML from elsewhere, made safe.
#[must_use]
pub fn sanitise(html: &str) -> String {
    cleaned(&POLICY, html)
}

fn cleaned(policy: &ammonia::Builder<'_>, html: &str) -> String {
    received::harmless(policy.clean(&html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")).to_string())
}

/// The words of HTML alone, with entities as characters: for titles, summaries and files.
#[must_use]
pub fn plain(html: &str) -> String {
    let spaced = html.replace("<br", " <br").replace("</p>", " </p>").replace("</li>", " </li>");
    let bare = ammonia::Builder::empty().clean(&spaced).to_string();
    let text = bare
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts a text to `most` characters, at a word where it can, with an ellipsis.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    let end = head.rfind(char::is_whitespace).filter(|at| *at > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_nest_only_so_deep() {
        assert!(is_shallow(&format!("{} words", "> ".repeat(DEPTH))));
        assert!(!is_shallow(&format!("Words\n\n{}", ">".repeat(DEPTH + 1))));
    }

    #[test]
    fn markdown_becomes_html_that_can_do_nothing() {
        let html = render(
            "# Title\n\n**bold** <script>alert(1)</script> [x](javascript:alert(1)) [y](https://a.example/)\n\n<img src=x onerror=alert(1)>",
        );
        assert!(html.contains("<h2>Title</h2>") && html.contains("<strong>bold</strong>"));
        for evil in ["<script", "javascript:", "onerror", "<img"] {
            assert!(!html.contains(evil), "{evil} in {html}");
        }
        assert!(html.contains(r#"rel="nofollow ugc noopener noreferrer""#));
    }

    #[test]
    fn remote_html_is_made_safe() {
        let html = sanitise(
            r#"<p onclick="x()">Hi <a href="data:text/html,x">a</a> <svg><script>1</script></svg></p><style>p{}</style>"#,
        );
        assert_eq!(html, r#"<p>Hi <a rel="nofollow ugc noopener noreferrer">a</a> </p>"#);
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        let text = Text::first(Instant::from_microsecond(0), Id::new(Instant::from_microsecond(0)), "abc");
        assert_eq!(text.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn words_alone_and_cut() {
        assert_eq!(plain("<p>a &amp; b</p><p>c</p>"), "a & b c");
        assert_eq!(cut("one two three", 9), "one two…");
    }
}
