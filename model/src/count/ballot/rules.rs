//! What every ballot meets: pure, values in, values out.

use super::{Ballot, Source, Voter};
use crate::clock::Instant;
use crate::debate::consultation::{Consultation, Phase};
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::Json;

/// The rules that every ballot meets: the consultation is open by our clock, and the choice is one of its choices.
/// Answers the choice as ids. A door that must first ask who votes can refuse by it at once.
///
/// # Errors
/// The refusals of [`super::cast`], but those of the voter.
pub fn admit(now: Instant, on: &Consultation, chosen: &[String]) -> Result<Vec<String>> {
    open(now, on)?;
    on.method.0.admit(&on.language, chosen)
}

/// Refuses who read another version of the text than the one that stands. `None`: the voter does not say.
///
/// # Errors
/// [`Refusal::TextChanged`].
pub fn saw(on: &Consultation, version: Option<i32>) -> Result<()> {
    let same = version.is_none_or(|version| version == on.text_version);
    if same { Ok(()) } else { Err(Refusal::TextChanged.into()) }
}

pub(in crate::count) fn open(now: Instant, on: &Consultation) -> Result<()> {
    match on.phase(now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Scheduled => Err(Refusal::NotOpenYet.into()),
        Phase::Open => Ok(()),
        over => Err(over.refusal().into()),
    }
}

pub(super) fn fresh(
    now: Instant,
    on: &Consultation,
    voter: Voter,
    choice: Vec<String>,
    source: Option<&Source>,
) -> Ballot {
    Ballot {
        // Ballots are published in the order of their keys: it must not be that of casting.
        id: Id::scattered(),
        consultation_id: on.id,
        actor_id: voter.actor,
        tier: voter.tier,
        choice: Json(choice),
        revision: 1,
        text_version: on.text_version,
        withdrawn: false,
        published_at: source.and_then(|s| s.published),
        cast_at: now,
        changed_at: now,
    }
}

/// The rules for a voter who has a ballot already.
pub(super) fn change(
    now: Instant,
    on: &Consultation,
    voter: Voter,
    earlier: Ballot,
    choice: Vec<String>,
    source: Option<&Source>,
) -> Result<Ballot> {
    let adds = source.is_some_and(|s| s.adds) && !earlier.withdrawn;
    let choice = if adds { added(on, &earlier, choice)? } else { choice };
    if !adds && !on.changeable && !earlier.withdrawn {
        return Err(Refusal::AlreadyVoted.into());
    }
    let published = source.and_then(|s| s.published);
    if !adds
        && let (Some(new), Some(old)) = (published, earlier.published_at)
        && new <= old
    {
        return Err(Refusal::Superseded.into());
    }
    Ok(Ballot {
        tier: voter.tier,
        choice: Json(choice),
        revision: earlier.revision + 1,
        text_version: on.text_version,
        withdrawn: false,
        published_at: published.or(earlier.published_at),
        changed_at: now,
        ..earlier
    })
}

/// A second Note of Mastodon's: one more choice where several may be chosen, refused where only one may.
pub(super) fn added(on: &Consultation, earlier: &Ballot, choice: Vec<String>) -> Result<Vec<String>> {
    if !on.method.0.is_multiple() {
        return Err(Refusal::AlreadyVoted.into());
    }
    let mut all = earlier.choice.0.clone();
    all.extend(choice);
    on.method.0.admit(&on.language, &all)
}
