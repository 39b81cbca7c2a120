//! What an author gives, and what makes it fit.

use std::collections::BTreeSet;

use super::{Ballots, Brief, Consultation, State};
use crate::clock::Instant;
use crate::count::electorate::Electorate;
use crate::count::method::{Method, articles};
use crate::count::tally::Results;
use crate::debate::forum::Forum;
use crate::debate::text::{self, Article, Outline, Text};
use crate::error::{Check, Error, Instead, Refusal, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::Json;

/// The longest title, in characters.
pub const TITLE_LONGEST: usize = 200;
/// The longest summary, in characters: what other servers show.
pub const SUMMARY_LONGEST: usize = 500;
/// The longest line of the brief, in characters.
const BRIEF_LONGEST: usize = 600;
/// The most tags.
const TAGS: usize = 10;
/// The longest tag, in characters.
const TAG_LONGEST: usize = 50;

/// What an author gives, new or edited.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The question.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// The text, in Markdown.
    pub text: String,
    /// The brief.
    pub brief: Brief,
    /// How it asks.
    pub method: Method,
    /// When it opens; when published if `None`.
    pub opens_at: Option<Instant>,
    /// When it closes: required, but for a debate.
    pub closes_at: Option<Instant>,
    /// When an answer is promised.
    pub answer_by: Option<Instant>,
    /// When results show.
    pub results: Results,
    /// Who may vote.
    pub electorate: Electorate,
    /// Whether ballots can be changed.
    pub changeable: bool,
    /// Whether ballots name their voters.
    pub ballots: Ballots,
    /// Its language.
    pub language: String,
    /// Tags, with or without `#`.
    pub tags: Vec<String>,
    /// Whether it is an example.
    pub example: bool,
}

impl Draft {
    /// What the given consultation is now: to change a part of it.
    #[must_use]
    pub fn of(on: &Consultation, text: &str) -> Self {
        Self {
            title: on.title.clone(),
            summary: on.summary.clone(),
            text: text.to_owned(),
            brief: on.brief.0.clone(),
            method: on.method.0.clone(),
            opens_at: on.opens_at,
            closes_at: on.closes_at,
            answer_by: on.answer_by,
            results: on.results,
            electorate: on.electorate.0.clone(),
            changeable: on.changeable,
            ballots: on.ballots,
            language: on.language.clone(),
            tags: on.tags.0.clone(),
            example: on.example,
        }
    }

    /// Checks everything, and answers it in its normal form.
    pub(super) fn check(mut self, now: Instant, before: Option<&Method>) -> Result<Self> {
        let words = self.check_words();
        let method = match before {
            Some(before) => self.method.clone().check_change(before),
            None => self.method.clone().check(),
        };
        let electorate = self.electorate.clone().check();
        let mut check = Check::default();
        check.note(&words).note(&method).note(&electorate);
        let debate = !self.method.takes_ballots();
        check.that(debate || self.closes_at.is_some(), "closes_at", "required", "Give a closing date.");
        check.that(
            self.closes_at.is_none_or(|at| at > now),
            "closes_at",
            "past",
            "Choose a closing date in the future.",
        );
        let ordered = self.opens_at.zip(self.closes_at).is_none_or(|(opens, closes)| opens < closes);
        check.that(ordered, "closes_at", "range", "Choose a closing date after the opening.");
        let answered = self.answer_by.zip(self.closes_at).is_none_or(|(answer, closes)| answer >= closes);
        check.that(answered, "answer_by", "range", "Promise an answer after the closing date.");
        check.done()?;
        self.method = method?;
        self.electorate = electorate?;
        self.check_articles(&text::rendered(&self.markdown(), &[]).1)?;
        Ok(self)
    }

    /// The text as it is kept: with the line ends that `sha256sum` sees.
    pub(super) fn markdown(&self) -> String {
        self.text.replace("\r\n", "\n")
    }

    /// A vote on articles needs some, and no more than a ballot can hold.
    fn check_articles(&self, articles: &[Article]) -> Result<()> {
        let fine = !matches!(self.method, Method::Articles(_)) || (1..=articles::MOST).contains(&articles.len());
        let detail = || format!("Give the text 1 to {} headings: an article begins at each.", articles::MOST);
        if fine { Ok(()) } else { Err(Error::field("text", "articles", detail())) }
    }

    /// The version of the text that it makes: the latest, if it says the same.
    fn version(&self, now: Instant, on: &Consultation, latest: &Text, before: &[Outline]) -> Result<Text> {
        if latest.markdown == self.markdown() {
            return Ok(latest.clone());
        }
        if before.len() >= text::VERSIONS_MOST {
            return Err(Error::field("text", "range", "This text has too many versions: it takes no more."));
        }
        Ok(Text::after(now, on.id, before, &self.markdown()))
    }

    /// Checks a change of something published, and answers it with the version of the text that it makes: what locks
    /// stays as it is. `before` are the versions there are.
    pub(super) fn check_published(
        mut self,
        now: Instant,
        on: &Consultation,
        latest: &Text,
        before: &[Outline],
    ) -> Result<(Self, Text)> {
        if on.phase(now).is_over() {
            return Err(Refusal::Locked(Instead::Outcome).into());
        }
        self.check_words()?;
        if self.closes_at != on.closes_at {
            return Err(Refusal::Locked(Instead::Extend).into());
        }
        if self.opens_at != on.opens_at && on.state != State::Scheduled {
            return Err(Refusal::Locked(Instead::Cancel).into());
        }
        let text = self.version(now, on, latest, before)?;
        self.check_articles(&text.articles.0)?;
        if on.locked_at.is_some() && self.says_otherwise(on, latest) {
            return Err(Refusal::Locked(Instead::Correct).into());
        }
        self.method = self.method.check_change(&on.method.0)?.fixed(&on.language, &text.articles.0);
        self.electorate = self.electorate.check()?;
        if on.locked_at.is_some() && self.asks_otherwise(on) {
            return Err(Refusal::Locked(Instead::Cancel).into());
        }
        Ok((self, text))
    }

    /// Checks a correction, and answers it with the version of the text that it makes. Where each article is voted on, the
    /// articles stay.
    pub(in crate::debate) fn check_corrected(
        mut self,
        now: Instant,
        on: &Consultation,
        latest: &Text,
        before: &[Outline],
    ) -> Result<(Self, Text)> {
        self.check_words()?;
        let text = self.version(now, on, latest, before)?;
        self.check_articles(&text.articles.0)?;
        if matches!(self.method, Method::Articles(_)) {
            let anchors = |text: &Text| text.articles.0.iter().map(|a| a.anchor.clone()).collect::<BTreeSet<_>>();
            if on.locked_at.is_some() && anchors(&text) != anchors(latest) {
                return Err(Error::field(
                    "text",
                    "articles",
                    "Keep the articles that are voted on, each by its heading.",
                ));
            }
            self.method = self.method.fixed(&on.language, &text.articles.0);
        }
        Ok((self, text))
    }

    /// Whether it changes words that voters go by.
    fn says_otherwise(&self, on: &Consultation, latest: &Text) -> bool {
        self.title != on.title || self.brief != on.brief.0.with_unix_lines() || self.markdown() != latest.markdown
    }

    /// Whether it changes what is asked, of whom and how.
    fn asks_otherwise(&self, on: &Consultation) -> bool {
        self.method != on.method.0
            || self.electorate != on.electorate.0
            || self.changeable != on.changeable
            || self.ballots != on.ballots
            || self.results != on.results
            || self.language != on.language
    }

    /// Whether its words fit: for a form of which something else cannot be read, so that all is told at once.
    ///
    /// # Errors
    /// What is wrong with each field.
    pub fn words_fit(&self) -> Result<()> {
        self.clone().check_words()
    }

    pub(super) fn check_words(&mut self) -> Result<()> {
        self.title = self.title.trim().to_owned();
        self.brief = self.brief.with_unix_lines();
        self.summary = self.summary.trim().to_owned();
        self.tags =
            self.tags.iter().map(|t| t.trim().trim_start_matches('#').to_owned()).filter(|t| !t.is_empty()).collect();
        self.tags.dedup();
        let mut check = Check::default();
        check.line("title", &self.title, TITLE_LONGEST);
        check.most("summary", &self.summary, SUMMARY_LONGEST);
        check.text("text", &self.text, text::LONGEST);
        check.that(text::is_shallow(&self.text), "text", "format", "Quote within quotes less deeply.");
        check.most("brief.what", &self.brief.what, BRIEF_LONGEST);
        check.most("brief.why", &self.brief.why, BRIEF_LONGEST);
        check.most("brief.outcome", &self.brief.outcome, BRIEF_LONGEST);
        check.that(self.tags.len() <= TAGS, "tags", "range", format!("Use at most {TAGS} tags."));
        let tag = |t: &String| t.chars().count() <= TAG_LONGEST && t.chars().all(|c| c.is_alphanumeric() || c == '_');
        check.that(self.tags.iter().all(tag), "tags", "format", "Use letters, digits and _ in tags.");
        let language = crate::care::setup::is_language(&self.language);
        check.that(language, "language", "format", "Write a language such as fr or en.");
        check.done()
    }

    /// The draft of a new consultation.
    pub(super) fn consultation(
        &self,
        now: Instant,
        forum: &Forum,
        author: Id<Actor>,
        by: Option<&Account>,
    ) -> Consultation {
        Consultation {
            id: Id::new(now),
            forum_id: forum.id,
            author_id: author,
            created_by: by.map(|a| a.id),
            slug: String::new(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            brief: Json(self.brief.clone()),
            method: Json(self.method.clone()),
            electorate: Json(self.electorate.clone()),
            results: self.results,
            changeable: self.changeable,
            language: self.language.clone(),
            tags: Json(self.tags.clone()),
            text_version: 1,
            state: State::Draft,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            answer_by: self.answer_by,
            created_at: now,
            published_at: None,
            opened_at: None,
            closed_at: None,
            edited_at: None,
            locked_at: None,
            example: self.example,
            source: None,
            comment_count: 0,
            version: 1,
            ballots: self.ballots,
        }
    }
}
