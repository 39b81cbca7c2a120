//! `/f` and `/f/{forum}`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::care::subscription::Subject;
use model::debate::consultation::{self, Consultation, Filter, Sort, State as Stage};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::text;
use model::error::Result as Answer;
use model::people::role::{Act, Standing};
use model::store::Conn;
use serde::Deserialize;

use super::around::{self, Follow};
use super::brief::{Brief, Listed};
use super::interact;
use super::membership::{self, Members};
use super::{After, Done};
use crate::app::App;
use crate::error::Failure;
use crate::form::{self, Form};
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;

mod shape;

pub(super) use shape::{change, create, edit, fresh};

/// How many consultations a page of a forum lists.
const PAGE: i64 = 30;

/// A forum as an entry of a list.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) language: String,
    /// Its address in the fediverse, where it has one.
    pub(crate) handle: Option<String>,
    /// The way to follow it from one's own server.
    pub(crate) interact: Option<String>,
    /// What sets it apart from a public one.
    pub(crate) tag: Option<String>,
}

impl Entry {
    /// The entry of a forum.
    pub(crate) fn of(visitor: &Visitor, forum: &Forum) -> Self {
        let federated = visitor.node.domain.is_some() && forum.visibility.is_federated();
        let apart = forum.visibility != Visibility::Public;
        Self {
            interact: federated.then(|| interact::address_for(&visitor.here.forum(&forum.slug))),
            href: format!("/f/{}", forum.slug),
            title: forum.title.clone(),
            summary: forum.summary.clone(),
            language: forum.language.clone(),
            handle: federated.then(|| visitor.here.handle(&forum.slug)),
            tag: apart.then(|| visitor.say(&format!("visibility-{}", forum.visibility))),
        }
    }
}

#[derive(Template)]
#[template(path = "forums.html")]
struct ForumsPage {
    page: Frame,
    status: Option<String>,
    forums: Vec<Entry>,
    may_create: bool,
}

/// `GET /f`
pub(super) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let forums = forum::list(&mut app.store.conn().await?, visitor.account.as_ref()).await?;
    let page = ForumsPage {
        page: Frame::new(&visitor, visitor.say("forums")),
        status: after.done.map(|done| done.say(&visitor.words)),
        forums: forums.iter().map(|forum| Entry::of(&visitor, forum)).collect(),
        may_create: visitor.standing().may(Act::Administer, None).is_ok(),
    };
    frame::show(StatusCode::OK, &page)
}

/// The longest tag that is looked for, in characters.
const TAG_LONGEST: usize = 60;
/// How many with a tag are shown at most.
const TAGGED_MOST: usize = 100;
/// How many consultations are looked through for a tag at once, and how often.
const PART: i64 = 200;
const LOOKED_THROUGH: i64 = 10;

/// Which consultations of a forum are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Tab {
    #[default]
    Open,
    Soon,
    Closed,
    Drafts,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Open, Self::Soon, Self::Closed, Self::Drafts];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Soon => "soon",
            Self::Closed => "closed",
            Self::Drafts => "drafts",
        }
    }

    fn stages(self) -> Vec<Stage> {
        match self {
            Self::Open => vec![Stage::Open],
            Self::Soon => vec![Stage::Scheduled],
            Self::Closed => vec![Stage::Closed, Stage::Concluded, Stage::Cancelled, Stage::Archived],
            Self::Drafts => vec![Stage::Draft],
        }
    }
}

/// The order that was asked for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Ordered {
    Newest,
    Closing,
}

impl Ordered {
    const ALL: [Self; 2] = [Self::Closing, Self::Newest];

    fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Closing => "closing",
        }
    }
}

/// What the page of a forum is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: Tab,
    #[serde(default)]
    skip: u32,
    sort: Option<Ordered>,
    /// Of what is tagged so, whatever its state.
    tag: Option<String>,
    done: Option<Done>,
}

#[derive(Template)]
#[template(path = "forum.html")]
struct ForumPage {
    page: Frame,
    status: Option<String>,
    forum: Entry,
    acts: Vec<Link>,
    tabs: Vec<Link>,
    heading: String,
    listed: Vec<Brief>,
    next: Option<String>,
    orders: Vec<form::Entry>,
    order: &'static str,
    state: &'static str,
    /// Whether there is something to sort.
    sorted: bool,
    /// The tag that alone is listed.
    tag: Option<String>,
    stats: String,
    form: Form,
    members: Members,
    follow: Follow,
    files: Vec<Link>,
}

/// `GET /f/{forum}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    show_page(&app, &visitor, &slug, asked, StatusCode::OK, Form::default()).await
}

/// The page again, with what is wrong in a form of it.
pub(super) async fn show_again(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    status: StatusCode,
    form: Form,
) -> Result<Response, Failure> {
    show_page(app, visitor, slug, Asked::default(), status, form).await
}

async fn show_page(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    asked: Asked,
    status: StatusCode,
    form: Form,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, standing) = forum::view(&mut conn, slug, visitor.account.as_ref()).await?;
    let writes = standing.may(Act::Author, Some(&forum)).is_ok();
    let tab = if writes || asked.state != Tab::Drafts { asked.state } else { Tab::Open };
    let closing = tab == Tab::Open && asked.tag.is_none();
    let ordered = asked.sort.unwrap_or(if closing { Ordered::Closing } else { Ordered::Newest });
    let filter = Filter {
        forums: vec![forum.id],
        states: tab.stages(),
        sort: if ordered == Ordered::Closing { Sort::Closing } else { Sort::Newest },
        skip: asked.skip.into(),
        limit: PAGE,
    };
    let tag = asked.tag.as_deref().map(|tag| text::line(tag.trim_start_matches('#'), TAG_LONGEST));
    let tag = tag.filter(|tag| !tag.is_empty());
    let found = match &tag {
        Some(tag) => tagged(&mut conn, &forum, tag, ordered).await?,
        None => consultation::list(&mut conn, &filter).await?,
    };
    let listed = Listed::read(&mut conn, visitor.now, found).await?;
    let next = tag.is_none() && i64::try_from(listed.len()).is_ok_and(|count| count == PAGE);
    let heading = match &tag {
        Some(tag) => visitor.words.with("forum-tagged", "tag", tag),
        None => visitor.say(&format!("forum-{}", tab.name())),
    };
    let title = match tag.is_none() && tab == Tab::Open {
        true => forum.title.clone(),
        false => visitor.words.with2("forum-part", "part", &heading, "title", &forum.title),
    };
    let mut page = Frame::new(visitor, title).described(&forum.summary).mistaken(form.is_wrong());
    let files = around::files_of(visitor, &forum);
    page.follow_feed(files.feed.as_ref().map(|feed| feed.href.clone()), &forum.title);
    let action = format!("/f/{}/follow", forum.slug);
    let counts = consultation::count_by_state(&mut conn, forum.id).await?;
    let subject = Subject::Forum(forum.id);
    let follows = around::follows(&mut conn, visitor, subject).await?;
    let page = ForumPage {
        page,
        follow: Follow::of(visitor, subject, follows, action, "follow-forum-hint"),
        files: files.all(),
        status: asked.done.map(|done| done.say(&visitor.words)),
        acts: acts(visitor, &forum, &standing),
        members: membership::of(&mut conn, visitor, &forum, &standing).await?,
        form,
        tabs: tabs(visitor, &forum, tag.is_none().then_some(tab), writes, &counts),
        heading,
        listed: Listed::briefs(&listed, &visitor.words, visitor.now),
        next: next.then(|| {
            let skip = i64::from(asked.skip) + PAGE;
            format!("/f/{}?state={}&sort={}&skip={skip}", forum.slug, tab.name(), ordered.name())
        }),
        orders: Ordered::ALL.map(|it| form::Entry::new(it.name(), visitor.say(&format!("list-{}", it.name())))).into(),
        order: ordered.name(),
        state: tab.name(),
        sorted: listed.len() > 1,
        tag,
        stats: format!("/f/{}/stats", forum.slug),
        forum: Entry::of(visitor, &forum),
    };
    frame::show(status, &page)
}

/// Those of the latest that are tagged so, in whatever case: what a hashtag of the forum's debates leads to.
async fn tagged(conn: &mut Conn, forum: &Forum, tag: &str, ordered: Ordered) -> Answer<Vec<Consultation>> {
    let tag = tag.to_lowercase();
    let mut found = Vec::new();
    for part in 0..LOOKED_THROUGH {
        let (skip, limit) = (part * PART, PART);
        let filter = Filter { forums: vec![forum.id], states: Vec::new(), sort: Sort::Newest, skip, limit };
        let some = consultation::list(conn, &filter).await?;
        let last = i64::try_from(some.len()).is_ok_and(|count| count < PART);
        found.extend(some.into_iter().filter(|on| on.tags.0.iter().any(|held| held.to_lowercase() == tag)));
        if last || found.len() >= TAGGED_MOST {
            break;
        }
    }
    found.truncate(TAGGED_MOST);
    if ordered == Ordered::Closing {
        // What has no end stands last.
        found.sort_by_key(|on| (on.closes_at.is_none(), on.closes_at));
    }
    Ok(found)
}

fn acts(visitor: &Visitor, forum: &Forum, standing: &Standing) -> Vec<Link> {
    let mut acts = Vec::new();
    if standing.may(Act::Propose, Some(forum)).is_ok() {
        acts.push(Link::new(format!("/new?forum={}", forum.slug), visitor.say("forum-new")));
    }
    if standing.may(Act::ManageForum, Some(forum)).is_ok() {
        acts.push(Link::new(format!("/f/{}/edit", forum.slug), visitor.say("forum-edit")));
        if forum.visibility.is_federated() && visitor.node.domain.is_some() {
            acts.push(Link::new(format!("/f/{}/relay", forum.slug), visitor.say("relay-link")));
        }
    }
    acts
}

fn tabs(visitor: &Visitor, forum: &Forum, current: Option<Tab>, writes: bool, counts: &[(Stage, i64)]) -> Vec<Link> {
    let t = &visitor.words;
    let shown = Tab::ALL.into_iter().filter(|tab| writes || *tab != Tab::Drafts);
    let count = |tab: Tab| -> i64 {
        let stages = tab.stages();
        counts.iter().filter(|(stage, _)| stages.contains(stage)).map(|(_, count)| count).sum()
    };
    let link = |tab: Tab| Link {
        href: format!("/f/{}?state={}", forum.slug, tab.name()),
        label: t.with2("forum-tab", "name", t.say(&format!("forum-{}", tab.name())), "n", t.number(count(tab))),
        current: Some(tab) == current,
    };
    shown.map(link).collect()
}
