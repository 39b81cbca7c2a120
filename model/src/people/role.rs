//! Roles, per node and per forum, and what each may do. The one place that says so.

use crate::debate::forum::{Forum, Visibility};
use crate::error::{Refusal, Result};
use crate::people::account::Account;
use crate::store::types::words;

words! {
    /// What somebody is, on the node or in one forum. Each includes those before it.
    pub enum Role {
        /// Takes part.
        Participant = "participant",
        /// Publishes consultations and official answers.
        Author = "author",
        /// Hides comments, decides on reports, and all that an author may.
        Moderator = "moderator",
        /// Everything.
        Administrator = "admin",
    }
}

words! {
    /// What somebody wants to do.
    pub enum Act {
        /// Read the forum and what is in it.
        Read = "read",
        /// Comment, reply, agree.
        Comment = "comment",
        /// Vote as a member of this node.
        Vote = "vote",
        /// Propose a consultation in one's own name.
        Propose = "propose",
        /// Write, publish and close consultations, and answer, in the institution's name.
        Author = "author",
        /// Hide comments, decide on reports.
        Moderate = "moderate",
        /// Change the forum, its members and their roles.
        ManageForum = "manage-forum",
        /// Change the node, its accounts, mails and peers; create forums.
        Administer = "administer",
    }
}

/// Somebody who asks: a visitor, or an account with its roles here and in the forum at hand.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The account, if one is signed in.
    pub account: Option<Account>,
    /// The role in the forum at hand, if a member.
    pub member: Option<Role>,
}

impl Standing {
    /// Somebody who is not signed in.
    #[must_use]
    pub fn visitor() -> Self {
        Self::default()
    }

    /// The higher of the roles on the node and in the forum; `None` without an account in working order.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        let account = self.account.as_ref().filter(|a| a.disabled_at.is_none() && a.waiting_since.is_none())?;
        Some(self.member.map_or(account.role, |member| member.max(account.role)))
    }

    /// Whether the forum may be seen: anybody sees all but the private, whose members and staff alone do.
    #[must_use]
    pub fn sees(&self, forum: &Forum) -> bool {
        forum.visibility != Visibility::Private || self.belongs()
    }

    /// A member of the forum, or staff of the node.
    #[must_use]
    pub fn belongs(&self) -> bool {
        let staff = self.account.as_ref().is_some_and(|a| a.disabled_at.is_none() && a.role >= Role::Moderator);
        staff || (self.member.is_some() && self.role().is_some())
    }

    /// Whether `act` is allowed in `forum` (`None`: on the node itself).
    ///
    /// # Errors
    /// The refusal to tell; a private forum that is not seen must be answered [`crate::error::Error::NotFound`] first.
    pub fn may(&self, act: Act, forum: Option<&Forum>) -> Result<()> {
        if act == Act::Read && forum.is_none_or(|f| self.sees(f)) {
            return Ok(());
        }
        let account = self.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        if account.disabled_at.is_some() {
            return Err(Refusal::Disabled.into());
        }
        if account.confirmed_at.is_none() {
            return Err(Refusal::NotConfirmed.into());
        }
        if account.waiting_since.is_some() {
            return Err(Refusal::NotApproved.into());
        }
        let role = self.role().unwrap_or(Role::Participant);
        let closed = forum.is_some_and(|f| matches!(f.visibility, Visibility::Closed | Visibility::Private));
        let allowed = match act {
            Act::Read => false,
            Act::Comment | Act::Vote => !closed || self.belongs(),
            Act::Propose => role >= Role::Author || forum.is_some_and(|f| f.visibility == Visibility::Collaborative),
            Act::Author => role >= Role::Author,
            Act::Moderate => role >= Role::Moderator,
            Act::ManageForum => role >= Role::Administrator,
            Act::Administer => account.role >= Role::Administrator,
        };
        if allowed { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
    }
}
