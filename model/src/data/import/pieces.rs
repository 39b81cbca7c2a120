//! What our own exports are made of, as read: bounded, and not yet believed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::life::{Became, Changed};
use crate::clock::Instant;
use crate::count::electorate::{Electorate, Tier};
use crate::count::log::Entry;
use crate::count::method::Method;
use crate::count::tally::Results;
use crate::data::media::{self, File};
use crate::debate::attachment::{self, Attachment, Facts, Kind};
use crate::debate::attribute::{self, Given};
use crate::debate::comment::{Comment, Stance, State};
use crate::debate::consultation::{Ballots, Brief, Consultation};
use crate::debate::text;
use crate::id::Id;

/// The longest text of a comment that is taken, in characters.
const TEXT_LONGEST: usize = 50_000;
/// The longest name of a participant, in characters.
const NAME_LONGEST: usize = 300;
/// The longest title, in characters.
const TITLE_LONGEST: usize = 500;
/// The most versions of a text, or of a comment; the most changes.
const TEXTS: usize = 1000;

/// A consultation without what was said and chosen.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Head {
    pub(super) id: Id<Consultation>,
    pub(super) slug: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) brief: Brief,
    pub(super) method: Method,
    pub(super) electorate: Electorate,
    pub(super) results_visible: Results,
    pub(super) ballots_named: Ballots,
    pub(super) changeable: bool,
    pub(super) language: String,
    pub(super) tags: Vec<String>,
    pub(super) state: String,
    pub(super) texts: Vec<Words>,
    pub(super) opens_at: Option<Instant>,
    pub(super) closes_at: Option<Instant>,
    pub(super) answer_by: Option<Instant>,
    pub(super) created_at: Instant,
    pub(super) published_at: Option<Instant>,
    pub(super) opened_at: Option<Instant>,
    pub(super) closed_at: Option<Instant>,
    pub(super) edited_at: Option<Instant>,
    pub(super) locked_at: Option<Instant>,
    #[serde(default)]
    pub(super) example: bool,
    pub(super) source: Option<Value>,
    pub(super) outcome: Option<Became>,
    #[serde(default)]
    pub(super) changes: Vec<Changed>,
    #[serde(default)]
    pub(super) attributes: Given,
    #[serde(default)]
    pub(super) attachments: Vec<Attached>,
    pub(super) results: Counted,
}

/// A version of the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Words {
    pub(crate) version: i32,
    pub(crate) text: String,
    pub(crate) sha256: String,
    pub(crate) created: Instant,
}

/// Something shown beside the text. Its file travels in an archive alone, under its name in the folder `media`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attached {
    pub(crate) id: Id<Attachment>,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    pub(crate) added: Instant,
}

impl Attached {
    pub(crate) fn of((it, file): (Attachment, Option<Facts>)) -> Self {
        let file = file.map(|file| media::name(&file.hash, file.format));
        Self { id: it.id, kind: it.kind, title: it.title, url: it.url, file, added: it.created_at }
    }

    pub(super) fn of_consultation(self, consultation_id: Id<Consultation>) -> Attachment {
        let hash = self.file.and_then(|file| Some(file.split_once('.')?.0.to_owned()));
        let Self { id, kind, title, url, added: created_at, .. } = self;
        Attachment { id, consultation_id, kind, title, hash, url, created_at }
    }

    /// A link has a web address, anything else a file.
    fn check(&self) -> Result<(), String> {
        at_most("title", &self.title, attachment::TITLE_LONGEST)?;
        let fits = match (self.kind, &self.url, &self.file) {
            (Kind::Link, Some(url), None) => attachment::is_web(url),
            (Kind::Link, ..) => false,
            (_, None, Some(file)) => file.split_once('.').is_some_and(|(hash, _)| hash.len() == 64),
            _ => false,
        };
        if fits { Ok(()) } else { Err("an attachment is neither a link nor a file".to_owned()) }
    }
}

/// The results that came with it: what the import must add up to.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Counted {
    pub(super) visible: bool,
    #[serde(default)]
    pub(super) tiers: Option<Value>,
    #[serde(default)]
    pub(super) log: Option<Value>,
}

/// A comment.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Said {
    pub(super) id: Id<Comment>,
    pub(super) uri: Option<String>,
    pub(super) author: Author,
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) stance: Option<Stance>,
    pub(super) parent: Option<Id<Comment>>,
    #[serde(default)]
    pub(super) official: bool,
    pub(super) language: Option<String>,
    pub(super) published: Instant,
    pub(super) updated: Option<Instant>,
    #[serde(default)]
    pub(super) agrees: i32,
    #[serde(default)]
    pub(super) disagrees: i32,
    #[serde(default)]
    pub(super) passes: i32,
    #[serde(default = "visible")]
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) article: Option<String>,
    pub(super) source: Option<Value>,
    /// What it said before each edit.
    #[serde(default)]
    pub(super) history: Vec<Earlier>,
}

/// What a comment said before an edit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Earlier {
    pub(crate) version: i32,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) written: Instant,
}

fn visible() -> State {
    State::Visible
}

/// Who wrote a comment.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) uri: Option<String>,
    pub(super) fullname: Option<String>,
    pub(super) participant: Option<i64>,
}

/// What somebody thinks of a comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Thought {
    pub(crate) comment: Id<Comment>,
    pub(crate) voter: String,
    pub(crate) vote: i32,
    pub(crate) at: Instant,
}

/// A ballot that stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) voter: String,
    pub(crate) tier: Tier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    pub(crate) choice: Vec<String>,
    pub(crate) cast: Instant,
    pub(crate) changed: Instant,
}

/// One thing after the other, as a file brings them.
#[derive(Debug)]
pub(super) enum Piece {
    Head(Box<Head>),
    /// A file of an attachment.
    File(Box<File>),
    Said(Box<Said>),
    Thought(Thought),
    /// From here on its ballots.
    Ballots,
    Chosen(Chosen),
    Entry(Box<Entry>),
}

fn at_most(what: &str, text: &str, most: usize) -> Result<(), String> {
    match text.chars().count() {
        0 => Err(format!("`{what}` is empty")),
        length if length > most => Err(format!("`{what}` is longer than {most} characters")),
        _ => Ok(()),
    }
}

impl Piece {
    /// What does not hang on the database.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Head(head) => head.check(),
            Self::Ballots | Self::File(_) => Ok(()),
            Self::Said(said) => said.check(),
            Self::Thought(Thought { voter, vote, .. }) => {
                at_most("voter", voter, NAME_LONGEST)?;
                if (-1..=1).contains(vote) { Ok(()) } else { Err(format!("`vote` is {vote}, neither 1, 0 nor -1")) }
            }
            Self::Chosen(Chosen { voter, .. }) => at_most("voter", voter, NAME_LONGEST),
            Self::Entry(entry) => at_most("voter", &entry.voter, NAME_LONGEST),
        }
    }
}

impl Head {
    fn check(&self) -> Result<(), String> {
        at_most("title", &self.title, TITLE_LONGEST)?;
        at_most("language", &self.language, NAME_LONGEST)?;
        if self.texts.is_empty() || self.texts.len() > TEXTS {
            return Err(format!("`texts` holds {} versions; 1 to {TEXTS} are taken", self.texts.len()));
        }
        if self.changes.len() > TEXTS {
            return Err(format!("`changes` holds {}; {TEXTS} are taken", self.changes.len()));
        }
        if self.attachments.len() > attachment::MOST || self.attributes.len() > attribute::MOST {
            return Err("too many `attachments` or `attributes`".to_owned());
        }
        self.attachments.iter().try_for_each(Attached::check)?;
        let became = self.outcome.iter().map(|became| &became.text);
        let reasons = self.changes.iter().map(|change| &change.reason);
        if became.chain(reasons).any(|text| text.chars().count() > TEXT_LONGEST) {
            return Err("the outcome, or a reason, is too long".to_owned());
        }
        if self.texts.iter().any(|words| words.text.chars().count() > text::LONGEST) {
            return Err(format!("a text is longer than {} characters", text::LONGEST));
        }
        Ok(())
    }
}

impl Said {
    pub(super) fn check(&self) -> Result<(), String> {
        at_most("text", &self.text, TEXT_LONGEST)?;
        at_most("author", &self.author.name, NAME_LONGEST)?;
        if self.history.len() > TEXTS {
            return Err(format!("`history` holds {} versions; {TEXTS} are taken", self.history.len()));
        }
        for earlier in &self.history {
            at_most("history", &earlier.text, TEXT_LONGEST)?;
        }
        match self.html.as_deref().map_or(0, |html| html.chars().count()) {
            long if long > 4 * TEXT_LONGEST => Err("`html` is too long".to_owned()),
            _ => Ok(()),
        }
    }
}
