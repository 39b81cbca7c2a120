//! For, neutral or against each article of the text.

use serde::{Deserialize, Serialize};

use super::{Chart, Choice, Description, Entry, vote};
use crate::debate::text::Article;

/// The most articles of a text that is voted on article by article.
pub const MOST: usize = 100;

/// A vote on each article. A ballot names each article at most once, and may leave some out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Articles {
    /// The choices, once publishing has fixed the articles: `a1:for`, `a1:neutral`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Choice>>,
}

impl Description for Articles {
    fn fix(&mut self, language: &str, articles: &[Article]) {
        let labels = vote::labels(language);
        let of_one = |article: &Article| {
            let (anchor, heading) = (article.anchor.clone(), article.heading.clone());
            let choice = move |(id, label): (&&str, &str)| Choice {
                id: format!("{anchor}:{id}"),
                label: format!("{heading} \u{2013} {label}"),
            };
            vote::IDS.iter().zip(labels).map(choice).collect::<Vec<_>>()
        };
        self.choices = Some(articles.iter().flat_map(of_one).collect());
    }

    fn choices(&self, _language: &str) -> Vec<Choice> {
        self.choices.clone().unwrap_or_default()
    }

    fn entry(&self) -> Entry {
        Entry::OneOfEach
    }

    fn chart(&self) -> Chart {
        Chart::SharesOfEach
    }
}
