//! `/`: what is open, what closes soon, what has closed, and the forums.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::consultation::{self, Consultation, Filter, Phase, Sort, State as Stage};
use model::debate::forum;
use model::error::Result;
use model::store::Conn;

use super::brief::{self, Brief};
use super::forum::Entry;
use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many open consultations the page lists.
const OPEN: i64 = 20;
/// How many that have closed.
const CLOSED: i64 = 5;
/// How many that close soon.
const SOON: usize = 3;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Frame,
    open: Vec<Brief>,
    soon: Vec<Brief>,
    /// What has an answer.
    changed: Vec<Brief>,
    /// What has closed without one so far.
    closed: Vec<Brief>,
    forums: Vec<Entry>,
    fresh: bool,
}

/// `GET /`
pub(super) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let t = &visitor.words;
    let seen = forum::list(&mut conn, visitor.account.as_ref()).await?;
    let forums: Vec<_> = seen.iter().map(|forum| forum.id).collect();
    let filter = |states: &[Stage], sort, limit| Filter {
        forums: forums.clone(),
        states: states.to_vec(),
        sort,
        skip: 0,
        limit,
    };
    let under_way = [Stage::Open, Stage::Scheduled];
    let newest = listed(&mut conn, &visitor, filter(&under_way, Sort::Newest, OPEN), Phase::Open).await?;
    let mut soon = listed(&mut conn, &visitor, filter(&under_way, Sort::Closing, OPEN), Phase::Open).await?;
    soon.retain(|on| on.closes_at.is_some());
    soon.truncate(SOON);
    let changed = consultation::list(&mut conn, &filter(&[Stage::Concluded], Sort::Newest, CLOSED)).await?;
    let closed = consultation::list(&mut conn, &filter(&[Stage::Closed], Sort::Newest, CLOSED)).await?;
    let mut frame = Frame::new(&visitor, t.say("consultations")).described(t.say("home-lead"));
    frame.follow_feed(Some("/feed.atom".into()), &t.say("feed-node"));
    let page = HomePage {
        page: frame,
        open: brief::list(&mut conn, t, visitor.now, &newest).await?,
        soon: soon.iter().map(|on| brief::of(t, visitor.now, on)).collect(),
        changed: brief::decided(&mut conn, t, visitor.now, &changed).await?,
        closed: brief::list(&mut conn, t, visitor.now, &closed).await?,
        forums: seen.iter().map(|forum| Entry::of(&visitor, forum)).collect(),
        fresh: !visitor.node.set_up,
    };
    frame::show(StatusCode::OK, &page)
}

async fn listed(conn: &mut Conn, visitor: &Visitor, filter: Filter, phase: Phase) -> Result<Vec<Consultation>> {
    let mut found = consultation::list(conn, &filter).await?;
    found.retain(|on| on.phase(visitor.now) == phase);
    Ok(found)
}
