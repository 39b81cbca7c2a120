//! The pages: each module maps what the model says to one template, and what a form says to one use case.

use std::time::Duration;

use model::error::Error;
use serde::Deserialize;

use crate::language::Words;

pub(crate) mod admin;
pub(crate) mod consultation;
pub(crate) mod debate;
mod elsewhere;
pub(crate) mod entry;
pub(crate) mod federation;
pub(crate) mod forum;
pub(crate) mod home;
pub(crate) mod person;
pub(crate) mod prose;
pub(crate) mod setup;

mod agreement;
mod answers;
mod around;
mod asked;
mod ballot;
mod brief;
mod close;
mod codes;
mod comment;
mod compare;
pub(crate) mod embed;
mod guest;
pub(crate) mod help;
mod interact;
mod invitation;
pub(crate) mod letter;
mod me;
mod membership;
mod message;
mod mirrored;
mod moderate;
mod moved;
mod network;
mod once;
mod outcome;
mod pictures;
mod polling;
mod preferences;
mod print;
mod promise;
mod provider;
pub(crate) mod reading;
pub(crate) mod relay;
mod reset;
mod results;
mod routes;
pub(crate) mod said;
mod search;
mod sides;
mod stats;
mod talk;
pub(crate) mod tallied;
mod thread_elsewhere;
mod unsubscribe;
mod verify;
mod write;

pub(crate) use routes::router;

/// What a form has just done, told once on the page it leads to. A closed list: an address cannot put words in our mouth.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Done {
    Verified,
    Reset,
    Password,
    Withdrawn,
    Commented,
    Saved,
    Drafted,
    Published,
    Closed,
    ForumSaved,
    RoleGiven,
    RoleRemoved,
    Invited,
    Asked,
    Stopped,
    SetUp,
    Requested,
    Joined,
    Left,
    MemberApproved,
    MemberRefused,
    MemberInvited,
    Approved,
    Refused,
    Linked,
    Unlinked,
    Attached,
    Detached,
    Extended,
    Cancelled,
    Concluded,
    Answered,
    Deleted,
    CommentChanged,
    CommentDeleted,
    Reported,
    ReceiptSent,
    MailSaved,
    LeftNode,
    Kept,
    TestMailed,
    Held,
    Decided,
    Undone,
    Shown,
    Rejected,
    AppealAnswered,
}

impl Done {
    /// Every one, for the test of the catalogues.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 47] = [
        Self::Verified,
        Self::Reset,
        Self::Password,
        Self::Withdrawn,
        Self::Commented,
        Self::Saved,
        Self::Drafted,
        Self::Published,
        Self::Closed,
        Self::ForumSaved,
        Self::RoleGiven,
        Self::RoleRemoved,
        Self::Invited,
        Self::Asked,
        Self::Stopped,
        Self::SetUp,
        Self::Requested,
        Self::Joined,
        Self::Left,
        Self::MemberApproved,
        Self::MemberRefused,
        Self::MemberInvited,
        Self::Approved,
        Self::Refused,
        Self::Linked,
        Self::Unlinked,
        Self::Attached,
        Self::Detached,
        Self::Extended,
        Self::Cancelled,
        Self::Concluded,
        Self::Answered,
        Self::Deleted,
        Self::CommentChanged,
        Self::CommentDeleted,
        Self::Reported,
        Self::ReceiptSent,
        Self::MailSaved,
        Self::LeftNode,
        Self::Kept,
        Self::TestMailed,
        Self::Held,
        Self::Decided,
        Self::Undone,
        Self::Shown,
        Self::Rejected,
        Self::AppealAnswered,
    ];

    /// The message of the catalogue.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Verified => "verify-done",
            Self::Reset => "reset-done",
            Self::Password => "me-password-done",
            Self::Withdrawn => "ballot-withdrawn",
            Self::Commented => "comment-published",
            Self::Saved => "edit-saved",
            Self::Drafted => "review-saved",
            Self::Published => "published-now",
            Self::Closed => "close-done",
            Self::ForumSaved => "forum-saved",
            Self::RoleGiven => "users-given",
            Self::RoleRemoved => "users-removed",
            Self::Invited => "users-invited",
            Self::Asked => "follow-asked",
            Self::Stopped => "follow-stopped",
            Self::SetUp => "setup-done",
            Self::Requested => "member-asked",
            Self::Joined => "member-joined",
            Self::Left => "member-left",
            Self::MemberApproved => "member-approved",
            Self::MemberRefused => "member-refused",
            Self::MemberInvited => "member-invited",
            Self::Approved => "users-approved",
            Self::Refused => "users-refused",
            Self::Linked => "oidc-linked",
            Self::Unlinked => "oidc-unlinked",
            Self::Attached => "done-attached",
            Self::Detached => "done-detached",
            Self::Extended => "done-extended",
            Self::Cancelled => "done-cancelled",
            Self::Concluded => "done-concluded",
            Self::Answered => "done-answered",
            Self::Deleted => "done-deleted",
            Self::CommentChanged => "comment-changed",
            Self::CommentDeleted => "comment-deleted-done",
            Self::Reported => "report-done",
            Self::ReceiptSent => "vote-mailed",
            Self::MailSaved => "mail-saved",
            Self::LeftNode => "leave-done",
            Self::Kept => "done-kept",
            Self::TestMailed => "done-test-mailed",
            Self::Held => "done-held",
            Self::Decided => "done-decided",
            Self::Undone => "done-undone",
            Self::Shown => "done-shown",
            Self::Rejected => "done-rejected",
            Self::AppealAnswered => "done-appeal-answered",
        }
    }

    /// Whether it is told in the ballot's box.
    pub(crate) fn is_of_ballot(self) -> bool {
        self == Self::Withdrawn
    }

    pub(crate) fn say(self, t: &Words) -> String {
        t.say(self.key())
    }
}

/// The query of a page that a form leads to.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    pub(crate) done: Option<Done>,
}

/// How long an answer takes that must not tell whether an address is known here.
const EVEN: Duration = Duration::from_millis(300);

/// Does `work` and answers no sooner than after [`EVEN`], whatever was found: how long it took tells nothing.
#[expect(clippy::disallowed_methods, reason = "the pause is the point")]
pub(crate) async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let (done, ()) = tokio::join!(work, tokio::time::sleep(EVEN));
    done
}

/// Runs what takes long on purpose on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::store)
}
