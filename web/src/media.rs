//! `/media/HASH.jpg`: files that consultations show, to those who may see one of them; `/media/people/HASH.jpg`: pictures of
//! people of other servers.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use model::data::media::{self, Served};
use model::people::portrait;

use crate::api;
use crate::app::App;
use crate::error::Failure;
use crate::tag;
use crate::visitor::Visitor;

/// What has this name never changes: its name is its hash.
const FOR_EVERYBODY: &str = "public, max-age=31536000, immutable";
/// A picture of somebody who is suspended or gone is not to be shown for long.
const FOR_A_DAY: &str = "public, max-age=86400";
const FOR_ONE: &str = "private, max-age=31536000, immutable";
/// The longest name under which a document is saved, in characters.
const NAME_LONGEST: usize = 80;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/media/{name}", get(file)).route("/media/people/{name}", get(portrait))
}

async fn file(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let account = match visitor.account {
        Some(account) => Some(account),
        None => api::account_of(&app, &headers).await?,
    };
    let mut conn = app.store.conn().await?;
    let Served { file, public, title } = media::serve(&mut conn, &name, account.as_ref()).await?;
    drop(conn);
    let tag = format!("\"{}\"", file.hash);
    let cached = (header::CACHE_CONTROL, (if public { FOR_EVERYBODY } else { FOR_ONE }).to_owned());
    let tagged = (header::ETAG, tag.clone());
    if tag::is_held(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [cached, tagged]).into_response());
    }
    let saved = if file.format.is_picture() { "inline".to_owned() } else { attached(&title, file.format.extension()) };
    let kind = (header::CONTENT_TYPE, file.format.media_type().to_owned());
    let headers = [cached, tagged, kind, (header::CONTENT_DISPOSITION, saved)];
    Ok((headers, file.octets).into_response())
}

/// The picture of somebody of another server, as this node keeps it: who reads here is not seen there.
async fn portrait(State(app): State<App>, headers: HeaderMap, Path(name): Path<String>) -> Result<Response, Failure> {
    let (format, octets) = portrait::serve(&mut app.store.conn().await?, &name).await?;
    let tag = format!("\"{name}\"");
    let cached = [(header::CACHE_CONTROL, FOR_A_DAY.to_owned()), (header::ETAG, tag.clone())];
    if tag::is_held(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    Ok((cached, [(header::CONTENT_TYPE, format.media_type())], octets).into_response())
}

/// A document is saved, under the title that it is shown with (RFC 6266): never opened as a page of this site.
fn attached(title: &str, extension: &str) -> String {
    let fine = |c: char| if c.is_alphanumeric() || "-_.()".contains(c) { c } else { ' ' };
    let name: String = title.chars().take(NAME_LONGEST).map(fine).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { "document".to_owned() } else { name };
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded = percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_can_do_nothing() {
        assert_eq!(attached("Le plan", "pdf"), "attachment; filename=\"Le plan.pdf\"; filename*=UTF-8''Le%20plan.pdf");
        let evil = attached("é\"; x=\"/../a\r\nSet-Cookie: b", "pdf");
        assert_eq!(
            evil,
            "attachment; filename=\"_ x .. a Set-Cookie b.pdf\"; filename*=UTF-8''%C3%A9%20x%20%2E%2E%20a%20Set%2DCookie%20b.pdf"
        );
        assert!(attached("///", "pdf").contains("document.pdf"));
    }
}
