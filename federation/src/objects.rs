//! Our own records as documents: what is fetched and what is sent is built here, once.

pub(crate) mod actor;
pub(crate) mod note;
pub(crate) mod page;
pub(crate) mod question;
pub(crate) mod tally;
pub(crate) mod thread;
pub(crate) mod words;

use std::time::Duration;

use model::address::Address;
use model::care::settings;
use model::data::export::sheet::LICENCE;
use model::debate::attachment::{self, Attachment, Facts};
use model::debate::consultation::{Consultation, State};
use model::debate::forum::{self, Forum};
use model::debate::lock;
use model::debate::text::{self, Text};
use model::error::{Error, Result};
use model::people::actor::Actor;
use model::store::Conn;
use serde_json::{Value, json};

use crate::wire::PUBLIC;
use crate::wire::page::{Tag, Terms};

/// Seconds of a day.
const DAY: u64 = 24 * 3600;

/// A published consultation with all that its documents are made of.
pub(crate) struct Published {
    pub(crate) consultation: Consultation,
    pub(crate) forum: Forum,
    pub(crate) text: Text,
    /// What it shows beside its text.
    pub(crate) attachments: Vec<(Attachment, Option<Facts>)>,
    /// In whose name it is published.
    pub(crate) author: Actor,
    /// The forum's actor.
    pub(crate) group: Actor,
    /// Whether a moderator closed the debate.
    pub(crate) locked: bool,
    /// How many days after its end copies may be kept; none: for ever.
    pub(crate) retention: Option<u32>,
}

impl Published {
    /// The consultation, if anything of it may leave the node: a draft and a private one are not there.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) async fn of(conn: &mut Conn, consultation: Consultation) -> Result<Self> {
        let forum = forum::by_id(conn, consultation.forum_id).await?;
        if consultation.state == State::Draft || !forum.visibility.is_federated() {
            return Err(Error::NotFound);
        }
        let text = text::version(conn, consultation.id, consultation.text_version).await?;
        let author = model::people::actor::by_id(conn, consultation.author_id).await?;
        let group = model::people::actor::by_id(conn, forum.actor_id).await?;
        let attachments = attachment::list(conn, consultation.id).await?;
        let locked = lock::of(conn, consultation.id).await?.is_some();
        let retention = settings::retention(conn).await?;
        Ok(Self { consultation, forum, text, attachments, author, group, locked, retention })
    }

    /// The address of the forum.
    pub(crate) fn forum_id(&self, here: &Address) -> String {
        here.forum(&self.forum.slug)
    }

    /// Under which licence it may be kept, and until when: some days after the consultation closes.
    pub(crate) fn terms(&self) -> Terms {
        let on = &self.consultation;
        let end = on.closes_at.or(on.published_at).unwrap_or(on.created_at);
        let days = |days| end.plus(Duration::from_secs(u64::from(days) * DAY));
        Terms { license: LICENCE.2.into(), retain_until: self.retention.map(|most| days(most).to_string()) }
    }

    /// The Mention of the forum, without which replies from Mastodon would not reach it, and hashtags.
    fn tags(&self, here: &Address) -> Vec<Tag> {
        let forum = self.forum_id(here);
        let hashtag =
            |tag: &String| Tag { kind: "Hashtag", href: here.tagged(&self.forum.slug, tag), name: format!("#{tag}") };
        let tags = self.consultation.tags.0.iter().map(hashtag);
        std::iter::once(mention(forum.clone(), here.handle(&self.forum.slug))).chain(tags).collect()
    }
}

/// A mention.
pub(crate) fn mention(href: String, name: String) -> Tag {
    Tag { kind: "Mention", href, name }
}

/// `to`: everybody.
pub(crate) fn to_public() -> Vec<String> {
    vec![PUBLIC.to_owned()]
}

/// `cc`: the forum and its followers.
pub(crate) fn cc_forum(forum: &str) -> Vec<String> {
    vec![forum.to_owned(), format!("{forum}/followers")]
}

/// Who may quote: everybody, without asking a person (FEP-044f).
pub(crate) fn quotable() -> Value {
    json!({"canQuote": {"automaticApproval": [PUBLIC]}})
}
