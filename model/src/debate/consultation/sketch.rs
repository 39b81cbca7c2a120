//! A draft written step by step: each step is kept as soon as what it asks fits, whatever the later ones still lack.
//! Publishing asks for all of it.

use super::{Consultation, Draft, State, held, may_require, may_write, rows, write};
use crate::care::audit;
use crate::clock::Instant;
use crate::count::method::Method;
use crate::debate::forum::Forum;
use crate::debate::text::{self, Text};
use crate::error::{Error, Refusal, Result};
use crate::people::role::{Act, Standing};
use crate::store::Tx;
use crate::store::types::words;

words! {
    /// A step of writing.
    pub enum Step {
        /// The question, its summary, its language and tags.
        Question = "question",
        /// The text and the brief.
        Text = "text",
        /// How it asks, whom, and when results show.
        Participation = "participation",
        /// When it opens, closes, and is answered.
        Calendar = "calendar",
    }
}

impl Step {
    /// The step that asks for a field.
    #[must_use]
    pub fn of(field: &str) -> Self {
        match field.split(['.', '[']).next().unwrap_or(field) {
            "title" | "summary" | "language" | "tags" => Self::Question,
            "text" | "brief" | "attributes" => Self::Text,
            "opens_at" | "closes_at" | "answer_by" => Self::Calendar,
            _ => Self::Participation,
        }
    }
}

impl Draft {
    /// Checks what one step asks, and answers the draft in its normal form as far as it has one.
    fn check_step(mut self, now: Instant, before: Option<&Method>, step: Step) -> Result<Self> {
        match self.clone().check(now, before) {
            Err(Error::Refused(Refusal::Invalid(mut fields))) => {
                fields.retain(|wrong| Step::of(&wrong.field) == step);
                if !fields.is_empty() {
                    return Err(Refusal::Invalid(fields).into());
                }
            }
            other => return other,
        }
        // What is left is wrong elsewhere, and said there: here the words alone are trimmed.
        if let Err(Error::Store(error)) = self.check_words() {
            return Err(Error::Store(error));
        }
        if step == Step::Participation {
            self.method = match before {
                Some(before) => self.method.check_change(before)?,
                None => self.method.check()?,
            };
            self.electorate = self.electorate.check()?;
        }
        Ok(self)
    }
}

/// Begins a draft with its first step, in the name in which [`super::create`] would.
///
/// # Errors
/// When `by` may not, or a field of the question is not as it should be.
pub async fn begin(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, draft: Draft) -> Result<Consultation> {
    by.may(Act::Propose, Some(forum))?;
    let draft = draft.check_step(now, None, Step::Question)?;
    write(tx, now, by, forum, &draft).await
}

/// Keeps one step of a draft.
///
/// # Errors
/// When `by` may not, [`Refusal::AlreadyPublished`], or a field of that step is not as it should be.
pub async fn sketch(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
    draft: Draft,
    step: Step,
) -> Result<Consultation> {
    may_write(by, forum, on)?;
    let on = &held(tx, on.id).await?;
    if on.state != State::Draft {
        return Err(Refusal::AlreadyPublished.into());
    }
    let draft = draft.check_step(now, Some(&on.method.0), step)?;
    may_require(by, forum, &draft.electorate, Some(&on.electorate.0))?;
    draft.electorate.check_in(tx, forum).await?;
    let text = Text::first(now, on.id, &draft.markdown());
    text::keep(tx, &text).await?;
    let it = rows::rewrite(tx, now, on, &draft, text.version).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.edit", &it.slug, Some(it.author_id)).await?;
    Ok(it)
}
