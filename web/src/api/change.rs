//! Changing what is published: extended, cancelled, corrected, each for a reason that everybody reads.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::debate::change::{self, Correction, Kind};
use model::debate::consultation::{self, Consultation, View};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Doing};
use super::face::Caller;
use super::here;
use super::list::List;
use super::shape::{self, Brief};
use super::shown::Shown;
use crate::app::App;
use crate::error::Failure;

/// A change of something published.
#[derive(Serialize, ToSchema)]
struct Change {
    /// What was done.
    #[schema(value_type = shape::ChangeKind)]
    kind: Kind,
    /// Why.
    reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Extended: the closing date before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<Moved>,
    /// Extended: the date of the promised answer before and after, if it moved too.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<Moved>,
    /// Corrected: the version of the text before and after, if the text was corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Versions>,
    /// Corrected: which words: `title`, `summary`, `text`, `brief`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    fields: Vec<String>,
}

/// A date that moved.
#[derive(Serialize, ToSchema)]
struct Moved {
    /// What it was.
    #[schema(value_type = String, format = DateTime)]
    from: Instant,
    /// What it is.
    #[schema(value_type = String, format = DateTime)]
    to: Instant,
}

/// A version that followed another.
#[derive(Serialize, ToSchema)]
struct Versions {
    /// The version before.
    from: i32,
    /// The version after.
    to: i32,
}

impl From<change::Change> for Change {
    fn from(it: change::Change) -> Self {
        let detail = it.detail.0;
        let moved = |step: change::Step<Instant>| Moved { from: step.from, to: step.to };
        Self {
            kind: it.kind,
            reason: it.reason,
            at: it.at,
            closes_at: detail.closes_at.map(moved),
            answer_by: detail.answer_by.map(moved),
            version: detail.version.map(|step| Versions { from: step.from, to: step.to }),
            fields: detail.fields,
        }
    }
}

/// List what was changed since publishing, with the reasons
#[utoipa::path(
    get, path = "/consultations/{slug}/changes", tag = "consultations",
    responses((status = 200, body = List<Change>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let on = consultation::view(&mut conn, &slug, account.as_ref()).await?.consultation;
    let items = change::list(&mut conn, on.id).await?.into_iter().map(Change::from).collect();
    call::json(&List::<Change> { items, next: None })
}

/// A later closing date.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Extension {
    /// When it closes now: later than announced.
    #[schema(value_type = String, format = DateTime)]
    closes_at: Instant,
    /// Why; everybody reads it.
    reason: String,
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Why; everybody reads it.
    reason: String,
}

/// Words put right; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWords {
    /// The question.
    title: Option<String>,
    /// Summary, plain text.
    summary: Option<String>,
    /// The text, in Markdown.
    text: Option<String>,
    /// Three lines to read first.
    brief: Option<Brief>,
    /// Why; everybody reads it.
    reason: String,
}

/// Extend a consultation
#[utoipa::path(
    post, path = "/consultations/{slug}/extend", tag = "consultations", request_body = Extension,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn extend(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Extension>,
) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = change::extend(&mut doing.tx, doing.now, &view, body.closes_at, &body.reason).await?;
    changed(&app, doing, &view, &it).await
}

/// Cancel a consultation
#[utoipa::path(
    post, path = "/consultations/{slug}/cancel", tag = "consultations", request_body = Because,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Because>,
) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = change::cancel(&mut doing.tx, doing.now, &view, &body.reason).await?;
    changed(&app, doing, &view, &it).await
}

/// Correct the words of a consultation: a new version of its text, marked as corrected
#[utoipa::path(
    post, path = "/consultations/{slug}/correct", tag = "consultations", request_body = NewWords,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn correct(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewWords>,
) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let brief = body.brief.map(consultation::Brief::from);
    let correction = Correction { title: body.title, summary: body.summary, text: body.text, brief };
    let it = change::correct(&mut doing.tx, doing.now, &view, correction, &body.reason).await?;
    changed(&app, doing, &view, &it).await
}

/// Put a consultation that is over away: it stays to be read
#[utoipa::path(
    post, path = "/consultations/{slug}/archive", tag = "consultations", request_body = call::Empty,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn archive(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<call::Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let View { consultation: on, forum, standing } = &view;
    let it = consultation::archive(&mut doing.tx, doing.now, standing, forum, on).await?;
    changed(&app, doing, &view, &it).await
}

async fn changed(app: &App, mut doing: Doing, view: &View, it: &Consultation) -> Result<Response, Failure> {
    let here = here(app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, it, &view.forum, doing.now, &here).await?;
    let answer = doing.changed(&shown).await?;
    app.pages.forget(&it.slug);
    Ok(answer)
}
