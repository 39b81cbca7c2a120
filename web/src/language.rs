//! The languages of the pages: which one a visitor reads, and the words, numbers and dates in it.
//!
//! Every text stands in `web/locales/{fr,en,es}`; the three folders hold the same messages.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use unic_langid::{LanguageIdentifier, langid};

#[cfg(test)]
mod catalogue;
pub mod words;

pub use words::Words;

fluent_templates::static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language the pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
    /// Spanish.
    Es,
}

static FR: LanguageIdentifier = langid!("fr");
static EN: LanguageIdentifier = langid!("en");
static ES: LanguageIdentifier = langid!("es");

impl Language {
    /// Every language, in the order the footer lists them.
    pub const ALL: [Self; 3] = [Self::Fr, Self::En, Self::Es];

    /// The BCP 47 tag, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// The language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::En => "English",
            Self::Es => "Español",
        }
    }

    /// The language of a tag such as `fr`, `fr-CA` or `ES`; `None` for any other.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The visitor's choice, then the browser's (`Accept-Language`, RFC 9110 § 12.5.4), then the node's.
    pub fn negotiate(chosen: Option<&str>, accepted: Option<&str>, node: Self) -> Self {
        if let Some(language) = chosen.and_then(Self::from_tag) {
            return language;
        }
        let ranges = accepted.unwrap_or_default().split(',').filter_map(Self::accepted);
        let best = ranges.fold(None, |best: Option<(Self, u16)>, range| match best {
            Some(best) if best.1 >= range.1 => Some(best),
            _ => Some(range),
        });
        best.map_or(node, |(language, _)| language)
    }

    /// One range of `Accept-Language`, if it is a language of ours, with its weight in thousandths.
    fn accepted(range: &str) -> Option<(Self, u16)> {
        let mut parts = range.split(';').map(str::trim);
        let language = Self::from_tag(parts.next().unwrap_or_default())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>).ok()?;
        let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u16;
        (thousandths > 0).then_some((language, thousandths))
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::Fr => &FR,
            Self::En => &EN,
            Self::Es => &ES,
        }
    }

    /// The message `key`, or the key itself marked as missing, which a test forbids.
    pub fn say(self, key: &str) -> String {
        self.fill(key, &HashMap::new())
    }

    /// The message `key` with its variables.
    pub fn fill(self, key: &str, values: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        CATALOGUES.lookup_single_language(self.identifier(), key, Some(values)).unwrap_or_else(|_| format!("⟦{key}⟧"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visitors_choice_wins_then_the_browser_then_the_node() {
        let of = |chosen, accepted| Language::negotiate(chosen, accepted, Language::Es);
        assert_eq!(of(Some("en"), Some("fr")), Language::En);
        assert_eq!(of(None, Some("de-DE, fr-CA;q=0.8, en;q=0.5")), Language::Fr);
        assert_eq!(of(None, Some("en;q=0.4, fr;q=0.9")), Language::Fr);
        assert_eq!(of(Some("tlh"), Some("de")), Language::Es);
        assert_eq!(of(None, Some("\u{0}, ;;q=")), Language::Es);
    }
}
