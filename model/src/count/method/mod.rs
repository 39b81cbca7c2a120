//! What can be asked, as data. Each method is described in a file of its own ([`Description`]): its choices, what makes
//! a choice valid, what is counted, what comes of the counts, how it is shown, whether other servers get a `Question`.
//!
//! A new method is one such file and its line in [`Method`]; pages, API, files and documents follow from the description.

pub mod articles;
pub mod none;
pub mod options;
pub mod poll;
pub mod ranking;
pub mod scale;
pub mod support;
pub mod vote;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tally::Count;
use crate::debate::comment::Stance;
use crate::debate::text::Article;
use crate::error::{Refusal, Result};

macro_rules! methods {
    ($($(#[$meta:meta])* $variant:ident($of:ty) = $kind:literal;)+) => {
        /// How a consultation asks.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Method {
            $($(#[$meta])* #[serde(rename = $kind)] $variant($of),)+
        }

        impl Method {
            /// The names of all methods.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// Its name, such as `vote`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)+ }
            }

            fn description(&self) -> &dyn Description {
                match self { $(Self::$variant(of) => of,)+ }
            }

            fn description_mut(&mut self) -> &mut dyn Description {
                match self { $(Self::$variant(of) => of,)+ }
            }

            /// The fields of each method with its name, as the schemas of an object's properties (JSON Schema).
            #[must_use]
            pub fn fields() -> Vec<(&'static str, Value)> {
                vec![$(($kind, <$of>::fields()),)+]
            }
        }
    };
}

methods! {
    /// For, neutral or against.
    Vote(vote::Vote) = "vote";
    /// One or several of the options.
    Poll(poll::Poll) = "poll";
    /// Support, with a goal.
    Support(support::Support) = "support";
    /// A number between two others.
    Scale(scale::Scale) = "scale";
    /// Options in the order of preference.
    Ranking(ranking::Ranking) = "ranking";
    /// For, neutral or against each article of the text.
    Articles(articles::Articles) = "articles";
    /// A debate without ballots.
    None(none::None) = "none";
}

/// Something that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id: `for`, `o1`, `25`, `a1:for`… What ballots, logs and files carry.
    pub id: String,
    /// What people read, in the consultation's language.
    pub label: String,
}

/// How a voter fills in a ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Exactly one choice.
    One,
    /// Any choices, at most so many.
    Several(usize),
    /// Choices in the order of preference, each once.
    InOrder,
    /// At most one choice of each group; a group is what stands before the `:` of an id.
    OneOfEach,
    /// No ballot.
    Nothing,
}

/// How counts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// One bar in which each choice has its share.
    Shares,
    /// A bar for each choice.
    Bars,
    /// One bar of shares for each group of choices.
    SharesOfEach,
    /// A column for each step, in order.
    Distribution,
    /// Nothing is counted.
    Nothing,
}

/// What comes of the counts of one tier, beside the counts themselves. A method fills in what it has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// `scale`: the mean of the numbers chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// `scale`: the median; between two numbers, halfway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// `support` with a goal: whether it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// `ranking`: how the count went.
    #[serde(flatten)]
    pub ranking: Option<ranking::Result>,
}

/// The description of a method: everything in which one differs from another.
pub trait Description {
    /// Checks what the author asks for, and puts it in its normal form.
    ///
    /// # Errors
    /// What is wrong with `method`, [`Refusal::AmbiguousOption`].
    fn check(&mut self) -> Result<()> {
        Ok(())
    }

    /// Takes over from what it was before an edit what must stay, such as the ids of options.
    fn keep(&mut self, _before: &Method) {}

    /// Fixes what publishing fixes: labels in the consultation's language, the articles of its text.
    fn fix(&mut self, _language: &str, _articles: &[Article]) {}

    /// Every choice, in the consultation's order.
    fn choices(&self, language: &str) -> Vec<Choice>;

    /// How a voter fills in a ballot.
    fn entry(&self) -> Entry;

    /// How counts are shown.
    fn chart(&self) -> Chart;

    /// Whether other servers can be shown it as a `Question`.
    fn is_question(&self) -> bool {
        false
    }

    /// To what a valid ballot adds one in its tier's [`Count`]: by default the ids chosen.
    fn counted(&self, choice: &[String]) -> Vec<String> {
        choice.to_vec()
    }

    /// What a ballot argues, where it says that; nothing by default.
    fn stance(&self, _choice: &[String]) -> Option<Stance> {
        None
    }

    /// What comes of the counts of one tier.
    fn outcome(&self, _choices: &[Choice], _count: &Count) -> Outcome {
        Outcome::default()
    }

    /// Its fields: the schemas of an object's properties, those without `default` required (JSON Schema).
    fn fields() -> Value
    where
        Self: Sized,
    {
        json!({})
    }
}

/// What publishing fixes within a method: given beside it to whoever asks, never asked for.
const FIXED: &str = "choices";

impl Method {
    /// The method that an author asks for, from JSON.
    ///
    /// # Errors
    /// Says what has not the right shape.
    pub fn asked(wanted: Value) -> serde_json::Result<Self> {
        if wanted.get(FIXED).is_some() {
            return Err(serde::de::Error::custom(format!("unknown field `{FIXED}`")));
        }
        serde_json::from_value(wanted)
    }

    /// The method as everybody is told.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn told(&self) -> Result<Value> {
        let mut told = serde_json::to_value(self).map_err(crate::error::Error::store)?;
        if let Some(fields) = told.as_object_mut() {
            fields.remove(FIXED);
        }
        Ok(told)
    }

    /// Every choice, in the consultation's order.
    #[must_use]
    pub fn choices(&self, language: &str) -> Vec<Choice> {
        self.description().choices(language)
    }

    /// How a voter fills in a ballot.
    #[must_use]
    pub fn entry(&self) -> Entry {
        self.description().entry()
    }

    /// How counts are shown.
    #[must_use]
    pub fn chart(&self) -> Chart {
        self.description().chart()
    }

    /// Whether anybody votes.
    #[must_use]
    pub fn takes_ballots(&self) -> bool {
        self.entry() != Entry::Nothing
    }

    /// How many may be chosen at once, of so many choices.
    #[must_use]
    pub fn most(&self, choices: usize) -> usize {
        match self.entry() {
            Entry::Nothing => 0,
            Entry::One => 1,
            Entry::Several(most) => most,
            Entry::InOrder | Entry::OneOfEach => choices,
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
        self.description().is_question()
    }

    /// To what a valid ballot adds one in its tier's counts.
    #[must_use]
    pub fn counted(&self, choice: &[String]) -> Vec<String> {
        self.description().counted(choice)
    }

    /// What a valid ballot argues, where it says that.
    #[must_use]
    pub fn stance(&self, choice: &[String]) -> Option<Stance> {
        self.description().stance(choice)
    }

    /// What comes of the counts of one tier.
    #[must_use]
    pub fn outcome(&self, choices: &[Choice], count: &Count) -> Outcome {
        self.description().outcome(choices, count)
    }

    /// Checks what the author asks for, and gives options their ids.
    ///
    /// # Errors
    /// What is wrong with `method`, [`Refusal::AmbiguousOption`].
    pub fn check(mut self) -> Result<Self> {
        self.description_mut().check()?;
        Ok(self)
    }

    /// Checks a change of what was there: what keeps its label keeps its id.
    ///
    /// # Errors
    /// As [`Method::check`].
    pub fn check_change(mut self, before: &Self) -> Result<Self> {
        self.description_mut().keep(before);
        self.check()
    }

    /// Fixes what publishing fixes: the labels of a vote, the articles of a text.
    #[must_use]
    pub fn fixed(mut self, language: &str, articles: &[Article]) -> Self {
        self.description_mut().fix(language, articles);
        self
    }

    /// What was chosen, as ids: in the voter's order for a ranking, else in the consultation's. Each word is matched as
    /// a label first (trimmed, NFC), then as an id.
    ///
    /// # Errors
    /// [`Refusal::WrongMethod`], [`Refusal::NothingChosen`], [`Refusal::UnknownChoice`], [`Refusal::RepeatedChoice`],
    /// [`Refusal::TooManyChoices`].
    pub fn admit(&self, language: &str, chosen: &[String]) -> Result<Vec<String>> {
        let entry = self.entry();
        if entry == Entry::Nothing {
            return Err(Refusal::WrongMethod.into());
        }
        if chosen.is_empty() {
            return Err(Refusal::NothingChosen.into());
        }
        let choices = self.choices(language);
        if chosen.len() > choices.len() {
            return Err(Refusal::TooManyChoices.into());
        }
        let mut places = Vec::with_capacity(chosen.len());
        let mut taken = std::collections::HashSet::new();
        for word in chosen {
            let at = position(&choices, word).ok_or(Refusal::UnknownChoice)?;
            let id = choices[at].id.as_str();
            if !taken.insert(if entry == Entry::OneOfEach { group(id) } else { id }) {
                return Err(Refusal::RepeatedChoice.into());
            }
            places.push(at);
        }
        if chosen.len() > self.most(choices.len()) {
            return Err(Refusal::TooManyChoices.into());
        }
        if entry != Entry::InOrder {
            places.sort_unstable();
        }
        Ok(places.into_iter().map(|at| choices[at].id.clone()).collect())
    }
}

/// The group of a choice where one is chosen of each: `a1` of `a1:for`.
#[must_use]
pub fn group(id: &str) -> &str {
    id.split_once(':').map_or(id, |(group, _)| group)
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
mod tests;
