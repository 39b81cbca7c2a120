//! `/remote/{host}/c/{slug}`: a consultation of another node, read and taken part in from here.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::count::tally::Results as When;
use model::debate::comment::LONGEST;
use model::debate::consultation::Phase;
use model::debate::reaction::Value;
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Standpoint, note, opinion};
use model::network::mirror::{self, Mirror};
use model::network::verified;
use model::people::account;
use model::people::role::Act;
use model::store::Conn;
use url::form_urlencoded::{Serializer, parse};

use super::ballot::{self, BallotView};
use super::brief::Brief;
use super::results::{self, Results};
use super::thread_elsewhere::{self, Said};
use super::{entry, mirrored};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

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
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    show(&app, &visitor, &on, &asked, StatusCode::OK, Form::default()).await
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
    let said = thread_elsewhere::all(&mut conn, visitor, on, &thread.comments).await?;
    let locked = mirror::marks(&mut conn, &on.page.uri).await?.locked;
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

/// `POST /remote/{host}/c/{slug}/ballot`: sends, changes or withdraws. Who is not signed in is led to sign in, with the choice.
pub(super) async fn vote(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): At,
    mut form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    match sent(&app, &visitor, &on, &form).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, ballot::field)?;
            show(&app, &visitor, &on, &Asked::default(), status, form).await
        }
    }
}

async fn sent(app: &App, visitor: &Visitor, on: &Elsewhere, form: &Form) -> Answer<String> {
    let chosen = ballot::picked(form);
    let Some(account) = &visitor.account else {
        on.admit(visitor.now, &chosen)?;
        let mut query = Serializer::new(String::new());
        query.extend_pairs(chosen.iter().map(|choice| ("choice", choice)));
        return Ok(entry::sign_in_for(&format!("{}?{}#vote", address(on), query.finish())));
    };
    app.limits.opinion(account.actor_id)?;
    let by = visitor.standing();
    let mut tx = app.store.begin().await?;
    if form.is("act", "withdraw") {
        match envoy::withdraw(&mut tx, visitor.now, &by, on).await {
            // Pressed twice: it is on its way, as was wished.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    } else {
        envoy::vote(&mut tx, visitor.now, &by, on, &chosen, None).await?;
    }
    tx.commit().await?;
    Ok(format!("{}#vote", address(on)))
}

/// `POST /remote/{host}/c/{slug}/comments`
pub(super) async fn say(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): At,
    form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    let reply = match form.given("parent").map(str::parse).transpose() {
        Ok(reply) => reply,
        // Said to somebody, it would mean something else at the top.
        Err(_) => return Err(Failure::NotFound),
    };
    let done = written(&app, &visitor, &on, &form, reply).await;
    settle(&app, &visitor, &on, Asked { reply, ..Asked::default() }, form, done).await
}

async fn written(
    app: &App,
    visitor: &Visitor,
    on: &Elsewhere,
    form: &Form,
    parent: Option<Id<Mirror>>,
) -> Answer<String> {
    let account = visitor.signed_in()?;
    app.limits.comment(account.id, visitor.from)?;
    let draft =
        note::Draft { text: form.value("text").to_owned(), parent, language: Some(visitor.words.tag().to_owned()) };
    let mut tx = app.store.begin().await?;
    let said = note::post(&mut tx, visitor.now, &visitor.here, &visitor.standing(), on, &draft).await?;
    if form.is("told", "1") && account.federation_notice_at.is_none() {
        account::note_federation(&mut tx, visitor.now, account.id).await?;
    }
    tx.commit().await?;
    Ok(said.id.to_string())
}

/// Leads to the comment, or shows the form again with what is to mend.
async fn settle(
    app: &App,
    visitor: &Visitor,
    on: &Elsewhere,
    asked: Asked,
    mut form: Form,
    done: Answer<String>,
) -> Result<Response, Failure> {
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{}#comment-{id}", address(on))).into_response()),
        Err(error) => {
            let field = |name: &str| match name {
                "text" | "too-long" => "text",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(app, visitor, on, &asked, status, form).await
        }
    }
}

/// A comment on a consultation elsewhere.
type Which = Path<(String, String, Id<Mirror>)>;

/// `GET /remote/{host}/c/{slug}/comments/{id}`: the comment's own address, for people.
pub(super) async fn comment(Path((host, slug, id)): Which) -> Redirect {
    Redirect::to(&format!("/remote/{host}/c/{slug}#comment-{id}"))
}

/// `POST /remote/{host}/c/{slug}/comments/{id}`: other words for one's own comment, or none any more.
pub(super) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug, id)): Which,
    form: Form,
) -> Result<Response, Failure> {
    let on = elsewhere::at(&mut app.store.conn().await?, &host.to_lowercase(), &slug).await?;
    let done = changed(&app, &visitor, &on, &form, id).await;
    settle(&app, &visitor, &on, Asked { edit: Some(id), ..Asked::default() }, form, done).await
}

async fn changed(app: &App, visitor: &Visitor, on: &Elsewhere, form: &Form, id: Id<Mirror>) -> Answer<String> {
    let account = visitor.signed_in()?;
    app.limits.comment(account.id, visitor.from)?;
    let (here, by) = (&visitor.here, visitor.standing());
    let mut tx = app.store.begin().await?;
    let own = note::by_id(&mut tx, Id::from_uuid(id.uuid())).await?;
    if own.page != on.page.uri {
        return Err(Error::NotFound);
    }
    if form.is("act", "delete") {
        note::delete(&mut tx, visitor.now, here, &by, on, &own).await?;
    } else {
        note::edit(&mut tx, visitor.now, here, &by, on, &own, form.value("text")).await?;
    }
    tx.commit().await?;
    Ok(id.to_string())
}

/// `POST /remote/{host}/c/{slug}/comments/{id}/reaction`: the same button twice takes the opinion back.
pub(super) async fn react(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug, id)): Which,
    form: Form,
) -> Result<Response, Failure> {
    let back = format!("/remote/{host}/c/{slug}#comment-{id}");
    let Some(account) = &visitor.account else {
        return Ok(Redirect::to(&entry::sign_in_for(&back)).into_response());
    };
    app.limits.opinion(account.actor_id)?;
    let number = form.trimmed("value").parse().ok();
    let value = number.and_then(Value::from_number).ok_or(Refusal::UnknownChoice)?;
    let by = visitor.standing();
    let mut tx = app.store.begin().await?;
    let on = elsewhere::at(&mut tx, &host.to_lowercase(), &slug).await?;
    let to = mirror::by_id(&mut tx, id).await?;
    let held = opinion::of(&mut tx, account.actor_id, &to.uri).await?;
    if held.is_some_and(|held| held.value == value.number()) {
        opinion::clear(&mut tx, visitor.now, &by, &on, &to).await?;
    } else {
        opinion::set(&mut tx, visitor.now, &visitor.here, &by, &on, &to, value).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&back).into_response())
}
