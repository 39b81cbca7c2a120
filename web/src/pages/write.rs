//! `/new` and `/c/{slug}/edit/{step}`: a consultation written in five steps, each kept as it is left.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use model::data::media;
use model::debate::change::{self, Correction};
use model::debate::consultation::{self, Consultation, Draft, State as Stage, Step, View};
use model::debate::text;
use model::error::{Error, Result as Answer};
use model::store::Conn;

use super::After;
use super::consultation::view;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::upload::Upload;
use crate::visitor::Visitor;

mod beside;
mod calendar;
mod fields;
mod participation;
mod preview;
mod question;
mod review;
mod steps;
mod text_step;

pub(super) use fields::{example, moment};

/// How much a form with a file may bring, in octets.
const LARGEST: usize = media::LARGEST + 2 * 1024 * 1024;

/// The pages of an author's draft.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/new", get(question::fresh).post(question::create))
        .route("/c/{slug}/edit", get(first))
        .route("/c/{slug}/edit/review", get(review::page).post(review::act))
        .route("/c/{slug}/edit/{step}", get(page).post(act))
        .route("/c/{slug}/publish", post(review::publish))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// `GET /c/{slug}/edit`
async fn first(Path(slug): Path<String>) -> Redirect {
    Redirect::to(&format!("/c/{slug}/edit/question"))
}

/// A consultation that this visitor may write, and its text.
struct Work {
    view: View,
    text: text::Text,
}

impl Work {
    async fn of(app: &App, visitor: &Visitor, slug: &str) -> Answer<Self> {
        let view = view(app, visitor, slug).await?;
        consultation::may_write(&view.standing, &view.forum, &view.consultation)?;
        let on = &view.consultation;
        let text = text::version(&mut app.store.conn().await?, on.id, on.text_version).await?;
        Ok(Self { view, text })
    }

    fn on(&self) -> &Consultation {
        &self.view.consultation
    }

    fn draft(&self) -> Draft {
        Draft::of(self.on(), &self.text.markdown)
    }

    fn is_draft(&self) -> bool {
        self.on().state == Stage::Draft
    }
}

/// `GET /c/{slug}/edit/{step}`
async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, step)): Path<(String, String)>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let step = step.parse().map_err(|_| Failure::NotFound)?;
    let work = Work::of(&app, &visitor, &slug).await?;
    let mut form = fields::of(&visitor.words, &work.draft());
    if step == Step::Text {
        beside::fill(&mut app.store.conn().await?, &work, &mut form).await?;
    }
    show(&app, &visitor, &work, step, StatusCode::OK, form, after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    work: &Work,
    step: Step,
    status: StatusCode,
    form: Form,
    after: After,
) -> Result<Response, Failure> {
    let done = after.done.map(|done| done.say(&visitor.words));
    match step {
        Step::Question => question::show(visitor, work, status, form, done),
        Step::Text => text_step::show(app, visitor, work, status, form, done).await,
        Step::Participation => participation::show(app, visitor, work, status, form, done).await,
        Step::Calendar => calendar::show(visitor, work, status, form, done),
    }
}

/// `POST /c/{slug}/edit/{step}`
async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, step)): Path<(String, String)>,
    mut upload: Upload,
) -> Result<Response, Failure> {
    let step = step.parse().map_err(|_| Failure::NotFound)?;
    let work = Work::of(&app, &visitor, &slug).await?;
    let arranged = step == Step::Participation && {
        let act = upload.form.trimmed("act").to_owned();
        fields::arrange(&mut upload.form, &act)
    };
    let kept = match step {
        Step::Text => text_step::keep(&app, &visitor, &work, &mut upload).await,
        Step::Calendar => calendar::keep(&app, &visitor, &work, &upload.form).await,
        _ => keep(&app, &visitor, &work, step, &upload.form).await,
    };
    app.pages.forget(&slug);
    match kept {
        Ok(()) if arranged => Ok(Redirect::to(&format!("/c/{slug}/edit/participation#options")).into_response()),
        // A list of options that is being put in order may still lack some.
        Err(Error::Refused(_)) if arranged => {
            show(&app, &visitor, &work, step, StatusCode::OK, upload.form, After::default()).await
        }
        Ok(()) => Ok(Redirect::to(&next(&work, step, upload.form.trimmed("act"))).into_response()),
        Err(error) => {
            let (mut form, method) = (upload.form, work.on().method.0.kind());
            let kind = form.given("method").unwrap_or(method).to_owned();
            let field = |name: &str| match step {
                Step::Text => beside::field(name).unwrap_or_else(|| fields::field(name, &kind)),
                _ => fields::field(name, &kind),
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, &work, step, status, form, After::default()).await
        }
    }
}

/// Where the form leads: on, or to the same page again.
fn next(work: &Work, step: Step, act: &str) -> String {
    let address = format!("/c/{}", work.on().slug);
    match (act, step) {
        ("stay" | "preview", _) => format!("{address}/edit/{step}?done=drafted#preview"),
        ("attach", _) => format!("{address}/edit/{step}?done=attached#beside"),
        (act, _) if act.starts_with("detach-") => format!("{address}/edit/{step}?done=detached#beside"),
        ("extend", _) => format!("{address}?done=extended"),
        ("cancel", _) => format!("{address}?done=cancelled"),
        _ if !work.is_draft() => format!("{address}?done=saved"),
        (_, Step::Question) => format!("{address}/edit/text"),
        (_, Step::Text) => format!("{address}/edit/participation"),
        (_, Step::Participation) => format!("{address}/edit/calendar"),
        (_, Step::Calendar) => format!("{address}/edit/review?done=drafted"),
    }
}

/// Keeps a step: of a draft as it is, of what is published as an edit, and under votes as a correction.
async fn keep(app: &App, visitor: &Visitor, work: &Work, step: Step, form: &Form) -> Answer<()> {
    let draft = fields::change(step, form, work.draft(), &visitor.node.zone())?;
    let mut tx = app.store.begin().await?;
    let View { consultation: on, forum, standing } = &work.view;
    let reason = form.given("reason");
    if work.is_draft() {
        consultation::sketch(&mut tx, visitor.now, standing, forum, on, draft, step).await?;
    } else if let Some(reason) = reason.filter(|_| matches!(step, Step::Question | Step::Text)) {
        change::correct(&mut tx, visitor.now, &work.view, correction(step, draft), reason).await?;
    } else {
        consultation::edit(&mut tx, visitor.now, standing, forum, on, draft).await?;
    }
    tx.commit().await
}

/// The words of a step, put right.
fn correction(step: Step, draft: Draft) -> Correction {
    let Draft { title, summary, text, brief, .. } = draft;
    match step {
        Step::Text => Correction { text: Some(text), brief: Some(brief), ..Correction::default() },
        _ => Correction { title: Some(title), summary: Some(summary), ..Correction::default() },
    }
}

/// Whether the words of this consultation change by a correction alone.
fn corrects(on: &Consultation) -> bool {
    on.locked_at.is_some()
}

/// Whether there is something to say about what no longer changes.
fn locked(visitor: &Visitor, work: &Work) -> Option<String> {
    (!work.is_draft()).then(|| visitor.say("edit-locked"))
}

/// The lists of a forum and the providers of the node, as entries of a list to choose from.
async fn lists(conn: &mut Conn, work: &Work) -> Answer<Vec<String>> {
    let lists = model::count::electorate::list::of(conn, work.view.forum.id).await?;
    Ok(lists.into_iter().map(|list| list.name).collect())
}
