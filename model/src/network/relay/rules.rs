//! What a forum passes on, and to whom: values in, values out.

use serde::{Deserialize, Serialize};

use crate::error::{Check, Result};
use crate::store::types::words;

words! {
    /// What of a forum is carried.
    pub enum Kind {
        /// All that it publishes.
        All = "all",
        /// What bears one of the tags.
        Tags = "tags",
        /// What somebody here chooses.
        Manual = "manual",
    }
}

/// The most tags of a rule.
pub const TAGS_MOST: usize = 20;
/// The longest tag, in characters.
pub const TAG_LONGEST: usize = 60;

/// What of a forum is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// How it is chosen.
    pub kind: Kind,
    /// The tags, lower case and without `#`; none but for [`Kind::Tags`].
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether what is said in the debates is carried too.
    #[serde(default)]
    pub comments: bool,
}

/// A tag as it is compared.
#[must_use]
pub fn tag(written: &str) -> String {
    written.trim().trim_start_matches('#').to_lowercase()
}

impl Rule {
    /// The rule as it is kept.
    ///
    /// # Errors
    /// When it is to go by tags and names none, too many, or one that is too long (`tags`).
    pub fn checked(self) -> Result<Self> {
        let mut tags: Vec<String> =
            self.tags.iter().map(|written| tag(written)).filter(|tag| !tag.is_empty()).collect();
        tags.sort();
        tags.dedup();
        if self.kind != Kind::Tags {
            tags.clear();
        }
        let mut check = Check::default();
        check.that(self.kind != Kind::Tags || !tags.is_empty(), "tags", "required", "Name one tag at least.");
        check.that(tags.len() <= TAGS_MOST, "tags", "too-many", format!("Name at most {TAGS_MOST} tags."));
        let short = tags.iter().all(|tag| tag.chars().count() <= TAG_LONGEST);
        check.that(short, "tags", "too-long", format!("Use at most {TAG_LONGEST} characters for a tag."));
        check.done()?;
        Ok(Self { tags, ..self })
    }
}

/// Something that a carried forum announced, as it was found at its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Its tags, as written.
    pub tags: Vec<String>,
    /// Whether it is a debate or a ballot; else it was said in one.
    pub is_root: bool,
    /// Whether it lives on this node.
    pub is_ours: bool,
    /// Whether the origin has deleted it.
    pub is_gone: bool,
    /// Whether this forum has passed it on before.
    pub was_carried: bool,
    /// Whether this forum has passed on the debate that it was said in.
    pub root_was_carried: bool,
}

/// Whether a forum passes something on by itself. What is ours, gone, or was passed on before never is: so whatever the
/// forums of a network carry of each other, each passes an object on once, and everything ends.
#[must_use]
pub fn passes_on(rule: &Rule, it: &Arrival) -> bool {
    if !may_pass(it) {
        return false;
    }
    if !it.is_root {
        return rule.comments && it.root_was_carried;
    }
    match rule.kind {
        Kind::All => true,
        Kind::Tags => it.tags.iter().any(|written| rule.tags.contains(&tag(written))),
        Kind::Manual => false,
    }
}

/// Whether somebody may have it passed on by hand.
#[must_use]
pub fn may_pass(it: &Arrival) -> bool {
    !it.is_ours && !it.is_gone && !it.was_carried
}

/// Those inboxes that are to hear of something: none on the hosts that it came from.
#[must_use]
pub fn hearers(inboxes: Vec<String>, came_from: &[String]) -> Vec<String> {
    let heard = |inbox: &String| came_from.contains(&crate::network::peer::host_of(inbox));
    inboxes.into_iter().filter(|inbox| !heard(inbox)).collect()
}

#[cfg(test)]
mod tests;
