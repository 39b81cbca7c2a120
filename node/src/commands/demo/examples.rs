//! The examples of the demo, as `demo/examples.toml` has them.

use anyhow::Context;
use model::count::method::Method;
use model::count::tally::Results;
use model::debate::comment::Stance;
use serde::Deserialize;

const FILE: &str = include_str!("../../../demo/examples.toml");

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Where they are held.
    pub forum: Vec<Forum>,
    /// What is asked.
    pub consultation: Vec<Consultation>,
}

/// A forum.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forum {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub language: String,
}

/// A consultation, and what people make of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// The forum's slug.
    pub forum: String,
    pub title: String,
    pub summary: String,
    pub what: String,
    pub why: String,
    pub outcome: String,
    pub text: String,
    pub tags: Vec<String>,
    pub method: Method,
    pub results: Results,
    pub closes_in_days: u64,
    pub answer_in_days: Option<u64>,
    /// How many of the voters choose each.
    pub shares: Vec<usize>,
    #[serde(default)]
    pub comment: Vec<Comment>,
}

/// An argument; people are numbers from 1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    pub author: usize,
    pub stance: Option<Stance>,
    pub text: String,
    #[serde(default)]
    pub agree: Vec<usize>,
    #[serde(default)]
    pub disagree: Vec<usize>,
    #[serde(default)]
    pub reply: Vec<Comment>,
}

/// Reads the examples.
///
/// # Errors
/// When the file is damaged, which its test would have found.
pub fn read() -> anyhow::Result<Examples> {
    let file = config::File::from_str(FILE, config::FileFormat::Toml);
    let read = config::Config::builder().add_source(file).build().context("demo/examples.toml")?;
    let value: serde_json::Value = read.try_deserialize().context("demo/examples.toml")?;
    serde_json::from_value(value).context("demo/examples.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_a_vote_a_poll_and_a_support_in_two_languages() {
        let examples = read().unwrap();
        for language in ["fr", "en"] {
            let forum = examples.forum.iter().find(|forum| forum.language == language).unwrap();
            let held = examples.consultation.iter().filter(|it| it.forum == forum.slug);
            let mut kinds: Vec<&str> = held.map(|it| it.method.kind()).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["poll", "support", "vote"], "{language}");
        }
        for it in &examples.consultation {
            assert!(it.shares.iter().sum::<usize>() <= super::super::fill::VOTERS, "{}", it.title);
            assert!(!it.comment.is_empty(), "{}", it.title);
        }
    }
}
