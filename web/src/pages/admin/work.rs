//! `/admin/work`: what takes long, and how far it has come. It is looked at again by a link.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::care::work::{self, Kind, Work};

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// A work as it is shown.
struct Row {
    what: String,
    /// An address, or a consultation.
    subject: String,
    href: String,
    done: i64,
    total: i64,
    /// How far it has come, in words.
    said: String,
    when: String,
    runs: bool,
}

#[derive(Template)]
#[template(path = "works.html")]
struct WorksPage {
    page: Frame,
    rows: Vec<Row>,
}

/// `GET /admin/work`
pub(in crate::pages) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let works = work::list(&mut app.store.conn().await?, &visitor.standing()).await?;
    let rows = works.iter().map(|work| row(&visitor, work)).collect();
    let page = WorksPage { page: Frame::new(&visitor, visitor.say("works-title")), rows };
    frame::show(StatusCode::OK, &page)
}

fn row(visitor: &Visitor, work: &Work) -> Row {
    let t = &visitor.words;
    let href = match work.kind {
        Kind::Mailing => format!("/c/{}", work.subject),
        Kind::Thread | Kind::Count => work.subject.clone(),
    };
    let (key, at) = match work.ended_at {
        Some(at) => ("works-ended", at),
        None => ("works-since", work.started_at),
    };
    Row {
        what: t.say(&format!("works-{}", work.kind)),
        subject: work.subject.clone(),
        href,
        said: t.with2("works-reached", "done", t.number(work.done), "total", t.number(work.total)),
        done: work.done,
        total: work.total.max(1),
        when: t.with(key, "moment", t.moment(at.timestamp())),
        runs: work.ended_at.is_none(),
    }
}
