//! The pages of text that the footer links: as the institution wrote them, else as the program knows them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::care::page::{self as written, Name};
use model::error::Error;

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::language::Language;
use crate::visitor::Visitor;

struct Part {
    heading: String,
    text: String,
}

/// What the institution wrote.
struct Written {
    html: String,
    language: String,
}

#[derive(Template)]
#[template(path = "prose.html")]
struct ProsePage {
    page: Frame,
    /// That the institution has not written this page, or not to the end.
    notice: Option<String>,
    /// What an audit found, or how soon moderators answer: before what the institution writes.
    found: Option<Part>,
    written: Option<Written>,
    parts: Vec<Part>,
}

/// The headings of each page; the text of one is its key with `-text`.
const LEGAL: &[&str] = &["legal-who", "source-what"];
const PRIVACY: &[&str] = &["privacy-what", "privacy-votes", "privacy-comments", "privacy-cookies"];
const RULES: &[&str] = &["rules-talk", "rules-vote"];
const FAQ: &[&str] = &["faq-who", "faq-change", "faq-elsewhere"];
const ACCESSIBILITY: &[&str] = &["accessibility-done", "accessibility-tell"];
const DATA: &[&str] = &["data-what"];
const SOURCE: &[&str] = &["source-what"];

/// Every heading, for the test of the catalogues.
#[cfg(test)]
pub(crate) const HEADINGS: &[&[&str]] = &[LEGAL, PRIVACY, RULES, FAQ, ACCESSIBILITY, DATA, SOURCE];

/// The title of a page that the institution writes.
pub(super) fn title(name: Name) -> &'static str {
    match name {
        Name::Legal => "footer-legal",
        Name::Privacy => "footer-privacy",
        Name::Rules => "footer-rules",
        Name::Faq => "footer-faq",
        Name::Accessibility => "accessibility-title",
    }
}

fn headings(name: Name) -> &'static [&'static str] {
    match name {
        Name::Legal => LEGAL,
        Name::Privacy => PRIVACY,
        Name::Rules => RULES,
        Name::Faq => FAQ,
        Name::Accessibility => ACCESSIBILITY,
    }
}

fn parts(visitor: &Visitor, headings: &[&str]) -> Vec<Part> {
    let t = &visitor.words;
    let text =
        |key: &str| t.with2(&format!("{key}-text"), "site", &visitor.node.name, "version", env!("CARGO_PKG_VERSION"));
    headings.iter().map(|key| Part { heading: t.say(key), text: text(key) }).collect()
}

fn page(visitor: &Visitor, title: &str, headings: &[&str]) -> Result<Response, Failure> {
    let page = Frame::new(visitor, visitor.say(title));
    let parts = parts(visitor, headings);
    frame::show(StatusCode::OK, &ProsePage { page, notice: None, found: None, written: None, parts })
}

/// How accessible the pages were found, by whom and when.
fn audited(visitor: &Visitor) -> Part {
    let (t, found) = (&visitor.words, &visitor.commitments.accessibility);
    let level = t.say(&format!("accessibility-is-{}", found.level));
    let day = found.audited_on.and_then(|day| day.to_zoned(visitor.node.zone()).ok());
    let audit = match day {
        None => t.say("accessibility-no-audit"),
        Some(day) if found.auditor.is_empty() => t.with("accessibility-audit", "date", t.date(day.timestamp())),
        Some(day) => t.with2("accessibility-audit-by", "date", t.date(day.timestamp()), "name", &found.auditor),
    };
    Part { heading: t.say("accessibility-level"), text: format!("{level} {audit}") }
}

/// How soon moderators answer.
fn promised(visitor: &Visitor) -> Part {
    let t = &visitor.words;
    Part {
        heading: t.say("rules-delay"),
        text: t.with("rules-delay-text", "hours", visitor.commitments.moderation_hours),
    }
}

/// The visitor's language, then the institution's, then any: in which a page is looked for.
pub(super) fn languages(visitor: &Visitor) -> Vec<&str> {
    let all = Language::ALL.iter().map(|language| language.tag());
    [visitor.words.tag(), visitor.node.language.as_str()].into_iter().chain(all).collect()
}

async fn own(app: &App, visitor: &Visitor, name: Name) -> Result<Response, Failure> {
    let t = &visitor.words;
    let found = written::read(&mut app.store.conn().await?, name, &languages(visitor)).await;
    let found = match found {
        Ok(page) => Some(page),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let notice = match &found {
        None => Some(t.with("prose-unwritten", "site", &visitor.node.name)),
        Some(page) if !page.is_filled() => Some(t.with("prose-unfinished", "site", &visitor.node.name)),
        Some(_) => None,
    };
    let page = ProsePage {
        page: Frame::new(visitor, t.say(title(name))),
        notice,
        found: match name {
            Name::Accessibility => Some(audited(visitor)),
            Name::Rules => Some(promised(visitor)),
            Name::Legal | Name::Privacy | Name::Faq => None,
        },
        parts: if found.is_some() { Vec::new() } else { parts(visitor, headings(name)) },
        written: found.map(|page| Written { html: page.html, language: page.language }),
    };
    frame::show(StatusCode::OK, &page)
}

/// `GET /legal`
pub(super) async fn legal(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    own(&app, &visitor, Name::Legal).await
}

/// `GET /privacy`
pub(super) async fn privacy(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    own(&app, &visitor, Name::Privacy).await
}

/// `GET /rules`
pub(super) async fn rules(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    own(&app, &visitor, Name::Rules).await
}

/// `GET /faq`
pub(super) async fn faq(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    own(&app, &visitor, Name::Faq).await
}

/// `GET /accessibility`
pub(super) async fn accessibility(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    own(&app, &visitor, Name::Accessibility).await
}

/// `GET /data`
pub(super) async fn data(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-data", DATA)
}

/// `GET /source`
pub(super) async fn source(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-source", SOURCE)
}
