//! The debate: comments, replies, agreement.

use std::collections::HashMap;

use model::care::subscription::Subject;
use model::count::method::Method;
use model::debate::comment::order::{Mark, Order};
use model::debate::comment::{Comment, Stance, State as Shown};
use model::debate::consultation::{Phase, View};
use model::debate::forum;
use model::debate::lock::{self, Lock};
use model::debate::reaction::Value;
use model::debate::text::{self, Article};
use model::error::Result as Answer;
use model::id::Id;
use model::people::actor::{Actor, Kind};
use model::people::departure;
use model::people::role::Act;
use model::store::Conn;

use super::around::{self, Around};
use super::asked::Asked;
use super::comment::{parent, write_form};
use super::person;
use super::reading::Talk;
use crate::form::Entry;
use crate::visitor::Visitor;

/// How many top-level comments a page of a debate shows.
pub(super) const PAGE: usize = 50;
/// How many stand below a consultation.
pub(super) const BELOW: usize = 20;
/// Replies up to this many stand open.
const OPEN: usize = 3;

/// The debate of a page.
pub(crate) struct Debate {
    pub(crate) address: String,
    /// The page of the debate alone.
    pub(crate) place: String,
    /// Whether this is that page.
    pub(crate) alone: bool,
    pub(crate) around: Around,
    pub(crate) jump: String,
    pub(crate) count: String,
    pub(crate) listed: bool,
    pub(crate) orders: Vec<Entry>,
    pub(crate) order: &'static str,
    pub(crate) sides: Vec<Side>,
    pub(crate) plain: Vec<Said>,
    pub(crate) next: Option<String>,
    /// The way from one thread, or from one article, to all of them.
    pub(crate) all: Option<String>,
    /// The articles that a comment can be about.
    pub(crate) articles: Vec<Entry>,
    /// The one that alone is talked about here.
    pub(crate) article: Option<String>,
    pub(crate) form_shown: bool,
    pub(crate) form_title: String,
    pub(crate) parent: Option<Said>,
    pub(crate) stances: bool,
    pub(crate) hint: String,
    /// Told once, before the first comment: where it goes.
    pub(crate) warning: Option<String>,
    /// In whose name an official answer would go out, for who may write one.
    pub(crate) official: Option<String>,
    /// Why nothing can be written.
    pub(crate) closed: String,
    /// The sign-in page, for who needs it.
    pub(crate) enter: Option<String>,
}

/// One side of the debate.
pub(crate) struct Side {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) comments: Vec<Said>,
}

/// A comment.
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) author: String,
    /// The page of who wrote it, if there is one.
    pub(crate) profile: Option<String>,
    pub(crate) handle: Option<String>,
    /// Where its picture lies, of somebody of another server.
    pub(crate) portrait: Option<String>,
    pub(crate) official: bool,
    pub(crate) machine: String,
    pub(crate) date: String,
    /// What stands in the place of a hidden or deleted one.
    pub(crate) notice: Option<String>,
    pub(crate) html: String,
    pub(crate) language: String,
    pub(crate) standing: bool,
    /// Whether opinions on it are taken now.
    pub(crate) reactable: bool,
    pub(crate) answerable: bool,
    pub(crate) opinions: Vec<Opinion>,
    pub(crate) back: String,
    pub(crate) answers: Option<String>,
    /// Where its own replies are read, if they are too deep to be shown here.
    pub(crate) further: Option<String>,
    pub(crate) replies: Vec<Said>,
    pub(crate) open: bool,
    /// When it was changed, and where one reads what it said before.
    pub(crate) edited: Option<(String, String)>,
    /// The article that it is about: its heading, and where it stands.
    pub(crate) article: Option<(String, String)>,
    /// Whether it is the visitor's own, to be changed or deleted.
    pub(crate) own: bool,
    /// Whether the visitor may report it.
    pub(crate) reportable: bool,
    stance: Option<Stance>,
}

/// A button: agree, disagree, pass.
pub(crate) struct Opinion {
    pub(crate) value: i32,
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) mine: bool,
}

impl Debate {
    pub(crate) fn sided(&self) -> bool {
        self.sides.iter().any(|side| !side.comments.is_empty())
    }
}

/// What the comments of a page have in common.
pub(super) struct Page<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) view: &'a View,
    mine: &'a HashMap<Id<Comment>, i32>,
    portraits: &'a HashMap<Id<Actor>, String>,
    articles: &'a [Article],
    back: String,
    reactable: bool,
    answerable: bool,
}

impl<'a> Page<'a> {
    fn of(visitor: &'a Visitor, view: &'a View, asked: &Asked, alone: bool, known: Known<'a>) -> Self {
        let on = &view.consultation;
        let running = matches!(on.phase(visitor.now), Phase::Open | Phase::Scheduled);
        let writes = view.standing.may(Act::Comment, Some(&view.forum)).is_ok();
        let query = match (asked.only, asked.after) {
            (Some(id), _) => format!("comment={id}"),
            (None, Some(after)) => asked.from(after),
            (None, None) => asked.listing(),
        };
        let mark = if query.is_empty() { "" } else { "?" };
        let part = if alone { "/debate" } else { "" };
        Self {
            visitor,
            view,
            portraits: &known.talk.portraits,
            mine: known.opinions,
            articles: known.articles,
            back: format!("/c/{}{part}{mark}{query}", on.slug),
            reactable: running && (writes || visitor.account.is_none()),
            answerable: running && writes,
        }
    }

    fn address(&self) -> String {
        format!("/c/{}", self.view.consultation.slug)
    }

    fn edited(&self, comment: &Comment) -> Option<(String, String)> {
        let t = &self.visitor.words;
        let at = comment.updated_at.filter(|_| comment.state == Shown::Visible)?;
        let words = t.with("comment-edited", "date", t.date(at.timestamp()));
        Some((words, format!("{}/comments/{}/history", self.address(), comment.id)))
    }

    fn article(&self, comment: &Comment) -> Option<(String, String)> {
        let anchor = comment.article.as_ref()?;
        let found = self.articles.iter().find(|article| article.anchor == *anchor)?;
        Some((found.heading.clone(), format!("{}#{anchor}", self.address())))
    }

    pub(super) fn said(&self, (comment, author): &(Comment, Actor)) -> Said {
        let t = &self.visitor.words;
        let at = comment.published_at.timestamp();
        let standing = comment.state == Shown::Visible;
        let notice = match comment.state {
            Shown::Visible => None,
            Shown::Hidden | Shown::Held => Some(match &comment.reason {
                Some(reason) => t.with("comment-hidden-why", "reason", reason),
                None => t.say("comment-hidden"),
            }),
            Shown::Deleted => Some(t.say("comment-deleted")),
        };
        let nameless = author.kind == Kind::Imported && author.name == departure::NAMELESS;
        let name = if author.display_name.is_empty() { &author.name } else { &author.display_name };
        let mine = self.visitor.account.as_ref().is_some_and(|account| account.actor_id == author.id);
        Said {
            id: comment.id.to_string(),
            profile: person::address(author).filter(|_| standing && !nameless),
            author: if standing && !nameless { name.clone() } else { t.say("comment-someone") },
            handle: (standing && !nameless && !author.is_local()).then(|| author.handle(&self.visitor.here)),
            portrait: self.portraits.get(&author.id).filter(|_| standing).map(|name| portrait_path(name)),
            official: comment.official,
            machine: t.machine(at),
            date: t.date(at),
            notice,
            html: if standing { comment.html.clone() } else { String::new() },
            language: comment.language.clone().unwrap_or_else(|| self.view.consultation.language.clone()),
            standing,
            reactable: self.reactable,
            answerable: self.answerable,
            opinions: self.opinions(comment),
            back: self.back.clone(),
            answers: None,
            further: None,
            replies: Vec::new(),
            open: false,
            edited: self.edited(comment),
            article: self.article(comment).filter(|_| standing),
            own: mine && standing,
            reportable: standing && !mine && !comment.official,
            stance: comment.stance,
        }
    }

    fn opinions(&self, comment: &Comment) -> Vec<Opinion> {
        let t = &self.visitor.words;
        let counts = [
            (Value::Agree, "opinion-agree", comment.agrees),
            (Value::Disagree, "opinion-disagree", comment.disagrees),
            (Value::Pass, "opinion-pass", comment.passes),
        ];
        let mine = self.mine.get(&comment.id).copied();
        let opinion = |(value, key, count): (Value, &str, i32)| Opinion {
            value: value.number(),
            label: t.say(key),
            count: t.number(count),
            mine: mine == Some(value.number()),
        };
        counts.map(opinion).into()
    }

    /// Hangs the replies under the top-level comments, in one level: who answers whom is said in words.
    fn threads(&self, tops: &[(Comment, Actor)], replies: &[(Comment, Actor)]) -> Vec<Said> {
        let mut top_of: HashMap<Id<Comment>, usize> =
            tops.iter().enumerate().map(|(at, (top, _))| (top.id, at)).collect();
        let names: HashMap<Id<Comment>, String> =
            tops.iter().chain(replies).map(|pair| (pair.0.id, self.said(pair).author)).collect();
        let mut under: HashMap<Id<Comment>, i32> = HashMap::new();
        for parent in replies.iter().filter_map(|(reply, _)| reply.parent_id) {
            *under.entry(parent).or_default() += 1;
        }
        let further = |it: &Comment| {
            let all = it.replies <= under.get(&it.id).copied().unwrap_or_default();
            (!all).then(|| format!("{}/debate?comment={}#comment-{}", self.address(), it.id, it.id))
        };
        let mut threads: Vec<Said> =
            tops.iter().map(|top| Said { further: further(&top.0), ..self.said(top) }).collect();
        for reply in replies {
            let Some(parent) = reply.0.parent_id else { continue };
            let Some(at) = top_of.get(&parent).copied() else { continue };
            top_of.insert(reply.0.id, at);
            let to = names.get(&parent).filter(|_| tops[at].0.id != parent);
            let answers = to.map(|name| self.visitor.words.with("answers-to", "name", name));
            threads[at].replies.push(Said { answers, further: further(&reply.0), ..self.said(reply) });
        }
        for thread in &mut threads {
            thread.open = thread.replies.len() <= OPEN;
        }
        threads
    }
}

/// Where the picture of that name lies.
pub(super) fn portrait_path(name: &str) -> String {
    format!("/media/people/{name}")
}

/// What a debate is shown from.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) talk: &'a Talk,
    pub(super) articles: &'a [Article],
    /// What the visitor thinks of what is said.
    pub(super) opinions: &'a HashMap<Id<Comment>, i32>,
    /// Whether the visitor follows the consultation.
    pub(super) follows: bool,
    /// Why nobody writes any more.
    pub(super) lock: Option<&'a Lock>,
    /// In whose name authors answer.
    pub(super) official: &'a str,
}

/// The debate as this visitor sees it, whatever is asked of it: below the consultation, or `alone`.
pub(super) async fn of(conn: &mut Conn, visitor: &Visitor, view: &View, asked: &Asked, alone: bool) -> Answer<Debate> {
    let on = &view.consultation;
    let talk = Talk::read(conn, view, asked, if alone { PAGE } else { BELOW }).await?;
    let opinions = talk.opinions(conn, visitor).await?;
    let articles = text::version(conn, on.id, on.text_version).await?.articles.0;
    let lock = lock::of(conn, on.id).await?;
    let authors = view.standing.may(Act::Author, Some(&view.forum)).is_ok();
    let official = if authors { forum::official(conn, &view.forum).await?.display_name } else { String::new() };
    let known = Known {
        talk: &talk,
        articles: &articles,
        opinions: &opinions,
        follows: around::follows(conn, visitor, Subject::Consultation(on.id)).await?,
        lock: lock.as_ref(),
        official: &official,
    };
    let mut debate = shown(visitor, view, asked, alone, known);
    if let Some(id) = asked.reply.filter(|_| debate.form_shown) {
        parent(conn, &mut debate, &Page::of(visitor, view, asked, alone, known), id).await?;
    }
    Ok(debate)
}

/// The debate as this visitor sees it, from what is known.
pub(super) fn shown(visitor: &Visitor, view: &View, asked: &Asked, alone: bool, known: Known<'_>) -> Debate {
    let (tops, more) = known.talk.first(if alone { PAGE } else { BELOW });
    let page = Page::of(visitor, view, asked, alone, known);
    let (sides, plain) = split(visitor, page.threads(tops, &known.talk.replies), &known.talk.stances);
    let mut debate = Debate { sides, plain, ..empty(visitor, view, asked, alone, known.follows) };
    let last = tops.last().filter(|_| more).map(|(last, _)| Mark::of(last, asked.sort));
    debate.next = last.map(|last| format!("{}?{}#debate", debate.place, asked.from(last)));
    debate.articles = page.articles.iter().map(|it| Entry::new(&it.anchor, &it.heading)).collect();
    debate.article = asked.article.as_ref().and_then(|anchor| {
        page.articles.iter().find(|article| article.anchor == *anchor).map(|article| article.heading.clone())
    });
    write_form(&mut debate, &page, known);
    debate
}

/// A debate without comments and without a form.
fn empty(visitor: &Visitor, view: &View, asked: &Asked, alone: bool, follows: bool) -> Debate {
    let (on, t) = (&view.consultation, &visitor.words);
    let address = format!("/c/{}", on.slug);
    let place = format!("{address}/debate");
    let parts = asked.only.is_some() || asked.article.is_some();
    Debate {
        around: Around::of(visitor, view, follows),
        jump: t.with("jump-debate", "n", t.number(on.comment_count)),
        count: t.count("comments-count", on.comment_count),
        listed: asked.only.is_none() && on.comment_count > 1,
        orders: Order::ALL.iter().map(|order| Entry::new(order.as_str(), t.say(&format!("sort-{order}")))).collect(),
        order: asked.sort.as_str(),
        sides: Vec::new(),
        plain: Vec::new(),
        next: None,
        all: parts.then(|| format!("{place}#debate")),
        articles: Vec::new(),
        article: None,
        form_shown: false,
        form_title: t.say("comment-title"),
        parent: None,
        stances: matches!(on.method.0, Method::Vote(_)),
        hint: String::new(),
        warning: None,
        official: None,
        closed: String::new(),
        enter: None,
        address,
        place,
        alone,
    }
}

/// Arguments for and against stand side by side; the rest below.
fn split(visitor: &Visitor, threads: Vec<Said>, stances: &[(Option<Stance>, i64)]) -> (Vec<Side>, Vec<Said>) {
    let t = &visitor.words;
    let number = |stance| stances.iter().find(|(held, _)| *held == Some(stance)).map_or(0, |(_, count)| *count);
    let side =
        |stance, kind, key| Side { kind, label: t.say(key), count: t.number(number(stance)), comments: Vec::new() };
    let mut sides = vec![side(Stance::For, "f", "side-for"), side(Stance::Against, "a", "side-against")];
    let mut plain = Vec::new();
    for said in threads {
        match said.stance {
            Some(Stance::For) => sides[0].comments.push(said),
            Some(Stance::Against) => sides[1].comments.push(said),
            Some(Stance::Question) | None => plain.push(said),
        }
    }
    (sides, plain)
}
