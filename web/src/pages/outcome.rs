//! `/c/{slug}/outcome`: what became of a consultation, or when it will be known.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::comment::{self, State as Shown};
use model::debate::consultation::{Consultation, Phase};
use model::debate::outcome::{self, Outcome};
use model::error::{Error, Result as Answer};
use model::store::Conn;

use super::brief::{self, Brief};
use super::consultation::view;
use super::said;
use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// What is known of the outcome.
struct Said {
    decision: String,
    html: String,
    published: String,
    changed: Option<String>,
    next: Option<String>,
    next_step: String,
    /// The official answer in the debate.
    comment: Option<String>,
    answers: Vec<Pair>,
}

/// An argument with the answer to it.
struct Pair {
    author: String,
    argument: String,
    argument_language: String,
    answer: String,
    answer_language: String,
    href: String,
}

#[derive(Template)]
#[template(path = "outcome.html")]
struct OutcomePage {
    page: Frame,
    brief: Brief,
    said: Option<Said>,
    /// Why there is none yet.
    waits: String,
    /// Whether it is late.
    late: bool,
}

/// `GET /c/{slug}/outcome`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    let (on, t) = (&view.consultation, &visitor.words);
    let mut conn = app.store.conn().await?;
    let said = match outcome::of(&mut conn, on.id).await? {
        Some(found) => Some(tell(&mut conn, &visitor, on, found).await?),
        None => None,
    };
    let (waits, late) = waits(&visitor, on);
    let page = OutcomePage {
        page: Frame::new(&visitor, t.with("outcome-of", "title", &on.title)),
        brief: brief::of(t, visitor.now, on),
        said,
        waits,
        late,
    };
    frame::show(StatusCode::OK, &page)
}

async fn tell(conn: &mut Conn, visitor: &Visitor, on: &Consultation, it: Outcome) -> Answer<Said> {
    let t = &visitor.words;
    let mut answers = Vec::new();
    for pair in &it.answers.0 {
        match answered(conn, on, pair).await {
            Ok(pair) => answers.extend(pair),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Said {
        published: t.with("outcome-published", "date", t.date(it.published_at.timestamp())),
        changed: it.updated_at.map(|at| t.with("outcome-changed", "date", t.date(at.timestamp()))),
        next: it.next_at.map(|at| t.moment(at.timestamp())),
        comment: it.comment_id.map(|id| said::address(&on.slug, id)),
        decision: it.decision,
        html: it.html,
        next_step: it.next_step,
        answers,
    })
}

/// One answer with its argument, as far as both are still shown.
async fn answered(conn: &mut Conn, on: &Consultation, pair: &outcome::Answered) -> Answer<Option<Pair>> {
    let (argument, answer) = (comment::by_id(conn, pair.argument).await?, comment::by_id(conn, pair.answer).await?);
    if argument.state != Shown::Visible || answer.state != Shown::Visible {
        return Ok(None);
    }
    let language = |it: &comment::Comment| it.language.clone().unwrap_or_else(|| on.language.clone());
    Ok(Some(Pair {
        author: said::author_of(conn, &argument).await?,
        href: said::address(&on.slug, argument.id),
        argument_language: language(&argument),
        answer_language: language(&answer),
        argument: argument.html,
        answer: answer.html,
    }))
}

/// Why nothing is said yet, and whether the promised day has passed.
fn waits(visitor: &Visitor, on: &Consultation) -> (String, bool) {
    let t = &visitor.words;
    let by = on.answer_by.map(|at| t.date(at.timestamp()));
    let late = on.answer_by.is_some_and(|at| at <= visitor.now);
    match (on.phase(visitor.now), by) {
        (Phase::Cancelled, _) => (t.say("outcome-cancelled"), false),
        (_, Some(date)) if late => (t.with("outcome-late", "date", date), true),
        (_, Some(date)) => (t.with("outcome-promised", "date", date), false),
        (Phase::Draft | Phase::Scheduled | Phase::Open, None) => (t.say("outcome-open"), false),
        (_, None) => (t.say("outcome-none"), false),
    }
}
