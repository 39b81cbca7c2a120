//! What somebody seeks.

use std::collections::BTreeSet;

use super::words::{self, Tongue};
use crate::error::{Error, Result};

/// The longest search, in characters.
pub const LONGEST: usize = 200;
/// The most words of a search.
const MOST_WORDS: usize = 16;
/// How much of a text an excerpt is sought in, in octets.
const READ: usize = 20_000;
/// How many octets an excerpt has before the first word that was sought, and in all.
const BEFORE: usize = 60;
const EXCERPT: usize = 240;

/// The words sought, all of which must be there: each as the stems that it has in one language or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Vec<BTreeSet<String>>);

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `invalid`, field `q`: nothing to seek, or too much.
    pub fn read(typed: &str) -> Result<Self> {
        if typed.chars().count() > LONGEST {
            return Err(Error::field("q", "too-long", format!("Use at most {LONGEST} characters.")));
        }
        let all: Vec<String> = words::words(typed).map(|(_, word)| word).collect();
        let telling: Vec<&String> = all.iter().filter(|word| !words::is_common(word)).collect();
        let sought = if telling.is_empty() { all.iter().collect() } else { telling };
        if sought.is_empty() {
            return Err(Error::field("q", "required", "Write a word of two letters or more."));
        }
        if sought.len() > MOST_WORDS {
            return Err(Error::field("q", "too-long", format!("Use at most {MOST_WORDS} words.")));
        }
        Ok(Self(sought.into_iter().map(|word| words::stems_anywhere(word)).collect()))
    }

    /// The stems of which a document must have one each.
    pub(crate) fn stems(&self) -> &[BTreeSet<String>] {
        &self.0
    }

    /// Whether a text in that language has all that is sought.
    #[must_use]
    pub fn fits(&self, language: &str, text: &str) -> bool {
        let there = Tongue::of(language).stems_of(text);
        self.0.iter().all(|stems| !stems.is_disjoint(&there))
    }

    /// Some words of a text around the first one that was sought; its beginning if none of them stands in it.
    #[must_use]
    pub fn excerpt(&self, language: &str, text: &str) -> String {
        let text = &text[..text.floor_char_boundary(READ)];
        let tongue = Tongue::of(language);
        let initials: BTreeSet<char> = self.0.iter().flatten().filter_map(|stem| stem.chars().nth(1)).collect();
        let sought = |word: &str| {
            // A stem begins as its word does: most words need not be stemmed to see that they are others.
            words::initial(word).is_some_and(|initial| initials.contains(&initial)) && {
                let stems = tongue.stems_of(word);
                self.0.iter().any(|alternatives| !alternatives.is_disjoint(&stems))
            }
        };
        let first = words::words(text).find(|(_, word)| sought(word)).map_or(0, |(at, _)| at.start);
        let start =
            if first <= BEFORE { 0 } else { after_space(text, text.floor_char_boundary(first - BEFORE), first) };
        let end = text.floor_char_boundary(start + EXCERPT);
        let shown = text[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}{shown}{}", if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" })
    }

    /// Whether any word that was sought stands in a text.
    #[must_use]
    pub fn touches(&self, language: &str, text: &str) -> bool {
        let there = Tongue::of(language).stems_of(text);
        self.0.iter().any(|stems| !stems.is_disjoint(&there))
    }
}

/// The beginning of a word between two places, so that an excerpt does not begin within one.
fn after_space(text: &str, from: usize, to: usize) -> usize {
    text[from..to].find(char::is_whitespace).map_or(from, |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::refused;

    #[test]
    fn nothing_and_too_much_are_refused() {
        for typed in ["", "   ", "l’ -- !", &"x".repeat(201), &"mot ".repeat(17)] {
            assert_eq!(refused(Query::read(typed)), "invalid", "{typed}");
        }
        assert_eq!(Query::read("la place").unwrap(), Query::read("PLACE").unwrap(), "common words tell nothing");
        assert_eq!(Query::read("le la").unwrap().stems().len(), 2, "unless there is nothing else");
    }

    #[test]
    fn an_excerpt_stands_around_the_first_word_that_was_sought() {
        let query = Query::read("marchés").unwrap();
        let text = format!("{}La place du marché devient piétonne. {}", "Bla ".repeat(40), "Fin ".repeat(100));
        let excerpt = query.excerpt("fr", &text);
        assert!(excerpt.starts_with("…Bla") && excerpt.contains("place du marché devient") && excerpt.ends_with('…'));
        assert!(excerpt.len() < 260, "{}", excerpt.len());
        assert_eq!(query.excerpt("fr", "Un\n\nmarché"), "Un marché");
        assert_eq!(query.excerpt("fr", "Rien"), "Rien");
        assert!(query.fits("fr", "Le marché") && !query.fits("fr", "La place"));
        assert!(Query::read("marché place").unwrap().touches("fr", "La place"));
    }
}
