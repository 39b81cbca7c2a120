//! An entry as whoever counts again reads it: what its line says, nothing copied, and spelled in the one way in which
//! entries are hashed. Pure.

use std::borrow::Cow;

use super::report::Fault;
use crate::clock::Instant;
use crate::count::ballot::EventKind;
use crate::count::electorate::Tier;
use crate::count::log::entry::Entry;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its place, from 0.
    pub seq: i64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
    /// In which tier.
    pub tier: Tier,
    /// Whether it names a node that vouches for the voter.
    pub has_node: bool,
    /// Who, as the log names them.
    pub voter: Cow<'a, str>,
    /// The chosen ids, as the list of JSON that they are written as.
    pub choice: Cow<'a, str>,
    /// The entry that it takes the place of.
    pub replaces: Option<i64>,
    /// The hash of the text that the voter saw.
    pub text: Cow<'a, str>,
    /// Whether it says why it was removed.
    pub has_reason: bool,
}

/// The list of who chooses nothing.
pub(super) const NOTHING: &str = "[]";

/// Reads lines. Most were made in the hour of the one before: that one's time is kept as it was written.
#[derive(Debug, Default)]
pub(super) struct Reader {
    hour: Option<(String, Instant)>,
}

/// An entry from its line, which must be spelled in the one way in which it is hashed.
///
/// # Errors
/// What is wrong with it.
pub fn read(line: &[u8]) -> Result<Entry, Fault> {
    let entry: Entry = serde_json::from_slice(line).map_err(|why| Fault::new(format!("a line is no entry: {why}")))?;
    match entry.line() {
        Ok(same) if same == line => Ok(entry),
        _ => Err(Fault::new(format!("entry {} is not spelled as entries are", entry.seq))),
    }
}

impl Reader {
    /// What a line says.
    ///
    /// # Errors
    /// As [`read`].
    pub(super) fn line<'a>(&mut self, line: &'a [u8]) -> Result<Line<'a>, Fault> {
        match self.plain(line) {
            Some(plain) => Ok(plain),
            None => read(line).map(Line::from),
        }
    }

    /// A line without anything that can be spelled in two ways: nothing escaped, no character but those of ASCII, every
    /// number and time as it is always written. What this does not take, [`read`] decides on.
    fn plain<'a>(&mut self, line: &'a [u8]) -> Option<Line<'a>> {
        let mut rest = Rest(std::str::from_utf8(line).ok().filter(|line| line.is_ascii())?);
        rest.takes("{\"seq\":")?;
        let seq = rest.number()?;
        rest.takes(",\"kind\":")?;
        let kind = rest.string()?.parse().ok()?;
        rest.takes(",\"at\":")?;
        let at = self.time(rest.string()?)?;
        rest.takes(",\"tier\":")?;
        let tier = rest.string()?.parse().ok()?;
        let has_node = rest.takes(",\"node\":").is_some();
        if has_node {
            rest.string()?;
        }
        rest.takes(",\"voter\":")?;
        let voter = rest.string()?.into();
        rest.takes(",\"choice\":")?;
        let choice = rest.list()?.into();
        rest.takes(",\"replaces\":")?;
        let replaces = if rest.takes("null").is_some() { None } else { Some(rest.number()?) };
        rest.takes(",\"text\":")?;
        let text = rest.string()?.into();
        let has_reason = rest.takes(",\"reason\":").is_some();
        if has_reason {
            rest.string()?;
        }
        rest.takes("}")?;
        let line = Line { seq, kind, at, tier, has_node, voter, choice, replaces, text, has_reason };
        rest.0.is_empty().then_some(line)
    }

    fn time(&mut self, written: &str) -> Option<Instant> {
        if let Some((text, at)) = &self.hour
            && text == written
        {
            return Some(*at);
        }
        let at = Instant::parse(written).ok().filter(|at| at.to_string() == written)?;
        self.hour = Some((written.to_owned(), at));
        Some(at)
    }
}

/// What of a line is still to be read.
struct Rest<'a>(&'a str);

/// More digits than this might be more than a number holds.
const DIGITS: usize = 18;

impl<'a> Rest<'a> {
    fn takes(&mut self, what: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(what)?;
        Some(())
    }

    /// What lies before the end at `length`.
    fn split(&mut self, length: usize) -> Option<&'a str> {
        let (before, after) = self.0.split_at_checked(length)?;
        self.0 = after;
        Some(before)
    }

    fn number(&mut self) -> Option<i64> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.split(length).filter(|digits| digits.len() <= DIGITS)?;
        let spelled_once = digits == "0" || !digits.starts_with('0');
        digits.parse().ok().filter(|_| spelled_once)
    }

    /// A string in which nothing is escaped or needs to be.
    fn string(&mut self) -> Option<&'a str> {
        self.takes("\"")?;
        let length = self.0.bytes().position(|octet| octet == b'"' || octet == b'\\' || octet < b' ')?;
        let text = self.split(length)?;
        self.takes("\"")?;
        Some(text)
    }

    /// A list of such strings, as it is written.
    fn list(&mut self) -> Option<&'a str> {
        let whole = self.0;
        self.takes("[")?;
        if self.takes("]").is_none() {
            self.string()?;
            while self.takes(",").is_some() {
                self.string()?;
            }
            self.takes("]")?;
        }
        whole.get(..whole.len() - self.0.len())
    }
}

impl From<Entry> for Line<'_> {
    fn from(entry: Entry) -> Self {
        let Entry { seq, kind, at, tier, node, voter, choice, replaces, text, reason } = entry;
        Self {
            seq,
            kind,
            at,
            tier,
            has_node: node.is_some(),
            voter: voter.into(),
            choice: serde_json::Value::from(choice).to_string().into(),
            replaces,
            text: text.into(),
            has_reason: reason.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::count::log::entry::to_the_hour;

    fn word() -> impl Strategy<Value = String> {
        prop_oneof!["[0-9a-f]{20}", "\\PC{0,8}", "[\"\\\\/\u{7f}\u{1}\u{e9} a]{0,6}", Just("for".to_owned())]
    }

    prop_compose! {
        fn entry()(
            seq in prop_oneof![0..1_000_000i64, any::<i64>()],
            kind in proptest::sample::select(EventKind::ALL),
            us in -70_000_000_000_000_000i64..250_000_000_000_000_000,
            cut in any::<bool>(),
            tier in proptest::sample::select(Tier::ALL),
            node in proptest::option::of(word()),
            voter in word(),
            choice in proptest::collection::vec(word(), 0..4),
            replaces in proptest::option::of(prop_oneof![0..1_000_000i64, any::<i64>()]),
            text in prop_oneof!["[0-9a-f]{64}", word()],
            reason in proptest::option::of(word()),
        ) -> Entry {
            let at = Instant::from_microsecond(us);
            let at = if cut { to_the_hour(at) } else { at };
            Entry { seq, kind, at, tier, node, voter, choice, replaces, text, reason }
        }
    }

    proptest! {
        /// The quick way says what the long one says.
        #[test]
        fn every_entry_is_read_as_it_was_written(entry in entry()) {
            let line = entry.line().unwrap();
            prop_assert_eq!(Reader::default().line(&line).unwrap(), Line::from(entry));
        }

        /// Whatever is done to a line: the quick way takes nothing that the long one refuses.
        #[test]
        fn nothing_passes_that_is_spelled_otherwise(entry in entry(), at in any::<proptest::sample::Index>(), with in any::<u8>(), how in 0..3u8) {
            let mut line = entry.line().unwrap();
            let at = at.index(line.len());
            match how {
                0 => line[at] = with,
                1 => line.insert(at, with),
                _ => drop(line.remove(at)),
            }
            let long = read(&line).map(Line::from);
            let mut reader = Reader::default();
            match reader.plain(&line) {
                Some(plain) => prop_assert_eq!(Ok(plain), long),
                None => prop_assert_eq!(reader.line(&line), long),
            }
        }
    }

    #[test]
    fn an_ordinary_line_is_read_the_quick_way() {
        let line = br#"{"seq":7,"kind":"change","at":"2026-11-23T09:00:00Z","tier":"partner","node":"b.test","voter":"00ff","choice":["o1","o3"],"replaces":2,"text":"ba78"}"#;
        let mut reader = Reader::default();
        let plain = reader.plain(line).unwrap();
        assert_eq!((plain.seq, plain.replaces, plain.has_node, plain.has_reason), (7, Some(2), true, false));
        assert_eq!(plain.choice, r#"["o1","o3"]"#);
        for (this, other) in [
            (r#""seq":7"#, r#""seq":07"#),
            (r#""seq":7"#, r#""seq": 7"#),
            ("T09:00:00Z", "T09:00:00.0Z"),
            ("T09:00:00Z", "T10:00:00+01:00"),
            (r#""replaces":2"#, r#""replaces":-0"#),
            ("b.test", r"b\u002etest"),
            (r#"["o1","o3"]"#, r#"["o1", "o3"]"#),
            (r#""ba78"}"#, r#""ba78"} "#),
            (r#""voter":"00ff""#, r#""voter":"00ff","voter":"00ff""#),
        ] {
            let respelled = std::str::from_utf8(line).unwrap().replace(this, other);
            assert!(reader.line(respelled.as_bytes()).is_err(), "{respelled}");
        }
    }
}
