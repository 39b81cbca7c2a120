//! Why somebody votes so: one sentence given with a ballot. It becomes a comment under the voter's name that bears no
//! reference to the ballot, and a stance only if the voter agrees, since a stance tells the choice.

use super::comment::{self, Comment, Draft};
use super::consultation::View;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::store::Tx;

/// The longest reason, in characters: one sentence.
pub const LONGEST: usize = 500;

/// A reason as a voter gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// One sentence.
    pub text: String,
    /// Whether the voter agrees that the comment shows what the ballot argues.
    pub stance: bool,
}

impl Reason {
    /// A reason, if there is one.
    ///
    /// # Errors
    /// [`Refusal::TooLong`], or what is wrong with `reason`.
    pub fn of(text: &str, stance: bool) -> Result<Option<Self>> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(Refusal::TooLong.into());
        }
        if text.contains('\n') {
            return Err(Error::field("reason", "format", "Give the reason in one sentence, on one line."));
        }
        Ok((!text.is_empty()).then(|| Self { text: text.to_owned(), stance }))
    }
}

/// Posts a reason as a comment. `choice` is what the ballot chose, as ids.
///
/// # Errors
/// As [`comment::post`].
pub async fn post(tx: &mut Tx, now: Instant, view: &View, reason: &Reason, choice: &[String]) -> Result<Comment> {
    let stance = view.consultation.method.0.stance(choice).filter(|_| reason.stance);
    let draft = Draft { text: reason.text.clone(), stance, ..Draft::default() };
    comment::post(tx, now, &view.forum, &view.consultation, &view.standing, &draft).await
}
