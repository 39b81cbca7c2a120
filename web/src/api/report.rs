//! Reports to the moderators, and what these decide.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::care::report::{self, Decision, Draft, Reason, State as Outcome};
use model::clock::Instant;
use model::debate::comment::Comment;
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor;
use model::people::role::Standing;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call};
use super::comment::find;
use super::face::SignedIn;
use super::here;
use super::list::{self, Asked, List};
use super::shape::{self, Person};
use crate::app::App;
use crate::error::Failure;

/// The most of one's own reports that are listed.
const OWN_MOST: i64 = 100;

/// What is wrong with a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReport {
    /// What is wrong.
    #[schema(value_type = shape::ReportReason)]
    reason: Reason,
    /// In one's own words; required with `other`.
    #[serde(default)]
    text: String,
    /// Whether the server of its author is told too, without one's name; false by default.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    forward: bool,
}

/// A report.
#[derive(Serialize, ToSchema)]
pub(super) struct Report {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<report::Report>,
    /// The address of what is reported.
    target: String,
    /// The key of the comment, where it is one.
    #[schema(value_type = Option<String>, format = Uuid)]
    comment: Option<Id<Comment>>,
    /// What is wrong.
    #[schema(value_type = shape::ReportReason)]
    reason: Reason,
    /// In the reporter's words.
    text: String,
    /// Who reports; of another server often the server itself. Null if that account is gone.
    reporter: Option<Person>,
    /// The reporter's server; null for this node.
    host: Option<String>,
    /// What became of it.
    #[schema(value_type = shape::ReportState)]
    state: Outcome,
    /// Why, in the moderator's words.
    verdict: Option<String>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Instant>,
}

impl Report {
    async fn of(conn: &mut Conn, it: report::Report, here: &Address) -> Result<Self> {
        let reporter = match it.reporter_id {
            Some(id) => Some(actor::by_id(conn, id).await?),
            None => None,
        };
        Ok(Self {
            id: it.id,
            target: it.target,
            comment: it.comment_id,
            reason: it.reason,
            text: it.text,
            host: reporter.as_ref().and_then(|reporter| reporter.host.clone()),
            reporter: reporter.map(|reporter| Person::of(&reporter, here)),
            state: it.state,
            verdict: it.verdict,
            created_at: it.created_at,
            decided_at: it.decided_at,
        })
    }

    async fn all(conn: &mut Conn, all: Vec<report::Report>, here: &Address) -> Result<Vec<Self>> {
        let mut shown = Vec::with_capacity(all.len());
        for one in all {
            shown.push(Self::of(conn, one, here).await?);
        }
        Ok(shown)
    }
}

/// Report a comment to the moderators
#[utoipa::path(
    post, path = "/comments/{id}/report", tag = "moderation", request_body = NewReport,
    responses((status = 201, body = Report)), security(("token" = []))
)]
pub(super) async fn file(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<NewReport>,
) -> Result<Response, Failure> {
    app.limits.comment(call.account.id, call.from)?;
    let (mut doing, new) = call.begin(&app).await?;
    let (comment, view) = find(&mut doing.tx, &id, &doing.account).await?;
    let here = here(&app, &mut doing.tx).await?;
    let uri = comment.uri.clone().unwrap_or_else(|| here.comment(&view.consultation.slug, comment.id));
    let draft = Draft { reason: new.reason, text: new.text, forward: new.forward };
    let filed = report::file(&mut doing.tx, doing.now, &view, &comment, &uri, &draft).await?;
    let shown = Report::of(&mut doing.tx, filed, &here).await?;
    doing.created(&shown).await
}

/// Which reports to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Those in this state; the open ones by default.
    #[param(inline, value_type = Option<shape::ReportState>)]
    state: Option<Outcome>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
}

/// List the reports that one decides on as a moderator, oldest first
#[utoipa::path(
    get, path = "/moderation/reports", tag = "moderation", params(Wanted),
    responses((status = 200, body = List<Report>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let by = Standing { account: Some(account), member: None };
    let desk = report::desk(&mut conn, &by).await?;
    let after = list::place(wanted.cursor.as_deref())?.map(|(_, id)| id);
    let limit = list::limit(wanted.limit);
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let state = wanted.state.unwrap_or(Outcome::Open);
    let mut page = report::open_in(&mut conn, desk.as_deref(), state, after, one_more).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| list::cursor(last.created_at, last.id));
    let items = Report::all(&mut conn, page, &here).await?;
    call::json(&List { items, next })
}

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    /// `remove` hides the comment and settles every open report of it.
    #[schema(value_type = shape::ReportDecision)]
    decision: Decision,
    /// Why: the reporter reads it, and of a removal everybody.
    reason: String,
}

/// Decide on a report, as a moderator
#[utoipa::path(
    post, path = "/moderation/reports/{id}/decide", tag = "moderation", request_body = Decided,
    responses((status = 200, body = Report)), security(("token" = []))
)]
pub(super) async fn decide(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Decided>,
) -> Result<Response, Failure> {
    let (mut doing, decided) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let here = here(&app, &mut doing.tx).await?;
    let it = report::decide(&mut doing.tx, doing.now, &by, id, decided.decision, &decided.reason).await?;
    let on = match it.consultation_id {
        Some(id) => Some(model::debate::consultation::by_id(&mut doing.tx, id).await?.slug),
        None => None,
    };
    let shown = Report::of(&mut doing.tx, it, &here).await?;
    let answer = doing.changed(&shown).await?;
    if let Some(slug) = on {
        app.pages.forget(&slug);
    }
    Ok(answer)
}

/// List what one has reported, with what became of it, the latest first
#[utoipa::path(
    get, path = "/me/reports", tag = "me",
    responses((status = 200, body = List<Report>)), security(("token" = []))
)]
pub(super) async fn own(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let all = report::of_reporter(&mut conn, account.actor_id, OWN_MOST).await?;
    let items = Report::all(&mut conn, all, &here).await?;
    call::json(&List { items, next: None })
}
