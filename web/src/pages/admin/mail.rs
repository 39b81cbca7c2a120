//! `/admin/mail`: the mails kept because no mail server is set.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use model::care::mail::{self, Mail};
use model::id::Id;
use model::people::role::Act;

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::pages::{After, letter};
use crate::visitor::Visitor;

/// How many mails the page lists.
const SHOWN: i64 = 100;

/// A mail as an entry of the list.
struct Entry {
    href: String,
    subject: String,
    to: String,
    at: String,
}

fn entry(visitor: &Visitor, mail: &Mail) -> Entry {
    Entry {
        href: format!("/admin/mail/{}", mail.id),
        subject: mail.subject.clone(),
        to: mail.recipient.clone(),
        at: visitor.words.moment(mail.created_at.timestamp()),
    }
}

#[derive(Template)]
#[template(path = "mails.html")]
struct MailsPage {
    page: Frame,
    status: Option<String>,
    mails: Vec<Entry>,
}

/// `GET /admin/mail`
pub(in crate::pages) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let mut mails = mail::latest(&mut app.store.conn().await?, None, SHOWN).await?;
    mails.retain(|mail| mail.state == mail::State::Kept);
    let page = MailsPage {
        page: Frame::new(&visitor, visitor.say("mails-title")),
        status: super::after(&visitor.words, &after),
        mails: mails.iter().map(|mail| entry(&visitor, mail)).collect(),
    };
    frame::show(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    page: Frame,
    mail: Entry,
    body: String,
    links: Vec<String>,
}

/// `GET /admin/mail/{id}`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Mail>>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let mail = mail::by_id(&mut app.store.conn().await?, id).await?;
    let here = visitor.here.node();
    let page = MailPage {
        page: Frame::new(&visitor, &mail.subject),
        links: mail.body.split_whitespace().filter(|word| word.starts_with(&here)).map(str::to_owned).collect(),
        mail: entry(&visitor, &mail),
        body: mail.body,
    };
    frame::show(StatusCode::OK, &page)
}

/// `POST /admin/mail`: writes a mail to whoever asks, to see whether and how mails go out.
pub(in crate::pages) async fn test(State(app): State<App>, visitor: Visitor) -> Result<Redirect, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let account = visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    letter::test(&mut tx, &visitor, account).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/mail?done=test-mailed"))
}
