//! `/`: what is open, what closes soon, what has closed, and the forums.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::clock::Instant as Now;
use model::debate::consultation::{self, Consultation, Filter, Phase, Sort, State as Stage};
use model::debate::forum::{self, Forum};
use model::error::Result as Answer;
use model::id::Id;
use model::store::Conn;
use tokio::time::Instant;

use super::brief::{self, Brief, Listed};
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

/// What the page shows to everybody who sees the same forums.
pub(crate) struct Front {
    since: Instant,
    open: Vec<Listed>,
    soon: Vec<Consultation>,
    changed: Vec<Listed>,
    closed: Vec<Listed>,
}

impl Front {
    async fn read(conn: &mut Conn, now: Now, forums: &[Id<Forum>]) -> Answer<Self> {
        let since = Instant::now();
        let filter = |states: &[Stage], sort, limit| Filter {
            forums: forums.to_vec(),
            states: states.to_vec(),
            sort,
            skip: 0,
            limit,
        };
        let under_way = [Stage::Open, Stage::Scheduled];
        let mut open = consultation::list(conn, &filter(&under_way, Sort::Newest, OPEN)).await?;
        open.retain(|on| on.phase(now) == Phase::Open);
        let mut soon = consultation::list(conn, &filter(&under_way, Sort::Closing, OPEN)).await?;
        soon.retain(|on| on.phase(now) == Phase::Open && on.closes_at.is_some());
        soon.truncate(SOON);
        let changed = consultation::list(conn, &filter(&[Stage::Concluded], Sort::Newest, CLOSED)).await?;
        let closed = consultation::list(conn, &filter(&[Stage::Closed], Sort::Newest, CLOSED)).await?;
        Ok(Self {
            since,
            open: Listed::read(conn, now, open).await?,
            soon,
            changed: Listed::decided(conn, now, changed).await?,
            closed: Listed::read(conn, now, closed).await?,
        })
    }

    /// When it was read.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }
}

/// What is kept of it, or what is read now.
async fn front(app: &App, conn: &mut Conn, now: Now, forums: Vec<Id<Forum>>) -> Answer<Arc<Front>> {
    if let Some(front) = app.pages.front(&forums, Instant::now()) {
        return Ok(front);
    }
    let changes = app.pages.changes();
    let front = Arc::new(Front::read(conn, now, &forums).await?);
    app.pages.keep_front(forums, front.clone(), changes);
    Ok(front)
}

/// `GET /`
pub(super) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (t, now) = (&visitor.words, visitor.now);
    let seen = forum::list(&mut conn, visitor.account.as_ref()).await?;
    let front = front(&app, &mut conn, now, seen.iter().map(|forum| forum.id).collect()).await?;
    drop(conn);
    let mut frame = Frame::new(&visitor, t.say("consultations")).described(t.say("home-lead"));
    frame.follow_feed(Some("/feed.atom".into()), &t.say("feed-node"));
    let page = HomePage {
        page: frame,
        open: Listed::briefs(&front.open, t, now),
        soon: front.soon.iter().map(|on| brief::of(t, now, on)).collect(),
        changed: Listed::briefs(&front.changed, t, now),
        closed: Listed::briefs(&front.closed, t, now),
        forums: seen.iter().map(|forum| Entry::of(&visitor, forum)).collect(),
        fresh: !visitor.node.set_up,
    };
    frame::show(StatusCode::OK, &page)
}
