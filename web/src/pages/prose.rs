//! The pages of text that the footer links.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

struct Part {
    heading: String,
    text: String,
}

#[derive(Template)]
#[template(path = "prose.html")]
struct ProsePage {
    page: Frame,
    parts: Vec<Part>,
}

/// The headings of each page; the text of one is its key with `-text`.
const LEGAL: &[&str] = &["legal-who", "source-what"];
const PRIVACY: &[&str] = &["privacy-what", "privacy-votes", "privacy-comments", "privacy-cookies"];
const RULES: &[&str] = &["rules-talk", "rules-vote"];
const ACCESSIBILITY: &[&str] = &["accessibility-level", "accessibility-done", "accessibility-tell"];
const DATA: &[&str] = &["data-what"];
const SOURCE: &[&str] = &["source-what"];

/// Every heading, for the test of the catalogues.
#[cfg(test)]
pub(crate) const HEADINGS: &[&[&str]] = &[LEGAL, PRIVACY, RULES, ACCESSIBILITY, DATA, SOURCE];

fn page(visitor: &Visitor, title: &str, headings: &[&str]) -> Result<Response, Failure> {
    let t = &visitor.words;
    let text =
        |key: &str| t.with2(&format!("{key}-text"), "site", &visitor.node.name, "version", env!("CARGO_PKG_VERSION"));
    let parts = headings.iter().map(|key| Part { heading: t.say(key), text: text(key) }).collect();
    frame::show(StatusCode::OK, &ProsePage { page: Frame::new(visitor, t.say(title)), parts })
}

/// `GET /legal`
pub(super) async fn legal(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-legal", LEGAL)
}

/// `GET /privacy`
pub(super) async fn privacy(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-privacy", PRIVACY)
}

/// `GET /rules`
pub(super) async fn rules(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-rules", RULES)
}

/// `GET /accessibility`
pub(super) async fn accessibility(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-accessibility", ACCESSIBILITY)
}

/// `GET /data`
pub(super) async fn data(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-data", DATA)
}

/// `GET /source`
pub(super) async fn source(visitor: Visitor) -> Result<Response, Failure> {
    page(&visitor, "footer-source", SOURCE)
}
