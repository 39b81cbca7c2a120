//! `/c/{slug}/text/{version}.md`: a version of a text, octet for octet what its SHA-256 is of.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::debate::consultation;
use model::debate::forum::Visibility;
use model::debate::text;
use model::error::Error;

use crate::api;
use crate::app::App;
use crate::error::Failure;
use crate::tag;
use crate::visitor::Visitor;

/// `/c/{slug}/text/{version}.md`
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/c/{slug}/text/{file}", get(file))
}

async fn file(
    State(app): State<App>,
    visitor: Visitor,
    asked: HeaderMap,
    Path((slug, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let version: i32 = file.strip_suffix(".md").and_then(|n| n.parse().ok()).ok_or(Failure::NotFound)?;
    let account = match api::account_of(&app, &asked).await? {
        Some(account) => Some(account),
        None => visitor.account,
    };
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, account.as_ref()).await?;
    let text = match text::version(&mut conn, view.consultation.id, version).await {
        Err(Error::NotFound) => return Err(Failure::NotFound),
        found => found?,
    };
    // A version never changes once it is published; a draft's does.
    let public = view.forum.visibility != Visibility::Private && view.consultation.published_at.is_some();
    let kept = if public { "public, max-age=31536000, immutable" } else { "no-store" };
    let tag = format!("\"{}\"", text.sha256);
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if tag::is_held(&asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, text.markdown).into_response())
}
