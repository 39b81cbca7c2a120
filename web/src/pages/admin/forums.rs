//! `/admin/forums` and `/admin/consultations`: all of them, and how each is run.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::consultation::{self, Filter, State as Stage};
use model::debate::{forum, held};
use model::people::role::Act;
use serde::Deserialize;

use super::Row;
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::pages::After;
use crate::visitor::Visitor;

/// How many consultations a page lists.
const PAGE: i64 = 50;

/// A forum of the list.
struct Entry {
    slug: String,
    title: String,
    language: String,
    kind: String,
    handle: Option<String>,
    /// Whether its comments are read before they are shown.
    premoderated: bool,
}

#[derive(Template)]
#[template(path = "admin_forums.html")]
struct ForumsPage {
    page: Frame,
    status: Option<String>,
    forums: Vec<Entry>,
}

/// `GET /admin/forums`
pub(in crate::pages) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let mut forums = Vec::new();
    for forum in forum::list(&mut conn, visitor.account.as_ref()).await? {
        let federated = visitor.node.domain.is_some() && forum.visibility.is_federated();
        forums.push(Entry {
            kind: t.say(&format!("visibility-{}", forum.visibility)),
            handle: federated.then(|| visitor.here.handle(&forum.slug)),
            premoderated: held::is_on(&mut conn, forum.id).await?,
            slug: forum.slug,
            title: forum.title,
            language: forum.language,
        });
    }
    let page = ForumsPage { page: Frame::new(&visitor, t.say("forums")), status: super::after(t, &after), forums };
    frame::show(StatusCode::OK, &page)
}

/// `POST /admin/forums`: has the comments of a forum read first, or no longer.
pub(in crate::pages) async fn act(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let mut tx = app.store.begin().await?;
    let (forum, standing) = forum::view(&mut tx, form.trimmed("forum"), visitor.account.as_ref()).await?;
    held::turn(&mut tx, visitor.now, &standing, &forum, form.is("act", "hold")).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/forums?done=kept").into_response())
}

/// Which consultations are asked for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Asked {
    #[serde(default)]
    skip: u32,
}

#[derive(Template)]
#[template(path = "admin_consultations.html")]
struct ConsultationsPage {
    page: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

/// `GET /admin/consultations`
pub(in crate::pages) async fn consultations(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let mut conn = app.store.conn().await?;
    let forums = forum::list(&mut conn, visitor.account.as_ref()).await?.into_iter().map(|forum| forum.id).collect();
    let skip = i64::from(asked.skip);
    let filter = Filter { forums, states: Stage::ALL.to_vec(), skip, limit: PAGE, ..Filter::default() };
    let found = consultation::list(&mut conn, &filter).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let page = ConsultationsPage {
        page: Frame::new(&visitor, visitor.say("consultations")),
        rows: found.iter().map(|on| super::row(&visitor, on)).collect(),
        next: more.then(|| format!("/admin/consultations?skip={}", skip + PAGE)),
    };
    frame::show(StatusCode::OK, &page)
}
