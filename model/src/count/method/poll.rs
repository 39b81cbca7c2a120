//! One or several of a list of options.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Choice, normal};
use crate::error::{Error, Refusal, Result};

/// The fewest options that other servers take.
pub const FEWEST: usize = 2;
/// The most options that other servers take.
pub const MOST: usize = 20;
/// The longest label that other servers take, in characters.
pub const LABEL_LONGEST: usize = 200;

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The options in order; their ids stay when they are moved.
    #[serde(deserialize_with = "labels_or_choices")]
    pub options: Vec<Choice>,
    /// Whether several may be chosen.
    #[serde(default)]
    pub multiple: bool,
    /// How many, if several; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
}

/// The API takes labels alone, or options with their ids when an existing poll is edited.
fn labels_or_choices<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Choice>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Label(String),
        Choice(Choice),
    }
    let given = Vec::<Given>::deserialize(d)?;
    Ok(given
        .into_iter()
        .map(|g| match g {
            Given::Label(label) => Choice { id: String::new(), label },
            Given::Choice(choice) => choice,
        })
        .collect())
}

/// Whether a text has the form of an option's id: `o` and a number.
fn is_id(text: &str) -> bool {
    text.strip_prefix('o').is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}

impl Poll {
    /// How many may be chosen.
    #[must_use]
    pub fn most(&self) -> usize {
        if self.multiple { self.max.unwrap_or(self.options.len()) } else { 1 }
    }

    pub(super) fn check(mut self) -> Result<Self> {
        let field = |code, detail: String| Err(Error::field("method.options", code, detail));
        if !(FEWEST..=MOST).contains(&self.options.len()) {
            return field("range", format!("Give {FEWEST} to {MOST} options."));
        }
        let mut labels = HashSet::new();
        let mut ids = HashSet::new();
        for option in &mut self.options {
            option.label = normal(&option.label);
            if option.label.is_empty() || option.label.chars().count() > LABEL_LONGEST {
                return field("length", format!("Give each option 1 to {LABEL_LONGEST} characters."));
            }
            if is_id(&option.label) {
                return Err(Refusal::AmbiguousOption.into());
            }
            if !labels.insert(option.label.clone()) {
                return field("repeated", format!("The option \u{201c}{}\u{201d} stands there twice.", option.label));
            }
            if !option.id.is_empty() && (!is_id(&option.id) || !ids.insert(option.id.clone())) {
                return field("format", "Leave the ids of options as they were given.".into());
            }
        }
        let mut next = 1;
        for option in self.options.iter_mut().filter(|o| o.id.is_empty()) {
            while !ids.insert(format!("o{next}")) {
                next += 1;
            }
            option.id = format!("o{next}");
        }
        if self.multiple && !(1..=self.options.len()).contains(&self.most()) {
            return Err(Error::field("method.max", "range", "Let at least one and at most all options be chosen."));
        }
        // The same poll is always kept the same, whether or not the default was spelled out.
        self.max = self.multiple.then(|| self.most());
        Ok(self)
    }
}
