//! `/appeal/{token}`: whom a decision concerns asks that somebody else read it again; `/mod/appeals/{id}`: somebody does.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::decision::{self, APPEAL_LONGEST, Decision};
use model::error::{Error, Result as Answer};
use model::id::Id;

use super::show;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::pages::After;
use crate::pages::message;
use crate::visitor::Visitor;

use askama::Template;

#[derive(Template)]
#[template(path = "appeal.html")]
struct AppealPage {
    page: Frame,
    form: Form,
    action: String,
    said: String,
    reason: String,
    hint: String,
}

fn shown(visitor: &Visitor, status: StatusCode, token: &str, it: &Decision, form: Form) -> Result<Response, Failure> {
    let t = &visitor.words;
    let page = AppealPage {
        page: Frame::new(visitor, t.say("appeal-title")).mistaken(form.is_wrong()),
        action: format!("/appeal/{token}"),
        said: t.with2("appeal-of", "what", t.say(&format!("decided-{}", it.act)), "date", t.date(it.at.timestamp())),
        reason: it.reason.clone(),
        hint: t.with("appeal-text-hint", "most", t.number(APPEAL_LONGEST as u64)),
        form,
    };
    frame::show(status, &page)
}

/// `GET /appeal/{token}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let it = decision::appealed(&mut app.store.conn().await?, visitor.now, &token).await?;
    if it.appealed_at.is_some() {
        let texts = vec![visitor.say("refusal-already-appealed")];
        return message::page(&visitor, StatusCode::OK, visitor.say("appeal-title"), texts);
    }
    shown(&visitor, StatusCode::OK, &token, &it, Form::default())
}

/// `POST /appeal/{token}`
pub(super) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let made = async {
        let mut tx = app.store.begin().await?;
        decision::appeal(&mut tx, visitor.now, &token, form.value("text")).await?;
        tx.commit().await
    };
    match made.await {
        Ok(()) => {
            message::page(&visitor, StatusCode::OK, visitor.say("appeal-title"), vec![visitor.say("appeal-done")])
        }
        Err(error) => {
            let it = decision::appealed(&mut app.store.conn().await?, visitor.now, &token).await?;
            let field = |name: &str| if name == "text" { "text" } else { "" };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            shown(&visitor, status, &token, &it, form)
        }
    }
}

/// `POST /mod/appeals/{id}`
pub(super) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Decision>>,
    mut form: Form,
) -> Result<Response, Failure> {
    match answered(&app, &visitor, id, &form).await {
        Ok(()) => {
            app.pages.forget_all();
            Ok(Redirect::to("/mod?done=appeal-answered#appeals").into_response())
        }
        Err(error @ Error::Refused(_)) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&app, &visitor, status, form, After::default()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn answered(app: &App, visitor: &Visitor, id: Id<Decision>, form: &Form) -> Answer<()> {
    let mut tx = app.store.begin().await?;
    let takes_back = form.is("act", "undo");
    decision::answer(&mut tx, visitor.now, &visitor.standing(), id, takes_back, form.trimmed("reason")).await?;
    tx.commit().await
}
