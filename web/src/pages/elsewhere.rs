//! `/remote/{host}/c/{slug}`: a consultation of another node, read and taken part in from here.

mod act;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::count::tally::Results as When;
use model::debate::comment::LONGEST;
use model::debate::consultation::Phase;
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Standpoint, note};
use model::network::fidelity;
use model::network::mirror::{self, End, Mirror};
use model::network::verified;
use model::people::role::Act;
use model::store::Conn;
use url::form_urlencoded::parse;

use super::ballot::{self, BallotView};
use super::brief::Brief;
use super::results::{self, Results};
use super::thread_elsewhere::{self, Said};
use super::{entry, mirrored};
use crate::app::App;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

pub(super) use act::{comment, edit, react, say, vote};

/// What the page is asked with.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The choice made before signing in.
    pub(super) choice: Vec<String>,
    /// Whether a voter changes the vote.
    pub(super) change: bool,
    /// The comment replied to.
    reply: Option<Id<Mirror>>,
    /// One's own comment that is being edited.
    edit: Option<Id<Mirror>>,
}

impl Asked {
    fn of(query: Option<&str>) -> Self {
        let form = Form::from_pairs(parse(query.unwrap_or_default().as_bytes()));
        Self {
            choice: form.all("choice"),
            change: form.is("change", "1"),
            reply: form.trimmed("reply").parse().ok(),
            edit: form.trimmed("edit").parse().ok(),
        }
    }
}

/// A text as it was before.
struct Before {
    version: String,
    until: String,
    machine: String,
    title: String,
    html: String,
}

/// Where somebody writes, or why not.
struct Write {
    action: String,
    title: String,
    hint: String,
    /// The comment answered.
    parent: Option<(String, String)>,
    /// Told once, before the first comment: where it goes.
    warning: Option<String>,
    cancel: Option<String>,
}

#[derive(Template)]
#[template(path = "remote.html")]
struct RemotePage {
    page: Frame,
    form: Form,
    host: String,
    origin: String,
    address: String,
    brief: Brief,
    text: String,
    /// That what is kept here was not what its origin signed.
    altered: Option<String>,
    ballot: Option<BallotView>,
    /// How this node tells the origin that it knows the voter.
    assured: Option<String>,
    results: Option<Results>,
    /// Since when the results are what they are.
    verified: Option<String>,
    /// What does not hold, or why there are none.
    unverified: Option<String>,
    before: Vec<Before>,
    said: Vec<Said>,
    locked: Option<String>,
    write: Option<Write>,
    closed: String,
    enter: Option<String>,
}

/// Where of another node something lies.
type At = Path<(String, String)>;

fn address(on: &Elsewhere) -> String {
    format!("/remote/{}/c/{}", on.page.host, on.slug())
}

/// `GET /remote/{host}/c/{slug}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): At,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::of(query.as_deref());
    let host = host.to_lowercase();
    let mut conn = app.store.conn().await?;
    match elsewhere::at(&mut conn, &host, &slug).await {
        Ok(on) => {
            drop(conn);
            show(&app, &visitor, &on, &asked, StatusCode::OK, Form::default()).await
        }
        Err(Error::NotFound) => match mirror::ended(&mut conn, &host, &slug).await? {
            Some(end) => gone(&visitor, &host, &end),
            None => Err(Failure::NotFound),
        },
        Err(error) => Err(error.into()),
    }
}

/// What stands in the place of a consultation that is gone at its origin.
#[derive(Template)]
#[template(path = "remote_gone.html")]
struct GonePage {
    page: Frame,
    /// Who took it away, and why.
    why: String,
    date: String,
    machine: String,
}

fn gone(visitor: &Visitor, host: &str, end: &End) -> Result<Response, Failure> {
    let t = &visitor.words;
    let why = match (end.how, &end.reason) {
        (mirror::How::Deleted, _) => t.with("elsewhere-gone-deleted", "host", host),
        (mirror::How::Removed, None) => t.with("elsewhere-gone-removed", "host", host),
        (mirror::How::Removed, Some(reason)) => t.with2("elsewhere-gone-why", "host", host, "reason", reason),
    };
    let at = end.at.timestamp();
    let page = GonePage {
        page: Frame::new(visitor, t.with("elsewhere-gone", "host", host)),
        why,
        date: t.date(at),
        machine: t.machine(at),
    };
    frame::show(StatusCode::GONE, &page)
}

async fn show(
    app: &App,
    visitor: &Visitor,
    on: &Elsewhere,
    asked: &Asked,
    status: StatusCode,
    mut form: Form,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let t = &visitor.words;
    let own = match &visitor.account {
        Some(account) => envoy::standpoint(&mut conn, &visitor.here, account.actor_id, on).await?,
        None => None,
    };
    let thread = mirror::thread(&mut conn, &on.page.host, on.slug()).await?;
    let said = thread_elsewhere::all(&mut conn, visitor, on, thread).await?;
    let locked = on.is_locked(mirror::marks(&mut conn, &on.page.uri).await?);
    let (write, closed, enter) = writing(&mut conn, visitor, on, asked, locked, &mut form).await?;
    let (results, verified, unverified) = counted(&mut conn, visitor, on, own.as_ref()).await?;
    let brief = mirrored::brief_of(visitor, on);
    let page = RemotePage {
        page: Frame::new(visitor, &brief.title).described(&brief.summary).mistaken(form.is_wrong()),
        host: on.page.host.clone(),
        origin: on.page.uri.clone(),
        address: address(on),
        text: on.page.html.clone(),
        ballot: ballot::elsewhere(visitor, on, own.as_ref(), asked, &form),
        assured: assured(&mut conn, visitor, on).await?,
        before: before(visitor, mirror::versions(&mut conn, &on.page.uri).await?),
        locked: locked.then(|| t.with("elsewhere-locked", "host", &on.page.host)),
        altered: altered(&mut conn, visitor, on).await?,
        brief,
        results,
        verified,
        unverified,
        said,
        write,
        closed,
        enter,
        form,
    };
    frame::show(status, &page)
}

/// Whether what is kept here was found to be other than what the origin signed.
async fn altered(conn: &mut Conn, visitor: &Visitor, on: &Elsewhere) -> Answer<Option<String>> {
    let t = &visitor.words;
    let found = fidelity::fault(conn, &on.page.uri).await?;
    Ok(found.map(|found| {
        let key = if found.restored { "elsewhere-restored" } else { "elsewhere-altered" };
        t.with2(key, "host", &on.page.host, "moment", t.moment(found.at.timestamp()))
    }))
}

/// What this node will tell the origin of the voter.
async fn assured(conn: &mut Conn, visitor: &Visitor, on: &Elsewhere) -> Answer<Option<String>> {
    let Some(account) = visitor.account.as_ref().filter(|_| on.takes_ballots(visitor.now).is_ok()) else {
        return Ok(None);
    };
    let word = envoy::assurance(conn, account).await?;
    let how = visitor.say(&format!("assurance-{word}"));
    Ok(Some(visitor.words.with2("elsewhere-assured", "host", &on.page.host, "how", &how)))
}

fn before(visitor: &Visitor, versions: Vec<mirror::Version>) -> Vec<Before> {
    let t = &visitor.words;
    let one = |it: mirror::Version| Before {
        version: t.number(it.version),
        until: t.with("elsewhere-until", "date", t.date(it.replaced_at.timestamp())),
        machine: t.machine(it.replaced_at.timestamp()),
        title: it.title,
        html: it.html,
    };
    versions.into_iter().map(one).collect()
}

/// The results that were counted again here, since when, and what is to be known where there are none or older ones.
async fn counted(
    conn: &mut Conn,
    visitor: &Visitor,
    on: &Elsewhere,
    own: Option<&Standpoint>,
) -> Answer<(Option<Results>, Option<String>, Option<String>)> {
    let t = &visitor.words;
    if !on.method.takes_ballots() {
        return Ok((None, None, None));
    }
    let fault = verified::fault(conn, &on.page.uri).await?;
    let doubt = fault.map(|fault| {
        let at = t.moment(fault.at.timestamp());
        t.with2("elsewhere-fault", "host", &on.page.host, "moment", &at)
    });
    let Some(held) = &on.verified else {
        let hidden = on.results != When::Live && on.phase(visitor.now) == Phase::Open;
        let why = if hidden { "elsewhere-hidden" } else { "elsewhere-uncounted" };
        let why = (own.is_some() || hidden || on.phase(visitor.now) != Phase::Scheduled)
            .then(|| t.with(why, "host", &on.page.host));
        return Ok((None, None, doubt.or(why)));
    };
    let mut shown = results::from_document(t, &held.results()?, &on.method);
    shown.question = t.with("results-question", "title", &on.page.title);
    let at = t.moment(held.verified_at.timestamp());
    let since = t.with2("elsewhere-verified", "host", &on.page.host, "moment", &at);
    Ok((Some(shown), Some(since), doubt))
}

/// The form to write a comment, or why there is none.
async fn writing(
    conn: &mut Conn,
    visitor: &Visitor,
    on: &Elsewhere,
    asked: &Asked,
    locked: bool,
    form: &mut Form,
) -> Answer<(Option<Write>, String, Option<String>)> {
    let t = &visitor.words;
    if let Err(Error::Refused(refusal)) = on.takes_comments(visitor.now, locked) {
        return Ok((None, t.say(&format!("refusal-{}", refusal.code())), None));
    }
    let Some(account) = &visitor.account else {
        let enter = visitor.guest.is_none().then(|| entry::sign_in_for(&format!("{}#say", address(on))));
        let key = if visitor.guest.is_some() { "comment-elsewhere" } else { "comment-sign-in" };
        return Ok((None, t.say(key), enter));
    };
    if let Err(Error::Refused(refusal)) = visitor.standing().may(Act::Comment, None) {
        return Ok((None, t.say(&format!("refusal-{}", refusal.code())), None));
    }
    let at = address(on);
    let most = t.number(LONGEST as u64);
    let mut write = Write {
        action: format!("{at}/comments"),
        title: t.say("comment-title"),
        hint: t.with2("elsewhere-comment-hint", "host", &on.page.host, "most", &most),
        parent: None,
        warning: account
            .federation_notice_at
            .is_none()
            .then(|| t.with("comment-first", "handle", visitor.here.handle(&account.name))),
        cancel: None,
    };
    if let Some(id) = asked.edit {
        let own = note::by_id(conn, Id::from_uuid(id.uuid())).await?;
        if own.actor_id != account.actor_id || own.page != on.page.uri {
            return Err(Error::NotFound);
        }
        if form.given("text").is_none() {
            form.set("text", own.markdown);
        }
        write.action = format!("{at}/comments/{id}");
        write.title = t.say("elsewhere-edit");
        write.cancel = Some(format!("{at}#say"));
    } else if let Some(id) = asked.reply {
        let parent = mirror::by_id(conn, id).await?;
        if parent.root_uri.as_ref() != Some(&on.page.uri) {
            return Err(Error::NotFound);
        }
        write.title = t.say("elsewhere-reply");
        write.parent = Some((id.to_string(), parent.html));
        write.cancel = Some(format!("{at}#say"));
    }
    Ok((Some(write), String::new(), None))
}
