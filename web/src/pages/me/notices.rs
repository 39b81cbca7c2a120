//! `/me/notifications`: what one was told.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::notice::{self, Kind, Notice};
use model::error::{Error, Result as Answer};
use model::people::account::Account;
use model::store::Conn;

use super::tabs;
use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame, Link};
use crate::pages::said;
use crate::visitor::Visitor;

/// How many the page shows.
const SHOWN: i64 = 100;

/// Something told.
struct Told {
    words: String,
    title: String,
    language: String,
    href: String,
    machine: String,
    date: String,
    fresh: bool,
}

#[derive(Template)]
#[template(path = "me/notices.html")]
struct NoticesPage {
    page: Frame,
    tabs: Vec<Link>,
    told: Vec<Told>,
    fresh: bool,
}

/// `GET /me/notifications`
pub(in crate::pages) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let mut told = Vec::new();
    for it in notice::page(&mut conn, account, None, SHOWN).await? {
        match tell(&mut conn, &visitor, account, &it).await {
            Ok(one) => told.push(one),
            // What it is about is no longer for this account.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let page = NoticesPage {
        page: Frame::new(&visitor, visitor.say("notices")),
        tabs: tabs::of(&mut conn, &visitor, account).await?,
        fresh: told.iter().any(|it| it.fresh),
        told,
    };
    frame::show(StatusCode::OK, &page)
}

async fn tell(conn: &mut Conn, visitor: &Visitor, account: &Account, it: &Notice) -> Answer<Told> {
    let (view, comment) = notice::about(conn, account, it).await?;
    let (on, t) = (view.consultation, &visitor.words);
    let words = match (it.kind, &comment) {
        (Kind::Reply, Some(said)) => t.with("notice-reply", "name", said::author_of(conn, said).await?),
        (kind, _) => t.say(&format!("notice-{kind}")),
    };
    let href = match (it.kind, it.comment_id) {
        (Kind::Outcome, _) => format!("/c/{}/outcome", on.slug),
        (_, Some(id)) => said::address(&on.slug, id),
        _ => format!("/c/{}", on.slug),
    };
    let at = it.created_at.timestamp();
    Ok(Told {
        words,
        href,
        title: on.title,
        language: on.language,
        machine: t.machine(at),
        date: t.moment(at),
        fresh: it.read_at.is_none(),
    })
}

/// `POST /me/notifications`: all of it is read.
pub(in crate::pages) async fn read(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    notice::read_all(&mut tx, visitor.now, account.id).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me/notifications").into_response())
}
