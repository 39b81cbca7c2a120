//! What a forum asks to be told of its consultations, and what they were told.

use axum::extract::{Path, State};
use axum::response::Response;
use model::debate::attribute::{self, Attribute, Given, Kind};
use model::debate::{consultation, forum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call};
use super::face::Caller;
use super::here;
use super::shape;
use super::shown::Shown;
use crate::app::App;
use crate::error::Failure;

/// Something that a forum asks to be told of each of its consultations.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attribute)]
pub(super) struct Question {
    /// Its name in documents: small letters, digits and `_`.
    name: String,
    /// What people read.
    label: String,
    /// What is asked for.
    #[schema(value_type = shape::AttributeKind)]
    kind: Kind,
    /// What may be chosen, of a choice.
    #[serde(default)]
    options: Vec<String>,
    /// Whether nothing is published without it.
    #[serde(default)]
    required: bool,
}

/// What a forum asks, in its order.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Attributes {
    /// All of it.
    attributes: Vec<Question>,
}

impl From<Question> for Attribute {
    fn from(it: Question) -> Self {
        let Question { name, label, kind, options, required } = it;
        Self { name, label, kind, options, required }
    }
}

impl From<Attribute> for Question {
    fn from(it: Attribute) -> Self {
        let Attribute { name, label, kind, options, required } = it;
        Self { name, label, kind, options, required }
    }
}

/// What a consultation is told, in place of all before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// A number, a text, an option, true or false, by the name of the attribute.
    #[schema(value_type = Object)]
    attributes: Given,
}

/// Read what a forum asks of its consultations
#[utoipa::path(
    get, path = "/forums/{slug}/attributes", tag = "forums", responses((status = 200, body = Attributes))
)]
pub(super) async fn asked(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = forum::view(&mut conn, &slug, account.as_ref()).await?;
    let all = attribute::asked(&mut conn, forum.id).await?;
    call::json(&Attributes { attributes: all.into_iter().map(Question::from).collect() })
}

/// Say what a forum asks of its consultations
#[utoipa::path(
    put, path = "/forums/{slug}/attributes", tag = "forums", request_body = Attributes,
    responses((status = 200, body = Attributes)), security(("token" = []))
)]
pub(super) async fn ask(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Attributes>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let all: Vec<Attribute> = new.attributes.into_iter().map(Attribute::from).collect();
    attribute::ask(&mut doing.tx, doing.now, &by, &forum, &all).await?;
    let all = attribute::asked(&mut doing.tx, forum.id).await?;
    doing.changed(&Attributes { attributes: all.into_iter().map(Question::from).collect() }).await
}

/// Tell what is asked of a consultation
#[utoipa::path(
    put, path = "/consultations/{slug}/attributes", tag = "consultations", request_body = Told,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn tell(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Told>,
) -> Result<Response, Failure> {
    let (mut doing, told) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let (on, forum, by) = (&view.consultation, &view.forum, &view.standing);
    attribute::tell(&mut doing.tx, doing.now, by, forum, on, &told.attributes).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = consultation::by_id(&mut doing.tx, on.id).await?;
    let shown = Shown::whole(&mut doing.tx, &on, forum, doing.now, &here).await?;
    let answer = doing.changed(&shown).await?;
    app.pages.forget(&slug);
    Ok(answer)
}
