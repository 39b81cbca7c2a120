//! The form that makes or changes a forum.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::forum::{self, Draft, Forum, Visibility};
use model::error::Error;
use model::people::role::Act;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{self, Form};
use crate::frame::{self, Frame};
use crate::pages::setup::languages;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "forum_form.html")]
struct ForumForm {
    page: Frame,
    form: Form,
    action: String,
    back: String,
    /// Whether it is to be made: its short name is then asked.
    fresh: bool,
    languages: Vec<form::Entry>,
    visibilities: Vec<form::Entry>,
}

fn show(visitor: &Visitor, status: StatusCode, form: Form, forum: Option<&Forum>) -> Result<Response, Failure> {
    let t = &visitor.words;
    let kinds = [Visibility::Public, Visibility::Closed, Visibility::Private, Visibility::Collaborative];
    let entry = |kind: Visibility| {
        form::Entry::new(kind.to_string(), t.say(&format!("visibility-{kind}")))
            .hint(t.say(&format!("visibility-{kind}-hint")))
    };
    let page = ForumForm {
        page: Frame::new(visitor, t.say(if forum.is_some() { "forum-edit" } else { "forum-create" }))
            .mistaken(form.is_wrong()),
        action: forum.map_or_else(|| "/admin/forums/new".into(), |forum| format!("/f/{}/edit", forum.slug)),
        back: forum.map_or_else(|| "/f".into(), |forum| format!("/f/{}", forum.slug)),
        fresh: forum.is_none(),
        languages: languages(),
        visibilities: kinds.into_iter().map(entry).collect(),
        form,
    };
    frame::show(status, &page)
}

/// `GET /admin/forums/new`
pub(in crate::pages) async fn fresh(visitor: Visitor) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let form = Form::from_pairs([("language", visitor.node.language.as_str()), ("visibility", "public")]);
    show(&visitor, StatusCode::OK, form, None)
}

fn draft(form: &Form, slug: &str) -> Result<Draft, Error> {
    let visibility = form.trimmed("visibility").parse();
    Ok(Draft {
        slug: slug.to_owned(),
        title: form.trimmed("title").to_owned(),
        summary: form.trimmed("summary").to_owned(),
        visibility: visibility
            .map_err(|_| Error::field("visibility", "required", "Choose who reads and takes part."))?,
        language: form.trimmed("language").to_owned(),
    })
}

fn field(name: &str) -> &'static str {
    ["slug", "title", "summary", "language", "visibility"].into_iter().find(|field| *field == name).unwrap_or("")
}

/// `POST /admin/forums/new`
pub(in crate::pages) async fn create(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    let made = async {
        let mut tx = app.store.begin().await?;
        let forum =
            forum::create(&mut tx, visitor.now, &visitor.standing(), &draft(&form, form.trimmed("slug"))?).await?;
        tx.commit().await?;
        Ok(forum)
    };
    match made.await {
        Ok(forum) => Ok(Redirect::to(&format!("/f/{}", forum.slug)).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&visitor, status, form, None)
        }
    }
}

/// `GET /f/{forum}/edit`
pub(in crate::pages) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let (forum, standing) = forum::view(&mut app.store.conn().await?, &slug, visitor.account.as_ref()).await?;
    standing.may(Act::ManageForum, Some(&forum))?;
    let visibility = forum.visibility.to_string();
    let kept = [
        ("title", &forum.title),
        ("summary", &forum.summary),
        ("language", &forum.language),
        ("visibility", &visibility),
    ];
    show(&visitor, StatusCode::OK, Form::from_pairs(kept), Some(&forum))
}

/// `POST /f/{forum}/edit`
pub(in crate::pages) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let (forum, standing) = forum::view(&mut app.store.conn().await?, &slug, visitor.account.as_ref()).await?;
    let changed = async {
        let mut tx = app.store.begin().await?;
        forum::edit(&mut tx, visitor.now, &standing, &forum, &draft(&form, &forum.slug)?).await?;
        tx.commit().await?;
        app.pages.forget_all();
        Ok(())
    };
    match changed.await {
        Ok(()) => Ok(Redirect::to(&format!("/f/{slug}?done=forum-saved")).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&visitor, status, form, Some(&forum))
        }
    }
}
