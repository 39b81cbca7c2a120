//! The members of a forum, who asks to be one, and who is invited.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::care::settings;
use model::clock::Instant;
use model::debate::forum::{self, Forum};
use model::debate::membership::{self, Admission, State as Stage};
use model::error::{Error, Refusal};
use model::id::Id;
use model::people::account::{self, Account};
use model::people::role::{Act, Role, Standing};
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call, Doing, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;
use crate::pages::letter::Desk;

/// A member of a forum, or somebody on the way in.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    /// The account's name.
    name: String,
    /// The address of its actor.
    uri: String,
    /// The role in the forum, or that it would have.
    #[schema(value_type = shape::Role)]
    role: Role,
    /// How far it is.
    #[schema(value_type = shape::MemberState)]
    state: Stage,
}

impl Member {
    fn of(account: &Account, role: Role, state: Stage, here: &Address) -> Self {
        Self { name: account.name.clone(), uri: here.person(&account.name), role, state }
    }
}

/// A role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRole {
    /// The role.
    #[schema(value_type = shape::Role)]
    role: Role,
}

/// Which members, or who is on the way in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
    /// Members by default; `asked`: who waits for an answer; `refused`: whose request was refused.
    #[param(value_type = Option<shape::MemberState>)]
    state: Option<Stage>,
}

/// List the members of a forum, or who asks to be one
#[utoipa::path(
    get, path = "/forums/{slug}/members", tag = "forums", params(Which),
    responses((status = 200, body = List<Member>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
    Asked(asked): Asked<Which>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let (forum, by) = forum::view(&mut conn, &slug, Some(&account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    if let Some(state) = asked.state.filter(|state| *state != Stage::Member) {
        let (page, next) = pending(&mut conn, &forum, state, (asked.cursor.as_deref(), asked.limit)).await?;
        let member = |(it, account): &(Admission, Option<Account>)| {
            account.as_ref().map(|account| Member::of(account, it.role, it.state, &here))
        };
        return call::json(&List { items: page.iter().filter_map(member).collect(), next });
    }
    let all = forum::members(&mut conn, forum.id).await?;
    let (page, next) = list::cut(all, (asked.cursor.as_deref(), asked.limit), |(a, _)| (a.created_at, a.id))?;
    let items = page.iter().map(|(account, role)| Member::of(account, *role, Stage::Member, &here)).collect();
    call::json(&List { items, next })
}

type Page = (Vec<(Admission, Option<Account>)>, Option<String>);

/// One page of those in this state, and the cursor of the next.
async fn pending(
    conn: &mut Conn,
    forum: &Forum,
    state: Stage,
    (cursor, limit): (Option<&str>, Option<u16>),
) -> Result<Page, Failure> {
    let (after, limit) = (list::place(cursor)?, list::limit(limit));
    let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut page = membership::pending(conn, forum.id, state, after, most).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|(it, _)| list::cursor(it.created_at, it.id));
    Ok((page, next))
}

/// Ask to join a forum, or accept an invitation
#[utoipa::path(
    post, path = "/forums/{slug}/members", tag = "forums",
    responses((status = 201, body = Member)), security(("token" = []))
)]
pub(super) async fn ask(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, by) = membership::door(&mut doing.tx, &slug, &doing.account).await?;
    let state = membership::ask(&mut doing.tx, doing.now, &by, &forum).await?;
    let role = forum::membership(&mut doing.tx, forum.id, doing.account.id).await?.unwrap_or(Role::Participant);
    let here = here(&app, &mut doing.tx).await?;
    let member = Member::of(&doing.account, role, state, &here);
    doing.created(&member).await
}

/// Give somebody a role in a forum; whoever asked to join is thereby approved
#[utoipa::path(
    put, path = "/forums/{slug}/members/{name}", tag = "forums", request_body = NewRole,
    responses((status = 200, body = Member), (status = 201, body = Member)), security(("token" = []))
)]
pub(super) async fn set(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<NewRole>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let whom = account::by_name(&mut doing.tx, &name).await?;
    let earlier = forum::membership(&mut doing.tx, forum.id, whom.id).await?;
    let asked = membership::of(&mut doing.tx, forum.id, whom.id).await?.is_some_and(|it| it.state == Stage::Asked);
    forum::give_role(&mut doing.tx, doing.now, &by, &forum, &whom, new.role).await?;
    if asked {
        desk(&app, &mut doing).await?.joined(&mut doing.tx, &whom, &forum).await?;
    }
    let member = Member::of(&whom, new.role, Stage::Member, &here(&app, &mut doing.tx).await?);
    if earlier.is_some() { doing.changed(&member).await } else { doing.created(&member).await }
}

/// Who writes the mails of a call.
async fn desk(app: &App, doing: &mut Doing) -> Result<Desk, Error> {
    let node = settings::node(&mut doing.tx).await?;
    Ok(Desk::of(doing.now, &node, &app.address(&node)))
}

/// End somebody's membership, or refuse a request; with one's own name: leave, or decline
#[utoipa::path(
    delete, path = "/forums/{slug}/members/{name}", tag = "forums",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    if name.trim().to_lowercase() == doing.account.name {
        let (forum, by) = membership::door(&mut doing.tx, &slug, &doing.account).await?;
        membership::leave(&mut doing.tx, doing.now, &by, &forum).await?;
        return doing.deleted().await;
    }
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let whom = account::by_name(&mut doing.tx, &name).await?;
    membership::end(&mut doing.tx, doing.now, &by, &forum, &whom).await?;
    doing.deleted().await
}

/// An invitation that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Admission>,
    /// The name of the account, where one was invited by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address, where one was invited by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The role that it leads to.
    #[schema(value_type = shape::Role)]
    role: Role,
    /// `invited`; `member` for whoever had asked, and joins at once.
    #[schema(value_type = shape::MemberState)]
    state: Stage,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
}

impl Invitation {
    fn of(it: &Admission, account: Option<&Account>) -> Self {
        Self {
            id: it.id,
            name: account.map(|account| account.name.clone()),
            email: it.email.clone(),
            role: it.role,
            state: it.state,
            created_at: it.created_at,
            expires_at: it.expires_at,
        }
    }
}

/// Whom to invite: by name or by address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// The name of an account.
    name: Option<String>,
    /// An e-mail address, with an account or without.
    email: Option<String>,
    /// The role that it leads to; `participant` by default.
    #[schema(value_type = Option<shape::Role>)]
    role: Option<Role>,
}

/// List the invitations that wait
#[utoipa::path(
    get, path = "/forums/{slug}/invitations", tag = "forums", params(Paging),
    responses((status = 200, body = List<Invitation>)), security(("token" = []))
)]
pub(super) async fn invitations(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, by) = forum::view(&mut conn, &slug, Some(&account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let asked = (asked.cursor.as_deref(), asked.limit);
    let (page, next) = pending(&mut conn, &forum, Stage::Invited, asked).await?;
    call::json(&List { items: page.iter().map(|(it, account)| Invitation::of(it, account.as_ref())).collect(), next })
}

/// Invite somebody into a forum
#[utoipa::path(
    post, path = "/forums/{slug}/invitations", tag = "forums", request_body = NewInvitation,
    responses((status = 201, body = Invitation)), security(("token" = []))
)]
pub(super) async fn invite(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewInvitation>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let role = new.role.unwrap_or(Role::Participant);
    let desk = desk(&app, &mut doing).await?;
    let invitation = match (new.name, new.email) {
        (Some(name), None) => by_name(&mut doing, &desk, (&by, &forum), &name, role).await?,
        (None, Some(email)) => {
            let (it, secret) = membership::invite_by_mail(&mut doing.tx, doing.now, &by, &forum, &email, role).await?;
            let to = it.email.clone().unwrap_or_default();
            if app.limits.mail(&to) {
                desk.invited_by_mail(&mut doing.tx, &to, &secret, &forum).await?;
            }
            Invitation::of(&it, None)
        }
        _ => return Err(Refusal::invalid("email", "required", "Give either a name or an address.").into()),
    };
    doing.created(&invitation).await
}

async fn by_name(
    doing: &mut Doing,
    desk: &Desk,
    (by, forum): (&Standing, &Forum),
    name: &str,
    role: Role,
) -> Result<Invitation, Error> {
    let whom = match account::by_name(&mut doing.tx, name).await {
        Err(Error::NotFound) => return Err(Error::field("name", "unknown", "There is no account of that name.")),
        found => found?,
    };
    let state = membership::invite(&mut doing.tx, doing.now, by, forum, &whom, role).await?;
    match membership::of(&mut doing.tx, forum.id, whom.id).await? {
        Some(it) => {
            desk.invited(&mut doing.tx, &whom, forum).await?;
            Ok(Invitation::of(&it, Some(&whom)))
        }
        None => {
            desk.joined(&mut doing.tx, &whom, forum).await?;
            let (id, created_at) = (Id::new(doing.now), doing.now);
            Ok(Invitation { id, name: Some(whom.name), email: None, role, state, created_at, expires_at: None })
        }
    }
}

/// Take an invitation back
#[utoipa::path(
    delete, path = "/forums/{slug}/invitations/{id}", tag = "forums",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Path((slug, id)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::ManageForum, Some(&forum))?;
    let id = id.parse().map_err(|_| Error::NotFound)?;
    membership::cancel(&mut doing.tx, doing.now, &by, &forum, id).await?;
    doing.deleted().await
}
