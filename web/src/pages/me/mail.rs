//! `/me/mail`: which mails one gets, and how often.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::preference::{self, Rhythm, Wanted};

use super::tabs;
use crate::app::App;
use crate::error::Failure;
use crate::form::{Entry, Form};
use crate::frame::{self, Frame, Link};
use crate::pages::After;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "me/mail.html")]
struct MailPage {
    page: Frame,
    tabs: Vec<Link>,
    status: Option<String>,
    form: Form,
    /// Where they go; nowhere without an address.
    email: Option<String>,
    rhythms: Vec<Entry>,
}

/// `GET /me/mail`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let wanted = preference::of(&mut conn, account.id).await?;
    let tick = |set: bool| if set { "1" } else { "" };
    let t = &visitor.words;
    let page = MailPage {
        page: Frame::new(&visitor, t.say("me-mail")),
        tabs: tabs::of(&mut conn, &visitor, account).await?,
        status: after.done.map(|done| done.say(t)),
        form: Form::from_pairs([
            ("rhythm", wanted.rhythm.as_str()),
            ("replies", tick(wanted.replies)),
            ("receipts", tick(wanted.receipts)),
        ]),
        email: account.email.clone(),
        rhythms: Rhythm::ALL.iter().map(|it| Entry::new(it.as_str(), t.say(&format!("rhythm-{it}")))).collect(),
    };
    frame::show(StatusCode::OK, &page)
}

/// `POST /me/mail`
pub(in crate::pages) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let wanted = Wanted {
        rhythm: form.trimmed("rhythm").parse().unwrap_or(Wanted::default().rhythm),
        replies: form.is("replies", "1"),
        receipts: form.is("receipts", "1"),
    };
    let mut tx = app.store.begin().await?;
    preference::set(&mut tx, visitor.now, account.id, wanted).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me/mail?done=mail-saved").into_response())
}
