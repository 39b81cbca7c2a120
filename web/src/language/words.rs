//! Words, numbers and dates as one visitor reads them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

use fluent_templates::fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::Language;

/// Numbers below this are written without a group separator in Spanish (Real Academia: four digits stand together).
const SPANISH_GROUPS_FROM: u64 = 10_000;
const SECONDS_IN_HOUR: i64 = 3_600;

/// A language and the institution's time zone: all that is needed to say something.
#[derive(Clone, Debug)]
pub struct Words {
    /// The visitor's language.
    pub language: Language,
    zone: TimeZone,
}

type Values<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

impl Words {
    /// Words in a language, times in a zone.
    pub fn new(language: Language, zone: TimeZone) -> Self {
        Self { language, zone }
    }

    /// The tag for `lang` attributes.
    pub fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The message `key`.
    pub fn say(&self, key: &str) -> String {
        self.language.say(key)
    }

    /// The message `key` with one variable.
    pub fn with(&self, key: &str, name: &'static str, value: impl Display) -> String {
        self.language.fill(key, &Values::from([(name.into(), value.to_string().into())]))
    }

    /// The message `key` with two variables.
    pub fn with2(
        &self,
        key: &str,
        a: &'static str,
        first: impl Display,
        b: &'static str,
        second: impl Display,
    ) -> String {
        let values = Values::from([(a.into(), first.to_string().into()), (b.into(), second.to_string().into())]);
        self.language.fill(key, &values)
    }

    /// The message `key`, which chooses its plural by `$count` and shows `$n`, the number written in the language.
    pub fn count(&self, key: &str, number: impl TryInto<u64>) -> String {
        let number = number.try_into().unwrap_or_default();
        let values = Values::from([("count".into(), number.into()), ("n".into(), self.number(number).into())]);
        self.language.fill(key, &values)
    }

    /// A whole number with the language's group separator.
    pub fn number(&self, number: impl TryInto<u64>) -> String {
        let number = number.try_into().unwrap_or_default();
        let separator = match self.language {
            Language::Fr => '\u{202f}',
            Language::En => ',',
            Language::Es if number >= SPANISH_GROUPS_FROM => '.',
            Language::Es => return number.to_string(),
        };
        let digits = number.to_string();
        let mut written = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                written.push(separator);
            }
            written.push(digit);
        }
        written
    }

    /// `part` of `whole` in whole percent, rounded half up; 0 of nothing.
    pub fn percent(&self, part: impl TryInto<u64>, whole: impl TryInto<u64>) -> String {
        let (part, whole): (u64, u64) = (part.try_into().unwrap_or_default(), whole.try_into().unwrap_or_default());
        let rounded = (part * 200 + whole).checked_div(whole * 2).unwrap_or_default();
        self.with("percent", "n", rounded)
    }

    /// A number with at most two decimals, with the language's own decimal sign.
    pub fn decimal(&self, number: f64) -> String {
        let written = format!("{number:.2}");
        let written = written.trim_end_matches('0').trim_end_matches('.');
        match self.language {
            Language::En => written.to_owned(),
            Language::Fr | Language::Es => written.replace('.', ","),
        }
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn calendar(&self, key: &str, at: Timestamp) -> String {
        let local = self.local(at);
        let weekday = self.say(&format!("weekday-{}", local.weekday().to_monday_one_offset()));
        let month = self.say(&format!("month-{}", local.month()));
        let values = Values::from([
            ("weekday".into(), weekday.into()),
            ("day".into(), i64::from(local.day()).into()),
            ("month".into(), month.into()),
            ("year".into(), local.year().to_string().into()),
            ("hour".into(), local.hour().to_string().into()),
            ("hour2".into(), format!("{:02}", local.hour()).into()),
            ("minute".into(), format!("{:02}", local.minute()).into()),
            ("zone".into(), self.zone().into()),
        ]);
        self.language.fill(key, &values)
    }

    /// `2 juin 2026`
    pub fn date(&self, at: Timestamp) -> String {
        self.calendar("date", at)
    }

    /// `2 juin`
    pub fn day(&self, date: jiff::civil::Date) -> String {
        let month = self.say(&format!("month-{}", date.month()));
        self.with2("day", "day", date.day(), "month", month)
    }

    /// `mardi 2 juin 2026 à 20 h 00 (heure de Paris)`
    pub fn moment(&self, at: Timestamp) -> String {
        self.calendar("moment", at)
    }

    /// `2026-06-02T20:00:00+02:00`, for `<time datetime>`.
    pub fn machine(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// `2026-06-02T20:00` in the institution's zone, the value of an `<input type=datetime-local>`.
    pub fn typed(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The institution's zone by the name of its city: `heure de Paris`.
    pub fn zone(&self) -> String {
        let name = self.zone.iana_name().unwrap_or("UTC");
        let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        if city == "UTC" {
            return city;
        }
        let vowel = city.starts_with(['A', 'E', 'I', 'O', 'U', 'Y']);
        self.with(if vowel { "zone-vowel" } else { "zone-consonant" }, "city", city)
    }

    /// How long from `now` to `end`: days when more than two, else hours, at least one.
    pub fn left(&self, now: Timestamp, end: Timestamp) -> String {
        let hours = (end.as_second() - now.as_second()).max(0).div_euclid(SECONDS_IN_HOUR);
        match hours {
            0 => self.say("left-less-than-an-hour"),
            1..48 => self.count("left-hours", hours),
            _ => self.count("left-days", hours / 24),
        }
    }
}

/// The moment typed in a `datetime-local` field, in `zone`. A time that the change to summer time skips is refused, for
/// it would be another than the one typed; of one that winter repeats, the first is meant. `None` for other text too.
pub fn typed_moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
    let meant = zone.to_ambiguous_timestamp(civil);
    if matches!(meant.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return None;
    }
    meant.compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: Language) -> Words {
        Words::new(language, TimeZone::get("Europe/Paris").expect("the zone database has Paris"))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn dates_follow_the_language_and_name_the_zone() {
        let closing = at("2026-06-02T18:00:00Z");
        assert_eq!(words(Language::Fr).moment(closing), "mardi 2 juin 2026 à 20 h 00 (heure de Paris)");
        assert_eq!(words(Language::En).moment(closing), "Tuesday 2 June 2026 at 20:00 (Paris time)");
        assert_eq!(words(Language::Es).moment(closing), "martes 2 de junio de 2026 a las 20:00 (hora de Paris)");
        assert_eq!(words(Language::Fr).date(at("2026-06-01T10:00:00Z")), "1er juin 2026");
        assert_eq!(words(Language::Fr).machine(closing), "2026-06-02T20:00:00+02:00");
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(words(Language::Fr).number(1_234_567_u64), "1\u{202f}234\u{202f}567");
        assert_eq!(words(Language::En).number(1_234_u64), "1,234");
        assert_eq!(words(Language::Es).number(1_234_u64), "1234");
        assert_eq!(words(Language::Es).number(12_345_u64), "12.345");
        assert_eq!(words(Language::Fr).percent(2_u64, 3_u64), "67\u{202f}%");
        assert_eq!(words(Language::En).percent(0_u64, 0_u64), "0%");
    }

    #[test]
    fn a_typed_time_is_the_institutions_across_a_change_of_the_clocks() {
        let zone = TimeZone::get("Europe/Paris").expect("the zone database has Paris");
        assert_eq!(typed_moment("2026-03-28T20:00", &zone), Some(at("2026-03-28T19:00:00Z")));
        assert_eq!(typed_moment("2026-03-29T20:00", &zone), Some(at("2026-03-29T18:00:00Z")));
        assert_eq!(typed_moment("2026-03-29T02:30", &zone), None, "this hour does not exist");
        assert_eq!(typed_moment("2026-10-25T02:30", &zone), Some(at("2026-10-25T00:30:00Z")), "this one comes twice");
        assert_eq!(typed_moment("tomorrow", &zone), None);
    }

    #[test]
    fn the_time_left_is_said_in_days_then_hours() {
        let words = words(Language::En);
        let now = at("2026-06-01T00:00:00Z");
        assert_eq!(words.left(now, at("2026-06-10T00:00:00Z")), "9 days left");
        assert_eq!(words.left(now, at("2026-06-01T05:10:00Z")), "5 hours left");
        assert_eq!(words.left(now, at("2026-06-01T00:10:00Z")), "Less than an hour left");
    }
}
