//! For, neutral or against.

use serde::{Deserialize, Serialize};

use super::{Chart, Choice, Description, Entry};
use crate::debate::comment::Stance;
use crate::debate::text::Article;

/// A vote. Its labels are fixed at publishing, in the consultation's language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The choices with their labels, once fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Choice>>,
}

/// The ids, in order.
pub(super) const IDS: [&str; 3] = ["for", "neutral", "against"];

impl Description for Vote {
    fn fix(&mut self, language: &str, _articles: &[Article]) {
        self.choices = Some(self.choices(language));
    }

    fn choices(&self, language: &str) -> Vec<Choice> {
        let fresh =
            || IDS.iter().zip(labels(language)).map(|(id, label)| Choice { id: (*id).into(), label: label.into() });
        self.choices.clone().unwrap_or_else(|| fresh().collect())
    }

    fn entry(&self) -> Entry {
        Entry::One
    }

    fn chart(&self) -> Chart {
        Chart::Shares
    }

    fn stance(&self, choice: &[String]) -> Option<Stance> {
        match choice {
            [only] if only == "for" => Some(Stance::For),
            [only] if only == "against" => Some(Stance::Against),
            _ => None,
        }
    }

    fn is_question(&self) -> bool {
        true
    }
}

/// What the three are called in a language; in English where there is no other.
pub(super) fn labels(language: &str) -> [&'static str; 3] {
    match language.split('-').next().unwrap_or_default() {
        "fr" => ["Pour", "Abstention", "Contre"],
        "es" => ["A favor", "Abstención", "En contra"],
        _ => ["For", "Abstain", "Against"],
    }
}
