//! `/c/{slug}/versions/{a}..{b}`: what changed from one version of a text to another, side by side or in one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::change::{self, Kind};
use model::debate::text::{self, difference};
use serde::Deserialize;

use super::brief::{self, Brief};
use super::consultation::view;
use crate::app::App;
use crate::error::Failure;
use crate::form::Entry;
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// `side`, or in one where it is anything else.
    #[serde(default)]
    view: String,
    /// What the form asks for instead of the address.
    from: Option<i32>,
    to: Option<i32>,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    page: Frame,
    brief: Brief,
    from: String,
    to: String,
    versions: Vec<Entry>,
    views: Vec<Link>,
    action: String,
    side: bool,
    /// Both versions, compared: made and made safe by the model.
    html: String,
    same: bool,
    reason: Option<String>,
}

/// `GET /c/{slug}/versions`: the latest change.
pub(super) async fn latest(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    let last = view.consultation.text_version;
    let (from, to) = (asked.from.unwrap_or((last - 1).max(1)), asked.to.unwrap_or(last));
    let shown = if asked.view == "side" { "?view=side" } else { "" };
    Ok(Redirect::to(&format!("/c/{slug}/versions/{}..{}{shown}", from.min(to), from.max(to))).into_response())
}

/// `GET /c/{slug}/versions/{a}..{b}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, range)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (from, to) = range.split_once("..").ok_or(Failure::NotFound)?;
    let number = |text: &str| text.parse::<i32>().map_err(|_| Failure::NotFound);
    let (from, to) = (number(from)?, number(to)?);
    let view = view(&app, &visitor, &slug).await?;
    let (on, t) = (&view.consultation, &visitor.words);
    let mut conn = app.store.conn().await?;
    let (before, after) = (text::version(&mut conn, on.id, from).await?, text::version(&mut conn, on.id, to).await?);
    let changes = change::list(&mut conn, on.id).await?;
    let reason = changes
        .iter()
        .find(|it| it.kind == Kind::Corrected && it.detail.0.version.as_ref().is_some_and(|step| step.to == to));
    let side = asked.view == "side";
    let found = app.heavy(move || {
        let found = difference::between(&before, &after);
        if side { found.side_by_side() } else { found.inline() }
    });
    let html = found.await?;
    let address = format!("/c/{slug}/versions/{from}..{to}");
    let history = text::history(&mut conn, on.id).await?;
    let entry = |it: &text::Outline| {
        let date = t.date(it.created_at.timestamp());
        Entry::new(it.version.to_string(), t.with2("versions-entry", "version", it.version, "date", date))
    };
    let link = |query: &str, key: &str, current| Link { href: format!("{address}{query}"), label: t.say(key), current };
    let title = t.with("versions-title", "title", &on.title);
    let page = ComparePage {
        page: Frame::new(&visitor, title),
        brief: brief::of(t, visitor.now, on),
        from: from.to_string(),
        to: to.to_string(),
        versions: history.iter().map(entry).collect(),
        views: vec![link("", "versions-inline", !side), link("?view=side", "versions-side", side)],
        action: format!("/c/{slug}/versions"),
        side,
        same: from == to,
        html,
        reason: reason.map(|it| it.reason.clone()).filter(|reason| !reason.is_empty()),
    };
    frame::show(StatusCode::OK, &page)
}
