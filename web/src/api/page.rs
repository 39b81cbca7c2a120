//! What the institution writes itself: legal notice, privacy, rules, questions and answers, accessibility.

use axum::extract::{Path, State};
use axum::response::Response;
use model::care::page::{self as written, Name};
use model::clock::Instant;
use model::error::Error;
use model::people::role::Standing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call};
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// A page in one language.
#[derive(Serialize, ToSchema)]
#[schema(as = Page)]
pub(super) struct Shown {
    /// Which.
    #[schema(value_type = shape::PageName)]
    name: Name,
    /// Its language (BCP 47).
    language: String,
    /// As written, in Markdown.
    text: String,
    /// As shown: sanitised.
    html: String,
    /// Whether nothing is left to fill in: what stands between double brackets.
    complete: bool,
    /// When it was last written.
    #[schema(value_type = String, format = DateTime)]
    updated: Instant,
}

impl From<written::Page> for Shown {
    fn from(page: written::Page) -> Self {
        Self {
            complete: page.is_filled(),
            name: page.name,
            language: page.language,
            text: page.markdown,
            html: page.html,
            updated: page.updated_at,
        }
    }
}

/// What a page says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewText {
    /// In Markdown.
    #[schema(max_length = 50000)]
    text: String,
}

/// Read a page that the institution has written
#[utoipa::path(get, path = "/pages/{name}/{language}", tag = "node", responses((status = 200, body = Shown)))]
pub(super) async fn read(
    State(app): State<App>,
    Path((name, language)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let name = name.parse().map_err(|_| Error::NotFound)?;
    let page = written::of(&mut app.store.conn().await?, name, &language).await?.ok_or(Error::NotFound)?;
    call::json(&Shown::from(page))
}

/// Write a page, as an administrator
#[utoipa::path(
    put, path = "/pages/{name}/{language}", tag = "node", request_body = NewText,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn write(
    State(app): State<App>,
    Path((name, language)): Path<(String, String)>,
    call: Call<NewText>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let name = name.parse().map_err(|_| Error::NotFound)?;
    let page = written::write(&mut doing.tx, doing.now, &by, name, &language, &new.text).await?;
    doing.changed(&Shown::from(page)).await
}
