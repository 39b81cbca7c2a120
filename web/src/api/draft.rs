//! Consultations as authors write and change them.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::count::electorate;
use model::count::tally::Results;
use model::debate::consultation::{self, Ballots, Draft};
use model::debate::forum::{self, Forum};
use model::debate::text;
use serde::Deserialize;
use utoipa::ToSchema;

use super::call::Call;
use super::shape::{self, Brief, Electorate, NewMethod};
use super::shown::Shown;
use super::{here, shape::given};
use crate::app::App;
use crate::error::Failure;

/// A consultation to draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConsultation {
    /// The question.
    title: String,
    /// Summary, plain text.
    #[serde(default)]
    summary: String,
    /// The text, in Markdown.
    text: String,
    /// Three lines to read first.
    #[serde(default)]
    #[schema(value_type = Option<Brief>)]
    brief: Brief,
    /// How it asks.
    method: NewMethod,
    /// When it opens; null: when published.
    #[schema(value_type = Option<String>, format = DateTime)]
    opens_at: Option<Instant>,
    /// When it closes. Required, but for a debate without ballots.
    #[schema(value_type = Option<String>, format = DateTime)]
    closes_at: Option<Instant>,
    /// When an answer is promised.
    #[schema(value_type = Option<String>, format = DateTime)]
    answer_by: Option<Instant>,
    /// When results show; `after_vote` by default.
    #[schema(value_type = Option<shape::WhenResults>)]
    results: Option<Results>,
    /// Who may vote; members and the open fediverse by default, members official.
    electorate: Option<Electorate>,
    /// Whether ballots can be changed and withdrawn; true by default.
    changeable: Option<bool>,
    /// Whether ballots name their voters; `secret` by default.
    #[schema(value_type = Option<shape::WhoseBallots>)]
    ballots: Option<Ballots>,
    /// Its language (BCP 47); the forum's by default.
    language: Option<String>,
    /// Tags.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    tags: Vec<String>,
}

impl NewConsultation {
    fn draft(self, forum: &Forum) -> Draft {
        Draft {
            title: self.title,
            summary: self.summary,
            text: self.text,
            brief: self.brief.into(),
            method: self.method.0,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            answer_by: self.answer_by,
            results: self.results.unwrap_or(Results::AfterVote),
            electorate: self.electorate.map_or_else(electorate::Electorate::default, Into::into),
            changeable: self.changeable.unwrap_or(true),
            ballots: self.ballots.unwrap_or(Ballots::Secret),
            language: self.language.unwrap_or_else(|| forum.language.clone()),
            tags: self.tags,
            example: false,
        }
    }
}

/// What changes in a consultation; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsultationChange {
    /// The question.
    title: Option<String>,
    /// Summary, plain text.
    summary: Option<String>,
    /// The text, in Markdown.
    text: Option<String>,
    /// Three lines to read first.
    brief: Option<Brief>,
    /// How it asks. Locked by the first ballot.
    method: Option<NewMethod>,
    /// When it opens; null: when published.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    opens_at: Option<Option<Instant>>,
    /// When it closes. Locked once published.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closes_at: Option<Option<Instant>>,
    /// When an answer is promised.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answer_by: Option<Option<Instant>>,
    /// When results show. Locked by the first ballot.
    #[schema(value_type = Option<shape::WhenResults>)]
    results: Option<Results>,
    /// Who may vote. Locked by the first ballot.
    electorate: Option<Electorate>,
    /// Whether ballots can be changed and withdrawn. Locked by the first ballot.
    changeable: Option<bool>,
    /// Whether ballots name their voters. Locked by the first ballot.
    #[schema(value_type = Option<shape::WhoseBallots>)]
    ballots: Option<Ballots>,
    /// Its language (BCP 47). Locked by the first ballot.
    language: Option<String>,
    /// Tags.
    tags: Option<Vec<String>>,
}

impl ConsultationChange {
    fn onto(self, draft: Draft) -> Draft {
        Draft {
            title: self.title.unwrap_or(draft.title),
            summary: self.summary.unwrap_or(draft.summary),
            text: self.text.unwrap_or(draft.text),
            brief: self.brief.map_or(draft.brief, Into::into),
            method: self.method.map_or(draft.method, |method| method.0),
            opens_at: self.opens_at.unwrap_or(draft.opens_at),
            closes_at: self.closes_at.unwrap_or(draft.closes_at),
            answer_by: self.answer_by.unwrap_or(draft.answer_by),
            results: self.results.unwrap_or(draft.results),
            electorate: self.electorate.map_or(draft.electorate, Into::into),
            changeable: self.changeable.unwrap_or(draft.changeable),
            ballots: self.ballots.unwrap_or(draft.ballots),
            language: self.language.unwrap_or(draft.language),
            tags: self.tags.unwrap_or(draft.tags),
            example: draft.example,
        }
    }
}

/// Draft a consultation
#[utoipa::path(
    post, path = "/forums/{slug}/consultations", tag = "consultations", request_body = NewConsultation,
    responses((status = 201, body = Shown)), security(("token" = []))
)]
pub(super) async fn create(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewConsultation>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let draft = new.draft(&forum);
    let it = consultation::create(&mut doing.tx, doing.now, &by, &forum, draft).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &it, &forum, doing.now, &here).await?;
    doing.created(&shown).await
}

/// Change a consultation
#[utoipa::path(
    patch, path = "/consultations/{slug}", tag = "consultations", request_body = ConsultationChange,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn edit(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<ConsultationChange>,
) -> Result<Response, Failure> {
    let (mut doing, change) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    consultation::may_write(&view.standing, &view.forum, &view.consultation)?;
    let on = &view.consultation;
    let text = text::version(&mut doing.tx, on.id, on.text_version).await?;
    let draft = change.onto(Draft::of(on, &text.markdown));
    let it = consultation::edit(&mut doing.tx, doing.now, &view.standing, &view.forum, on, draft).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &it, &view.forum, doing.now, &here).await?;
    let answer = doing.changed(&shown).await?;
    app.pages.forget(&it.slug);
    Ok(answer)
}
