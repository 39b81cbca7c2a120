//! People who take no part in anything here any more, and comments that are read before they are shown.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::comment::Comment;
use model::debate::forum;
use model::debate::held::{self, Held};
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::people::role::{Act, Standing};
use model::people::suspension;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::here;
use super::list::{self, Asked, List};
use super::shape::Person;
use crate::app::App;
use crate::error::Failure;

/// The most suspended people that are listed.
const MOST: i64 = 500;

/// Whom to suspend.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSuspension {
    /// `@name@host`, an address, or the name of an account of this node.
    person: String,
    /// Why: the person and the public log are told.
    #[schema(max_length = 500)]
    reason: String,
}

/// Somebody who is suspended.
#[derive(Serialize, ToSchema)]
pub(super) struct Suspended {
    /// Their key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Actor>,
    /// Who.
    person: Person,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Instant>,
}

impl Suspended {
    fn of(who: &Actor, here: &Address) -> Self {
        Self { id: who.id, person: Person::of(who, here), since: who.suspended_at }
    }
}

/// List who is suspended, as a moderator
#[utoipa::path(
    get, path = "/moderation/suspensions", tag = "moderation",
    responses((status = 200, body = List<Suspended>)), security(("token" = []))
)]
pub(super) async fn list(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let by = Standing { account: Some(account), member: None };
    let all = suspension::list(&mut conn, &by, MOST).await?;
    call::json(&List { items: all.iter().map(|who| Suspended::of(who, &here)).collect(), next: None })
}

/// Suspend somebody, here or on another server, as a moderator
#[utoipa::path(
    post, path = "/moderation/suspensions", tag = "moderation", request_body = NewSuspension,
    responses((status = 201, body = Suspended)), security(("token" = []))
)]
pub(super) async fn suspend(State(app): State<App>, call: Call<NewSuspension>) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    by.may(Act::Moderate, None)?;
    let here = here(&app, &mut doing.tx).await?;
    let whom = match actor::named(&mut doing.tx, &here, &new.person).await {
        Err(Error::NotFound) => {
            return Err(Error::field("person", "unknown", "Nobody of that name is known here.").into());
        }
        found => found?,
    };
    suspension::suspend(&mut doing.tx, doing.now, &by, &whom, &new.reason).await?;
    let whom = actor::by_id(&mut doing.tx, whom.id).await?;
    doing.created(&Suspended::of(&whom, &here)).await
}

/// Let somebody take part again, as a moderator
#[utoipa::path(
    delete, path = "/moderation/suspensions/{id}", tag = "moderation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn lift(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    by.may(Act::Moderate, None)?;
    let id: Id<Actor> = id.parse().map_err(|_| Error::NotFound)?;
    let whom = actor::by_id(&mut doing.tx, id).await?;
    suspension::lift(&mut doing.tx, doing.now, &by, &whom).await?;
    doing.deleted().await
}

/// A comment that waits to be read.
#[derive(Serialize, ToSchema)]
pub(super) struct Waiting {
    /// The key that the comment will have.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Comment>,
    /// The slug of the consultation.
    consultation: String,
    /// Who wrote it.
    author: Person,
    /// As written.
    text: String,
    /// As it would be shown.
    html: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received: Instant,
}

async fn waiting(conn: &mut Conn, (it, who): (Held, Actor), here: &Address) -> Result<Waiting> {
    let on = model::debate::consultation::by_id(conn, it.consultation_id).await?;
    Ok(Waiting {
        id: it.id,
        consultation: on.slug,
        author: Person::of(&who, here),
        text: it.markdown,
        html: it.html,
        received: it.received_at,
    })
}

/// List the comments that one reads before they are shown, oldest first
#[utoipa::path(
    get, path = "/moderation/held", tag = "moderation", params(Paging),
    responses((status = 200, body = List<Waiting>)), security(("token" = []))
)]
pub(super) async fn held(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let by = Standing { account: Some(account), member: None };
    let desk = model::care::report::desk(&mut conn, &by).await?;
    let after = list::place(asked.cursor.as_deref())?.map(|(_, id)| id);
    let limit = list::limit(asked.limit);
    let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut page = held::waiting(&mut conn, desk.as_deref(), after, most).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|(last, _)| list::cursor(last.received_at, last.id));
    let mut items = Vec::with_capacity(page.len());
    for one in page {
        items.push(waiting(&mut conn, one, &here).await?);
    }
    call::json(&List { items, next })
}

/// What becomes of a comment that waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Judged {
    /// Whether it is shown.
    shown: bool,
    /// Why not: the author and the public log are told.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
}

/// Show a comment that waits, or do not, as a moderator
#[utoipa::path(
    post, path = "/moderation/held/{id}/decide", tag = "moderation", request_body = Judged,
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn judge(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Judged>,
) -> Result<Response, Failure> {
    let (mut doing, judged) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let id: Id<Comment> = id.parse().map_err(|_| Error::NotFound)?;
    if judged.shown {
        held::approve(&mut doing.tx, doing.now, &by, id).await?;
    } else {
        held::reject(&mut doing.tx, doing.now, &by, id, &judged.reason).await?;
    }
    let answer = doing.deleted().await?;
    app.pages.forget_all();
    Ok(answer)
}

/// Have the comments of a forum read before they are shown, as an administrator
#[utoipa::path(
    put, path = "/forums/{slug}/premoderation", tag = "moderation", request_body = Empty,
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn hold(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, &slug, call, true).await
}

/// Have the comments of a forum shown at once again, as an administrator
#[utoipa::path(
    delete, path = "/forums/{slug}/premoderation", tag = "moderation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn release(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, &slug, call, false).await
}

async fn turn(app: &App, slug: &str, call: Call<Empty>, on: bool) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(app).await?;
    let (forum, by) = forum::view(&mut doing.tx, slug, Some(&doing.account)).await?;
    held::turn(&mut doing.tx, doing.now, &by, &forum, on).await?;
    doing.deleted().await
}
