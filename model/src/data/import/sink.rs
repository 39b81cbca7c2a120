//! Where imported comments and opinions go: batch by batch, into one consultation.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::pieces::{Author, Said, Thought};
use super::{Fault, Imported, Into};
use crate::address::Local;
use crate::clock::Instant;
use crate::count::pseudonym::Purpose;
use crate::data::search;
use crate::debate::comment::{self, Comment, Version};
use crate::debate::consultation::{self, Consultation};
use crate::debate::reaction::Reaction;
use crate::debate::text::{self, Text};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor, Kind};
use crate::store::dialect::insert_missing;
use crate::store::schema::{actors, comment_versions, comments, consultations, reactions};
use crate::store::types::DbUuid;
use crate::store::{Conn, Json, on};

/// Rows that wait to be written together.
const STEP: usize = 1000;

/// How many replies to each comment are shown. `$1` is one place for both databases.
const COUNT_REPLIES: &str = "UPDATE comments SET replies = (SELECT count(*) FROM comments AS reply \
     WHERE reply.parent_id = comments.id AND reply.state = 'visible') WHERE consultation_id = $1";

/// A consultation that fills.
pub(super) struct Sink<'a, 't> {
    pub(super) to: &'a mut Into<'t>,
    pub(super) on: Consultation,
    pub(super) made: Imported,
    people: HashMap<Id<Actor>, Actor>,
    said: Vec<Comment>,
    before: Vec<Version>,
    thought: Vec<Reaction>,
    known: HashSet<Id<Comment>>,
    /// Replies that came before what they reply to.
    early: Vec<(Id<Comment>, Id<Comment>, Instant)>,
}

impl<'a, 't> Sink<'a, 't> {
    /// Into `on`, which is made with its text unless it is there.
    pub(super) async fn open(to: &'a mut Into<'t>, on: Consultation, texts: Option<&[Text]>) -> Result<Self> {
        if let Some(texts) = texts {
            consultation::insert(to.tx, &on).await?;
            for words in texts {
                text::keep(to.tx, words).await?;
            }
            search::keep_consultation(to.tx, &on).await?;
        }
        let existed = texts.is_none();
        let made =
            Imported { slug: on.slug.clone(), url: to.here.consultation(&on.slug), existed, ..Imported::default() };
        let (people, known) = (HashMap::new(), HashSet::new());
        Ok(Self {
            to,
            on,
            made,
            people,
            said: Vec::new(),
            before: Vec::new(),
            thought: Vec::new(),
            known,
            early: Vec::new(),
        })
    }

    /// The participant of that name: one for each purpose, as with pseudonyms.
    pub(super) fn person(&mut self, purpose: Purpose, author: &Author) -> Id<Actor> {
        let key = Id::derived(&[self.on.id.uuid().as_bytes(), purpose.word().as_bytes(), author.name.as_bytes()]);
        self.people.entry(key).or_insert_with(|| {
            let fullname = author.fullname.as_deref().unwrap_or(&author.name);
            let kept = match (&author.uri, author.participant) {
                (None, None) => None,
                (uri, participant) => Some(Json(json!({"uri": uri, "participant": participant}))),
            };
            let made = actor::local(self.on.created_at, Kind::Imported, &author.name, fullname);
            Actor { id: key, document: kept, ..made }
        });
        key
    }

    /// The same, of whom nothing but the name is known.
    pub(super) fn named(&mut self, purpose: Purpose, name: &str) -> Id<Actor> {
        self.person(purpose, &Author { name: name.to_owned(), ..Author::default() })
    }

    /// A voter for whom another node vouches.
    pub(super) fn vouched(&mut self, key: Id<Actor>, node: Option<&String>) {
        if let (Some(actor), Some(node)) = (self.people.get_mut(&key), node) {
            actor.host = Some(node.clone());
        }
    }

    /// Takes a comment in.
    pub(super) async fn comment(&mut self, said: Said) -> Result<(), Fault> {
        let actor_id = self.person(Purpose::Author, &said.author);
        let own = Some(Local::Comment(self.on.slug.clone(), said.id.to_string()));
        let parent_id = said.parent.filter(|parent| self.known.contains(parent));
        if let (None, Some(parent)) = (parent_id, said.parent) {
            self.early.push((said.id, parent, said.published));
        }
        if !self.known.insert(said.id) {
            return Err(Refusal::ImportCollides.into());
        }
        self.before.extend(said.history.iter().map(|earlier| Version {
            comment_id: said.id,
            version: earlier.version,
            markdown: earlier.text.clone(),
            html: shown(&earlier.text, Some(&earlier.html)),
            written_at: earlier.written,
        }));
        self.said.push(Comment {
            html: shown(&said.text, said.html.as_deref()),
            uri: said.uri.filter(|uri| self.to.here.parse(uri) != own),
            url: None,
            id: said.id,
            consultation_id: self.on.id,
            actor_id,
            parent_id,
            markdown: said.text,
            language: said.language,
            stance: said.stance,
            state: said.state,
            reason: said.reason,
            official: said.official,
            agrees: said.agrees,
            disagrees: said.disagrees,
            passes: said.passes,
            source: said.source.map(Json),
            published_at: said.published,
            updated_at: said.updated,
            received_at: self.to.now,
            article: said.article,
            // Counted when all are in.
            replies: 0,
            agreement: comment::score::agreement(said.agrees, said.disagrees),
            division: comment::score::division(said.agrees, said.disagrees),
        });
        self.made.comments += 1;
        if self.said.len() >= STEP { Ok(self.flush().await?) } else { Ok(()) }
    }

    /// Takes an opinion in; false if its comment is not there.
    pub(super) async fn thought(&mut self, thought: Thought) -> Result<bool, Fault> {
        if !self.known.contains(&thought.comment) {
            return Ok(false);
        }
        let actor_id = self.named(Purpose::Opinion, &thought.voter);
        let Thought { comment: comment_id, vote: value, at, .. } = thought;
        self.thought.push(Reaction { comment_id, actor_id, value, uri: None, at });
        self.made.votes += 1;
        if self.thought.len() >= STEP {
            self.flush().await?;
        }
        Ok(true)
    }

    /// Writes what waits.
    pub(super) async fn flush(&mut self) -> Result<()> {
        let people: Vec<Actor> = self.people.drain().map(|(_, actor)| actor).collect();
        let (said, thought) = (std::mem::take(&mut self.said), std::mem::take(&mut self.thought));
        let before = std::mem::take(&mut self.before);
        let ids: Vec<Id<Comment>> = said.iter().map(|comment| comment.id).collect();
        search::comments(self.to.tx, &self.on, &said).await?;
        let conn: &mut Conn = self.to.tx;
        insert_missing!(conn, actors::table, people)?;
        insert_missing!(conn, comments::table, said)?;
        let ours: i64 = on!(conn, |c| comments::table
            .filter(comments::id.eq_any(&ids).and(comments::consultation_id.eq(self.on.id)))
            .count()
            .get_result(c)
            .await)?;
        if usize::try_from(ours).ok() != Some(ids.len()) {
            return Err(Refusal::ImportCollides.into());
        }
        insert_missing!(conn, comment_versions::table, before)?;
        insert_missing!(conn, reactions::table, thought)?;
        Ok(())
    }

    /// Whether that comment came in.
    pub(super) fn has(&self, comment: Id<Comment>) -> bool {
        self.known.contains(&comment)
    }

    /// Writes the rest of what was said and thought.
    pub(super) async fn finish(&mut self) -> Result<()> {
        self.flush().await?;
        self.tombstones().await?;
        self.tie().await?;
        self.count().await
    }

    /// The same, and answers what was made.
    pub(super) async fn close(mut self) -> Result<Imported, Fault> {
        self.finish().await?;
        Ok(self.made)
    }

    /// What was replied to and is not shown any more stands there as a tombstone.
    async fn tombstones(&mut self) -> Result<()> {
        let mut missing: HashMap<Id<Comment>, Instant> = HashMap::new();
        for (_, parent, at) in self.early.iter().filter(|(_, parent, _)| !self.known.contains(parent)) {
            let first = missing.entry(*parent).or_insert(*at);
            *first = (*first).min(*at);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let author = self.named(Purpose::Author, "?");
        for (id, at) in missing {
            self.known.insert(id);
            let gone = Comment { state: comment::State::Deleted, ..self.empty(id, author, at) };
            self.said.push(gone);
        }
        self.flush().await
    }

    fn empty(&self, id: Id<Comment>, actor_id: Id<Actor>, at: Instant) -> Comment {
        Comment {
            id,
            consultation_id: self.on.id,
            actor_id,
            parent_id: None,
            uri: None,
            url: None,
            markdown: String::new(),
            html: String::new(),
            language: None,
            stance: None,
            state: comment::State::Deleted,
            reason: None,
            official: false,
            agrees: 0,
            disagrees: 0,
            passes: 0,
            source: None,
            published_at: at,
            updated_at: None,
            received_at: self.to.now,
            article: None,
            replies: 0,
            agreement: 0,
            division: 0,
        }
    }

    /// Ties replies to what came after them.
    async fn tie(&mut self) -> Result<()> {
        for (reply, parent, _) in std::mem::take(&mut self.early) {
            let conn: &mut Conn = self.to.tx;
            let of = comments::table.find(reply).filter(comments::parent_id.is_null());
            on!(conn, |c| diesel::update(of).set(comments::parent_id.eq(Some(parent))).execute(c).await)?;
        }
        Ok(())
    }

    async fn count(&mut self) -> Result<()> {
        let conn: &mut Conn = self.to.tx;
        let shown = comments::consultation_id.eq(self.on.id).and(comments::state.eq(comment::State::Visible));
        let shown: i64 = on!(conn, |c| comments::table.filter(shown).count().get_result(c).await)?;
        let shown = i32::try_from(shown).map_err(Error::store)?;
        on!(conn, |c| diesel::sql_query(COUNT_REPLIES).bind::<DbUuid, _>(self.on.id).execute(c).await)?;
        on!(conn, |c| diesel::update(consultations::table.find(self.on.id))
            .set(consultations::comment_count.eq(shown))
            .execute(c)
            .await)?;
        self.on.comment_count = shown;
        Ok(())
    }
}

/// As it was shown: what we make of its words, or what another server made, made safe.
fn shown(words: &str, html: Option<&str>) -> String {
    let own = text::render(words);
    match html {
        Some(html) if html != own => text::sanitise(html),
        _ => own,
    }
}
