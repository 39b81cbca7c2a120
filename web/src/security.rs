//! The headers that keep a page from being used against who reads it.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::error::Failure;
use crate::robots;

/// Scripts, styles and pictures from here alone, none of them written into a page, forms to here alone, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same for a page whose form leads on to the visitor's own server: browsers ask where a redirect ends, too.
const POLICY_LEADING_AWAY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; \
     form-action 'self' https: http:; frame-ancestors 'none'; base-uri 'none'";

/// A page that may stand in a frame of any site: nothing in it acts.
const POLICY_FRAMED: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors *; \
     base-uri 'none'";

/// Marks the answer of such a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framable;

/// Marks the answer of a page whose form may lead away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeadsAway;

/// The headers of every answer of the pages.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// What a page depends on.
const VARY: &str = "Accept, Accept-Language, Cookie";
/// A browser may keep a page, but asks again before it shows it.
const UNCACHED: &str = "no-cache";
const ENCRYPTED_ONLY: &str = "max-age=31536000";

/// Adds the headers, and `Secure` to cookies where the node is reached encrypted.
pub(crate) async fn harden(State(app): State<App>, request: Request, next: Next) -> Response {
    let left_out = robots::leaves_out(request.uri().path());
    let mut response = next.run(request).await;
    let encrypted = app.is_encrypted();
    let leads_away = response.extensions().get::<LeadsAway>().is_some();
    let framable = response.extensions().get::<Framable>().is_some();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if leads_away {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_LEADING_AWAY));
    }
    if framable {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_FRAMED));
        headers.remove(header::X_FRAME_OPTIONS);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(UNCACHED));
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
    }
    if left_out {
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
    if encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ENCRYPTED_ONLY));
        let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
        headers.remove(header::SET_COOKIE);
        for cookie in cookies {
            let secure = HeaderValue::try_from([cookie.as_bytes(), b"; Secure"].concat()).unwrap_or(cookie);
            headers.append(header::SET_COOKIE, secure);
        }
    }
    response
}

/// The answer to a form of another site.
pub(crate) fn foreign<B>(_: tower_http::csrf::ProtectionError) -> Response<B>
where
    B: Default,
{
    let mut response = Response::new(B::default());
    *response.status_mut() = axum::http::StatusCode::FORBIDDEN;
    response.extensions_mut().insert(Failure::CrossSite);
    response
}
