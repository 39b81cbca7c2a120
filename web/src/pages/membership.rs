//! The way into a forum, on its page: asking, leaving, deciding, inviting; and the link of an invitation.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::membership::{self, State as Stage};
use model::error::{Error, Refusal, Result as Answer};
use model::people::account::{self, Account, PasswordHash};
use model::people::role::{Act, Role, Standing};
use model::store::{Conn, Tx};
use serde::Deserialize;

use super::letter::Desk;
use super::message::{self, Ask, Line};
use super::{blocking, entry};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::visitor::Visitor;
use crate::{path, session};

/// The most requests that the page of a forum shows at once.
const SHOWN: i64 = 50;

/// What the page of a forum shows of its members.
pub(crate) struct Members {
    pub(crate) action: String,
    /// What this visitor is told, and the act offered: its value and its words.
    pub(crate) said: Option<String>,
    pub(crate) offered: Vec<(&'static str, String)>,
    /// Where somebody who is not signed in goes first.
    pub(crate) sign_in: Option<String>,
    /// Whether this visitor decides.
    pub(crate) manages: bool,
    /// The names of those who wait.
    pub(crate) waiting: Vec<String>,
}

/// The members' part of the page of a forum.
pub(super) async fn of(conn: &mut Conn, visitor: &Visitor, forum: &Forum, standing: &Standing) -> Answer<Members> {
    let t = &visitor.words;
    let manages = standing.may(Act::ManageForum, Some(forum)).is_ok();
    let waiting = match manages {
        true => membership::pending(conn, forum.id, Stage::Asked, None, SHOWN).await?,
        false => Vec::new(),
    };
    let pending = match &standing.account {
        Some(account) => membership::of(conn, forum.id, account.id).await?,
        None => None,
    };
    let (said, offered): (Option<&str>, &[&'static str]) = match (&standing.account, standing.member, pending) {
        (None, ..) => (None, &[]),
        (Some(_), Some(_), _) => (Some("member-is"), &["leave"]),
        (Some(_), None, Some(it)) => match it.state {
            Stage::Invited => (Some("member-is-invited"), &["ask", "decline"]),
            Stage::Refused => (Some("member-is-refused"), &[]),
            Stage::Asked | Stage::Member => (Some("member-has-asked"), &["withdraw"]),
        },
        (Some(_), None, None) => (None, &["ask"]),
    };
    let away = standing.account.is_none() && forum.visibility != Visibility::Private;
    Ok(Members {
        action: format!("/f/{}/members", forum.slug),
        said: said.map(|key| t.say(key)),
        offered: offered.iter().map(|act| (*act, t.say(words(act)))).collect(),
        sign_in: away.then(|| entry::sign_in_for(&format!("/f/{}#members", forum.slug))),
        manages,
        waiting: waiting.into_iter().filter_map(|(_, account)| Some(account?.name)).collect(),
    })
}

fn words(act: &str) -> &'static str {
    match act {
        "leave" => "member-leave",
        "decline" => "member-decline",
        "withdraw" => "member-withdraw",
        _ => "member-ask",
    }
}

/// `POST /f/{forum}/members`
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match done(&app, &visitor, &slug, &form).await {
        Ok(None) => Ok(Redirect::to("/f?done=left").into_response()),
        Ok(Some(done)) => Ok(Redirect::to(&format!("/f/{slug}?done={done}#members")).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |name| match name {
                "name" | "email" | "already-member" => "who",
                _ => "",
            })?;
            super::forum::show_again(&app, &visitor, &slug, status, form).await
        }
    }
}

/// Does what the form says; `None` where the visitor may not see the forum any more.
async fn done(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<Option<&'static str>> {
    let account = visitor.signed_in()?;
    let act = form.trimmed("act");
    let mut tx = app.store.begin().await?;
    let done = if ["ask", "leave", "decline", "withdraw"].contains(&act) {
        let (forum, by) = membership::door(&mut tx, slug, account).await?;
        let done = of_oneself(&mut tx, visitor, &forum, &by, act).await?;
        let stays = act == "ask" || forum.visibility != Visibility::Private;
        stays.then_some(done)
    } else {
        let (forum, by) = forum::view(&mut tx, slug, Some(account)).await?;
        by.may(Act::ManageForum, Some(&forum))?;
        Some(match act {
            "approve" | "refuse" => decide(&mut tx, visitor, &forum, &by, form).await?,
            _ => invite(&mut tx, app, visitor, &forum, &by, form.trimmed("who")).await?,
        })
    };
    tx.commit().await?;
    Ok(done)
}

async fn of_oneself(tx: &mut Tx, visitor: &Visitor, forum: &Forum, by: &Standing, act: &str) -> Answer<&'static str> {
    if act != "ask" {
        membership::leave(tx, visitor.now, by, forum).await?;
        return Ok("left");
    }
    Ok(match membership::ask(tx, visitor.now, by, forum).await? {
        Stage::Member => "joined",
        _ => "requested",
    })
}

async fn decide(tx: &mut Tx, visitor: &Visitor, forum: &Forum, by: &Standing, form: &Form) -> Answer<&'static str> {
    let whom = named(tx, form.trimmed("name")).await?;
    if form.is("act", "refuse") {
        membership::refuse(tx, visitor.now, by, forum, &whom).await?;
        return Ok("member-refused");
    }
    forum::give_role(tx, visitor.now, by, forum, &whom, Role::Participant).await?;
    Desk::at(visitor).joined(tx, &whom, forum).await?;
    Ok("member-approved")
}

async fn invite(
    tx: &mut Tx,
    app: &App,
    visitor: &Visitor,
    forum: &Forum,
    by: &Standing,
    who: &str,
) -> Answer<&'static str> {
    let desk = Desk::at(visitor);
    if who.contains('@') {
        let (it, secret) = membership::invite_by_mail(tx, visitor.now, by, forum, who, Role::Participant).await?;
        let to = it.email.unwrap_or_default();
        if app.limits.mail(&to) {
            desk.invited_by_mail(tx, &to, &secret, forum).await?;
        }
    } else {
        let whom = named(tx, who).await?;
        match membership::invite(tx, visitor.now, by, forum, &whom, Role::Participant).await? {
            Stage::Member => desk.joined(tx, &whom, forum).await?,
            _ => desk.invited(tx, &whom, forum).await?,
        }
    }
    Ok("member-invited")
}

async fn named(conn: &mut Conn, name: &str) -> Answer<Account> {
    match account::by_name(conn, name).await {
        Err(Error::NotFound) => Err(Error::field("name", "unknown", "There is no account of that name.")),
        found => found,
    }
}

/// What the link of an invitation carries.
#[derive(Debug, Deserialize)]
pub(super) struct Carried {
    token: Option<String>,
}

/// `GET /f/{forum}/join`
pub(super) async fn join_page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(carried): Query<Carried>,
) -> Result<Response, Failure> {
    let form = Form::from_pairs(carried.token.iter().map(|token| ("token", token.as_str())));
    show(&app, &visitor, &slug, StatusCode::OK, form).await
}

/// Asks whoever is signed in to press the button; whoever is not, to sign in or to make an account.
async fn show(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    status: StatusCode,
    mut form: Form,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (title, email) = match form.given("token") {
        Some(token) => {
            let (it, forum) = membership::invited(&mut conn, visitor.now, slug, token).await?;
            (forum.title, it.email)
        }
        None => (membership::door(&mut conn, slug, visitor.signed_in()?).await?.0.title, None),
    };
    let say = |key| visitor.say(key);
    let texts = vec![visitor.words.with("member-join-text", "forum", &title)];
    let known = match &email {
        Some(email) if visitor.account.is_none() => account::by_email(&mut conn, email).await?.is_some(),
        _ => true,
    };
    if visitor.account.is_none() && known {
        let token = form.trimmed("token");
        let here = path::with(&format!("/f/{slug}/join"), &[("token", token)]);
        return Ok(Redirect::to(&entry::sign_in_for(&here)).into_response());
    }
    form.set("new-password", "");
    let lines = if visitor.account.is_some() { Vec::new() } else { newcomer(visitor) };
    let ask =
        Ask { action: format!("/f/{slug}/join"), kept: &["token"], lines, button: say("member-join"), back: None };
    message::asking(visitor, status, title, texts, form, ask)
}

fn newcomer(visitor: &Visitor) -> Vec<Line> {
    let say = |key| visitor.say(key);
    vec![
        Line {
            name: "name",
            kind: "text",
            label: say("signup-name"),
            hint: say("signup-name-hint"),
            extra: "autocomplete=\"nickname\" required",
        },
        Line {
            name: "new-password",
            kind: "password",
            label: say("password"),
            hint: say("password-hint"),
            extra: "autocomplete=\"new-password\" required",
        },
    ]
}

/// `POST /f/{forum}/join`
pub(super) async fn join(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match joined(&app, &visitor, &slug, &form).await {
        Ok(()) => Ok(Redirect::to(&format!("/f/{slug}?done=joined")).into_response()),
        Err(Error::Refused(Refusal::LinkInvalid)) => Err(Refusal::LinkInvalid.into()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, entry::field)?;
            show(&app, &visitor, &slug, status, form).await
        }
    }
}

async fn joined(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<()> {
    match (&visitor.account, form.given("token")) {
        (Some(account), Some(token)) => {
            let mut tx = app.store.begin().await?;
            membership::join(&mut tx, visitor.now, slug, token, account).await?;
            tx.commit().await
        }
        (Some(account), None) => {
            let mut tx = app.store.begin().await?;
            let (forum, by) = membership::door(&mut tx, slug, account).await?;
            membership::ask(&mut tx, visitor.now, &by, &forum).await?;
            tx.commit().await
        }
        (None, Some(token)) => {
            app.limits.sign_up(visitor.from)?;
            let password = form.value("new-password").to_owned();
            let hash = blocking(move || PasswordHash::new(&password)).await??;
            let mut tx = app.store.begin().await?;
            let who = (form.trimmed("name"), visitor.words.tag());
            let account = membership::join_anew(&mut tx, visitor.now, (slug, token), who, &hash).await?;
            tx.commit().await?;
            session::begin(&visitor.session, &account).await
        }
        (None, None) => Err(Refusal::NotSignedIn.into()),
    }
}
