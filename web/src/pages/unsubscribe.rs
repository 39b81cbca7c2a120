//! `/unsubscribe/{token}`: stops mails without signing in. Opening it changes nothing: mail programs open links. One POST does it,
//! with a button or by a mail program itself (RFC 8058), which sends no cookie and a body of its own.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::care::preference::{self, Matter};

use super::message::{self, Ask};
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::Link;
use crate::visitor::Visitor;

/// The longest token that is looked for, in octets.
const LONGEST: usize = 100;

/// `GET /unsubscribe/{token}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let (_, matter) = preference::stopped(&mut app.store.conn().await?, known(&token)?).await?;
    let ask = Ask {
        action: format!("/unsubscribe/{token}"),
        kept: &[],
        lines: Vec::new(),
        button: visitor.say("unsubscribe-button"),
        back: None,
    };
    let texts = vec![visitor.say(about(matter)), visitor.say("unsubscribe-text")];
    message::asking(&visitor, StatusCode::OK, visitor.say("unsubscribe-title"), texts, Form::default(), ask)
}

fn known(token: &str) -> Result<&str, Failure> {
    if token.len() <= LONGEST { Ok(token) } else { Err(Failure::NotFound) }
}

fn about(matter: Option<Matter>) -> &'static str {
    match matter {
        Some(Matter::Replies) => "unsubscribe-replies",
        Some(Matter::News) => "unsubscribe-news",
        Some(Matter::Receipts) => "unsubscribe-receipts",
        None => "unsubscribe-all",
    }
}

/// `POST /unsubscribe/{token}`, whatever its body.
pub(super) async fn stop(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let mut tx = app.store.begin().await?;
    let matter = preference::stop(&mut tx, known(&token)?).await?;
    tx.commit().await?;
    let (secret, _) = token.split_once('.').unwrap_or((&token, ""));
    let mut links = vec![Link::new("/me/mail", visitor.say("unsubscribe-choose"))];
    if matter.is_some() {
        links.push(Link::new(format!("/unsubscribe/{secret}"), visitor.say("unsubscribe-rest")));
    }
    let texts = vec![visitor.say(about(matter)), visitor.say("unsubscribe-done")];
    message::leading(&visitor, visitor.say("unsubscribe-ended"), texts, links)
}
