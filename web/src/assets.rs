//! The files a page links, inside the program. Their addresses hold a hash of their bytes, so a browser keeps them for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// How many hexadecimal digits of the hash an address holds.
const FINGERPRINT: usize = 16;

/// One file and its address.
#[derive(Debug)]
pub struct Asset {
    /// `/assets/ui.0123456789abcdef.css`
    pub path: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let hash = hex::encode(Sha256::digest(bytes));
        Self { path: format!("/assets/{name}.{}.{extension}", &hash[..FINGERPRINT]), kind, bytes }
    }
}

/// The style sheet.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("ui", "css", "text/css; charset=utf-8", include_bytes!("../assets/ui.css")));

/// The icon of the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

/// `/assets/{file}`
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(asset))
}

async fn asset(Path(file): Path<String>) -> Response {
    let held = [&STYLE, &ICON].into_iter().find(|asset| asset.path.rsplit('/').next() == Some(&file));
    let Some(asset) = held else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.bytes).into_response()
}
