//! One comment: what it said before, changing it, deleting it, reporting it. Each is a plain page.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::report::{self, Reason};
use model::debate::comment::{self, Comment, State as Shown};
use model::debate::consultation::View;
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::people::actor;
use model::store::Conn;

use super::consultation::view;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// The most earlier versions of a comment that a page shows.
const VERSIONS: i64 = 50;

/// What a comment said, and when.
struct Earlier {
    machine: String,
    date: String,
    html: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    page: Frame,
    back: String,
    language: String,
    now: Earlier,
    earlier: Vec<Earlier>,
}

#[derive(Template)]
#[template(path = "said.html")]
struct SaidPage {
    page: Frame,
    form: Form,
    /// What is asked: `edit`, `delete` or `report`.
    act: &'static str,
    action: String,
    back: String,
    html: String,
    language: String,
    hint: String,
    reasons: Vec<Entry>,
    /// Whether its author's own server can be told too.
    elsewhere: Option<String>,
}

/// A comment in its place, as the visitor may see it.
struct Found {
    comment: Comment,
    author: actor::Actor,
    view: View,
}

async fn find(app: &App, visitor: &Visitor, slug: &str, id: &str) -> Answer<Found> {
    let view = view(app, visitor, slug).await?;
    let mut conn = app.store.conn().await?;
    let comment = comment::by_id(&mut conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    if comment.consultation_id != view.consultation.id || comment.state != Shown::Visible {
        return Err(Error::NotFound);
    }
    // What people of a blocked server wrote is shown to nobody.
    let shown = comment::by_ids(&mut conn, &[comment.id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    if shown.0.state != Shown::Visible {
        return Err(Error::NotFound);
    }
    Ok(Found { comment, author: shown.1, view })
}

impl Found {
    fn back(&self) -> String {
        let slug = &self.view.consultation.slug;
        format!("/c/{slug}/debate?comment={}#comment-{}", self.comment.id, self.comment.id)
    }

    fn language(&self) -> String {
        self.comment.language.clone().unwrap_or_else(|| self.view.consultation.language.clone())
    }

    fn name(&self) -> String {
        let author = &self.author;
        if author.display_name.is_empty() { author.name.clone() } else { author.display_name.clone() }
    }
}

/// `GET /c/{slug}/comments/{id}/history`
pub(super) async fn history(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let found = find(&app, &visitor, &slug, &id).await?;
    let t = &visitor.words;
    let earlier = |at: model::clock::Instant, html: &str| Earlier {
        machine: t.machine(at.timestamp()),
        date: t.moment(at.timestamp()),
        html: html.to_owned(),
    };
    let comment = &found.comment;
    let mut before = comment::versions(&mut app.store.conn().await?, comment.id, 0, VERSIONS).await?;
    before.reverse();
    let page = HistoryPage {
        page: Frame::new(&visitor, t.with("history-title", "name", found.name())),
        back: found.back(),
        language: found.language(),
        now: earlier(comment.updated_at.unwrap_or(comment.published_at), &comment.html),
        earlier: before.iter().map(|it| earlier(it.written_at, &it.html)).collect(),
    };
    frame::show(StatusCode::OK, &page)
}

/// What may be done with a comment here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Edit,
    Delete,
    Report,
}

impl Act {
    fn word(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Report => "report",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Edit => "comment-edit-title",
            Self::Delete => "comment-delete-title",
            Self::Report => "report-title",
        }
    }
}

/// Only its author changes or deletes a comment here; only others report it.
fn permit(visitor: &Visitor, found: &Found, act: Act) -> Answer<()> {
    let own = visitor.signed_in()?.actor_id == found.author.id;
    if own == (act != Act::Report) { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}

async fn open(app: App, visitor: Visitor, slug: &str, id: &str, act: Act) -> Result<Response, Failure> {
    let found = find(&app, &visitor, slug, id).await?;
    permit(&visitor, &found, act)?;
    let form = Form::from_pairs([("text", if act == Act::Edit { found.comment.markdown.as_str() } else { "" })]);
    show(&visitor, &found, act, StatusCode::OK, form)
}

fn show(visitor: &Visitor, found: &Found, act: Act, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let t = &visitor.words;
    let reason = |reason: &Reason| Entry::new(reason.as_str(), t.say(&format!("report-{reason}")));
    let most = match act {
        Act::Edit => t.with("comment-edit-hint", "most", t.number(comment::LONGEST as u64)),
        _ => t.with("report-hint", "most", t.number(report::LONGEST as u64)),
    };
    let elsewhere = found.author.host.clone().filter(|_| found.view.forum.visibility.is_federated());
    let page = SaidPage {
        page: Frame::new(visitor, t.with(act.title(), "name", found.name())).mistaken(form.is_wrong()),
        act: act.word(),
        action: format!("/c/{}/comments/{}/{}", found.view.consultation.slug, found.comment.id, act.word()),
        back: found.back(),
        html: found.comment.html.clone(),
        language: found.language(),
        hint: most,
        reasons: Reason::ALL.iter().map(reason).collect(),
        elsewhere,
        form,
    };
    frame::show(status, &page)
}

/// The page again with what is wrong, or the page that the deed leads to.
fn done(visitor: &Visitor, found: &Found, act: Act, mut form: Form, done: Answer<String>) -> Result<Response, Failure> {
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            let field = |name: &str| match name {
                "text" | "too-long" => "text",
                "reason" => "reason",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(visitor, found, act, status, form)
        }
    }
}

/// `GET /c/{slug}/comments/{id}/edit`
pub(super) async fn edit_page(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    open(app, visitor, &slug, &id, Act::Edit).await
}

/// `POST /c/{slug}/comments/{id}/edit`
pub(super) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Failure> {
    let found = find(&app, &visitor, &slug, &id).await?;
    permit(&visitor, &found, Act::Edit)?;
    let changed = async {
        app.limits.comment(visitor.signed_in()?.id, visitor.from)?;
        let View { consultation: on, forum, standing } = &found.view;
        let mut tx = app.store.begin().await?;
        comment::edit(&mut tx, visitor.now, forum, on, standing, &found.comment, form.value("text")).await?;
        tx.commit().await?;
        app.pages.forget(&slug);
        Ok(found.back().replace("?comment=", "?done=comment-changed&comment="))
    };
    let changed = changed.await;
    done(&visitor, &found, Act::Edit, form, changed)
}

/// `GET /c/{slug}/comments/{id}/delete`
pub(super) async fn delete_page(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    open(app, visitor, &slug, &id, Act::Delete).await
}

/// `POST /c/{slug}/comments/{id}/delete`
pub(super) async fn delete(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Failure> {
    let found = find(&app, &visitor, &slug, &id).await?;
    permit(&visitor, &found, Act::Delete)?;
    let deleted = async {
        let mut tx = app.store.begin().await?;
        let View { forum, standing, .. } = &found.view;
        comment::delete(&mut tx, visitor.now, forum, standing, &found.comment, None).await?;
        tx.commit().await?;
        app.pages.forget(&slug);
        Ok(format!("/c/{slug}/debate?done=comment-deleted#debate"))
    };
    let deleted = deleted.await;
    done(&visitor, &found, Act::Delete, form, deleted)
}

/// `GET /c/{slug}/comments/{id}/report`
pub(super) async fn report_page(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    open(app, visitor, &slug, &id, Act::Report).await
}

/// `POST /c/{slug}/comments/{id}/report`
pub(super) async fn report(
    State(app): State<App>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Failure> {
    let found = find(&app, &visitor, &slug, &id).await?;
    permit(&visitor, &found, Act::Report)?;
    let filed = file(&app, &visitor, &found, &form).await.map(|()| {
        let slug = &found.view.consultation.slug;
        format!("/c/{slug}/debate?done=reported&comment={}#debate", found.comment.id)
    });
    done(&visitor, &found, Act::Report, form, filed)
}

async fn file(app: &App, visitor: &Visitor, found: &Found, form: &Form) -> Answer<()> {
    app.limits.comment(visitor.signed_in()?.id, visitor.from)?;
    let reason = form.trimmed("reason").parse();
    let draft = report::Draft {
        reason: reason.map_err(|_| Error::field("reason", "required", "Choose what is wrong."))?,
        text: form.value("text").to_owned(),
        forward: form.is("forward", "1"),
    };
    let comment = &found.comment;
    let own = || visitor.here.comment(&found.view.consultation.slug, comment.id);
    let uri = comment.uri.clone().unwrap_or_else(own);
    let mut tx = app.store.begin().await?;
    report::file(&mut tx, visitor.now, &found.view, comment, &uri, &draft).await?;
    tx.commit().await
}

/// A comment's place among the pages, for what leads to it.
pub(crate) fn address(slug: &str, id: Id<Comment>) -> String {
    format!("/c/{slug}/debate?comment={id}#comment-{id}")
}

/// Who wrote a comment, as a page says it.
pub(crate) async fn author_of(conn: &mut Conn, comment: &Comment) -> Answer<String> {
    let author = actor::by_id(conn, comment.actor_id).await?;
    Ok(if author.display_name.is_empty() { author.name } else { author.display_name })
}
