//! Support, on or off, with a goal.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::error::{Error, Result};

/// The highest goal.
pub const GOAL_HIGHEST: u64 = 100_000_000;

/// A call for support.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// How many are hoped for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
}

impl Support {
    pub(super) fn check(self) -> Result<Self> {
        match self.goal {
            Some(goal) if !(1..=GOAL_HIGHEST).contains(&goal) => {
                Err(Error::field("method.goal", "range", format!("Choose a goal from 1 to {GOAL_HIGHEST}.")))
            }
            _ => Ok(self),
        }
    }
}

/// The one choice.
pub(super) fn choices(language: &str) -> Vec<Choice> {
    let label = match language.split('-').next().unwrap_or_default() {
        "fr" => "Je soutiens",
        "es" => "Apoyo",
        _ => "I support this",
    };
    vec![Choice { id: "support".into(), label: label.into() }]
}
