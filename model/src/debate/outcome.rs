//! What became of a consultation: the decision, its reasons, answers to the arguments, and what happens next.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::comment::{self, Comment};
use super::consultation::{self, Consultation, Phase, State, View};
use super::text;
use crate::care::notice::{self, News};
use crate::care::{audit, settings};
use crate::clock::Instant;
use crate::count::publication;
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::role::Act;
use crate::store::schema::outcomes;
use crate::store::{Conn, Json, Tx, on};

/// The longest text of an outcome, in characters.
pub const LONGEST: usize = 20_000;
/// The longest decision, and the longest line on what happens next, in characters.
pub const LINE_LONGEST: usize = 300;
/// The most answers to arguments.
pub const ANSWERS_MOST: usize = 50;

/// What became of a consultation.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = outcomes)]
pub struct Outcome {
    /// Of which.
    pub consultation_id: Id<Consultation>,
    /// The decision, one sentence; may be empty.
    pub decision: String,
    /// The text as written.
    pub markdown: String,
    /// The text as shown: sanitised.
    pub html: String,
    /// The answers to arguments.
    pub answers: Json<Vec<Answered>>,
    /// When something happens next.
    pub next_at: Option<Instant>,
    /// What happens next, one sentence; may be empty.
    pub next_step: String,
    /// The official answer in the debate that says it.
    pub comment_id: Option<Id<Comment>>,
    /// When it was published.
    pub published_at: Instant,
    /// When it last changed.
    pub updated_at: Option<Instant>,
}

/// An argument and the official reply to it, both comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The argument.
    pub argument: Id<Comment>,
    /// The reply.
    pub answer: Id<Comment>,
}

/// What an author gives.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The decision, one sentence.
    pub decision: String,
    /// The text, in Markdown.
    pub text: String,
    /// Arguments with the answers to them, in Markdown: each becomes an official reply.
    pub answers: Vec<(Id<Comment>, String)>,
    /// When something happens next.
    pub next_at: Option<Instant>,
    /// What happens then, one sentence.
    pub next_step: String,
}

impl Draft {
    fn check(mut self) -> Result<Self> {
        self.decision = self.decision.trim().to_owned();
        self.next_step = self.next_step.trim().to_owned();
        self.text = self.text.replace("\r\n", "\n");
        let mut check = Check::default();
        check.text("text", &self.text, LONGEST);
        check.most("decision", &self.decision, LINE_LONGEST);
        check.most("next_step", &self.next_step, LINE_LONGEST);
        check.done()?;
        Ok(self)
    }
}

/// Publishes what became of a closed consultation, or changes it: the consultation is concluded, an official answer in
/// the debate says so, and each argument answered gets its reply. Answers given before stay.
///
/// # Errors
/// When who asks is no author of the forum; [`Refusal::NotPublished`], [`Refusal::NotClosed`], [`Refusal::Cancelled`],
/// [`Refusal::Archived`]; what is wrong with a field; an argument of another consultation.
pub async fn publish(tx: &mut Tx, now: Instant, view: &View, draft: Draft) -> Result<(Consultation, Outcome)> {
    view.standing.may(Act::Author, Some(&view.forum))?;
    match view.consultation.phase(now) {
        Phase::Draft => return Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => return Err(Refusal::NotClosed.into()),
        Phase::Cancelled => return Err(Refusal::Cancelled.into()),
        Phase::Archived => return Err(Refusal::Archived.into()),
        Phase::Closed | Phase::Concluded => {}
    }
    let draft = draft.check()?;
    let on = closed(tx, now, view).await?;
    let before = of(tx, on.id).await?;
    consultation::move_on(tx, on.id, State::Concluded).await?;
    let it = consultation::touch(tx, now, on.id).await?;
    let answers = answered(tx, now, view, &it, &draft, before.as_ref()).await?;
    let comment_id = Some(said(tx, now, view, &it, &draft, before.as_ref()).await?);
    if before.is_none() {
        notice::announce(tx, now, &it, News::Outcome { consultation: it.id }).await?;
    }
    let outcome = Outcome {
        consultation_id: it.id,
        html: text::render(&draft.text),
        decision: draft.decision,
        markdown: draft.text,
        answers: Json(answers),
        next_at: draft.next_at,
        next_step: draft.next_step,
        comment_id,
        published_at: before.as_ref().map_or(now, |before| before.published_at),
        updated_at: before.map(|_| now),
    };
    keep(tx, &outcome).await?;
    publication::settle(tx, now, &it).await?;
    let by = view.standing.account.as_ref();
    audit::note(tx, now, by, "consultation.outcome", &it.slug, Some(it.author_id)).await?;
    if view.forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Edit { forum: it.forum_id, consultation: it.id }, When::Now).await?;
    }
    Ok((it, outcome))
}

/// The consultation, its count drained if the clock closed it before its job did.
async fn closed(tx: &mut Tx, now: Instant, view: &View) -> Result<Consultation> {
    let on = &view.consultation;
    if on.closed_at.is_some() {
        return Ok(on.clone());
    }
    consultation::finish(tx, now, &view.forum, on, State::Closed).await
}

/// Replies to the arguments answered now, after those answered before.
async fn answered(
    tx: &mut Tx,
    now: Instant,
    view: &View,
    it: &Consultation,
    draft: &Draft,
    before: Option<&Outcome>,
) -> Result<Vec<Answered>> {
    let mut answers = before.map(|before| before.answers.0.clone()).unwrap_or_default();
    if answers.len() + draft.answers.len() > ANSWERS_MOST {
        return Err(Error::field("answers", "range", format!("Answer at most {ANSWERS_MOST} arguments.")));
    }
    for (argument, text) in &draft.answers {
        let parent = Some(*argument);
        let words = comment::Draft { text: text.clone(), parent, ..comment::Draft::default() };
        let answer = comment::answer(tx, now, &view.forum, it, &view.standing, &words).await?;
        answers.push(Answered { argument: *argument, answer: answer.id });
    }
    Ok(answers)
}

/// The official answer that says it: written once, and changed when the outcome changes.
async fn said(
    tx: &mut Tx,
    now: Instant,
    view: &View,
    it: &Consultation,
    draft: &Draft,
    before: Option<&Outcome>,
) -> Result<Id<Comment>> {
    let text = words(tx, it, draft).await?;
    let there = match before.and_then(|before| before.comment_id) {
        Some(id) => Some(comment::by_id(tx, id).await?).filter(|it| it.state == comment::State::Visible),
        None => None,
    };
    if let Some(there) = there {
        comment::reword(tx, now, &view.forum, &there, &text).await?;
        return Ok(there.id);
    }
    let words = comment::Draft { text, ..comment::Draft::default() };
    Ok(comment::answer(tx, now, &view.forum, it, &view.standing, &words).await?.id)
}

/// The outcome as a comment: cut where it is longer than one, with a link to the whole.
async fn words(conn: &mut Conn, it: &Consultation, draft: &Draft) -> Result<String> {
    let (node, here) = (settings::node(conn).await?, settings::address(conn).await?);
    let mut parts = Vec::new();
    if !draft.decision.is_empty() {
        parts.push(format!("**{}**", draft.decision));
    }
    let next = draft.next_at.map(|at| super::change::moment(at, &node.zone()));
    let next = [next, Some(draft.next_step.clone()).filter(|step| !step.is_empty())].into_iter().flatten();
    let next = next.collect::<Vec<_>>().join(" \u{2013} ");
    let link = format!("<{}>", here.consultation(&it.slug));
    let frame = parts.iter().chain([&next, &link]).map(|part| part.chars().count() + 2).sum::<usize>();
    parts.push(text::cut(&draft.text, comment::LONGEST.saturating_sub(frame)));
    parts.extend([next, link].into_iter().filter(|part| !part.is_empty()));
    Ok(parts.join("\n\n"))
}

async fn keep(tx: &mut Tx, outcome: &Outcome) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(outcomes::table)
        .values(outcome)
        .on_conflict(outcomes::consultation_id)
        .do_update()
        .set((
            outcomes::decision.eq(&outcome.decision),
            outcomes::markdown.eq(&outcome.markdown),
            outcomes::html.eq(&outcome.html),
            outcomes::answers.eq(&outcome.answers),
            outcomes::next_at.eq(outcome.next_at),
            outcomes::next_step.eq(&outcome.next_step),
            outcomes::comment_id.eq(outcome.comment_id),
            outcomes::updated_at.eq(outcome.updated_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// What became of a consultation; `None` if nothing is published.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Option<Outcome>> {
    Ok(on!(conn, |c| outcomes::table.find(consultation).select(Outcome::as_select()).first(c).await.optional())?)
}

/// What became of these consultations, in no order: of those without an answer there is nothing.
///
/// # Errors
/// When the database fails.
pub async fn of_each(conn: &mut Conn, consultations: &[Id<Consultation>]) -> Result<Vec<Outcome>> {
    let these = outcomes::table.filter(outcomes::consultation_id.eq_any(consultations.to_vec()));
    Ok(on!(conn, |c| these.select(Outcome::as_select()).load(c).await)?)
}
