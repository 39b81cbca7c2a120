//! `/me/follows`: the forums and consultations that one follows.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::care::subscription::{self, Followed};

use super::tabs;
use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;

/// Something followed.
struct Entry {
    href: String,
    title: String,
    language: String,
    since: String,
    action: String,
}

#[derive(Template)]
#[template(path = "me/follows.html")]
struct FollowsPage {
    page: Frame,
    tabs: Vec<Link>,
    forums: Vec<Entry>,
    consultations: Vec<Entry>,
}

/// `GET /me/follows`
pub(in crate::pages) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let followed = subscription::of_account(&mut conn, account).await?;
    let (consultations, forums): (Vec<_>, Vec<_>) = followed.iter().partition(|it| it.consultation.is_some());
    let entries = |all: Vec<&Followed>| all.into_iter().map(|it| entry(&visitor, it)).collect();
    let page = FollowsPage {
        page: Frame::new(&visitor, visitor.say("me-follows")),
        tabs: tabs::of(&mut conn, &visitor, account).await?,
        forums: entries(forums),
        consultations: entries(consultations),
    };
    frame::show(StatusCode::OK, &page)
}

fn entry(visitor: &Visitor, it: &Followed) -> Entry {
    let t = &visitor.words;
    let since = t.with("follow-since", "date", t.date(it.since.timestamp()));
    let (href, title, language) = match &it.consultation {
        Some(on) => (format!("/c/{}", on.slug), &on.title, &on.language),
        None => (format!("/f/{}", it.forum.slug), &it.forum.title, &it.forum.language),
    };
    Entry { action: format!("{href}/follow"), href, title: title.clone(), language: language.clone(), since }
}
