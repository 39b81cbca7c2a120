//! Words as they are sought and found: split, lower case, stemmed for their language, without accents.
//!
//! One rule for both databases, since SQLite can stem English alone. Each stem begins with the letter of its language, so
//! that a French stem never meets an English one. A word gives two stems: its own without accents, and that of the word
//! written without accents, so that *mobilite* finds *mobilité* and the other way round; and a French plural such as
//! *vélos*, which Snowball leaves as it is, that of its singular.

use std::collections::BTreeSet;
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word that is told apart from others that begin so, in characters.
const WORD_LONGEST: usize = 40;

/// A language as far as searching knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    French,
    English,
    Spanish,
    /// Not stemmed.
    Other,
}

impl Tongue {
    const ALL: [Self; 4] = [Self::French, Self::English, Self::Spanish, Self::Other];

    /// From a tag such as `fr-CA` (BCP 47).
    pub(super) fn of(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default() {
            "fr" => Self::French,
            "en" => Self::English,
            "es" => Self::Spanish,
            _ => Self::Other,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::French => 'f',
            Self::English => 'e',
            Self::Spanish => 's',
            Self::Other => 'x',
        }
    }

    fn algorithm(self) -> Option<Algorithm> {
        match self {
            Self::French => Some(Algorithm::French),
            Self::English => Some(Algorithm::English),
            Self::Spanish => Some(Algorithm::Spanish),
            Self::Other => None,
        }
    }

    /// The stems of a word in lower case, each after the letter of the language.
    fn stems(self, word: &str, stems: &mut BTreeSet<String>) {
        let folded = fold(word);
        let tagged = |stem: &str| format!("{}{stem}", self.letter());
        match self.algorithm() {
            Some(algorithm) => {
                let stemmer = Stemmer::create(algorithm);
                stems.insert(tagged(&fold(&stemmer.stem(word))));
                stems.insert(tagged(&fold(&stemmer.stem(&folded))));
                if let (Self::French, Some(singular)) = (self, singular(&folded)) {
                    stems.insert(tagged(&fold(&stemmer.stem(singular))));
                }
            }
            None => drop(stems.insert(tagged(&folded))),
        }
    }

    /// The stems of a text, each once, in order of the alphabet.
    pub(super) fn stems_of(self, text: &str) -> BTreeSet<String> {
        let mut stems = BTreeSet::new();
        for (_, word) in words(text) {
            self.stems(&word, &mut stems);
        }
        stems
    }
}

/// The stems of a word in every language: who seeks does not say in which it was written.
pub(super) fn stems_anywhere(word: &str) -> BTreeSet<String> {
    let mut stems = BTreeSet::new();
    Tongue::ALL.into_iter().for_each(|tongue| tongue.stems(word, &mut stems));
    stems
}

/// Of a French word without accents that ends in a vowel and `s` or `x`.
fn singular(folded: &str) -> Option<&str> {
    folded.strip_suffix(['s', 'x']).filter(|rest| rest.len() > 2 && rest.ends_with(['a', 'i', 'o', 'u']))
}

/// Without accents and ligatures.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for character in word.nfd().filter(|c| !is_combining_mark(*c)) {
        match character {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            other => folded.push(other),
        }
    }
    folded
}

/// The letter with which the stems of a word begin.
pub(super) fn initial(word: &str) -> Option<char> {
    let first = word.chars().next()?;
    fold(first.encode_utf8(&mut [0; 4])).chars().next()
}

/// The words of a text in lower case, with where they stand. A letter alone is none: *l’eau* is *eau*.
pub(super) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let is_part = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let parts = text.split(move |c| !is_part(c)).filter(|part| !part.is_empty());
    parts.filter_map(move |part| {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        let whole: String = part.nfkc().flat_map(char::to_lowercase).filter(|c| is_part(*c)).collect();
        let word: String = whole.nfc().take(WORD_LONGEST).collect();
        let is_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        (word.contains(char::is_alphanumeric) && !is_letter).then_some((start..start + part.len(), word))
    })
}

/// Words so common that they tell nothing: left out of what is sought where anything else is left.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

const COMMON: &[&str] = &[
    "a", "about", "al", "an", "and", "are", "as", "at", "au", "aux", "avec", "be", "by", "ce", "ces", "cette", "comme",
    "con", "dans", "de", "del", "des", "du", "el", "elle", "en", "es", "est", "et", "for", "from", "il", "ils", "in",
    "is", "it", "la", "las", "le", "les", "leur", "lo", "los", "mais", "ne", "no", "not", "nous", "of", "on", "or",
    "ou", "où", "par", "para", "pas", "por", "pour", "qu", "que", "qui", "se", "ses", "son", "sont", "su", "sur",
    "sus", "the", "this", "that", "to", "un", "una", "une", "vous", "was", "we", "with", "you",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(sought: &str, tag: &str, text: &str) -> bool {
        let there = Tongue::of(tag).stems_of(text);
        words(sought).all(|(_, word)| !stems_anywhere(&word).is_disjoint(&there))
    }

    #[test]
    fn a_word_is_found_in_its_other_forms_in_three_languages() {
        for (sought, tag, text) in [
            ("consulter", "fr", "La consultation des habitants"),
            ("mobilite", "fr", "La mobilité"),
            ("MOBILITÉ", "fr-CA", "la mobilite"),
            ("vélo", "fr", "Des vélos"),
            ("lieux", "fr", "Le lieu"),
            ("école", "fr", "Des écoles"),
            ("ecoles", "fr", "L’ÉCOLE"),
            ("oeuvre", "fr", "l’œuvre"),
            ("running", "en", "He runs"),
            ("votes", "en", "voting"),
            ("participación", "es", "participaciones"),
            ("anos", "es", "diez años"),
            ("straße", "de", "STRASSE"),
            ("42", "de", "Article 42"),
            ("e\u{301}cole", "fr", "école"),
        ] {
            assert!(finds(sought, tag, text), "{sought} in {text}");
        }
        assert!(!finds("voter", "fr", "La place du marché"));
        // What ends alike in English and in Spanish alone is not the same in French.
        assert!(finds("playing", "en", "players play") && !finds("playing", "fr", "Des plays"));
    }

    #[test]
    fn words_stand_where_they_are() {
        let text = "L’eau, c’est 3 € — Été";
        let all: Vec<(&str, String)> = words(text).map(|(at, word)| (&text[at], word)).collect();
        let shown: Vec<(&str, &str)> = all.iter().map(|(at, word)| (*at, word.as_str())).collect();
        assert_eq!(shown, [("eau", "eau"), ("est", "est"), ("3", "3"), ("Été", "été")]);
    }

    proptest! {
        #[test]
        fn stems_are_words_that_both_databases_keep_whole(text in "\\PC{0,80}", tag in "fr|en|es|de") {
            for stem in Tongue::of(&tag).stems_of(&text) {
                prop_assert!(!stem.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()), "{stem:?}");
                prop_assert!(stem.chars().next().is_some_and(|c| "fesx".contains(c)));
                prop_assert!(stem.len() <= 1000);
            }
            for (_, word) in words(&text) {
                let begins = |stem: &String| initial(&word).is_none_or(|letter| stem.chars().nth(1) == Some(letter));
                prop_assert!(stems_anywhere(&word).iter().all(begins), "{word:?}");
            }
        }

        #[test]
        fn every_word_of_a_text_finds_it(text in "\\PC{0,60}", tag in "fr|en|es|de") {
            prop_assert!(finds(&text, &tag, &text));
        }
    }
}
