//! For, neutral or against.

use serde::{Deserialize, Serialize};

use super::Choice;

/// A vote. Its labels are fixed at publishing, in the consultation's language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The choices with their labels, once fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Choice>>,
}

/// The ids, in order.
const IDS: [&str; 3] = ["for", "neutral", "against"];

impl Vote {
    /// The three choices.
    #[must_use]
    pub fn choices(&self, language: &str) -> Vec<Choice> {
        self.choices.clone().unwrap_or_else(|| labelled(language))
    }

    pub(super) fn fixed(mut self, language: &str) -> Self {
        self.choices = Some(self.choices(language));
        self
    }
}

fn labelled(language: &str) -> Vec<Choice> {
    let labels = match language.split('-').next().unwrap_or_default() {
        "fr" => ["Pour", "Abstention", "Contre"],
        "es" => ["A favor", "Abstención", "En contra"],
        _ => ["For", "Abstain", "Against"],
    };
    IDS.iter().zip(labels).map(|(id, label)| Choice { id: (*id).to_owned(), label: label.to_owned() }).collect()
}
