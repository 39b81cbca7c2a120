//! `/c/{slug}/ballot`: the ballot alone, or why there is nothing to choose.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Asked;
use super::ballot::{self, BallotView};
use super::brief::{self, Brief};
use super::consultation::{points, view};
use super::forum::Entry;
use super::me::Fact;
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "polling.html")]
struct PollingPage {
    page: Frame,
    forum: Entry,
    brief: Brief,
    points: Vec<Fact>,
    ballot: Option<BallotView>,
}

/// `GET /c/{slug}/ballot`
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::of(query.as_deref());
    let view = view(&app, &visitor, &slug).await?;
    let mut conn = app.store.conn().await?;
    let on = &view.consultation;
    let own = match visitor.voter() {
        Some(actor) => model::count::ballot::standing(&mut conn, on.id, actor).await?,
        None => None,
    };
    let eligible = ballot::eligible(&mut conn, &visitor, &view).await?;
    let ballot = ballot::of(&visitor, &view, own.as_ref(), &eligible, &asked, &Form::default());
    let heading = ballot.as_ref().map_or_else(|| visitor.say("ballot-none"), |ballot| ballot.heading.clone());
    let page = PollingPage {
        page: Frame::new(&visitor, format!("{heading}: {}", on.title)),
        forum: Entry::of(&visitor, &view.forum),
        brief: brief::of(&visitor.words, visitor.now, on),
        points: points(&visitor, on),
        ballot: ballot.map(|ballot| BallotView { from: Some("ballot"), ..ballot }),
    };
    frame::show(StatusCode::OK, &page)
}
