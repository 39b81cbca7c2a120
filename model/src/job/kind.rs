//! What there is to be done.

use serde::{Deserialize, Serialize};

use crate::care::mail::Mail;
use crate::care::moderation::Moderation;
use crate::care::notice::News;
use crate::care::report::Report;
use crate::clock::Instant;
use crate::count::ballot::{RefusedBallot, Verdict};
use crate::count::witness::Witness;
use crate::debate::comment::Comment;
use crate::debate::consultation::Consultation;
use crate::debate::forum::Forum;
use crate::id::Id;
use crate::network::backfill::Backfill;
use crate::network::envoy::Errand;
use crate::network::follow::Follow;
use crate::network::proposal::Proposal;
use crate::network::relay::{Passed, Relay};
use crate::network::relay_server::Server;
use crate::people::account::Account;
use crate::people::actor::Actor;

/// What is to be done. Each is idempotent: a job may run twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Tells followers of a newly published consultation: its `Page`, and its `Question` if it is open.
    Publish {
        /// In which forum.
        forum: Id<Forum>,
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers that a consultation has opened: its `Question`.
    Open {
        /// In which forum.
        forum: Id<Forum>,
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers that somebody edited a consultation.
    Edit {
        /// In which forum.
        forum: Id<Forum>,
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers and voters' servers the totals.
    Tally {
        /// Which.
        consultation: Id<Consultation>,
        /// Whether this is the last, at closing.
        closing: bool,
    },
    /// Tells followers of a comment.
    Comment {
        /// In which forum.
        forum: Id<Forum>,
        /// Which.
        comment: Id<Comment>,
        /// What happened to it.
        change: Change,
    },
    /// Tells followers of a forum's new title or summary.
    Forum {
        /// Which.
        forum: Id<Forum>,
    },
    /// Passes on to a forum's followers what somebody elsewhere did in it, byte for byte.
    Carry {
        /// In which forum.
        forum: Id<Forum>,
        /// The activity as received.
        activity: String,
    },
    /// Tells a voter from elsewhere why the ballot was not counted.
    Refuse {
        /// Which.
        ballot: Id<RefusedBallot>,
    },
    /// Answers a ballot that another node sent in our own form.
    Answer {
        /// On what.
        consultation: Id<Consultation>,
        /// Whose.
        actor: Id<Actor>,
        /// The activity as received.
        create: String,
        /// What became of it.
        verdict: Verdict,
    },
    /// Tells followers of a forum what its moderators did.
    Moderate {
        /// In which forum.
        forum: Id<Forum>,
        /// When the act began.
        since: Instant,
        /// When this was done.
        at: Instant,
        /// What.
        act: Moderation,
    },
    /// Reports something to the server from which it came.
    Flag {
        /// By which report.
        report: Id<Report>,
    },
    /// Asks a remote forum to let us follow it, or says that we no longer do.
    Follow {
        /// Which.
        follow: Id<Follow>,
        /// Whether it is taken back.
        undo: bool,
    },
    /// Brings what is missing of a thread, a page at a time.
    Backfill {
        /// Where it has come to.
        backfill: Backfill,
    },
    /// Asks the origin of a consultation elsewhere whether it still says what is kept of it here, and holds what is kept
    /// against what its author signed.
    Revisit {
        /// Its `Page`.
        page: String,
    },
    /// Acknowledges to another node that something of it was erased here, and wherever it went from here.
    Receipt {
        /// What.
        object: String,
    },
    /// Tells another node how much of a consultation of it a forum here passed on.
    Carried {
        /// Which forum.
        forum: Id<Forum>,
        /// The `Page` of the consultation.
        page: String,
    },
    /// Tells the author of a comment, on a node of our kind, that it is not taken in.
    Decline {
        /// In which forum.
        forum: Id<Forum>,
        /// Whose.
        actor: Id<Actor>,
        /// The id of the activity that brought it.
        activity: String,
        /// The comment.
        note: String,
        /// Why, as a stable code.
        code: String,
        /// Why, in the words of a moderator who read it.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Passes on to a forum's followers what a forum elsewhere published.
    Relay {
        /// Which forum passes it on.
        forum: Id<Forum>,
        /// What.
        object: String,
        /// How.
        passed: Passed,
        /// The hosts that it came from, which do not hear of it.
        came_from: Vec<String>,
    },
    /// Fetches something elsewhere, which a forum then passes on.
    Adopt {
        /// Which forum.
        forum: Id<Forum>,
        /// As part of what it carries, or by itself.
        relay: Option<Id<Relay>>,
        /// What.
        object: String,
    },
    /// Answers a forum elsewhere that asked to carry one of ours.
    Consent {
        /// Its follow.
        follow: Id<Follow>,
    },
    /// Tells the other side of a proposal, or of the answer to theirs.
    Propose {
        /// Which.
        proposal: Id<Proposal>,
    },
    /// Subscribes to a relay server, or ends that.
    Subscribe {
        /// Which.
        server: Id<Server>,
        /// Whether it ends.
        undo: bool,
    },
    /// Asks a witness of this node to sign the logs that grew.
    Cosign {
        /// Which.
        witness: Id<Witness>,
    },
    /// Holds a log elsewhere that this node witnesses against what it, and other witnesses, say of it now.
    Watch {
        /// The name of the log.
        origin: String,
    },
    /// Tells the origin of a consultation elsewhere what somebody here did.
    Errand {
        /// What.
        errand: Errand,
    },
    /// Counts the ballots of a consultation elsewhere again, from the log of its origin.
    Verify {
        /// Its `Page`.
        page: String,
    },
    /// Fetches the picture of somebody of another server.
    Portrait {
        /// Whose.
        actor: Id<Actor>,
    },
    /// Holds a tally against its events and its log.
    Check {
        /// Whose.
        consultation: Id<Consultation>,
    },
    /// Hands a mail to the mail server.
    Mail {
        /// Which.
        mail: Id<Mail>,
    },
    /// Tells people of this node what happened, some at a time.
    Notify {
        /// What.
        news: News,
        /// Those after this one; all if `None`.
        after: Option<Id<Account>>,
    },
    /// Gathers in one mail what somebody was told since the last.
    Digest {
        /// Whom.
        account: Id<Account>,
    },
    /// Tells the servers that know somebody of this node that they are gone.
    Depart {
        /// Who.
        actor: Id<Actor>,
        /// The inboxes of those servers.
        inboxes: Vec<String>,
    },
}

/// What happened to a thing that others hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Created,
    /// It was edited.
    Updated,
    /// It is gone.
    Deleted,
}

impl Job {
    /// Jobs of one lane run one after the other, in the order in which they were enqueued. What the followers of a forum are
    /// told is in one lane: nobody hears an answer before what it answers, nor an edit before the words edited, and all hear
    /// all of it in the same order. Jobs for a later time have no lane: they would hold up what comes after.
    pub(crate) fn lane(&self) -> Option<String> {
        match self {
            Self::Publish { forum, .. }
            | Self::Open { forum, .. }
            | Self::Edit { forum, .. }
            | Self::Comment { forum, .. }
            | Self::Forum { forum }
            | Self::Carry { forum, .. }
            | Self::Moderate { forum, .. }
            | Self::Relay { forum, .. } => Some(format!("forum:{forum}")),
            Self::Propose { proposal } => Some(format!("proposal:{proposal}")),
            Self::Errand { errand } => Some(format!("errand:{}", errand.by())),
            _ => None,
        }
    }

    /// Whether all of it can be written by the transaction that causes it: who is told is known to this node, and nobody
    /// need be asked first.
    pub(super) fn can_be_told_at_once(&self) -> bool {
        match self {
            Self::Publish { .. }
            | Self::Open { .. }
            | Self::Edit { .. }
            | Self::Comment { .. }
            | Self::Forum { .. }
            | Self::Carry { .. }
            | Self::Refuse { .. }
            | Self::Answer { .. }
            | Self::Moderate { .. }
            | Self::Follow { .. }
            | Self::Relay { .. }
            | Self::Consent { .. }
            | Self::Propose { .. }
            | Self::Subscribe { .. }
            | Self::Errand { .. }
            | Self::Decline { .. }
            | Self::Depart { .. } => true,
            // Later, once for many: how much is carried, and what became of copies.
            Self::Carried { .. } | Self::Receipt { .. } => false,
            // Counted first, asked of others, or no matter of theirs.
            Self::Tally { .. }
            | Self::Flag { .. }
            | Self::Backfill { .. }
            | Self::Adopt { .. }
            | Self::Cosign { .. }
            | Self::Watch { .. }
            | Self::Verify { .. }
            | Self::Revisit { .. }
            | Self::Portrait { .. }
            | Self::Check { .. }
            | Self::Mail { .. }
            | Self::Notify { .. }
            | Self::Digest { .. } => false,
        }
    }

    /// Jobs with the same mark collapse into one while it waits.
    pub(super) fn dedup(&self) -> Option<String> {
        match self {
            Self::Tally { consultation, closing } => Some(format!("tally:{consultation}:{closing}")),
            Self::Check { consultation } => Some(format!("check:{consultation}")),
            Self::Digest { account } => Some(format!("digest:{account}")),
            Self::Backfill { backfill } => Some(format!("backfill:{}", backfill.root)),
            Self::Verify { page } => Some(format!("verify:{page}")),
            Self::Revisit { page } => Some(format!("revisit:{page}")),
            Self::Receipt { object } => Some(format!("receipt:{object}")),
            Self::Carried { forum, page } => Some(format!("carried:{forum}:{page}")),
            Self::Portrait { actor } => Some(format!("portrait:{actor}")),
            Self::Cosign { witness } => Some(format!("cosign:{witness}")),
            Self::Watch { origin } => Some(format!("watch:{origin}")),
            Self::Edit { consultation, .. } => Some(format!("edit:{consultation}")),
            Self::Forum { forum } => Some(format!("forum:{forum}")),
            Self::Publish { consultation, .. } => Some(format!("publish:{consultation}")),
            Self::Open { consultation, .. } => Some(format!("open:{consultation}")),
            _ => None,
        }
    }
}
