//! The last step: what will be published, what it will look like elsewhere, what then no longer changes.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::mail::Letter;
use model::clock::Instant;
use model::count::electorate::Requires;
use model::debate::consultation::{self, Step, View};
use model::error::{Error, Refusal, Result as Answer};

use super::preview::{self, Post};
use super::{Work, steps};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::news;
use crate::pages::After;
use crate::pages::consultation::view;
use crate::pages::me::Fact;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "write_review.html")]
struct ReviewPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    steps: Vec<steps::Entry>,
    facts: Vec<Fact>,
    /// What is missing or wrong, each with the way to its step.
    missing: Vec<Link>,
    address: String,
    publish: String,
    post: Option<Post>,
    letter: Letter,
    /// Where codes are made, where they are what one votes with.
    codes: bool,
}

/// `GET /c/{slug}/edit/review`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let work = Work::of(&app, &visitor, &slug).await?;
    if !work.is_draft() {
        return Ok(Redirect::to(&format!("/c/{slug}")).into_response());
    }
    show(&app, &visitor, StatusCode::OK, &work, Form::default(), after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    work: &Work,
    form: Form,
    after: After,
) -> Result<Response, Failure> {
    let (t, on) = (&visitor.words, work.on());
    let later = on.opens_at.filter(|at| *at > visitor.now);
    let page = ReviewPage {
        page: Frame::new(visitor, t.say("review-title")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        steps: steps::of(visitor, Some(work), steps::REVIEW),
        facts: facts(visitor, work),
        missing: missing(app, visitor, work).await?,
        address: format!("/c/{}", on.slug),
        publish: later.map_or_else(
            || t.say("review-publish"),
            |at| t.with("review-schedule", "moment", t.moment(at.timestamp())),
        ),
        post: preview::post(visitor, &work.view.forum, &work.draft(), Some(on)),
        letter: news::announcement(visitor, on, &work.view.forum)?,
        codes: on.electorate.0.requires == Requires::Codes,
        form,
    };
    frame::show(status, &page)
}

/// What keeps it from being published, in words, each with the step that mends it.
async fn missing(app: &App, visitor: &Visitor, work: &Work) -> Answer<Vec<Link>> {
    let ready = consultation::ready(&mut app.store.conn().await?, visitor.now, &work.view.forum, work.on()).await;
    let href = |step: Step| format!("/c/{}/edit/{step}", work.on().slug);
    let t = &visitor.words;
    match ready {
        Ok(()) => Ok(Vec::new()),
        Err(Error::Refused(Refusal::Invalid(wrong))) => {
            let link = |it: &model::error::FieldError| {
                let says = t.with(&format!("field-{}", it.code), "field", t.say(&error::label(&it.field)));
                Link::new(href(Step::of(&it.field)), says)
            };
            Ok(wrong.iter().map(link).collect())
        }
        Err(Error::Refused(refusal)) => {
            let step = if refusal == Refusal::MinimumDuration { Step::Calendar } else { Step::Participation };
            Ok(vec![Link::new(href(step), t.say(&format!("refusal-{}", refusal.code())))])
        }
        Err(error) => Err(error),
    }
}

fn facts(visitor: &Visitor, work: &Work) -> Vec<Fact> {
    let (t, on) = (&visitor.words, work.on());
    let fact = |key: &str, text: String| Fact { label: t.say(key), text };
    let choices: Vec<String> = on.method.0.choices(&on.language).into_iter().map(|choice| choice.label).collect();
    let moment = |at: Instant| t.moment(at.timestamp());
    let mut facts = vec![
        fact("edit-title", on.title.clone()),
        fact("forum", work.view.forum.title.clone()),
        fact("edit-method", t.say(&format!("method-title-{}", on.method.0.kind()))),
    ];
    if on.method.0.takes_ballots() {
        if !choices.is_empty() {
            facts.push(fact("review-choices", choices.join(" · ")));
        }
        let tiers = on.electorate.0.tiers.iter().map(|tier| t.say(&format!("tier-{tier}")));
        facts.push(fact("edit-tiers", tiers.collect::<Vec<_>>().join(" · ")));
        facts.push(fact("write-official", t.say(&format!("tier-{}", on.electorate.0.official))));
        facts.push(fact("write-requires", t.say(&format!("write-requires-{}", on.electorate.0.requires))));
        facts.push(fact("edit-results", t.say(&format!("results-when-{}", on.results.as_str().replace('_', "-")))));
    }
    facts.extend(Some(&on.brief.0.outcome).filter(|it| !it.is_empty()).map(|it| fact("brief-outcome", it.clone())));
    facts.extend(on.opens_at.map(|at| fact("edit-opens", moment(at))));
    facts.extend(on.closes_at.map(|at| fact("edit-closes", moment(at))));
    facts.extend(on.answer_by.map(|at| fact("edit-answer", moment(at))));
    facts
}

/// `POST /c/{slug}/edit/review`: deletes the draft.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let View { consultation: on, forum, standing } = view(&app, &visitor, &slug).await?;
    if !form.is("act", "delete") {
        return Ok(Redirect::to(&format!("/c/{slug}/edit/review")).into_response());
    }
    let mut tx = app.store.begin().await?;
    consultation::delete(&mut tx, visitor.now, &standing, &forum, &on).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/f/{}?done=deleted", forum.slug)).into_response())
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
        Err(error @ Error::Refused(Refusal::Invalid(_) | Refusal::MinimumDuration)) => {
            let work = Work::of(&app, &visitor, &slug).await?;
            let mut form = Form::default();
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&app, &visitor, status, &work, form, After::default()).await
        }
        Err(error) => Err(error.into()),
    }
}
