//! What the page of a consultation shows to everybody alike. It is read once for each version of the consultation and kept:
//! whoever asks brings one statement of their own ([`model::debate::visit`]), and the page is made of both.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use model::count::participation::{self, Span};
use model::count::tally::{self, Counted, Viewer};
use model::debate::change::{self, Change};
use model::debate::comment::order::{self, Level, Selection};
use model::debate::comment::{self, Comment, Stance, thread};
use model::debate::consultation::View;
use model::debate::forum::{self, Forum};
use model::debate::outcome::{self, Outcome};
use model::debate::reaction;
use model::debate::text::{self, Text};
use model::debate::visit::{self, Visit};
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::store::Conn;
use tokio::time::Instant;

use super::agreement::Arguments;
use super::asked::Asked;
use super::debate::{Known, PAGE};
use crate::app::App;
use crate::visitor::Visitor;

/// How long a reading is kept at most, for what no version tells: a name, a picture, how a server is treated.
const LONGEST: Duration = Duration::from_millis(1500);

/// How long it is not asked again when people took part: all ballots are counted for that.
const DAYS: Duration = Duration::from_secs(60);
/// How long it is not asked again what a debate agrees on, while nothing but votes came.
const AGREED: Duration = Duration::from_secs(10);

/// The comments of a page as they are for everybody.
pub(crate) struct Talk {
    pub(super) tops: Vec<(Comment, Actor)>,
    pub(super) replies: Vec<(Comment, Actor)>,
    pub(super) stances: Vec<(Option<Stance>, i64)>,
    pub(super) portraits: HashMap<Id<Actor>, String>,
    /// Whether there are more.
    pub(super) more: bool,
}

impl Talk {
    /// What is asked for, `most` top-level comments at most.
    pub(super) async fn read(conn: &mut Conn, view: &View, asked: &Asked, most: usize) -> Answer<Self> {
        let on = &view.consultation;
        let mut tops = match asked.only {
            Some(id) => only(conn, view, id).await?,
            None => {
                let article = asked.article.clone();
                let which = Selection { order: asked.sort, level: Level::Top, article, ..Selection::default() };
                order::page(conn, on.id, &which, asked.after, most as i64 + 1).await?
            }
        };
        let more = tops.len() > most;
        tops.truncate(most);
        let ids: Vec<_> = tops.iter().map(|(top, _)| top.id).collect();
        let replies = thread::replies(conn, &ids).await?;
        let people = tops.iter().chain(&replies).map(|(_, who)| who);
        let strangers: Vec<_> = people.filter(|who| !who.is_local()).map(|who| who.id).collect();
        let portraits = if strangers.is_empty() { HashMap::new() } else { portrait::names(conn, &strangers).await? };
        Ok(Self { stances: thread::stances(conn, on.id).await?, tops, replies, portraits, more })
    }

    /// The first top-level comments, and whether there are more.
    pub(super) fn first(&self, most: usize) -> (&[(Comment, Actor)], bool) {
        (&self.tops[..self.tops.len().min(most)], self.more || self.tops.len() > most)
    }

    /// What is shown of it where that many stand.
    fn ids(&self, most: usize) -> Vec<Id<Comment>> {
        let (tops, _) = self.first(most);
        let mut shown: HashSet<Id<Comment>> = tops.iter().map(|(top, _)| top.id).collect();
        // Level by level: what is replied to comes before the reply.
        for (reply, _) in &self.replies {
            if reply.parent_id.is_some_and(|parent| shown.contains(&parent)) {
                shown.insert(reply.id);
            }
        }
        shown.into_iter().collect()
    }

    /// What the visitor thinks of what is said.
    pub(super) async fn opinions(&self, conn: &mut Conn, visitor: &Visitor) -> Answer<HashMap<Id<Comment>, i32>> {
        let Some(account) = &visitor.account else { return Ok(HashMap::new()) };
        let mine = reaction::to(conn, account.actor_id, &self.ids(usize::MAX)).await?;
        Ok(mine.into_iter().map(|reaction| (reaction.comment_id, reaction.value)).collect())
    }
}

/// The one thread that was asked for.
async fn only(conn: &mut Conn, view: &View, id: Id<Comment>) -> Answer<Vec<(Comment, Actor)>> {
    let asked = comment::by_id(conn, id).await?;
    let top = thread::top_of(conn, asked).await?;
    if top.consultation_id != view.consultation.id {
        return Err(Error::NotFound);
    }
    let author = actor::by_id(conn, top.actor_id).await?;
    Ok(vec![(top, author)])
}

/// What is read of a consultation.
pub(crate) struct Reading {
    /// The version of the consultation and the size of its tally.
    version: (i64, i64),
    since: Instant,
    /// Whether whoever has voted may see results.
    is_shown: bool,
    /// Who proposes it.
    pub(super) author: String,
    /// In whose name authors answer.
    pub(super) official: String,
    pub(super) counted: Counted,
    /// When people took part, and since when that is known.
    pub(super) spans: (Instant, Arc<Vec<Span>>),
    pub(super) outcome: Option<Outcome>,
    pub(super) changes: Vec<Change>,
    pub(super) text: Text,
    /// What the debate agrees on, and since when that is known.
    pub(super) arguments: (Instant, Arc<Arguments>),
    pub(super) talk: Talk,
}

impl Reading {
    /// What is costly is taken over from the reading `before` while it is young enough.
    async fn read(conn: &mut Conn, visit: &Visit, visitor: &Visitor, before: Option<&Self>) -> Answer<Self> {
        let (since, view) = (Instant::now(), &visit.view);
        let on = &view.consultation;
        let ballots = on.method.0.takes_ballots() && tally::visible(on, visitor.now, Viewer::Voter);
        let young = |at: Instant, most: Duration| since.saturating_duration_since(at) < most;
        let same = before.filter(|it| it.version.0 == on.version && it.is_shown == ballots);
        let spans = match same.map(|it| &it.spans).filter(|(at, _)| young(*at, DAYS)) {
            Some(spans) => spans.clone(),
            None if ballots => (since, Arc::new(participation::spans(conn, on.id).await?)),
            None => (since, Arc::default()),
        };
        let arguments = match same.map(|it| &it.arguments).filter(|(at, _)| young(*at, AGREED)) {
            Some(arguments) => arguments.clone(),
            None => (since, Arc::new(Arguments::read(conn, on, ballots).await?)),
        };
        Ok(Self {
            version: (on.version, visit.counted),
            since,
            is_shown: ballots,
            author: actor::by_id(conn, on.author_id).await?.display_name,
            official: official(conn, &view.forum).await?,
            counted: tally::counted(conn, on).await?,
            spans,
            outcome: outcome::of(conn, on.id).await?,
            changes: change::list(conn, on.id).await?,
            text: text::version(conn, on.id, on.text_version).await?,
            arguments,
            talk: Talk::read(conn, view, &Asked::default(), PAGE).await?,
        })
    }

    /// What the debate is shown from to who brings that.
    pub(super) fn known<'a>(&'a self, visit: &'a Visit) -> Known<'a> {
        Known {
            talk: &self.talk,
            articles: &self.text.articles.0,
            opinions: &visit.opinions,
            follows: visit.follows,
            lock: visit.lock.as_ref(),
            official: &self.official,
        }
    }

    /// Whether it is still what is there, as far as no version tells.
    pub(crate) fn is_fresh(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) < LONGEST
    }
}

async fn official(conn: &mut Conn, forum: &Forum) -> Answer<String> {
    match forum::official(conn, forum).await {
        Ok(official) => Ok(official.display_name),
        // Before set-up nobody answers.
        Err(Error::NotFound) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// What the visitor brings to a consultation, and what it shows to everybody alike; what they think of the comments that a
/// page shows of which `most` stand at the top.
pub(super) async fn of(app: &App, visitor: &Visitor, slug: &str, most: usize) -> Answer<(Visit, Arc<Reading>)> {
    let kept = app.pages.reading(slug, Instant::now());
    let mut conn = app.store.conn().await?;
    let found = visit(&mut conn, visitor, slug, kept.as_deref(), most).await?;
    if let Some(kept) = kept.filter(|kept| kept.version == version(&found)) {
        return Ok((found, kept));
    }
    drop(conn);
    // One reads it anew, the others wait for that.
    let gate = app.pages.reading_gate(slug);
    let turn = gate.lock().await;
    let (at, counted) = version(&found);
    let meanwhile = app.pages.reading(slug, Instant::now());
    let meanwhile = meanwhile.filter(|kept| kept.version.0 >= at && kept.version.1 >= counted);
    let mut conn = app.store.conn().await?;
    let reading = match meanwhile {
        Some(reading) => reading,
        None => {
            let changes = app.pages.changes();
            let before = app.pages.earlier_reading(slug);
            let reading = Arc::new(Reading::read(&mut conn, &found, visitor, before.as_deref()).await?);
            app.pages.keep_reading(slug, reading.clone(), changes);
            reading
        }
    };
    drop(turn);
    let found = visit(&mut conn, visitor, slug, Some(&reading), most).await?;
    Ok((found, reading))
}

fn version(visit: &Visit) -> (i64, i64) {
    (visit.view.consultation.version, visit.counted)
}

async fn visit(conn: &mut Conn, visitor: &Visitor, slug: &str, kept: Option<&Reading>, most: usize) -> Answer<Visit> {
    let by = visit::Visitor { account: visitor.account.as_ref(), actor: visitor.voter() };
    let these = kept.map(|kept| kept.talk.ids(most)).unwrap_or_default();
    visit::of(conn, slug, by, &these).await
}
