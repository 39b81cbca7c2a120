//! `/c/{slug}/embed`: a consultation within a page of somebody else, and the oEmbed document that tells other sites how to
//! show it (oembed.com, 1.0). It sets and reads no cookie, holds no script, and may stand in a frame: what it shows is what
//! anybody sees.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use model::care::settings::{self, Front};
use model::count::tally::{self, Viewer};
use model::debate::consultation::{self, State as Stage, View};
use model::error::{Error, Result as Answer};
use model::store::Conn;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::brief::{self, Brief};
use super::results::{self, Results};
use crate::app::App;
use crate::assets;
use crate::error::Failure;
use crate::language::{Language, Words};
use crate::security::Framable;
use crate::theme::{self, Look};
use crate::visitor;

/// How large the frame is, in pixels, where a site sets no bounds; and how small it can be.
const WIDTH: u32 = 480;
const HEIGHT: u32 = 420;
const LEAST: u32 = 240;

/// `/c/{slug}/embed`, `/oembed`. They stand outside the sessions.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/c/{slug}/embed", get(page)).route("/oembed", get(oembed))
}

#[derive(Template)]
#[template(path = "embed.html")]
struct EmbedPage {
    t: Words,
    look: Look,
    style: &'static str,
    node: String,
    brief: Brief,
    url: String,
    results: Option<Results>,
    /// Why no result is shown.
    hidden: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    lang: Option<String>,
}

/// A consultation that anybody may see.
async fn open(conn: &mut Conn, slug: &str) -> Answer<View> {
    let view = consultation::view(conn, slug, None).await?;
    if view.consultation.state == Stage::Draft { Err(Error::NotFound) } else { Ok(view) }
}

async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let Front { node, theme, .. } = settings::front(&mut conn).await?;
    let View { consultation: on, .. } = open(&mut conn, &slug).await?;
    let mut bare = headers;
    bare.remove(header::COOKIE);
    let chosen = asked.lang.as_deref().and_then(Language::from_tag);
    let language = chosen.unwrap_or_else(|| visitor::language(&bare, &node.language));
    let t = Words::new(language, node.zone());
    let document = tally::results(&mut conn, &on, app.now(), Viewer::Anybody).await?;
    let shown = results::of(&t, &on, &document);
    let page = EmbedPage {
        look: theme::theme(&theme),
        style: &assets::STYLE.path,
        brief: brief::of(&t, app.now(), &on),
        url: app.address(&node).consultation(&on.slug),
        hidden: shown.as_ref().and_then(|results| results.hidden.clone()),
        results: shown.filter(|results| results.hidden.is_none()),
        node: node.name,
        t,
    };
    let html = page.render().map_err(|error| Failure::broken(&error))?;
    let mut response = Html(html).into_response();
    response.extensions_mut().insert(Framable);
    Ok(response)
}

#[derive(Debug, Deserialize)]
struct Wanted {
    url: String,
    format: Option<String>,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

/// `GET /oembed?url=`
async fn oembed(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    if wanted.format.as_deref().is_some_and(|format| format != "json") {
        return Ok((StatusCode::NOT_IMPLEMENTED, "This site speaks oEmbed in JSON.\n").into_response());
    }
    let mut conn = app.store.conn().await?;
    let node = settings::node(&mut conn).await?;
    let here = app.address(&node);
    let slug = slug(&wanted.url, here.host()).ok_or(Failure::NotFound)?;
    let on = open(&mut conn, &slug).await?.consultation;
    let url = here.consultation(&on.slug);
    let within = |size: u32, most: Option<u32>| size.min(most.unwrap_or(size)).max(LEAST);
    let (width, height) = (within(WIDTH, wanted.maxwidth), within(HEIGHT, wanted.maxheight));
    let document = json!({
        "version": "1.0",
        "type": "rich",
        "title": on.title,
        "provider_name": node.name,
        "provider_url": here.node(),
        "width": width,
        "height": height,
        "html": frame(&url, &on.title, width, height),
        "thumbnail_url": format!("{url}/card.png"),
        "thumbnail_width": crate::chart::card::WIDTH,
        "thumbnail_height": crate::chart::card::HEIGHT,
    });
    Ok(axum::Json(document).into_response())
}

/// The slug of a consultation's address on this host.
fn slug(address: &str, host: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let theirs = url.host_str()?;
    let theirs = url.port().map_or_else(|| theirs.to_owned(), |port| format!("{theirs}:{port}"));
    let mut path = url.path_segments()?;
    (theirs == host && path.next() == Some("c")).then(|| path.next().map(str::to_owned)).flatten()
}

/// The markup that shows a consultation in another site: a title for who hears it, no script, nothing that is sent along.
pub(super) fn frame(url: &str, title: &str, width: u32, height: u32) -> String {
    let safe = crate::chart::escape;
    format!(
        "<iframe src=\"{}/embed\" title=\"{}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" \
         referrerpolicy=\"no-referrer\" sandbox=\"allow-popups allow-top-navigation-by-user-activation\"></iframe>",
        safe(url),
        safe(title)
    )
}

/// The same for a page that offers it.
pub(super) fn offered(url: &str, title: &str) -> String {
    frame(url, title, WIDTH, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_host_are_shown() {
        assert_eq!(slug("https://a.test/c/square", "a.test").as_deref(), Some("square"));
        assert_eq!(slug("https://a.test/c/square?x=1#vote", "a.test").as_deref(), Some("square"));
        assert_eq!(slug("http://a.test:8080/c/square", "a.test:8080").as_deref(), Some("square"));
        for wrong in ["https://b.test/c/square", "https://a.test/f/square", "c/square", "", "https://a.test.evil/c/x"] {
            assert_eq!(slug(wrong, "a.test"), None, "{wrong}");
        }
        assert!(frame("https://a.test/c/x", "\"><script>", 1, 1).contains("&quot;&gt;&lt;script&gt;"));
    }
}
