//! One or several of a list of options.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Chart, Choice, Description, Entry, Method, options};
use crate::error::{Error, Result};

/// The most options that other servers take.
pub const MOST: usize = 20;

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The options in order; their ids stay when they are moved.
    #[serde(deserialize_with = "options::labels_or_choices")]
    pub options: Vec<Choice>,
    /// Whether several may be chosen.
    #[serde(default)]
    pub multiple: bool,
    /// How many, if several; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
}

impl Poll {
    /// How many may be chosen.
    #[must_use]
    pub fn most(&self) -> usize {
        if self.multiple { self.max.unwrap_or(self.options.len()) } else { 1 }
    }
}

impl Description for Poll {
    fn check(&mut self) -> Result<()> {
        options::check(&mut self.options, MOST)?;
        if self.multiple && !(1..=self.options.len()).contains(&self.most()) {
            return Err(Error::field("method.max", "range", "Let at least one and at most all options be chosen."));
        }
        // The same poll is always kept the same, whether or not the default was spelled out.
        self.max = self.multiple.then(|| self.most());
        Ok(())
    }

    fn keep(&mut self, before: &Method) {
        if let Method::Poll(before) = before {
            options::keep(&mut self.options, &before.options);
        }
    }

    fn choices(&self, _language: &str) -> Vec<Choice> {
        self.options.clone()
    }

    fn entry(&self) -> Entry {
        if self.multiple { Entry::Several(self.most()) } else { Entry::One }
    }

    fn chart(&self) -> Chart {
        Chart::Bars
    }

    fn is_question(&self) -> bool {
        true
    }

    fn fields() -> Value {
        json!({
            "options": options::schema(MOST),
            "multiple": {"type": "boolean", "default": false, "description": "Whether several may be chosen."},
            "max": {"type": ["integer", "null"], "minimum": 1, "default": null,
                    "description": "How many, if several; all by default."},
        })
    }
}
