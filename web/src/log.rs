//! The public log of a consultation's ballots, as C2SP's tlog-tiles lays it out: `/c/{slug}/log/…`.

use axum::Router;
use axum::extract::{FromRequestParts as _, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::care::problem::{MEDIA_TYPE, Problem};
use model::count::ballot;
use model::count::log::{self, Place};
use model::count::tally::{self, Viewer};
use model::count::witness;
use model::debate::consultation::{self, Consultation, View};
use model::debate::forum::Visibility;
use model::error::{Error, Result};
use model::id::Id;
use tokio::time::Instant;

use crate::api;
use crate::app::App;
use crate::cache;
use crate::error::Failure;
use crate::tag;
use crate::visitor::Visitor;

/// `/c/{slug}/log/checkpoint`, `vkey`, `tile/L/N[.p/W]`, `tile/entries/N[.p/W]`
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/c/{slug}/log/checkpoint", get(checkpoint))
        .route("/c/{slug}/log/witnessed", get(witnessed))
        .route("/c/{slug}/log/vkey", get(vkey))
        .route("/c/{slug}/log/tile/{*place}", get(tile))
}

/// How long what is answered may be kept, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// By everybody, for ever: it never changes.
    Forever,
    /// By everybody who asks each time whether it has changed.
    Asking,
    /// By nobody: not everybody may see it.
    Never,
}

/// A log that is asked for, and what may be done with the answer.
struct Asked {
    on: Consultation,
    /// Whether everybody may see it.
    open: bool,
}

/// The consultation as whoever asks by token, or is signed in, may see it.
async fn seen(app: &App, visitor: &Visitor, headers: &HeaderMap, slug: &str) -> Result<View> {
    let by_token = api::account_of(app, headers).await?;
    let account = by_token.as_ref().or(visitor.account.as_ref());
    consultation::view(&mut app.store.conn().await?, slug, account).await
}

/// The consultation, if whoever asks may see its log: who may see its results.
async fn asked(app: &App, visitor: &Visitor, headers: &HeaderMap, slug: &str) -> Result<Asked> {
    let View { consultation: on, forum, standing } = seen(app, visitor, headers, slug).await?;
    let mut conn = app.store.conn().await?;
    let everybody = tally::visible(&on, visitor.now, Viewer::Anybody);
    if !everybody {
        let viewer = ballot::viewer(&mut conn, &on, standing.account.as_ref()).await?;
        tally::require_visible(&on, visitor.now, viewer)?;
    }
    Ok(Asked { on, open: everybody && forum.visibility != Visibility::Private })
}

async fn checkpoint(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Response {
    let found = async {
        let Asked { on, open } = asked(&app, &visitor, &headers, &slug).await?;
        let signer = app.signer(&visitor.here).await?;
        let mut conn = app.store.conn().await?;
        let note = log::checkpoint(&mut conn, &signer, &on, &visitor.here).await?;
        let note = witness::cosigned(&mut conn, &on, note).await?;
        let keep = if open { Keep::Asking } else { Keep::Never };
        Ok::<_, Error>(given(&headers, note.into_bytes(), "text/plain; charset=utf-8", keep))
    };
    found.await.unwrap_or_else(refused)
}

/// The latest checkpoint that a witness has signed, with the lines of all that have.
async fn witnessed(State(app): State<App>, visitor: Visitor, headers: HeaderMap, Path(slug): Path<String>) -> Response {
    let found = async {
        let Asked { on, open } = asked(&app, &visitor, &headers, &slug).await?;
        let note = witness::latest_cosigned(&mut app.store.conn().await?, &on).await?;
        let keep = if open { Keep::Asking } else { Keep::Never };
        Ok::<_, Error>(given(&headers, note.into_bytes(), "text/plain; charset=utf-8", keep))
    };
    found.await.unwrap_or_else(refused)
}

/// The key tells nothing of any ballot: whoever sees the consultation may have it.
async fn vkey(State(app): State<App>, visitor: Visitor, headers: HeaderMap, Path(slug): Path<String>) -> Response {
    let found = async {
        let View { consultation: on, forum, .. } = seen(&app, &visitor, &headers, &slug).await?;
        let signer = app.signer(&visitor.here).await?;
        let key = log::vkey(&signer, &on, &visitor.here);
        let keep = if forum.visibility == Visibility::Private { Keep::Never } else { Keep::Asking };
        Ok::<_, Error>(given(&headers, format!("{key}\n").into_bytes(), "text/plain; charset=utf-8", keep))
    };
    found.await.unwrap_or_else(refused)
}

async fn tile(State(app): State<App>, Path((slug, place)): Path<(String, String)>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let found = async {
        let place = place.parse::<Place>();
        let (on, open) = readable(&app, &mut parts, &slug).await?;
        let data = log::tile(&mut app.store.conn().await?, on, place.map_err(|_| Error::NotFound)?).await?;
        let keep = if open { Keep::Forever } else { Keep::Never };
        Ok::<_, Failure>(given(&parts.headers, data, "application/octet-stream", keep))
    };
    found.await.unwrap_or_else(refused)
}

/// The consultation whose log somebody may see, and whether everybody may.
type Answer = std::result::Result<(Id<Consultation>, bool), Failure>;

/// The consultation, if whoever asks may see its log, and whether everybody may.
async fn readable(app: &App, parts: &mut Parts, slug: &str) -> Answer {
    let (since, anybody) = (Instant::now(), !cache::is_known(&parts.headers));
    if let Some(on) = app.pages.open_log(slug, since).filter(|_| anybody) {
        return Ok((on, true));
    }
    let visitor = Visitor::from_request_parts(parts, app).await?;
    let Asked { on, open } = asked(app, &visitor, &parts.headers, slug).await?;
    if open && anybody {
        app.pages.keep_log(slug.to_owned(), since, on.id);
    }
    Ok((on.id, open))
}

/// The octets, or that whoever asks has them already.
fn given(asked: &HeaderMap, data: Vec<u8>, media: &'static str, keep: Keep) -> Response {
    let kept = match keep {
        Keep::Forever => "public, max-age=31536000, immutable",
        Keep::Asking => "public, no-cache",
        Keep::Never => "private, no-store",
    };
    let tag = tag::of(&data);
    let same = tag::is_held(asked, &tag);
    let headers =
        [(header::CACHE_CONTROL, kept), (header::VARY, "Authorization, Cookie"), (header::ETAG, tag.as_str())];
    match same && keep != Keep::Never {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, [(header::CONTENT_TYPE, media)], data).into_response(),
    }
}

/// These files are read by programs: they get the code (RFC 9457).
fn refused(failure: impl Into<Failure>) -> Response {
    let failure = failure.into();
    let Failure::Refused(refusal) = &failure else { return failure.into_response() };
    let problem = Problem::from(refusal);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
    (status, headers, serde_json::json!(problem).to_string()).into_response()
}
