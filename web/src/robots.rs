//! What search engines are asked to leave out: what belongs to one person, what belongs to another server, and people, who
//! did not ask to be found by what they said here.

use axum::Router;
use axum::http::header;
use axum::routing::get;

use crate::app::App;

/// Whatever begins so is neither asked for nor kept.
const LEFT_OUT: [&str; 9] =
    ["/admin", "/api/", "/login", "/me", "/register", "/remote/", "/setup/", "/u/", "/unsubscribe/"];

/// `GET /robots.txt` (RFC 9309)
pub(crate) fn routes() -> Router<App> {
    let lines: String = LEFT_OUT.iter().map(|path| format!("Disallow: {path}\n")).collect();
    let text = format!("User-agent: *\n{lines}");
    Router::new().route("/robots.txt", get(async move || ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)))
}

/// Whether what lies there is left out: a page that something else links to says so itself.
pub(crate) fn leaves_out(path: &str) -> bool {
    LEFT_OUT.iter().any(|start| path.starts_with(start))
}
