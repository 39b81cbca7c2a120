//! Writing in a debate: a comment, a reply, an opinion.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::comment::{self, Comment, State as Shown};
use model::debate::consultation::{Phase, View};
use model::debate::reaction::{self, Value};
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::people::account;
use model::people::role::Act;
use model::store::Conn;

use super::asked::Asked;
use super::consultation::view;
use super::debate::{Debate, Known, Page};
use super::talk;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::path;
use crate::visitor::Visitor;

/// The form to write a comment, or why there is none.
pub(super) fn write_form(debate: &mut Debate, page: &Page<'_>, known: Known<'_>) {
    let (visitor, view) = (page.visitor, page.view);
    let t = &visitor.words;
    let closed = match view.consultation.phase(visitor.now) {
        Phase::Draft => Some("comment-not-open"),
        Phase::Scheduled | Phase::Open => None,
        _ => Some("comment-closed"),
    };
    if let Some(key) = closed {
        debate.closed = t.say(key);
        return;
    }
    let answers = view.standing.may(Act::Author, Some(&view.forum)).is_ok();
    if let Some(lock) = known.lock.filter(|_| !answers) {
        debate.closed = format!("{} {}", t.say("refusal-comments-closed"), lock.reason);
        return;
    }
    let account = match (&view.standing.account, view.standing.may(Act::Comment, Some(&view.forum))) {
        (Some(account), Ok(())) => account,
        (None, _) if visitor.guest.is_some() => {
            debate.closed = t.say("comment-elsewhere");
            return;
        }
        (None, _) => {
            debate.closed = t.say("comment-sign-in");
            debate.enter = Some(super::entry::sign_in_for(&format!("{}#say", debate.place)));
            return;
        }
        (Some(_), Err(Error::Refused(Refusal::NotAllowed))) => {
            debate.closed = t.say("comment-members");
            return;
        }
        (Some(_), Err(Error::Refused(refusal))) => {
            debate.closed = t.say(&format!("refusal-{}", refusal.code()));
            return;
        }
        (Some(_), Err(error)) => {
            tracing::error!(%error, "what somebody may do could not be asked");
            debate.closed = t.say("comment-closed");
            return;
        }
    };
    let travels = view.forum.visibility.is_federated() && visitor.node.domain.is_some();
    debate.form_shown = true;
    debate.hint =
        t.with(if travels { "comment-hint" } else { "comment-hint-here" }, "most", t.number(comment::LONGEST as u64));
    let first = travels && account.federation_notice_at.is_none();
    debate.warning = first.then(|| t.with("comment-first", "handle", visitor.here.handle(&account.name)));
    debate.official = answers.then(|| known.official.to_owned());
}

/// Shows what is replied to above the form.
pub(super) async fn parent(conn: &mut Conn, debate: &mut Debate, page: &Page<'_>, id: Id<Comment>) -> Answer<()> {
    let found = comment::by_id(conn, id).await?;
    if found.consultation_id != page.view.consultation.id || found.state != Shown::Visible {
        return Err(Error::NotFound);
    }
    let author = model::people::actor::by_id(conn, found.actor_id).await?;
    let said = page.said(&(found, author));
    debate.form_title = page.visitor.words.with("reply-title", "name", &said.author);
    debate.parent = Some(said);
    Ok(())
}

/// `GET /c/{slug}/comments/{id}`: the comment's own address, for people.
pub(super) async fn page_of(Path((slug, id)): Path<(String, String)>) -> Redirect {
    let asked = path::with(&format!("/c/{slug}/debate"), &[("comment", &id)]);
    Redirect::to(&format!("{asked}#comment-{id}"))
}

/// `POST /c/{slug}/comments`
pub(super) async fn post(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    let reply = match form.given("parent").map(str::parse).transpose() {
        Ok(reply) => reply,
        // Said to somebody, it would mean something else at the top.
        Err(_) => return Err(Failure::NotFound),
    };
    match write(&app, &visitor, &view, &form, reply).await {
        Ok(said) if said.state == Shown::Held => {
            Ok(Redirect::to(&format!("/c/{slug}?done=held#debate")).into_response())
        }
        Ok(said) => {
            app.pages.forget(&slug);
            Ok(Redirect::to(&format!("/c/{slug}/debate?sort=newest&done=commented#comment-{}", said.id))
                .into_response())
        }
        Err(error) => {
            let field = |name: &str| match name {
                "stance" => "stance",
                "text" | "too-long" => "text",
                "unknown-article" => "article",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            let asked = Asked { reply, ..Asked::default() };
            talk::show(&app, &visitor, &slug, &asked, status, form).await
        }
    }
}

async fn write(app: &App, visitor: &Visitor, view: &View, form: &Form, parent: Option<Id<Comment>>) -> Answer<Comment> {
    let account = visitor.signed_in()?;
    app.limits.comment(account.id, visitor.from)?;
    let draft = comment::Draft {
        text: form.value("text").to_owned(),
        stance: form.trimmed("stance").parse().ok(),
        parent,
        language: Some(visitor.words.tag().to_owned()),
        article: form.given("article").filter(|_| parent.is_none()).map(str::to_owned),
    };
    let View { consultation: on, forum, standing } = view;
    let mut tx = app.store.begin().await?;
    let said = if form.is("official", "1") {
        comment::answer(&mut tx, visitor.now, forum, on, standing, &draft).await?
    } else {
        comment::post(&mut tx, visitor.now, forum, on, standing, &draft).await?
    };
    if form.is("told", "1") && account.federation_notice_at.is_none() {
        account::note_federation(&mut tx, visitor.now, account.id).await?;
    }
    tx.commit().await?;
    Ok(said)
}

/// `POST /c/{slug}/comments/{id}/reaction`: the same button twice takes the opinion back.
pub(super) async fn react(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, Id<Comment>)>,
    form: Form,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    let back = format!("{}#comment-{id}", path::local(form.given("back")));
    let Some(account) = &visitor.account else {
        return Ok(Redirect::to(&super::entry::sign_in_for(&back)).into_response());
    };
    app.limits.opinion(account.actor_id)?;
    let number = form.trimmed("value").parse().ok();
    let value = number.and_then(Value::from_number).ok_or(Refusal::UnknownChoice)?;
    let mut tx = app.store.begin().await?;
    let to = comment::by_id(&mut tx, id).await?;
    let held = reaction::of(&mut tx, id, account.actor_id).await?;
    if held.is_some_and(|held| held.value == value.number()) {
        reaction::clear(&mut tx, visitor.now, &view.consultation, &to, account.actor_id).await?;
    } else {
        reaction::set(&mut tx, visitor.now, &view.forum, &view.consultation, &view.standing, &to, value).await?;
    }
    tx.commit().await?;
    app.pages.forget(&slug);
    Ok(Redirect::to(&back).into_response())
}
