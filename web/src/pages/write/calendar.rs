//! The fourth step: opening, closing, the answer promised. Of what is published the closing date is extended, and it is
//! called off, each for a reason that everybody reads.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::change;
use model::debate::consultation::{Phase, Step};
use model::error::{Error, Result as Answer};
use model::people::role::Act;

use super::{Work, fields, keep as keep_step, locked, steps};
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "write_calendar.html")]
struct CalendarPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    steps: Vec<steps::Entry>,
    locked: Option<String>,
    draft: bool,
    /// Whether the opening still changes.
    opens: bool,
    /// Whether the closing date can be moved, and the whole called off.
    runs: bool,
    action: String,
    back: String,
}

pub(super) fn show(
    visitor: &Visitor,
    work: &Work,
    status: StatusCode,
    form: Form,
    done: Option<String>,
) -> Result<Response, Failure> {
    let address = format!("/c/{}", work.on().slug);
    let phase = work.on().phase(visitor.now);
    let author = work.view.standing.may(Act::Author, Some(&work.view.forum)).is_ok();
    let page = CalendarPage {
        page: Frame::new(visitor, visitor.say("write-step-calendar")).mistaken(form.is_wrong()),
        status: done,
        steps: steps::of(visitor, Some(work), Step::Calendar.as_str()),
        locked: locked(visitor, work),
        draft: work.is_draft(),
        opens: matches!(phase, Phase::Draft | Phase::Scheduled),
        runs: author && matches!(phase, Phase::Scheduled | Phase::Open),
        action: format!("{address}/edit/calendar"),
        back: address,
        form,
    };
    frame::show(status, &page)
}

/// Keeps the dates, or does what the button says.
pub(super) async fn keep(app: &App, visitor: &Visitor, work: &Work, form: &Form) -> Answer<()> {
    let reason = form.trimmed("reason");
    match form.trimmed("act") {
        "extend" => {
            let typed = fields::moment(form, "closes-at", "closes_at", &visitor.node.zone())?;
            let closes = typed.ok_or_else(|| Error::field("closes_at", "required", "Give a closing date."))?;
            let mut tx = app.store.begin().await?;
            change::extend(&mut tx, visitor.now, &work.view, closes, reason).await?;
            tx.commit().await
        }
        "cancel" => {
            let mut tx = app.store.begin().await?;
            change::cancel(&mut tx, visitor.now, &work.view, reason).await?;
            tx.commit().await
        }
        _ => keep_step(app, visitor, work, Step::Calendar, &with_closing(visitor, work, form)).await,
    }
}

/// The form with the closing date that stands, where it does not ask for another.
fn with_closing(visitor: &Visitor, work: &Work, form: &Form) -> Form {
    let mut form = form.clone();
    if !work.is_draft()
        && let Some(closes) = work.on().closes_at
    {
        form.set("closes-at", visitor.words.typed(closes.timestamp()));
    }
    form
}
