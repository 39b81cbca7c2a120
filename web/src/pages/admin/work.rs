//! `/admin/work`: what takes long, and how far it has come. It is looked at again by a link.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::care::work::{self, Kind, Work};

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::language::Words;
use crate::visitor::Visitor;

/// Octets in a kilobyte.
const OCTETS: i64 = 1_000;

/// A work as it is shown.
struct Row {
    what: String,
    /// An address, a consultation or a file.
    subject: String,
    /// Where it is, if it is on the web.
    href: Option<String>,
    done: i64,
    /// None where nobody knows the end.
    total: Option<i64>,
    /// How far it has come, in words.
    said: String,
    when: String,
    runs: bool,
    /// Whether it came to nothing, or perhaps did.
    bad: bool,
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
        Kind::Mailing | Kind::Export => Some(format!("/c/{}", work.subject)),
        Kind::Thread | Kind::Count => Some(work.subject.clone()),
        Kind::Import | Kind::Backup => None,
    };
    let silent = work.is_silent(visitor.now);
    let (key, at) = match work.ended_at {
        Some(at) if work.failed => ("works-failed", at),
        Some(at) => ("works-ended", at),
        None if silent => ("works-silent", work.updated_at),
        None => ("works-since", work.started_at),
    };
    Row {
        what: t.say(&format!("works-{}", work.kind)),
        subject: work.subject.clone(),
        href,
        said: said(t, work),
        done: work.done,
        total: Some(work.total).filter(|total| *total > 0),
        when: t.with(key, "moment", t.moment(at.timestamp())),
        runs: work.ended_at.is_none() && !silent,
        bad: work.failed || silent,
    }
}

/// How far it has come: what is counted differs, and not every end is known.
fn said(t: &Words, work: &Work) -> String {
    match work.kind {
        Kind::Export => t.with("works-written", "size", t.number(work.done / OCTETS)),
        _ if work.total == 0 => String::new(),
        Kind::Import => t.percent(work.done, work.total),
        Kind::Mailing | Kind::Thread | Kind::Count | Kind::Backup => {
            t.with2("works-reached", "done", t.number(work.done), "total", t.number(work.total))
        }
    }
}
