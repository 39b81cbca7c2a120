//! What can be asked, as data: each method in a file of its own says what may be chosen and what makes a choice valid.

pub mod poll;
pub mod support;
pub mod vote;

use serde::{Deserialize, Serialize};

use crate::error::{Refusal, Result};

/// How a consultation asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Method {
    /// For, neutral or against.
    Vote(vote::Vote),
    /// One or several of the options.
    Poll(poll::Poll),
    /// Support, with a goal.
    Support(support::Support),
    /// A debate without ballots.
    None,
}

/// Something that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id: `for`, `o1`… What ballots, logs and files carry.
    pub id: String,
    /// What people read, in the consultation's language.
    pub label: String,
}

impl Method {
    /// Its name: `vote`, `poll`, `support`, `none`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Vote(_) => "vote",
            Self::Poll(_) => "poll",
            Self::Support(_) => "support",
            Self::None => "none",
        }
    }

    /// Every choice, in the consultation's order.
    #[must_use]
    pub fn choices(&self, language: &str) -> Vec<Choice> {
        match self {
            Self::Vote(vote) => vote.choices(language),
            Self::Poll(poll) => poll.options.clone(),
            Self::Support(_) => support::choices(language),
            Self::None => Vec::new(),
        }
    }

    /// How many may be chosen at once.
    #[must_use]
    pub fn most(&self) -> usize {
        match self {
            Self::Vote(_) | Self::Support(_) => 1,
            Self::Poll(poll) => poll.most(),
            Self::None => 0,
        }
    }

    /// Whether several may be chosen: `anyOf` on the wire.
    #[must_use]
    pub fn is_multiple(&self) -> bool {
        matches!(self, Self::Poll(poll) if poll.multiple)
    }

    /// Whether other servers can be shown it as a `Question`.
    #[must_use]
    pub fn is_question(&self) -> bool {
        matches!(self, Self::Vote(_) | Self::Poll(_))
    }

    /// Checks what the author asks for, and gives options their ids.
    ///
    /// # Errors
    /// What is wrong with `method`, [`Refusal::AmbiguousOption`].
    pub fn check(self) -> Result<Self> {
        match self {
            Self::Poll(poll) => Ok(Self::Poll(poll.check()?)),
            Self::Support(support) => Ok(Self::Support(support.check()?)),
            other => Ok(other),
        }
    }

    /// Fixes what publishing fixes: the labels of a vote.
    #[must_use]
    pub fn fixed(self, language: &str) -> Self {
        match self {
            Self::Vote(vote) => Self::Vote(vote.fixed(language)),
            other => other,
        }
    }

    /// What was chosen, as ids in the consultation's order: each word is matched as a label first (trimmed, NFC),
    /// then as an id.
    ///
    /// # Errors
    /// [`Refusal::WrongMethod`], [`Refusal::NothingChosen`], [`Refusal::UnknownChoice`], [`Refusal::RepeatedChoice`],
    /// [`Refusal::TooManyChoices`].
    pub fn admit(&self, language: &str, chosen: &[String]) -> Result<Vec<String>> {
        if matches!(self, Self::None) {
            return Err(Refusal::WrongMethod.into());
        }
        if chosen.is_empty() {
            return Err(Refusal::NothingChosen.into());
        }
        let choices = self.choices(language);
        if chosen.len() > choices.len() {
            return Err(Refusal::TooManyChoices.into());
        }
        let mut picked = vec![false; choices.len()];
        for word in chosen {
            let at = position(&choices, word).ok_or(Refusal::UnknownChoice)?;
            if std::mem::replace(&mut picked[at], true) {
                return Err(Refusal::RepeatedChoice.into());
            }
        }
        if chosen.len() > self.most() {
            return Err(Refusal::TooManyChoices.into());
        }
        Ok(choices.into_iter().zip(picked).filter(|(_, picked)| *picked).map(|(choice, _)| choice.id).collect())
    }
}

fn position(choices: &[Choice], word: &str) -> Option<usize> {
    let word = normal(word);
    choices.iter().position(|c| normal(&c.label) == word).or_else(|| choices.iter().position(|c| c.id == word))
}

/// Trimmed and in Unicode normal form C, as labels are compared.
#[must_use]
pub fn normal(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.trim().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn poll(multiple: bool) -> Method {
        let json =
            serde_json::json!({"kind": "poll", "options": ["Été", "Winter", "Autumn"], "multiple": multiple, "max": 2});
        serde_json::from_value::<Method>(json).unwrap().check().unwrap()
    }

    fn refused(result: Result<Vec<String>>) -> &'static str {
        match result {
            Err(Error::Refused(refusal)) => refusal.code(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_choice_is_matched_as_a_label_then_as_an_id() {
        let words = |w: &[&str]| w.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(poll(false).admit("fr", &words(&["E\u{301}te\u{301} "])).unwrap(), ["o1"]);
        assert_eq!(poll(true).admit("fr", &words(&["o3", "Winter"])).unwrap(), ["o2", "o3"]);
        assert_eq!(refused(poll(false).admit("fr", &words(&["o1", "o2"]))), "too-many-choices");
        assert_eq!(refused(poll(true).admit("fr", &words(&["o1", "o1"]))), "repeated-choice");
        assert_eq!(refused(poll(true).admit("fr", &words(&["o1", "o2", "o3"]))), "too-many-choices");
        assert_eq!(refused(poll(true).admit("fr", &words(&["o9"]))), "unknown-choice");
        assert_eq!(refused(poll(true).admit("fr", &[])), "nothing-chosen");
        assert_eq!(refused(Method::None.admit("fr", &words(&["for"]))), "wrong-method");
    }

    #[test]
    fn a_vote_knows_its_choices_in_the_consultations_language() {
        let vote = serde_json::from_value::<Method>(serde_json::json!({"kind": "vote"})).unwrap().fixed("fr");
        assert_eq!(vote.admit("fr", &["Pour".into()]).unwrap(), ["for"]);
        assert_eq!(vote.admit("fr", &["against".into()]).unwrap(), ["against"]);
        assert!(vote.is_question());
    }

    #[test]
    fn an_option_labelled_like_an_id_is_refused() {
        let json = serde_json::json!({"kind": "poll", "options": ["A", "o1"]});
        let method: Method = serde_json::from_value(json).unwrap();
        assert!(matches!(method.check(), Err(Error::Refused(Refusal::AmbiguousOption))));
    }
}
