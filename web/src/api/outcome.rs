//! What became of a consultation.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::comment::Comment;
use model::debate::consultation::{self, Consultation};
use model::debate::outcome::{self, Draft};
use model::error::Error;
use model::id::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call};
use super::face::Caller;
use super::here;
use crate::app::App;
use crate::error::Failure;

/// What became of a consultation.
#[derive(Serialize, ToSchema)]
struct Outcome {
    /// The decision, one sentence; may be empty.
    decision: String,
    /// The text, in Markdown.
    text: String,
    /// The text as shown.
    html: String,
    /// The answers to arguments.
    answers: Vec<AnsweredArgument>,
    /// When something happens next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Instant>,
    /// What happens then, one sentence; may be empty.
    next_step: String,
    /// The address of the official answer that says it in the debate.
    comment: Option<String>,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    published_at: Instant,
    /// When it last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Instant>,
}

/// An argument with the official reply to it.
#[derive(Serialize, ToSchema)]
struct AnsweredArgument {
    /// The comment that was answered.
    #[schema(value_type = String, format = Uuid)]
    argument: Id<Comment>,
    /// The comment that answers it.
    #[schema(value_type = String, format = Uuid)]
    answer: Id<Comment>,
}

impl Outcome {
    fn of(it: outcome::Outcome, on: &Consultation, here: &Address) -> Self {
        let answers = it.answers.0.into_iter().map(|of| AnsweredArgument { argument: of.argument, answer: of.answer });
        Self {
            decision: it.decision,
            text: it.markdown,
            html: it.html,
            answers: answers.collect(),
            next_at: it.next_at,
            next_step: it.next_step,
            comment: it.comment_id.map(|id| here.comment(&on.slug, id)),
            published_at: it.published_at,
            updated_at: it.updated_at,
        }
    }
}

/// What became of a consultation, to be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOutcome {
    /// The text, in Markdown.
    text: String,
    /// The decision, one sentence.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    decision: String,
    /// Answers to arguments: each becomes an official reply. Those given before stay.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewAnswer>>)]
    answers: Vec<NewAnswer>,
    /// When something happens next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Instant>,
    /// What happens then, one sentence.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    next_step: String,
}

/// An answer to an argument.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    /// The comment that is answered.
    #[schema(value_type = String, format = Uuid)]
    argument: Id<Comment>,
    /// The answer, in Markdown.
    text: String,
}

/// Publish what became of a closed consultation, or change it
#[utoipa::path(
    post, path = "/consultations/{slug}/outcome", tag = "consultations", request_body = NewOutcome,
    responses((status = 200, body = Outcome)), security(("token" = []))
)]
pub(super) async fn publish(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewOutcome>,
) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let draft = Draft {
        decision: body.decision,
        text: body.text,
        answers: body.answers.into_iter().map(|of| (of.argument, of.text)).collect(),
        next_at: body.next_at,
        next_step: body.next_step,
    };
    let (it, published) = outcome::publish(&mut doing.tx, doing.now, &view, draft).await?;
    let here = here(&app, &mut doing.tx).await?;
    let answer = doing.changed(&Outcome::of(published, &it, &here)).await?;
    app.pages.forget(&it.slug);
    Ok(answer)
}

/// Read what became of a consultation
#[utoipa::path(
    get, path = "/consultations/{slug}/outcome", tag = "consultations",
    responses((status = 200, body = Outcome))
)]
pub(super) async fn read(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let on = consultation::view(&mut conn, &slug, account.as_ref()).await?.consultation;
    let it = outcome::of(&mut conn, on.id).await?.ok_or(Error::NotFound)?;
    call::json(&Outcome::of(it, &on, &here))
}
