//! `/help`: how one takes part, in a few questions; and where to go on from here.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::Failure;
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;

/// The questions; the answer of one is its key with `-text`.
pub(crate) const QUESTIONS: &[&str] = &[
    "help-vote",
    "help-change",
    "help-secret",
    "help-count",
    "help-talk",
    "help-fediverse",
    "help-mail",
    "help-leave",
];

struct Question {
    id: &'static str,
    asked: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    page: Frame,
    questions: Vec<Question>,
    further: Vec<Link>,
}

/// `GET /help`
pub(super) async fn page(visitor: Visitor) -> Result<Response, Failure> {
    let t = &visitor.words;
    let question = |key: &&'static str| Question { id: key, asked: t.say(key), answer: t.say(&format!("{key}-text")) };
    let link = |href: &str, key: &str| Link::new(href, t.say(key));
    let page = HelpPage {
        page: Frame::new(&visitor, t.say("help")),
        questions: QUESTIONS.iter().map(question).collect(),
        further: vec![
            link("/search", "search"),
            link("/rules", "footer-rules"),
            link("/privacy", "footer-privacy"),
            link("/accessibility", "accessibility-title"),
        ],
    };
    frame::show(StatusCode::OK, &page)
}
