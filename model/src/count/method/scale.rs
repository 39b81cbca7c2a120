//! A number between two others, in steps.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Chart, Choice, Description, Entry, Outcome};
use crate::count::tally::Count;
use crate::error::{Check, Result};

/// The lowest and the highest number that a scale may hold: each can be written exactly wherever numbers are read.
pub const LOWEST: i64 = -1_000_000_000;
/// See [`LOWEST`].
pub const HIGHEST: i64 = 1_000_000_000;
/// The most steps, so 0 to 100 by one is fine.
pub const STEPS_MOST: i64 = 101;

fn one() -> i64 {
    1
}

/// A scale of whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The lowest number.
    pub min: i64,
    /// The highest number.
    pub max: i64,
    /// From one number to the next.
    #[serde(default = "one")]
    pub step: i64,
}

impl Scale {
    /// The numbers in order.
    fn steps(&self) -> impl Iterator<Item = i64> {
        let (min, step) = (self.min, self.step.max(1));
        let last = if self.max < min { -1 } else { (self.max - min) / step };
        (0..=last).map(move |n| min + n * step)
    }
}

impl Description for Scale {
    fn check(&mut self) -> Result<()> {
        let mut check = Check::default();
        let within = |n: i64| (LOWEST..=HIGHEST).contains(&n);
        check.that(within(self.min), "method.min", "range", format!("Choose a number from {LOWEST} to {HIGHEST}."));
        let higher = within(self.max) && self.max > self.min;
        check.that(higher, "method.max", "range", format!("Choose a number above the lowest, at most {HIGHEST}."));
        let stepped = (1..=HIGHEST).contains(&self.step);
        check.that(stepped, "method.step", "range", "Choose a step of at least 1.");
        check.done()?;
        let mut check = Check::default();
        let whole = (self.max - self.min) % self.step == 0;
        check.that(
            whole,
            "method.step",
            "range",
            "Choose a step that leads from the lowest number exactly to the highest.",
        );
        let few = (self.max - self.min) / self.step < STEPS_MOST;
        check.that(few, "method.step", "range", format!("Choose a step that makes at most {STEPS_MOST} numbers."));
        check.done()
    }

    fn choices(&self, _language: &str) -> Vec<Choice> {
        self.steps().map(|n| Choice { id: n.to_string(), label: n.to_string() }).collect()
    }

    fn entry(&self) -> Entry {
        Entry::One
    }

    fn chart(&self) -> Chart {
        Chart::Distribution
    }

    fn outcome(&self, _choices: &[Choice], count: &Count) -> Outcome {
        let counted: Vec<(i64, i64)> = self.steps().map(|n| (n, count.of(&n.to_string()))).collect();
        let voters: i64 = counted.iter().map(|(_, times)| times).sum();
        if voters <= 0 {
            return Outcome::default();
        }
        let sum: i128 = counted.iter().map(|(n, times)| i128::from(*n) * i128::from(*times)).sum();
        let middle = at(&counted, (voters - 1) / 2) + at(&counted, voters / 2);
        Outcome {
            mean: Some(exact(sum) / exact(i128::from(voters))),
            median: Some(exact(i128::from(middle)) / 2.0),
            ..Outcome::default()
        }
    }

    fn fields() -> Value {
        json!({
            "min": {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST, "description": "The lowest number."},
            "max": {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST, "description": "The highest number."},
            "step": {"type": "integer", "minimum": 1, "maximum": HIGHEST, "default": 1,
                     "description": "From one number to the next."},
        })
    }
}

/// The number that stands at this place, from 0, when all that were chosen stand in order.
fn at(counted: &[(i64, i64)], place: i64) -> i64 {
    let mut before = 0;
    for (n, times) in counted {
        before += times;
        if place < before {
            return *n;
        }
    }
    0
}

/// A number that a double holds exactly: at most 10⁹ times the number of voters, below 2⁵³ for nine million of them.
#[expect(clippy::cast_precision_loss, reason = "beyond nine million voters the mean is rounded once more")]
fn exact(n: i128) -> f64 {
    n as f64
}
