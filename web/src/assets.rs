//! The files a page links, inside the program. Their addresses hold a hash of their bytes, so a browser keeps them for ever;
//! each is compressed once, when the program first needs it.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::encoding::{self, Encoding};
use crate::error::Failure;
use crate::theme;

/// Where they lie.
pub(crate) const FOLDER: &str = "/assets/";
/// Of what never changes under its address.
pub(crate) const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The media type of a style sheet.
pub(crate) const CSS: &str = "text/css; charset=utf-8";
/// How many hexadecimal digits of the hash an address holds.
const FINGERPRINT: usize = 16;

/// One file and its address.
#[derive(Debug)]
pub struct Asset {
    /// `/assets/ui.0123456789abcdef.css`
    pub path: String,
    kind: &'static str,
    bytes: &'static [u8],
    squeezed: LazyLock<Option<Vec<u8>>, Squeeze>,
}

/// What makes the compressed form of a file.
type Squeeze = Box<dyn FnOnce() -> Option<Vec<u8>> + Send>;

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let squeeze: Squeeze = Box::new(move || squeezed(bytes).filter(|smaller| smaller.len() < bytes.len()));
        let path = address(&format!("{name}."), bytes, extension);
        Self { path, kind, bytes, squeezed: LazyLock::new(squeeze) }
    }
}

/// The address of a file: `prefix`, the fingerprint of its bytes, its extension.
pub(crate) fn address(prefix: &str, bytes: &[u8], extension: &str) -> String {
    let hash = hex::encode(Sha256::digest(bytes));
    format!("{FOLDER}{prefix}{}.{extension}", &hash[..FINGERPRINT])
}

/// The same bytes as gzip (RFC 1952); `None` if they cannot be written so.
fn squeezed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut squeezing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    squeezing.write_all(bytes).ok()?;
    squeezing.finish().ok()
}

/// The style sheet.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::new("ui", "css", CSS, include_bytes!("../assets/ui.css")));

/// The icon of the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

/// What tells a page that stays open what happens meanwhile.
pub static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("live", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/live.js")));

/// `/assets/{file}`
pub(crate) fn router() -> Router<App> {
    Router::new().route("/assets/{file}", get(asset))
}

async fn asset(app: State<App>, headers: HeaderMap, Path(file): Path<String>) -> Result<Response, Failure> {
    let held = [&STYLE, &ICON, &LIVE].into_iter().find(|asset| asset.path.rsplit('/').next() == Some(&file));
    let Some(asset) = held else {
        let of_theme = theme::file(app, &file).await?;
        return Ok(of_theme.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()));
    };
    let kept = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, FOR_EVER)];
    match asset.squeezed.as_deref().filter(|_| encoding::takes(&headers, Encoding::Gzip)) {
        Some(squeezed) => {
            let named = [(header::CONTENT_ENCODING, "gzip"), (header::VARY, "Accept-Encoding")];
            Ok((kept, named, squeezed).into_response())
        }
        None => Ok((kept, [(header::VARY, "Accept-Encoding")], asset.bytes).into_response()),
    }
}
