//! Who may vote, in which tier. Tiers are counted apart and never silently summed.

pub mod code;
pub mod list;

mod sheet;

use serde::{Deserialize, Serialize};

use crate::debate::forum::{Forum, Visibility};
use crate::error::{Check, Error, Refusal, Result};
use crate::network::partner;
use crate::people::account::Account;
use crate::people::identity;
use crate::people::role::{Act, Standing};
use crate::store::Conn;
use crate::store::types::words;

words! {
    /// How well a voter is known here.
    pub enum Tier {
        /// An account of this node that meets the electorate.
        Member = "member",
        /// An account of a node on the partner list, as that node asserts.
        Partner = "partner",
        /// Any other account.
        Open = "open",
    }
}

words! {
    /// How the voter's own server knows the voter, as it says with a ballot.
    pub enum Assurance {
        /// Not at all.
        None = "none",
        /// By a confirmed e-mail address.
        Email = "email",
        /// By a list of electors.
        List = "list",
        /// By a provider of identities.
        Provider = "oidc",
        /// By a single-use code.
        Code = "code",
    }
}

words! {
    /// What it takes to vote in the tier `member`.
    pub enum Requires {
        /// Any confirmed account that may vote in the forum.
        Account = "account",
        /// Membership of the forum.
        Members = "members",
        /// To stand on a list.
        List = "list",
        /// An account that an OpenID Connect provider vouches for.
        Provider = "oidc",
        /// A code, without an account.
        Codes = "codes",
    }
}

/// The electorate of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Electorate {
    /// Which tiers may vote.
    pub tiers: Vec<Tier>,
    /// The one whose count is official.
    pub official: Tier,
    /// What it takes to vote as a member; an account where nothing is said.
    #[serde(default = "account", skip_serializing_if = "Electorate::is_account")]
    pub requires: Requires,
    /// The list of the forum, where one is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The one provider that must vouch, where not any may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

fn account() -> Requires {
    Requires::Account
}

impl Default for Electorate {
    fn default() -> Self {
        Self::of(vec![Tier::Member, Tier::Open], Tier::Member)
    }
}

/// The longest name of a provider, in characters.
pub const PROVIDER_LONGEST: usize = 60;

impl Electorate {
    /// These tiers, an account being enough for `member`.
    #[must_use]
    pub fn of(tiers: Vec<Tier>, official: Tier) -> Self {
        Self { tiers, official, requires: Requires::Account, list: None, provider: None }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    fn is_account(requires: &Requires) -> bool {
        *requires == Requires::Account
    }

    /// Checks what the author asks for, and puts the tiers in order. Whoever names a list requires it.
    ///
    /// # Errors
    /// When no tier is admitted, the official one is not among them, or what is required does not fit together.
    pub fn check(mut self) -> Result<Self> {
        self.tiers.sort_unstable();
        self.tiers.dedup();
        if self.list.is_some() && self.requires == Requires::Account {
            self.requires = Requires::List;
        }
        let mut check = Check::default();
        check.that(!self.tiers.is_empty(), "electorate.tiers", "required", "Admit at least one tier.");
        let official = self.tiers.is_empty() || self.admits(self.official);
        check.that(official, "electorate.official", "format", "Choose the official tier among those admitted.");
        let member = self.requires == Requires::Account || self.admits(Tier::Member);
        check.that(member, "electorate.requires", "format", "Admit the tier member, of which this is required.");
        let listed = self.requires == Requires::List;
        check.that(!listed || self.list.is_some(), "electorate.list", "required", "Name the list.");
        check.that(
            listed || self.list.is_none(),
            "electorate.list",
            "format",
            "Name a list only where one is required.",
        );
        let provided = self.requires == Requires::Provider || self.provider.is_none();
        check.that(provided, "electorate.provider", "format", "Name a provider only where one is required.");
        check.most("electorate.provider", self.provider.as_deref().unwrap_or_default(), PROVIDER_LONGEST);
        check.done()?;
        Ok(self)
    }

    /// Checks what it names in the forum.
    ///
    /// # Errors
    /// When the forum has no such list.
    pub async fn check_in(&self, conn: &mut Conn, forum: &Forum) -> Result<()> {
        let Some(name) = &self.list else { return Ok(()) };
        match list::by_name(conn, forum.id, name).await {
            Err(Error::NotFound) => {
                Err(Error::field("electorate.list", "unknown", "This forum has no list of that name."))
            }
            found => found.map(drop),
        }
    }

    /// Whether this tier may vote.
    #[must_use]
    pub fn admits(&self, tier: Tier) -> bool {
        self.tiers.contains(&tier)
    }

    /// The tier in which somebody of this node votes: `member` where the electorate is met, else `open` where that
    /// is admitted: as an unverified local account.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`], or that the account may not vote at all.
    pub async fn tier_here(&self, conn: &mut Conn, forum: &Forum, who: &Standing) -> Result<Tier> {
        who.may(Act::Vote, Some(forum))?;
        let account = who.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        if self.admits(Tier::Member) && self.is_met(conn, forum, who, account).await? {
            return Ok(Tier::Member);
        }
        if self.admits(Tier::Open) { Ok(Tier::Open) } else { Err(Refusal::NotEligible.into()) }
    }

    async fn is_met(&self, conn: &mut Conn, forum: &Forum, who: &Standing, account: &Account) -> Result<bool> {
        match self.requires {
            Requires::Account => Ok(account.tier == Tier::Member),
            Requires::Members => Ok(who.member.is_some()),
            Requires::List => list::holds(conn, forum.id, self.list.as_deref().unwrap_or_default(), account).await,
            Requires::Provider => identity::vouches(conn, account.id, self.provider.as_deref()).await,
            Requires::Codes => Ok(false),
        }
    }

    /// The tier in which somebody of the server `host` votes: `partner` where this node believes that server about its
    /// people, unless it says itself that it does not know this one; else `open`.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`], also in a forum whose votes from outside are refused.
    pub async fn tier_elsewhere(
        &self,
        conn: &mut Conn,
        forum: &Forum,
        host: Option<&str>,
        assurance: Option<Assurance>,
    ) -> Result<Tier> {
        let open = matches!(forum.visibility, Visibility::Public | Visibility::Collaborative);
        if open
            && self.admits(Tier::Partner)
            && let Some(host) = host
            && partner::is_believed(conn, host, assurance).await?
        {
            return Ok(Tier::Partner);
        }
        if open && self.admits(Tier::Open) { Ok(Tier::Open) } else { Err(Refusal::NotEligible.into()) }
    }
}
