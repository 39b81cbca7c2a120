//! Support, on or off, with a goal.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Chart, Choice, Description, Entry, Outcome};
use crate::count::tally::Count;
use crate::debate::comment::Stance;
use crate::error::{Check, Result};

/// The highest goal.
pub const GOAL_HIGHEST: u64 = 100_000_000;
/// The longest sentence that says what happens when the goal is reached, in characters.
pub const PROMISE_LONGEST: usize = 500;

/// The one choice.
const ID: &str = "support";

/// A call for support.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// How many are hoped for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
    /// What happens when the goal is reached: one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<String>,
}

impl Description for Support {
    fn check(&mut self) -> Result<()> {
        self.promise =
            self.promise.take().map(|promise| promise.trim().to_owned()).filter(|promise| !promise.is_empty());
        let mut check = Check::default();
        let goal = self.goal.is_none_or(|goal| (1..=GOAL_HIGHEST).contains(&goal));
        check.that(goal, "method.goal", "range", format!("Choose a goal from 1 to {GOAL_HIGHEST}."));
        let promise = self.promise.as_deref().unwrap_or_default();
        check.most("method.promise", promise, PROMISE_LONGEST);
        check.that(
            promise.is_empty() || self.goal.is_some(),
            "method.goal",
            "required",
            "Give the goal that is promised for.",
        );
        check.done()
    }

    fn choices(&self, language: &str) -> Vec<Choice> {
        let label = match language.split('-').next().unwrap_or_default() {
            "fr" => "Je soutiens",
            "es" => "Apoyo",
            _ => "I support this",
        };
        vec![Choice { id: ID.into(), label: label.into() }]
    }

    fn entry(&self) -> Entry {
        Entry::One
    }

    fn chart(&self) -> Chart {
        Chart::Bars
    }

    fn stance(&self, _choice: &[String]) -> Option<Stance> {
        Some(Stance::For)
    }

    fn outcome(&self, _choices: &[Choice], count: &Count) -> Outcome {
        let supporters = u64::try_from(count.of(ID)).unwrap_or(0);
        Outcome { reached: self.goal.map(|goal| supporters >= goal), ..Outcome::default() }
    }

    fn fields() -> Value {
        json!({
            "goal": {"type": ["integer", "null"], "minimum": 1, "maximum": GOAL_HIGHEST, "default": null,
                     "description": "How many are hoped for."},
            "promise": {"type": ["string", "null"], "maxLength": PROMISE_LONGEST, "default": null,
                        "description": "What happens when the goal is reached: one sentence."},
        })
    }
}
