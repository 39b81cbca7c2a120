//! What moderators do in a forum, as others are told of it.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::store::Tx;

/// An act of moderation, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Moderation {
    /// A debate takes no more comments, or does again.
    Lock {
        /// Whose debate.
        consultation: Id<Consultation>,
        /// Why.
        reason: String,
        /// Whether this takes it back.
        lifted: bool,
    },
    /// A consultation stands first in its forum, or no longer does.
    Pin {
        /// Which.
        consultation: Id<Consultation>,
        /// Whether this takes it back.
        lifted: bool,
    },
    /// Somebody takes no part in the debates of the forum, or may again.
    Ban {
        /// Who.
        actor: Id<Actor>,
        /// Why.
        reason: String,
        /// Until when; for ever if `None`.
        until: Option<Instant>,
        /// Whether what they wrote goes too.
        removes: bool,
        /// Whether this takes it back.
        lifted: bool,
    },
    /// Somebody moderates the forum, or no longer does.
    Moderator {
        /// Who.
        actor: Id<Actor>,
        /// Whether this takes it back.
        lifted: bool,
    },
}

/// Has an act told to those who follow the forum. `since` is when the act began: its end names it by that.
pub(crate) async fn tell(tx: &mut Tx, now: Instant, forum: &Forum, since: Instant, act: Moderation) -> Result<()> {
    if !forum.visibility.is_federated() {
        return Ok(());
    }
    let job = Job::Moderate { forum: forum.id, since, at: now, act };
    job::enqueue(tx, now, job, When::Now).await
}
