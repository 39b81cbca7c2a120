//! `/me/votes`: one's own ballots, with the way to change each, and its receipt by mail.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::count::ballot::{self, Ballot};
use model::data::personal;
use model::debate::consultation::{self, Phase, View};
use model::error::{Error, Result as Answer};
use model::people::account::Account;
use model::store::Conn;
use serde::Deserialize;

use super::tabs;
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::news;
use crate::pages::Done;
use crate::visitor::Visitor;

/// How many a page shows.
const PAGE: i64 = 50;

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Asked {
    #[serde(default)]
    skip: u32,
    done: Option<Done>,
}

/// A ballot.
struct Vote {
    title: String,
    language: String,
    href: String,
    /// What was chosen, in words.
    choice: String,
    facts: Vec<String>,
    change: Option<String>,
    slug: String,
}

#[derive(Template)]
#[template(path = "me/votes.html")]
struct VotesPage {
    page: Frame,
    tabs: Vec<Link>,
    status: Option<String>,
    votes: Vec<Vote>,
    mails: bool,
    next: Option<String>,
}

/// `GET /me/votes`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let mut cast = personal::ballots(&mut conn, account.actor_id, asked.skip.into(), PAGE + 1).await?;
    let more = i64::try_from(cast.len()).is_ok_and(|count| count > PAGE);
    cast.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let mut votes = Vec::new();
    for (ballot, on) in cast {
        let on = consultation::by_id(&mut conn, on).await?;
        match vote(&mut conn, &visitor, account, &on.slug, ballot).await {
            Ok(vote) => votes.push(vote),
            // In a forum that this account no longer sees.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let page = VotesPage {
        page: Frame::new(&visitor, visitor.say("me-votes")),
        tabs: tabs::of(&mut conn, &visitor, account).await?,
        status: asked.done.map(|done| done.say(&visitor.words)),
        votes,
        mails: account.email.is_some(),
        next: more.then(|| format!("/me/votes?skip={}", i64::from(asked.skip) + PAGE)),
    };
    frame::show(StatusCode::OK, &page)
}

async fn vote(conn: &mut Conn, visitor: &Visitor, by: &Account, slug: &str, ballot: Ballot) -> Answer<Vote> {
    let View { consultation: on, forum, .. } = consultation::view(conn, slug, Some(by)).await?;
    let t = &visitor.words;
    let choices = on.method.0.choices(&on.language);
    let label = |id: &String| choices.iter().find(|choice| choice.id == *id).map_or(id.clone(), |it| it.label.clone());
    let chosen: Vec<String> = ballot.choice.0.iter().map(label).collect();
    let changeable = on.changeable && on.phase(visitor.now) == Phase::Open;
    let tier = t.say(&format!("tier-{}", ballot.tier));
    Ok(Vote {
        choice: if ballot.withdrawn { t.say("vote-withdrawn") } else { chosen.join(", ") },
        facts: vec![
            t.with("vote-cast", "date", t.moment(ballot.changed_at.timestamp())),
            tier,
            t.with("vote-receipt", "id", ballot.id),
            forum.title,
        ],
        change: (changeable && !ballot.withdrawn).then(|| format!("/c/{}?change=1#vote", on.slug)),
        href: format!("/c/{}", on.slug),
        title: on.title,
        language: on.language,
        slug: on.slug,
    })
}

/// `POST /me/votes`: the receipt of one of them by mail.
pub(in crate::pages) async fn mail(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    let view = consultation::view(&mut tx, form.trimmed("consultation"), Some(account)).await?;
    let ballot = ballot::standing(&mut tx, view.consultation.id, account.actor_id).await?.ok_or(Error::NotFound)?;
    let known = account.email.as_deref().is_some_and(|to| app.limits.mail(to));
    if known {
        news::receipt(&mut tx, &app, account, &view, &ballot).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/me/votes?done=receipt-sent").into_response())
}
