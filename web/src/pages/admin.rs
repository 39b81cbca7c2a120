//! `/admin`: the institution's own pages. The first says what there is to do today.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use model::care::punctuality::Punctuality;
use model::care::today::{self, BACKUP_WITHIN, Queue, Today};
use model::count::electorate::Tier;
use model::data::media;
use model::debate::consultation::{Consultation, Phase};

use super::{After, brief, pictures, prose};
use crate::app::App;
use crate::chart::Figure;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::language::Words;
use crate::visitor::Visitor;

pub(super) mod appearance;
pub(super) mod federation;
pub(super) mod forums;
pub(super) mod mail;
pub(super) mod settings;
pub(super) mod texts;
pub(super) mod users;
pub(super) mod work;

/// The pages of this room.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/admin", get(page))
        .route("/admin/consultations", get(forums::consultations))
        .route("/admin/forums", get(forums::list).post(forums::act))
        .route("/admin/pages", get(texts::list))
        .route("/admin/pages/{name}/{language}", get(texts::page).post(texts::keep))
        .route("/admin/appearance", get(appearance::page).post(appearance::keep))
        .route("/admin/work", get(work::page))
        .route("/admin/settings", get(settings::page).post(settings::keep))
        .layer(DefaultBodyLimit::max(media::LARGEST + 1024 * 1024))
}

/// One thing to do.
struct Task {
    what: String,
    hint: String,
    href: String,
    act: String,
    /// Whether it can wait no longer.
    urgent: bool,
}

/// A consultation in the table.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) language: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) ends: String,
    pub(super) comments: String,
    /// What there is to do, and where.
    pub(super) next: (String, String),
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    page: Frame,
    status: Option<String>,
    tasks: Vec<Task>,
    rows: Vec<Row>,
    /// When people took part lately, and how many.
    lately: Option<Figure>,
    facts: Vec<(String, String)>,
    /// How the server fares: a word for the colour of the mark, what, and how.
    health: Vec<(bool, String, String)>,
}

/// `GET /admin`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let today = today::of(&mut app.store.conn().await?, visitor.now, &visitor.standing()).await?;
    let title = t.with("today-title", "date", t.date(visitor.now.timestamp()));
    let listed = today.awaiting.iter().chain(&today.running).chain(&today.drafts);
    let page = TodayPage {
        page: Frame::new(&visitor, title),
        status: after.done.map(|done| done.say(t)),
        tasks: tasks(&visitor, &today),
        rows: listed.map(|on| row(&visitor, on)).collect(),
        lately: pictures::lately(t, &visitor.node.zone(), &today.participation, &|count| t.number(count)),
        facts: facts(&visitor, &today),
        health: health(&visitor, &today),
    };
    frame::show(StatusCode::OK, &page)
}

/// How many took part lately, and came, and how soon the moderators decided.
fn facts(visitor: &Visitor, today: &Today) -> Vec<(String, String)> {
    let t = &visitor.words;
    let of = |here: bool| -> i64 {
        let those = today.participation.iter().filter(|span| (span.tier == Tier::Member) == here);
        those.map(|span| span.count).sum()
    };
    let all = [("lately-here", of(true)), ("lately-elsewhere", of(false)), ("lately-arrivals", today.arrivals)];
    let counts = all.into_iter().map(|(key, count)| (t.say(key), t.number(count)));
    counts.chain([punctual(visitor, &today.punctuality)]).collect()
}

/// How soon was decided, beside what is promised; of few decisions only how many there were.
fn punctual(visitor: &Visitor, lately: &Punctuality) -> (String, String) {
    let t = &visitor.words;
    let promised = t.count("delay-hours", visitor.commitments.moderation_hours);
    match lately.median.map(|median| median.as_secs() / 60) {
        None => (t.with("lately-decisions", "promised", promised), t.number(lately.decisions)),
        Some(minutes @ ..60) => (t.with("lately-delay", "promised", promised), t.count("delay-minutes", minutes)),
        // Rounded up: nothing is made to look quicker than it was.
        Some(minutes) => (t.with("lately-delay", "promised", promised), t.count("delay-hours", minutes.div_ceil(60))),
    }
}

/// A consultation as a row of the table.
pub(super) fn row(visitor: &Visitor, on: &Consultation) -> Row {
    let (t, address) = (&visitor.words, format!("/c/{}", on.slug));
    let phase = on.phase(visitor.now);
    let (next, href) = match phase {
        Phase::Draft => ("today-finish", format!("{address}/edit/review")),
        Phase::Scheduled => ("today-look", address.clone()),
        Phase::Open => ("answers-title", format!("{address}/answers")),
        Phase::Closed => ("conclude-title", format!("{address}/close")),
        Phase::Concluded | Phase::Cancelled | Phase::Archived => ("today-look", address.clone()),
    };
    Row {
        href: address,
        title: on.title.clone(),
        language: on.language.clone(),
        kind: t.say(&format!("method-{}", on.method.0.kind())),
        state: t.say(&format!("state-{phase}")),
        tone: brief::tone(phase),
        ends: on.closed_at.or(on.closes_at).map_or_else(|| t.say("today-no-end"), |at| t.date(at.timestamp())),
        comments: t.number(u64::try_from(on.comment_count).unwrap_or_default()),
        next: (t.say(next), href),
    }
}

fn tasks(visitor: &Visitor, today: &Today) -> Vec<Task> {
    let t = &visitor.words;
    let mut tasks = queues(visitor, today);
    for on in &today.awaiting {
        let overdue = on.answer_by.filter(|at| *at <= visitor.now);
        tasks.push(Task {
            what: t.with("today-conclude", "title", &on.title),
            hint: match (overdue, on.answer_by) {
                (Some(at), _) => t.with("today-overdue", "date", t.date(at.timestamp())),
                (None, Some(at)) => t.with("today-promised", "date", t.date(at.timestamp())),
                (None, None) => t.say("today-unpromised"),
            },
            href: format!("/c/{}/close", on.slug),
            act: t.say("today-conclude-act"),
            urgent: overdue.is_some(),
        });
    }
    for on in &today.closing {
        let at = on.closes_at.map(|at| t.moment(at.timestamp())).unwrap_or_default();
        let comments = t.count("comments-count", u64::try_from(on.comment_count).unwrap_or_default());
        let href = format!("/c/{}/answers", on.slug);
        tasks.push(task(
            t.with2("today-closing", "title", &on.title, "moment", at),
            comments,
            &href,
            t.say("answers-title"),
        ));
    }
    tasks.extend(house(visitor, today));
    tasks
}

fn task(what: String, hint: String, href: &str, act: String) -> Task {
    Task { what, hint, href: href.to_owned(), act, urgent: false }
}

/// What people wait for.
fn queues(visitor: &Visitor, today: &Today) -> Vec<Task> {
    let t = &visitor.words;
    let hours = visitor.commitments.moderation_hours;
    let since = |queue: &Queue| t.with2("today-since", "moment", t.moment(queue.since.timestamp()), "hours", hours);
    let late = |queue: &Queue| waits_too_long(visitor, queue.since);
    let all = [
        (&today.reports, "today-reports", "/mod", "today-moderate"),
        (&today.held, "today-held", "/mod#held", "today-read"),
        (&today.appeals, "today-appeals", "/mod#appeals", "today-read"),
    ];
    let mut tasks: Vec<Task> = Vec::new();
    for (queue, key, href, act) in all {
        let Some(queue) = queue else { continue };
        let what = t.count(key, u64::try_from(queue.count).unwrap_or_default());
        tasks.push(Task { urgent: late(queue), ..task(what, since(queue), href, t.say(act)) });
    }
    if today.newcomers > 0 {
        let what = t.count("today-newcomers", u64::try_from(today.newcomers).unwrap_or_default());
        tasks.push(task(what, String::new(), "/admin/users#waiting", t.say("today-look")));
    }
    tasks
}

/// Whether something waits for longer than is promised.
pub(super) fn waits_too_long(visitor: &Visitor, since: model::clock::Instant) -> bool {
    visitor.now.as_second() - since.as_second() > i64::from(visitor.commitments.moderation_hours) * 3600
}

/// What the site itself lacks.
fn house(visitor: &Visitor, today: &Today) -> Vec<Task> {
    let t = &visitor.words;
    let mut tasks = Vec::new();
    if !today.blank.is_empty() {
        let names: Vec<String> = today.blank.iter().map(|name| t.say(prose::title(*name))).collect();
        tasks.push(task(t.say("today-pages"), names.join(", "), "/admin/pages", t.say("today-write")));
    }
    if today.kept_mails > 0 {
        let what = t.count("today-mails", u64::try_from(today.kept_mails).unwrap_or_default());
        tasks.push(task(what, t.say("today-mails-hint"), "/admin/mail", t.say("today-look")));
    }
    if !today.has_domain {
        tasks.push(task(t.say("today-domain"), t.say("today-domain-hint"), "/admin/settings", t.say("today-write")));
    }
    tasks
}

fn health(visitor: &Visitor, today: &Today) -> Vec<(bool, String, String)> {
    let t = &visitor.words;
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let fresh = |at: model::clock::Instant| visitor.now.since(at) <= BACKUP_WITHIN;
    vec![
        (
            today.backup.is_some_and(fresh),
            t.say("health-backup"),
            today.backup.map_or_else(|| t.say("health-backup-none"), |at| t.moment(at.timestamp())),
        ),
        (true, t.say("health-version"), env!("CARGO_PKG_VERSION").to_owned()),
        (today.kept_mails == 0, t.say("mails"), t.count("health-mails", number(today.kept_mails))),
        (today.silent == 0, t.say("health-sending"), t.count("health-silent", number(today.silent))),
        (today.buried == 0, t.say("health-jobs"), t.count("health-buried", number(today.buried))),
    ]
}

/// The words that a form of the administration is shown with.
pub(super) fn after(t: &Words, after: &After) -> Option<String> {
    after.done.map(|done| done.say(t))
}
