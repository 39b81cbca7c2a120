//! Who may vote, in which tier. Tiers are counted apart and never silently summed.

use serde::{Deserialize, Serialize};

use crate::debate::forum::{Forum, Visibility};
use crate::error::{Error, Refusal, Result};
use crate::people::role::{Act, Standing};
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

/// The electorate of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Electorate {
    /// Which tiers may vote.
    pub tiers: Vec<Tier>,
    /// The one whose count is official.
    pub official: Tier,
}

impl Default for Electorate {
    fn default() -> Self {
        Self { tiers: vec![Tier::Member, Tier::Open], official: Tier::Member }
    }
}

impl Electorate {
    /// Checks what the author asks for, and puts the tiers in order.
    ///
    /// # Errors
    /// When no tier is admitted, or the official one is not among them.
    pub fn check(mut self) -> Result<Self> {
        self.tiers.sort_unstable();
        self.tiers.dedup();
        if self.tiers.is_empty() {
            return Err(Error::field("electorate.tiers", "required", "Admit at least one tier."));
        }
        if !self.tiers.contains(&self.official) {
            return Err(Error::field(
                "electorate.official",
                "format",
                "Choose the official tier among those admitted.",
            ));
        }
        Ok(self)
    }

    /// Whether this tier may vote.
    #[must_use]
    pub fn admits(&self, tier: Tier) -> bool {
        self.tiers.contains(&tier)
    }

    /// The tier in which somebody of this node votes: `member` where the electorate is met, else `open` where that
    /// is admitted.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`], or that the account may not vote at all.
    pub fn tier_here(&self, forum: &Forum, who: &Standing) -> Result<Tier> {
        who.may(Act::Vote, Some(forum))?;
        if self.admits(Tier::Member) {
            return Ok(Tier::Member);
        }
        if self.admits(Tier::Open) { Ok(Tier::Open) } else { Err(Refusal::NotEligible.into()) }
    }

    /// The tier in which somebody of another server votes.
    ///
    /// # Errors
    /// [`Refusal::NotEligible`], also in a forum whose votes from outside are refused.
    pub fn tier_elsewhere(&self, forum: &Forum) -> Result<Tier> {
        let open = matches!(forum.visibility, Visibility::Public | Visibility::Collaborative);
        if open && self.admits(Tier::Open) { Ok(Tier::Open) } else { Err(Refusal::NotEligible.into()) }
    }
}
