//! What people do on the page of a consultation of another node: all of it goes to the origin.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::reaction::Value;
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, note, opinion};
use model::network::mirror::{self, Mirror};
use model::people::account;
use url::form_urlencoded::Serializer;

use super::super::{ballot, entry};
use super::{Asked, At, address, show};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::visitor::Visitor;

/// `POST /remote/{host}/c/{slug}/ballot`: sends, changes or withdraws. Who is not signed in is led to sign in, with the choice.
pub(in super::super) async fn vote(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): At,
    mut form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    match sent(&app, &visitor, &on, &form).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, ballot::field)?;
            show(&app, &visitor, &on, &Asked::default(), status, form).await
        }
    }
}

async fn sent(app: &App, visitor: &Visitor, on: &Elsewhere, form: &Form) -> Answer<String> {
    let chosen = ballot::picked(form);
    let Some(account) = &visitor.account else {
        on.admit(visitor.now, &chosen)?;
        let mut query = Serializer::new(String::new());
        query.extend_pairs(chosen.iter().map(|choice| ("choice", choice)));
        return Ok(entry::sign_in_for(&format!("{}?{}#vote", address(on), query.finish())));
    };
    app.limits.opinion(account.actor_id)?;
    let by = visitor.standing();
    let mut tx = app.store.begin().await?;
    if form.is("act", "withdraw") {
        match envoy::withdraw(&mut tx, visitor.now, &by, on).await {
            // Pressed twice: it is on its way, as was wished.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    } else {
        envoy::vote(&mut tx, visitor.now, &by, on, &chosen, None).await?;
    }
    tx.commit().await?;
    Ok(format!("{}#vote", address(on)))
}

/// `POST /remote/{host}/c/{slug}/comments`
pub(in super::super) async fn say(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): At,
    form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    let reply = match form.given("parent").map(str::parse).transpose() {
        Ok(reply) => reply,
        // Said to somebody, it would mean something else at the top.
        Err(_) => return Err(Failure::NotFound),
    };
    let done = written(&app, &visitor, &on, &form, reply).await;
    settle(&app, &visitor, &on, Asked { reply, ..Asked::default() }, form, done).await
}

async fn written(
    app: &App,
    visitor: &Visitor,
    on: &Elsewhere,
    form: &Form,
    parent: Option<Id<Mirror>>,
) -> Answer<String> {
    let account = visitor.signed_in()?;
    app.limits.comment(account.id, visitor.from)?;
    let draft =
        note::Draft { text: form.value("text").to_owned(), parent, language: Some(visitor.words.tag().to_owned()) };
    let mut tx = app.store.begin().await?;
    let said = note::post(&mut tx, visitor.now, &visitor.here, &visitor.standing(), on, &draft).await?;
    if form.is("told", "1") && account.federation_notice_at.is_none() {
        account::note_federation(&mut tx, visitor.now, account.id).await?;
    }
    tx.commit().await?;
    Ok(said.id.to_string())
}

/// Leads to the comment, or shows the form again with what is to mend.
async fn settle(
    app: &App,
    visitor: &Visitor,
    on: &Elsewhere,
    asked: Asked,
    mut form: Form,
    done: Answer<String>,
) -> Result<Response, Failure> {
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{}#comment-{id}", address(on))).into_response()),
        Err(error) => {
            let field = |name: &str| match name {
                "text" | "too-long" => "text",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(app, visitor, on, &asked, status, form).await
        }
    }
}

/// A comment on a consultation elsewhere.
type Which = Path<(String, String, Id<Mirror>)>;

/// `GET /remote/{host}/c/{slug}/comments/{id}`: the comment's own address, for people.
pub(in super::super) async fn comment(Path((host, slug, id)): Which) -> Redirect {
    Redirect::to(&format!("/remote/{host}/c/{slug}#comment-{id}"))
}

/// `POST /remote/{host}/c/{slug}/comments/{id}`: other words for one's own comment, or none any more.
pub(in super::super) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug, id)): Which,
    form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    let done = changed(&app, &visitor, &on, &form, id).await;
    settle(&app, &visitor, &on, Asked { edit: Some(id), ..Asked::default() }, form, done).await
}

async fn changed(app: &App, visitor: &Visitor, on: &Elsewhere, form: &Form, id: Id<Mirror>) -> Answer<String> {
    let account = visitor.signed_in()?;
    app.limits.comment(account.id, visitor.from)?;
    let (here, by) = (&visitor.here, visitor.standing());
    let mut tx = app.store.begin().await?;
    let own = note::by_id(&mut tx, Id::from_uuid(id.uuid())).await?;
    if own.page != on.page.uri {
        return Err(Error::NotFound);
    }
    if form.is("act", "delete") {
        note::delete(&mut tx, visitor.now, here, &by, on, &own).await?;
    } else {
        note::edit(&mut tx, visitor.now, here, &by, on, &own, form.value("text")).await?;
    }
    tx.commit().await?;
    Ok(id.to_string())
}

/// `POST /remote/{host}/c/{slug}/comments/{id}/reaction`: the same button twice takes the opinion back.
pub(in super::super) async fn react(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug, id)): Which,
    form: Form,
) -> Result<Response, Failure> {
    let back = format!("/remote/{host}/c/{slug}#comment-{id}");
    let Some(account) = &visitor.account else {
        return Ok(Redirect::to(&entry::sign_in_for(&back)).into_response());
    };
    app.limits.opinion(account.actor_id)?;
    let number = form.trimmed("value").parse().ok();
    let value = number.and_then(Value::from_number).ok_or(Refusal::UnknownChoice)?;
    let by = visitor.standing();
    let mut tx = app.store.begin().await?;
    let on = elsewhere::at(&mut tx, &host.to_lowercase(), &slug).await?;
    let to = mirror::by_id(&mut tx, id).await?;
    let held = opinion::of(&mut tx, account.actor_id, &to.uri).await?;
    if held.is_some_and(|held| held.value == value.number()) {
        opinion::clear(&mut tx, visitor.now, &by, &on, &to).await?;
    } else {
        opinion::set(&mut tx, visitor.now, &visitor.here, &by, &on, &to, value).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&back).into_response())
}
