//! `/new`, `/c/{slug}/edit/…`, publishing and closing.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::change::{self, Correction};
use model::debate::consultation::{self, Consultation, Draft, State as Stage, View};
use model::debate::forum::{self, Forum};
use model::debate::text;
use model::error::{Error, Refusal, Result as Answer};
use model::people::role::Act;
use serde::Deserialize;

use super::After;
use super::consultation::view;
use super::draft;
use super::me::Fact;
use super::message::{self, Ask};
use super::setup::languages;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    page: Frame,
    form: Form,
    locked: Option<String>,
    /// Whether its words change by a correction alone.
    corrects: bool,
    action: String,
    back: String,
    /// The forums to choose from; none when it stands in one already.
    forums: Vec<Entry>,
    languages: Vec<Entry>,
    methods: Vec<Entry>,
    tiers: Vec<Entry>,
    visibilities: Vec<Entry>,
}

fn show(
    visitor: &Visitor,
    status: StatusCode,
    form: Form,
    forums: Vec<Entry>,
    on: Option<&Consultation>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let published = on.is_some_and(|on| on.state != Stage::Draft);
    let page = EditPage {
        page: Frame::new(visitor, t.say(if on.is_some() { "edit-page" } else { "edit-new" })).mistaken(form.is_wrong()),
        corrects: on.is_some_and(|on| on.locked_at.is_some()),
        locked: published.then(|| t.say("edit-locked")),
        action: on.map_or_else(|| "/new".into(), |on| format!("/c/{}/edit/text", on.slug)),
        back: on.map_or_else(|| "/".into(), |on| format!("/c/{}", on.slug)),
        forums,
        languages: languages(),
        methods: draft::methods(t),
        tiers: draft::tiers_of(t, &form),
        visibilities: draft::visibilities(t),
        form,
    };
    frame::show(status, &page)
}

/// What `/new` is asked with.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    forum: Option<String>,
}

/// The forums in which this visitor may write, to choose from.
async fn forums(app: &App, visitor: &Visitor) -> Answer<Vec<Entry>> {
    visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let mut entries = Vec::new();
    for forum in forum::list(&mut conn, visitor.account.as_ref()).await? {
        let standing = forum::standing(&mut conn, &forum, visitor.account.as_ref()).await?;
        if standing.may(Act::Propose, Some(&forum)).is_ok() {
            entries.push(Entry::new(forum.slug, forum.title));
        }
    }
    if entries.is_empty() { Err(Refusal::NotAllowed.into()) } else { Ok(entries) }
}

/// `GET /new`
pub(super) async fn fresh(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let forums = match forums(&app, &visitor).await {
        // A consultation has its place in a forum: who can make the first is led there.
        Err(Error::Refused(Refusal::NotAllowed)) if visitor.standing().may(Act::Administer, None).is_ok() => {
            return Ok(Redirect::to("/admin/forums/new").into_response());
        }
        forums => forums?,
    };
    let form = draft::first(&visitor.words, asked.forum.as_deref().unwrap_or_default());
    show(&visitor, StatusCode::OK, form, forums, None)
}

/// `POST /new`
pub(super) async fn create(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match write(&app, &visitor, &form).await {
        Ok(made) => Ok(Redirect::to(&format!("/c/{}/edit/review?done=drafted", made.slug)).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, draft::field)?;
            let forums = forums(&app, &visitor).await?;
            show(&visitor, status, form, forums, None)
        }
    }
}

async fn write(app: &App, visitor: &Visitor, form: &Form) -> Answer<Consultation> {
    visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    let (forum, standing) = match forum::view(&mut tx, form.trimmed("forum"), visitor.account.as_ref()).await {
        Err(Error::NotFound) => return Err(Error::field("forum", "required", "Choose a forum.")),
        found => found?,
    };
    // Who may write here is asked first: a stranger is not told what a draft lacks.
    standing.may(Act::Propose, Some(&forum))?;
    let draft = draft::read(form, &visitor.node.zone())?;
    let made = consultation::create(&mut tx, visitor.now, &standing, &forum, draft).await?;
    tx.commit().await?;
    Ok(made)
}

/// `GET /c/{slug}/edit/text`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let View { consultation: on, forum, standing } = view(&app, &visitor, &slug).await?;
    consultation::may_write(&standing, &forum, &on)?;
    let text = text::version(&mut app.store.conn().await?, on.id, on.text_version).await?;
    let form = draft::of(&visitor.words, &Draft::of(&on, &text.markdown));
    show(&visitor, StatusCode::OK, form, Vec::new(), Some(&on))
}

/// `POST /c/{slug}/edit/text`
pub(super) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    match rewrite(&app, &visitor, &seen, &form).await {
        Ok(edited) => {
            app.pages.forget(&slug);
            let published = edited.state != Stage::Draft;
            let to = if published {
                format!("/c/{}?done=saved", edited.slug)
            } else {
                format!("/c/{}/edit/review?done=drafted", edited.slug)
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, draft::field)?;
            show(&visitor, status, form, Vec::new(), Some(&seen.consultation))
        }
    }
}

async fn rewrite(app: &App, visitor: &Visitor, seen: &View, form: &Form) -> Answer<Consultation> {
    let View { consultation: on, forum, standing } = seen;
    consultation::may_write(standing, forum, on)?;
    let mut tx = app.store.begin().await?;
    let before = text::version(&mut tx, on.id, on.text_version).await?;
    let draft = draft::change(form, Draft::of(on, &before.markdown), &visitor.node.zone())?;
    let corrected = match form.trimmed("reason") {
        "" => on.clone(),
        reason => {
            let Draft { title, summary, text, brief, .. } = draft.clone();
            let words = Correction { title: Some(title), summary: Some(summary), text: Some(text), brief: Some(brief) };
            change::correct(&mut tx, visitor.now, seen, words, reason).await?
        }
    };
    let edited = consultation::edit(&mut tx, visitor.now, standing, forum, &corrected, draft).await?;
    tx.commit().await?;
    Ok(edited)
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    facts: Vec<Fact>,
    address: String,
    publish: String,
}

/// `GET /c/{slug}/edit/review`
pub(super) async fn review(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    consultation::may_write(&seen.standing, &seen.forum, &seen.consultation)?;
    if seen.consultation.state != Stage::Draft {
        return Ok(Redirect::to(&format!("/c/{slug}")).into_response());
    }
    show_review(&visitor, StatusCode::OK, &seen, Form::default(), after)
}

fn show_review(
    visitor: &Visitor,
    status: StatusCode,
    seen: &View,
    form: Form,
    after: After,
) -> Result<Response, Failure> {
    let View { consultation: on, forum, .. } = seen;
    let t = &visitor.words;
    let later = on.opens_at.filter(|at| *at > visitor.now);
    let page = ReviewPage {
        page: Frame::new(visitor, t.say("review-title")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        facts: facts(visitor, on, forum),
        address: format!("/c/{}", on.slug),
        publish: later.map_or_else(
            || t.say("review-publish"),
            |at| t.with("review-schedule", "moment", t.moment(at.timestamp())),
        ),
        form,
    };
    frame::show(status, &page)
}

fn facts(visitor: &Visitor, on: &Consultation, forum: &Forum) -> Vec<Fact> {
    let t = &visitor.words;
    let fact = |key: &str, text: String| Fact { label: t.say(key), text };
    let choices: Vec<String> = on.method.0.choices(&on.language).into_iter().map(|choice| choice.label).collect();
    let moment = |at: model::clock::Instant| t.moment(at.timestamp());
    let mut facts = vec![
        fact("edit-title", on.title.clone()),
        fact("forum", forum.title.clone()),
        fact("edit-method", t.say(&format!("method-title-{}", on.method.0.kind()))),
    ];
    if !choices.is_empty() {
        facts.push(fact("review-choices", choices.join(" · ")));
        facts.push(fact("edit-results", t.say(&format!("results-when-{}", on.results.as_str().replace('_', "-")))));
    }
    facts.extend(on.opens_at.map(|at| fact("edit-opens", moment(at))));
    facts.extend(on.closes_at.map(|at| fact("edit-closes", moment(at))));
    facts.extend(on.answer_by.map(|at| fact("edit-answer", moment(at))));
    facts
}

/// `POST /c/{slug}/publish`
pub(super) async fn publish(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    let published = async {
        let mut tx = app.store.begin().await?;
        consultation::publish(&mut tx, visitor.now, &seen.standing, &seen.forum, &seen.consultation).await?;
        tx.commit().await
    };
    match published.await {
        Ok(()) => Ok(Redirect::to(&format!("/c/{slug}?done=published")).into_response()),
        Err(error @ Error::Refused(Refusal::Invalid(_))) => {
            let mut form = Form::default();
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show_review(&visitor, status, &seen, form, After::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /c/{slug}/close`: says what closing does, and asks.
pub(super) async fn close_page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let View { consultation: on, forum, standing } = view(&app, &visitor, &slug).await?;
    standing.may(Act::Author, Some(&forum))?;
    if on.phase(visitor.now).is_over() {
        return Err(Refusal::AlreadyClosed.into());
    }
    let address = format!("/c/{slug}");
    let ask = Ask {
        action: format!("{address}/close"),
        kept: &[],
        lines: Vec::new(),
        button: visitor.say("close-act"),
        back: Some(address),
    };
    let texts = vec![on.title, visitor.say("close-text")];
    message::asking(&visitor, StatusCode::OK, visitor.say("close-title"), texts, Form::default(), ask)
}

/// `POST /c/{slug}/close`
pub(super) async fn close(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Redirect, Failure> {
    let View { consultation: on, forum, standing } = view(&app, &visitor, &slug).await?;
    let mut tx = app.store.begin().await?;
    consultation::close(&mut tx, visitor.now, &standing, &forum, &on).await?;
    tx.commit().await?;
    app.pages.forget(&slug);
    Ok(Redirect::to(&format!("/c/{slug}?done=closed")))
}
