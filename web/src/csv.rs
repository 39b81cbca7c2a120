//! A consultation's open data: its tables as CSV, and beside each its Table Schema with licence and source.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use model::data::export::{self, Pages, Table};
use model::debate::consultation::{self, View};
use model::error::{Error, Refusal};
use model::people::role::Act;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use crate::app::App;
use crate::error::{Failure, status};
use crate::visitor::Visitor;

/// The names of the tables.
const TABLES: [&str; 4] = ["comments", "votes", "ballots", "results"];

/// What may be asked of a file.
#[derive(Debug, Deserialize)]
struct Asked {
    /// In whose columns: ours, or `polis`.
    profile: Option<String>,
}

/// `/c/{slug}/{table}.csv` and `/c/{slug}/{table}.csv.schema.json`
pub(crate) fn routes() -> Router<App> {
    TABLES.into_iter().fold(Router::new(), |router, name| {
        let file = async move |app: State<App>, visitor: Visitor, slug: Path<String>, asked: Query<Asked>| {
            file(name, &app, &visitor, &slug, &asked).await
        };
        let schema = async move |app: State<App>, visitor: Visitor, slug: Path<String>, asked: Query<Asked>| {
            schema(name, &app, &visitor, &slug, &asked).await
        };
        router
            .route(&format!("/c/{{slug}}/{name}.csv"), get(file))
            .route(&format!("/c/{{slug}}/{name}.csv.schema.json"), get(schema))
    })
}

fn table(name: &str, asked: &Asked) -> Result<Table, Failure> {
    Table::named(name, asked.profile.as_deref()).ok_or(Failure::NotFound)
}

async fn file(name: &str, app: &App, visitor: &Visitor, slug: &str, asked: &Asked) -> Result<Response, Failure> {
    let table = table(name, asked)?;
    let mut conn = app.store.conn().await?;
    let View { consultation, forum, standing } = consultation::view(&mut conn, slug, visitor.account.as_ref()).await?;
    let moderates = standing.may(Act::Moderate, Some(&forum)).is_ok();
    let slug = consultation.slug.clone();
    let pages = match export::pages(&mut conn, visitor.now, &visitor.here, consultation, table, moderates).await {
        Ok(pages) => pages,
        Err(Error::Refused(refusal)) => return Ok(refused(&refusal)),
        Err(error) => return Err(error.into()),
    };
    let profile = asked.profile.as_ref().map(|profile| format!("?profile={profile}")).unwrap_or_default();
    let beside = format!(
        "</c/{slug}/{name}.csv.schema.json{profile}>; rel=\"describedby\", <{}>; rel=\"license\"",
        export::sheet::LICENCE.2
    );
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{slug}-{name}.csv\"")),
        (header::LINK, beside),
    ];
    Ok((headers, body(app, pages)).into_response())
}

/// While one piece goes out the next is made. Whoever reads slowly holds no connection.
fn body(app: &App, pages: Pages) -> Body {
    let (to, from) = mpsc::channel(1);
    let (store, room) = (app.store.clone(), app.flows.clone());
    tokio::spawn(async move { pages.write(&store, &room, &to).await });
    let pieces = stream::unfold(from, async |mut from| {
        let piece: Result<Vec<u8>, Error> = from.recv().await?;
        Some((piece.map(Bytes::from), from))
    });
    // What compresses it asks once more after the end.
    Body::from_stream(pieces.fuse())
}

async fn schema(name: &str, app: &App, visitor: &Visitor, slug: &str, asked: &Asked) -> Result<Response, Failure> {
    let table = table(name, asked)?;
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, slug, visitor.account.as_ref()).await?;
    Ok(axum::Json(export::schema(table, &visitor.here, &view.consultation)).into_response())
}

/// A file is read by programs: they get the code (RFC 9457).
fn refused(refusal: &Refusal) -> Response {
    let status: StatusCode = status(refusal);
    let problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": refusal.code(),
        "detail": refusal.detail(),
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}
