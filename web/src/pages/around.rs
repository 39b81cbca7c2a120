//! What stands around a debate: following it, its feed and calendar, ways to pass it on, what happens meanwhile.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::care::subscription::{self, Subject};
use model::debate::comment::order::Order;
use model::debate::consultation::{Consultation, State as Stage, View};
use model::debate::forum::{self, Forum};
use model::error::Result as Answer;
use model::store::Conn;

use super::consultation::view;
use super::{entry, interact};
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::Link;
use crate::path;
use crate::visitor::Visitor;

/// What stands around a debate.
pub(crate) struct Around {
    pub(crate) follow: Follow,
    /// The feed and the calendar.
    pub(crate) files: Vec<Link>,
    /// Ways to pass the page on: plain links, which tell nobody anything until they are followed.
    pub(crate) share: Vec<Link>,
    /// The address to copy.
    pub(crate) address: String,
    /// The forum's name in the fediverse, to copy.
    pub(crate) handle: Option<String>,
    /// The way to take part from one's own server.
    pub(crate) interact: Option<String>,
    /// What happens meanwhile, while anything can.
    pub(crate) meanwhile: Option<Meanwhile>,
}

/// Where a page that stays open hears what happens, and the ways to see it without a script.
pub(crate) struct Meanwhile {
    /// The stream.
    pub(crate) stream: String,
    /// The page that shows new comments first; none where it is not of comments.
    pub(crate) newest: Option<String>,
    /// The same page, as it is then.
    pub(crate) reload: String,
}

impl Meanwhile {
    /// Of a consultation's page that is asked for at `reload`; nothing happens once it is over, or before it is published.
    pub(super) fn of(visitor: &Visitor, on: &Consultation, comments: bool, reload: String) -> Option<Self> {
        let running = !on.phase(visitor.now).is_over() && on.state != Stage::Draft;
        running.then(|| Self {
            stream: format!("/c/{}/live", on.slug),
            newest: comments.then(|| format!("/c/{}/debate?sort={}#debate", on.slug, Order::Newest)),
            reload,
        })
    }
}

/// A button that follows or stops following.
pub(crate) struct Follow {
    pub(crate) action: String,
    /// `follow` or `stop`.
    pub(crate) act: &'static str,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) back: String,
}

impl Around {
    /// Around the debate of a consultation.
    pub(super) fn of(visitor: &Visitor, view: &View, follows: bool) -> Self {
        let (on, t) = (&view.consultation, &visitor.words);
        let address = visitor.here.consultation(&on.slug);
        let open = on.state != Stage::Draft;
        let federated = open && visitor.node.domain.is_some() && view.forum.visibility.is_federated();
        let feed = feed_of(view).map(|href| Link::new(href, t.say("feed-comments")));
        let calendar = open.then(|| Link::new(format!("/c/{}/calendar.ics", on.slug), t.say("calendar-link")));
        let (subject, action) = (Subject::Consultation(on.id), format!("/c/{}/follow", on.slug));
        let follow = Follow::of(visitor, subject, follows, action, "follow-consultation-hint");
        Self {
            files: feed.into_iter().chain(calendar).collect(),
            share: if federated { share(visitor, &on.title, &address) } else { Vec::new() },
            handle: federated.then(|| visitor.here.handle(&view.forum.slug)),
            interact: federated.then(|| interact::address_for(&address)),
            meanwhile: Meanwhile::of(visitor, on, true, follow.back.clone()),
            follow,
            address,
        }
    }
}

/// Whether the visitor follows it.
pub(super) async fn follows(conn: &mut Conn, visitor: &Visitor, it: Subject) -> Answer<bool> {
    match &visitor.account {
        Some(account) => subscription::is_followed(conn, account.id, it).await,
        None => Ok(false),
    }
}

/// The feed of a consultation's comments, where readers of feeds may have it: they sign in nowhere.
pub(super) fn feed_of(view: &View) -> Option<String> {
    let public = view.forum.visibility.is_federated() && view.consultation.state != Stage::Draft;
    public.then(|| format!("/c/{}/feed.atom", view.consultation.slug))
}

/// The feed and the calendar of a forum.
pub(super) struct Files {
    pub(super) feed: Option<Link>,
    calendar: Link,
}

impl Files {
    /// Both, in order.
    pub(super) fn all(self) -> Vec<Link> {
        self.feed.into_iter().chain([self.calendar]).collect()
    }
}

/// Those of a forum; a private one has no feed, since readers of feeds sign in nowhere.
pub(super) fn files_of(visitor: &Visitor, forum: &Forum) -> Files {
    let feed = || Link::new(format!("/f/{}/feed.atom", forum.slug), visitor.say("feed-forum"));
    Files {
        feed: forum.visibility.is_federated().then(feed),
        calendar: Link::new(format!("/f/{}/calendar.ics", forum.slug), visitor.say("calendar-link")),
    }
}

/// Links of the kinds that need no address of a third party.
fn share(visitor: &Visitor, title: &str, address: &str) -> Vec<Link> {
    let t = &visitor.words;
    // RFC 6068 wants blanks written %20.
    let encoded =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mail = format!("mailto:?subject={}&body={}", encoded(title), encoded(address));
    let text = format!("sms:?body={}", encoded(&format!("{title} {address}")));
    vec![Link::new(mail, t.say("share-mail")), Link::new(text, t.say("share-text"))]
}

impl Follow {
    pub(super) fn of(visitor: &Visitor, it: Subject, follows: bool, action: String, hint: &str) -> Self {
        let t = &visitor.words;
        // A form that was refused shows its page at an address that takes forms alone.
        let page = action.trim_end_matches("/follow");
        let asked = visitor.path.split('?').next().unwrap_or_default();
        let is_page = asked.strip_prefix(page).is_some_and(|part| part.is_empty() || part == "/debate");
        Self {
            back: if is_page { visitor.path.clone() } else { page.to_owned() },
            act: if follows { "stop" } else { "follow" },
            label: t.say(match (it, follows) {
                (Subject::Forum(_), false) => "follow-forum",
                (Subject::Consultation(_), false) => "follow-consultation",
                (_, true) => "follow-end",
            }),
            hint: t.say(if follows { "follow-followed" } else { hint }),
            action,
        }
    }
}

/// `POST /c/{slug}/follow`
pub(super) async fn consultation(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    if view.consultation.state == Stage::Draft {
        return Err(Failure::NotFound);
    }
    act(&app, &visitor, Subject::Consultation(view.consultation.id), &form).await
}

/// `POST /f/{forum}/follow`
pub(super) async fn forum(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let (forum, _) = forum::view(&mut app.store.conn().await?, &slug, visitor.account.as_ref()).await?;
    act(&app, &visitor, Subject::Forum(forum.id), &form).await
}

async fn act(app: &App, visitor: &Visitor, it: Subject, form: &Form) -> Result<Response, Failure> {
    let back = path::local(form.given("back"));
    let Some(account) = &visitor.account else {
        return Ok(Redirect::to(&entry::sign_in_for(&back)).into_response());
    };
    let mut tx = app.store.begin().await?;
    if form.is("act", "stop") {
        subscription::stop(&mut tx, account.id, it).await?;
    } else {
        subscription::follow(&mut tx, visitor.now, &visitor.standing(), it).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&back).into_response())
}
