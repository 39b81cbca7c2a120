//! A page with a few sentences, and perhaps one small form.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;

/// One line of a small form.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    /// Attributes, ours and safe in markup.
    pub(super) extra: &'static str,
}

/// A small form.
pub(super) struct Ask {
    pub(super) action: String,
    pub(super) kept: &'static [&'static str],
    pub(super) lines: Vec<Line>,
    pub(super) button: String,
    pub(super) back: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "simple.html")]
pub(super) struct Message {
    pub(super) page: Frame,
    pub(super) form: Form,
    pub(super) texts: Vec<String>,
    pub(super) ask: Option<Ask>,
    pub(super) links: Vec<Link>,
}

/// A page of sentences.
pub(super) fn page(
    visitor: &Visitor,
    status: StatusCode,
    title: String,
    texts: Vec<String>,
) -> Result<Response, Failure> {
    let page = Frame::new(visitor, title);
    frame::show(status, &Message { page, form: Form::default(), texts, ask: None, links: Vec::new() })
}

/// A page of sentences that leads on.
pub(super) fn leading(
    visitor: &Visitor,
    title: String,
    texts: Vec<String>,
    links: Vec<Link>,
) -> Result<Response, Failure> {
    let page = Frame::new(visitor, title);
    frame::show(StatusCode::OK, &Message { page, form: Form::default(), texts, ask: None, links })
}

/// A page of sentences with a small form.
pub(super) fn asking(
    visitor: &Visitor,
    status: StatusCode,
    title: String,
    texts: Vec<String>,
    form: Form,
    ask: Ask,
) -> Result<Response, Failure> {
    let page = Frame::new(visitor, title).mistaken(form.is_wrong());
    frame::show(status, &Message { page, form, texts, ask: Some(ask), links: Vec::new() })
}
