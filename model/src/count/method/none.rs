//! A debate without ballots.

use serde::{Deserialize, Serialize};

use super::{Chart, Choice, Description, Entry};

/// Nothing is asked; people talk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct None {}

impl Description for None {
    fn choices(&self, _language: &str) -> Vec<Choice> {
        Vec::new()
    }

    fn entry(&self) -> Entry {
        Entry::Nothing
    }

    fn chart(&self) -> Chart {
        Chart::Nothing
    }
}
