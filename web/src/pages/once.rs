//! `/c/{slug}/once`: taking part with a code, without an account. The code travels with each form; nothing is remembered.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use model::count::ballot::{self, Ballot};
use model::count::electorate::code;
use model::count::tally::{self, Viewer};
use model::debate::consultation::{self, View};
use model::error::{Error, Result as Answer};
use serde::Deserialize;

use super::asked::Asked;
use super::ballot::{self as box_, BallotView};
use super::message::{self, Ask, Line};
use super::results::{self, Results};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// What the link carries.
#[derive(Debug, Deserialize)]
pub(super) struct Carried {
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "once.html")]
struct OncePage {
    page: Frame,
    form: Form,
    status: Option<String>,
    ballot: BallotView,
    results: Option<Results>,
}

/// `GET /c/{slug}/once`: opening the link of a code casts nothing.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(carried): Query<Carried>,
) -> Result<Response, Failure> {
    let form = Form::from_pairs(carried.code.iter().map(|code| ("code", code.as_str())));
    show(&app, &visitor, &slug, form).await
}

/// `POST /c/{slug}/once`: shows the ballot of a code, casts, changes or withdraws it.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    show(&app, &visitor, &slug, form).await
}

async fn show(app: &App, visitor: &Visitor, slug: &str, mut form: Form) -> Result<Response, Failure> {
    let shown = match form.given("code").map(str::to_owned) {
        None => ask(app, visitor, slug, StatusCode::OK, form).await,
        Some(typed) => match opened(app, visitor, slug, &typed).await {
            Ok(view) => ballot_of(app, visitor, &view, &typed, form).await,
            Err(error) => {
                let status = error::into_form(error, &visitor.words, &mut form, |_| "code")?;
                ask(app, visitor, slug, status, form).await
            }
        },
    };
    // The page holds a code.
    shown.map(|mut response| {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    })
}

async fn opened(app: &App, visitor: &Visitor, slug: &str, typed: &str) -> Answer<View> {
    app.limits.code(visitor.from)?;
    let mut conn = app.store.conn().await?;
    code::open(&mut conn, slug, typed).await.map(|(view, _)| view)
}

/// Asks for the code, of a consultation that this visitor may see.
async fn ask(app: &App, visitor: &Visitor, slug: &str, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, slug, visitor.account.as_ref()).await?;
    let code = Line {
        name: "code",
        kind: "text",
        label: visitor.say("once-code"),
        hint: visitor.say("once-code-hint"),
        extra: "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" required",
    };
    let ask = Ask {
        action: format!("/c/{slug}/once"),
        kept: &[],
        lines: vec![code],
        button: visitor.say("once-open"),
        back: Some(format!("/c/{slug}")),
    };
    message::asking(visitor, status, view.consultation.title, vec![visitor.say("once-text")], form, ask)
}

async fn ballot_of(
    app: &App,
    visitor: &Visitor,
    view: &View,
    typed: &str,
    mut form: Form,
) -> Result<Response, Failure> {
    let done = match form.trimmed("act") {
        "cast" => cast(app, visitor, view, typed, &form).await.map(|()| Some("once-cast")),
        "withdraw" => withdraw(app, visitor, view, typed).await.map(|()| Some("ballot-withdrawn")),
        _ => Ok(None),
    };
    let (status, said) = match done {
        Ok(said) => (StatusCode::OK, said.map(|key| visitor.say(key))),
        Err(error) => (error::into_form(error, &visitor.words, &mut form, box_::field)?, None),
    };
    let mut conn = app.store.conn().await?;
    let (view, held) = code::open(&mut conn, &view.consultation.slug, typed).await?;
    let on = &view.consultation;
    let own = ballot::standing(&mut conn, on.id, held.actor()).await?;
    let viewer = if own.is_some() { Viewer::Voter } else { Viewer::Anybody };
    let document = tally::results(&mut conn, on, visitor.now, viewer).await?;
    let Some(ballot) = boxed(visitor, &view, own.as_ref(), &form) else { return Err(Failure::NotFound) };
    let page = OncePage {
        page: Frame::new(visitor, &on.title).mistaken(form.is_wrong()),
        results: results::of(&visitor.words, on, &document),
        status: said,
        ballot,
        form,
    };
    frame::show(status, &page)
}

/// The ballot's box as somebody with a code sees it.
fn boxed(visitor: &Visitor, view: &View, own: Option<&Ballot>, form: &Form) -> Option<BallotView> {
    let (t, on) = (&visitor.words, &view.consultation);
    let stranger = Visitor { account: None, ..visitor.clone() };
    let view = box_::of(&stranger, view, own, &None, &Asked::default(), form)?;
    let open = view.notice.is_none() || on.phase(visitor.now) == consultation::Phase::Open;
    Some(BallotView {
        action: format!("/c/{}/once", on.slug),
        open,
        changing: true,
        button: t.say(if own.is_some() { "ballot-change" } else { "ballot-cast" }),
        hint: t.say(if on.changeable { "once-hint-changeable" } else { "ballot-hint-fixed" }),
        notice: view.notice.filter(|_| !open),
        once: None,
        // A code stands in the form: its page is not one that an address leads back to.
        ranked: None,
        ..view
    })
}

async fn cast(app: &App, visitor: &Visitor, view: &View, typed: &str, form: &Form) -> Answer<()> {
    let mut tx = app.store.begin().await?;
    let on = consultation::by_id(&mut tx, view.consultation.id).await?;
    let held = code::find(&mut tx, &on, typed).await?;
    let voter = code::voter(&mut tx, &on, &held).await?;
    ballot::saw(&on, form.trimmed("text").parse().ok())?;
    ballot::cast(&mut tx, visitor.now, &on, voter, &box_::picked(form)).await?;
    tx.commit().await?;
    app.pages.forget(&on.slug);
    Ok(())
}

async fn withdraw(app: &App, visitor: &Visitor, view: &View, typed: &str) -> Answer<()> {
    let mut tx = app.store.begin().await?;
    let on = consultation::by_id(&mut tx, view.consultation.id).await?;
    let held = code::find(&mut tx, &on, typed).await?;
    match ballot::withdraw(&mut tx, visitor.now, &on, held.actor()).await {
        // Pressed twice: it is gone, as was wished.
        Ok(()) | Err(Error::NotFound) => tx.commit().await?,
        Err(error) => return Err(error),
    }
    app.pages.forget(&on.slug);
    Ok(())
}
