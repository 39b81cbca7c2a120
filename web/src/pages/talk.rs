//! `/c/{slug}/debate`: the debate of a consultation alone, whatever its method and state.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::count::tally::{self, Viewer};
use model::debate::consultation::View;
use model::error::Result as Answer;

use super::agreement::Agreement;
use super::asked::Asked;
use super::brief::{self, Brief};
use super::consultation::view;
use super::debate::{self, Debate, PAGE};
use super::forum::Entry;
use super::reading;
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
    let article = asked.article.clone().unwrap_or_default();
    show(&app, &visitor, &slug, &asked, StatusCode::OK, Form::from_pairs([("article", article)])).await
}

/// What the page shows.
struct Shown {
    view: View,
    debate: Debate,
    agreement: Option<Agreement>,
}

async fn shown(app: &App, visitor: &Visitor, slug: &str, asked: &Asked) -> Answer<Shown> {
    let whole = asked.only.is_none() && asked.after.is_none() && asked.article.is_none() && asked.reply.is_none();
    if !whole {
        let view = view(app, visitor, slug).await?;
        let debate = debate::of(&mut app.store.conn().await?, visitor, &view, asked, true).await?;
        return Ok(Shown { view, debate, agreement: None });
    }
    let (visit, reading) = reading::of(app, visitor, slug, PAGE).await?;
    let debate = match asked.is_plain() {
        true => debate::shown(visitor, &visit.view, asked, true, reading.known(&visit)),
        false => debate::of(&mut app.store.conn().await?, visitor, &visit.view, asked, true).await?,
    };
    let on = &visit.view.consultation;
    let viewer = if visit.ballot.is_some() { Viewer::Voter } else { Viewer::Anybody };
    let ballots = tally::visible(on, visitor.now, viewer);
    let t = &visitor.words;
    let agreement = reading.arguments.1.shown(visitor, on, ballots, &|count| t.number(count));
    Ok(Shown { debate, agreement: Some(agreement), view: visit.view })
}

/// The page, with what is wrong in its form.
pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    asked: &Asked,
    status: StatusCode,
    form: Form,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let Shown { view, debate, agreement } = shown(app, visitor, slug, asked).await?;
    let title = match &debate.parent {
        Some(_) => debate.form_title.clone(),
        None => t.with("debate-of", "title", &view.consultation.title),
    };
    let mut page = Frame::new(visitor, title).mistaken(form.is_wrong()).lively(debate.around.meanwhile.is_some());
    page.follow_feed(super::around::feed_of(&view), &view.consultation.title);
    let page = DebatePage {
        page,
        agreement: agreement.filter(Agreement::is_some),
        status: asked.done.filter(|done| !done.is_of_ballot()).map(|done| done.say(t)),
        forum: Entry::of(visitor, &view.forum),
        brief: brief::of(t, visitor.now, &view.consultation),
        debate,
        form,
    };
    frame::show(status, &page)
}
