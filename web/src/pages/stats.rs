//! `/f/{forum}/stats`: what a forum has done, of the consultations whose results everybody may see.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::count::participation::{self, Record};
use model::debate::forum;

use super::forum::Entry;
use super::pictures;
use crate::app::App;
use crate::chart::Figure;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::language::Words;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "stats.html")]
struct StatsPage {
    page: Frame,
    forum: Entry,
    facts: Vec<Fact>,
    months: Option<Figure>,
}

/// A number and what it counts.
pub(crate) struct Fact {
    pub(crate) number: String,
    pub(crate) label: String,
}

/// The facts of a record; what there is nothing of is left out.
pub(super) fn facts(t: &Words, record: &Record) -> Vec<Fact> {
    let fact = |number: String, key: &str| Fact { number, label: t.say(key) };
    let mut facts = vec![
        fact(t.number(record.participants), "stats-participants"),
        fact(t.number(record.closed as u64), "stats-closed"),
    ];
    facts.extend(record.answered_in.map(|days| fact(t.count("stats-days", days), "stats-answered")));
    facts.extend(record.open_share.map(|share| fact(t.percent(share, 100), "stats-open")));
    facts
}

/// `GET /f/{forum}/stats`
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = forum::view(&mut conn, &slug, visitor.account.as_ref()).await?;
    let record = participation::record(&mut conn, visitor.now, &forum).await?;
    let t = &visitor.words;
    let page = StatsPage {
        page: Frame::new(&visitor, t.with("stats-of", "title", &forum.title)),
        facts: facts(t, &record),
        months: pictures::months(t, &visitor.node.zone(), &record.spans, &|count| t.number(count)),
        forum: Entry::of(&visitor, &forum),
    };
    frame::show(StatusCode::OK, &page)
}
