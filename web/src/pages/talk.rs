//! `/c/{slug}/debate`: the debate of a consultation alone, whatever its method and state.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::count::{ballot, tally};
use model::debate::consultation::View;

use super::agreement::{self, Agreement};
use super::asked::Asked;
use super::brief::{self, Brief};
use super::consultation::view;
use super::debate::{self, Debate};
use super::forum::Entry;
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "debate.html")]
struct DebatePage {
    page: Frame,
    form: Form,
    status: Option<String>,
    forum: Entry,
    brief: Brief,
    debate: Debate,
    /// What the whole debate agrees on; not where a part of it alone is shown.
    agreement: Option<Agreement>,
}

/// `GET /c/{slug}/debate`
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::of(query.as_deref());
    let view = view(&app, &visitor, &slug).await?;
    let article = asked.article.clone().unwrap_or_default();
    show(&app, &visitor, view, &asked, StatusCode::OK, Form::from_pairs([("article", article)])).await
}

/// The page, with what is wrong in its form.
pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    view: View,
    asked: &Asked,
    status: StatusCode,
    form: Form,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let debate = debate::of(&mut conn, visitor, &view, asked, true).await?;
    let title = match &debate.parent {
        Some(_) => debate.form_title.clone(),
        None => t.with("debate-of", "title", &view.consultation.title),
    };
    let mut page = Frame::new(visitor, title).mistaken(form.is_wrong()).lively(debate.around.live.is_some());
    page.follow_feed(super::around::feed_of(&view), &view.consultation.title);
    let whole = asked.only.is_none() && asked.after.is_none() && asked.article.is_none() && asked.reply.is_none();
    let agreement = match whole {
        true => {
            let viewer = ballot::viewer(&mut conn, &view.consultation, visitor.account.as_ref()).await?;
            let shown = tally::visible(&view.consultation, visitor.now, viewer);
            Some(agreement::of(&mut conn, visitor, &view, shown, &|count| t.number(count)).await?)
        }
        false => None,
    };
    let page = DebatePage {
        page,
        agreement: agreement.filter(|it| it.figure.is_some() || it.unites.is_some()),
        status: asked.done.filter(|done| !done.is_of_ballot()).map(|done| done.say(t)),
        forum: Entry::of(visitor, &view.forum),
        brief: brief::of(t, visitor.now, &view.consultation),
        debate,
        form,
    };
    frame::show(status, &page)
}
