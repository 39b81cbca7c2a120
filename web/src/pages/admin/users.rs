//! `/admin/users`: accounts, their roles on the node and in forums, invitations.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::forum;
use model::error::{Error, Result as Answer};
use model::people::account::{self, Account};
use model::people::role::{Act, Role};
use model::store::Conn;
use serde::Deserialize;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{self, Form};
use crate::frame::{self, Frame};
use crate::pages::{Done, letter};
use crate::path;
use crate::visitor::Visitor;

/// How many accounts a page lists.
const PAGE: i64 = 50;
/// The node as a place where a role holds; a forum is named by its slug, which never begins so.
const NODE: &str = "*";

/// A role that somebody has.
struct Held {
    label: String,
    /// The forum in which it can be taken away.
    removable: Option<String>,
}

/// An account of the list.
struct User {
    name: String,
    email: String,
    roles: Vec<Held>,
    state: String,
}

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    users: Vec<User>,
    next: Option<String>,
    roles: Vec<form::Entry>,
    places: Vec<form::Entry>,
    /// Newcomers who wait, as name and address.
    waiting: Vec<(String, String)>,
}

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Asked {
    after: Option<String>,
    done: Option<Done>,
}

/// `GET /admin/users`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::default(), asked).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, form: Form, asked: Asked) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let accounts = account::list(&mut conn, asked.after.as_deref(), PAGE).await?;
    let more = i64::try_from(accounts.len()).is_ok_and(|count| count == PAGE);
    let mut users = Vec::with_capacity(accounts.len());
    for account in &accounts {
        users.push(user(&mut conn, visitor, account).await?);
    }
    let waiting = account::waiting(&mut conn, None, PAGE).await?;
    let forums = forum::list(&mut conn, visitor.account.as_ref()).await?;
    let place = |forum: &forum::Forum| form::Entry::new(&forum.slug, &forum.title);
    let page = UsersPage {
        page: Frame::new(visitor, t.say("users")).mistaken(form.is_wrong()),
        status: asked.done.map(|done| done.say(t)),
        next: accounts.last().filter(|_| more).map(|last| path::with("/admin/users", &[("after", &last.name)])),
        roles: Role::ALL.iter().map(|role| form::Entry::new(role.as_str(), t.say(&format!("role-{role}")))).collect(),
        places: [form::Entry::new(NODE, t.say("users-place-node"))]
            .into_iter()
            .chain(forums.iter().map(place))
            .collect(),
        waiting: waiting.into_iter().map(|account| (account.name, account.email.unwrap_or_default())).collect(),
        users,
        form,
    };
    frame::show(status, &page)
}

async fn user(conn: &mut Conn, visitor: &Visitor, account: &Account) -> Answer<User> {
    let t = &visitor.words;
    let mut roles = vec![Held { label: t.say(&format!("role-{}", account.role)), removable: None }];
    for (forum, role) in forum::of_account(conn, account.id).await? {
        let role = t.say(&format!("role-{role}"));
        let label = t.with2("users-role-in", "role", role, "place", &forum.title);
        roles.push(Held { label, removable: Some(forum.slug) });
    }
    let state = match account {
        _ if account.disabled_at.is_some() => "users-disabled",
        _ if account.official => "person-official",
        _ if account.waiting_since.is_some() => "users-approval",
        _ if account.confirmed_at.is_some() => "users-confirmed",
        _ => "users-waiting",
    };
    Ok(User {
        name: account.name.clone(),
        email: account.email.clone().unwrap_or_default(),
        roles,
        state: t.say(state),
    })
}

/// `POST /admin/users/roles`: gives a role on the node or in a forum, or takes one in a forum away.
pub(in crate::pages) async fn role(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match give(&app, &visitor, &form).await {
        Ok(done) => Ok(Redirect::to(&format!("/admin/users?done={done}")).into_response()),
        Err(error) => {
            let field = |name: &str| ["name", "role", "place"].into_iter().find(|field| *field == name).unwrap_or("");
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, Asked::default()).await
        }
    }
}

async fn give(app: &App, visitor: &Visitor, form: &Form) -> Answer<&'static str> {
    let by = visitor.standing();
    by.may(Act::Administer, None)?;
    let mut tx = app.store.begin().await?;
    let unknown = |field: &str| Error::field(field, "unknown", "There is none of that name.");
    let named = account::by_name(&mut tx, form.trimmed("name")).await;
    let whom = named.map_err(|error| if matches!(error, Error::NotFound) { unknown("name") } else { error })?;
    let role = form.given("role").map(str::parse::<Role>).transpose().map_err(|_| unknown("role"))?;
    if form.trimmed("place") == NODE {
        account::give_role(&mut tx, visitor.now, &by, whom.id, role.ok_or_else(|| unknown("role"))?).await?;
        tx.commit().await?;
        return Ok("role-given");
    }
    let viewed = forum::view(&mut tx, form.trimmed("place"), visitor.account.as_ref()).await;
    let (forum, standing) =
        viewed.map_err(|error| if matches!(error, Error::NotFound) { unknown("place") } else { error })?;
    match role {
        Some(role) => forum::give_role(&mut tx, visitor.now, &standing, &forum, &whom, role).await?,
        None => forum::remove_member(&mut tx, visitor.now, &standing, &forum, &whom).await?,
    }
    tx.commit().await?;
    Ok(if role.is_some() { "role-given" } else { "role-removed" })
}

/// `POST /admin/users/approval`: lets a newcomer in, or not.
pub(in crate::pages) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match decided(&app, &visitor, &form).await {
        Ok(done) => Ok(Redirect::to(&format!("/admin/users?done={done}")).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&app, &visitor, status, form, Asked::default()).await
        }
    }
}

async fn decided(app: &App, visitor: &Visitor, form: &Form) -> Answer<&'static str> {
    let (by, desk) = (visitor.standing(), letter::Desk::at(visitor));
    by.may(Act::Administer, None)?;
    let mut tx = app.store.begin().await?;
    let whom = account::by_name(&mut tx, form.trimmed("name")).await?;
    let done = if form.is("act", "approve") {
        let account = account::approve(&mut tx, visitor.now, &by, whom.id).await?;
        desk.approved(&mut tx, &account).await?;
        "approved"
    } else {
        let account = account::refuse(&mut tx, visitor.now, &by, whom.id).await?;
        desk.refused(&mut tx, &account).await?;
        "refused"
    };
    tx.commit().await?;
    Ok(done)
}

/// `POST /admin/users/invite`
pub(in crate::pages) async fn invite(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match send(&app, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/admin/users?done=invited").into_response()),
        Err(error) => {
            let field = |name: &str| if name == "email" { "email" } else { "" };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, Asked::default()).await
        }
    }
}

async fn send(app: &App, visitor: &Visitor, form: &Form) -> Answer<()> {
    let role = form.trimmed("invite-role").parse().unwrap_or(Role::Participant);
    let email = form.trimmed("email");
    let mut tx = app.store.begin().await?;
    let secret = account::invite(&mut tx, visitor.now, &visitor.standing(), email, role).await?;
    letter::invite(&mut tx, visitor, email, &secret).await?;
    tx.commit().await
}
