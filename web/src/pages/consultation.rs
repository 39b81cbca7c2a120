//! `/c/{slug}`: a consultation with its ballot, its results and its debate.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use model::count::electorate::Requires;
use model::count::method::Method;
use model::count::tally::{Document, Viewer};
use model::debate::change::Change;
use model::debate::consultation::{self, Consultation, Phase, State as Stage, View};
use model::debate::forum::Visibility;
use model::debate::visit::Visit;
use model::error::{Error, Result as Answer};
use model::people::role::Act;
use model::store::Conn;
use url::Url;
use url::form_urlencoded::Serializer;

use super::agreement::Agreement;
use super::asked::Asked;
use super::ballot::{self, BallotView};
use super::brief::{self, Brief};
use super::debate::{self, BELOW, Debate};
use super::embed;
use super::forum::Entry;
use super::interact;
use super::me::Fact;
use super::moved::{self, Moved};
use super::pictures::{self, Event};
use super::promise::{self, Promise};
use super::reading::{self, Reading};
use super::results::{self, Results};
use super::tallied;
use crate::app::App;
use crate::chart::Figure;
use crate::error::Failure;
use crate::form::Form;
use crate::frame::{Card, Frame, Link};
use crate::visitor::Visitor;

/// When it opens, ends or ended.
struct Ends {
    before: String,
    machine: String,
    moment: String,
}

#[derive(Template)]
#[template(path = "consultation.html")]
struct ConsultationPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    forum: Entry,
    brief: Brief,
    ends: Option<Ends>,
    facts: Vec<String>,
    /// The node that it was brought from.
    moved: Option<Moved>,
    /// What was changed since publishing, and why.
    changes: Vec<String>,
    acts: Vec<Link>,
    points: Vec<Fact>,
    ballot: Option<BallotView>,
    fediverse: &'static str,
    text: String,
    results: Option<Results>,
    agreement: Agreement,
    /// When people took part.
    participation: Option<Figure>,
    /// What comes, or came, of it.
    answer: Option<Promise>,
    /// Whether it can be read beside others: it has more than its draft.
    published: bool,
    /// The markup that shows it in another site.
    embed: Option<String>,
    /// Its address as oEmbed wants it.
    oembed: Option<String>,
    debate: Debate,
    /// The address of the same in the fediverse.
    activity: Option<String>,
    /// The way to take part from one's own server.
    interact: Option<String>,
}

/// `GET /c/{slug}`.
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Failure> {
    let asked = Asked::of(query.as_deref());
    Ok(Html(render(&app, &visitor, &slug, &asked, Form::default()).await?))
}

/// The consultation as this visitor may see it.
pub(super) async fn view(app: &App, visitor: &Visitor, slug: &str) -> Answer<View> {
    consultation::view(&mut app.store.conn().await?, slug, visitor.account.as_ref()).await
}

/// The page again, with what is wrong in a form of it.
pub(super) async fn refused(
    app: &App,
    visitor: &Visitor,
    view: View,
    asked: &Asked,
    status: StatusCode,
    form: Form,
) -> Result<Response, Failure> {
    let page = render(app, visitor, &view.consultation.slug, asked, form).await?;
    Ok((status, Html(page)).into_response())
}

async fn render(app: &App, visitor: &Visitor, slug: &str, asked: &Asked, form: Form) -> Result<String, Failure> {
    let (visit, reading) = reading::of(app, visitor, slug, BELOW).await?;
    let (view, own) = (&visit.view, visit.ballot.as_ref());
    let (on, t) = (&view.consultation, &visitor.words);
    let mut conn = app.store.conn().await?;
    let debate = debate(&mut conn, visitor, &visit, &reading, asked).await?;
    let eligible = ballot::eligible(&mut conn, visitor, view).await?;
    drop(conn);
    let viewer = if own.is_some() { Viewer::Voter } else { Viewer::Anybody };
    let document = reading.counted.shown(on, visitor.now, viewer);
    let mut frame = Frame::new(visitor, &on.title).described(&on.summary).mistaken(form.is_wrong());
    frame.follow_feed(super::around::feed_of(view), &on.title);
    frame = frame.lively(matches!(on.phase(visitor.now), Phase::Scheduled | Phase::Open));
    if on.example {
        frame.banners.push(t.say("banner-example"));
    }
    let here = Entry::of(visitor, &view.forum);
    let published = on.state != Stage::Draft;
    let open = published && view.forum.visibility != Visibility::Private;
    let url = visitor.here.consultation(&on.slug);
    if open {
        let anybody = reading.counted.shown(on, visitor.now, Viewer::Anybody);
        let alt = tallied::card_words(visitor, view, &anybody);
        frame = frame.pictured(Card { url: url.clone(), image: format!("{url}/card.png"), alt });
    }
    let answer = promise::of(visitor, on, reading.outcome.as_ref());
    let results = results::of(t, on, &document);
    let mut ballot = ballot::of(visitor, view, own, &eligible, asked, &form);
    if let Some(ballot) = &mut ballot {
        ballot.ended = promise::ended(visitor, on, results.as_ref(), answer.as_ref());
    }
    let interacts = here.handle.is_some() && on.state != Stage::Draft;
    let page = ConsultationPage {
        page: frame,
        status: asked.done.filter(|done| !done.is_of_ballot()).map(|done| done.say(t)),
        brief: Brief { left: None, ..brief::of(t, visitor.now, on) },
        ends: ends(visitor, on),
        facts: facts(visitor, on, &reading.author),
        moved: moved::of(visitor, on),
        changes: reading.changes.iter().map(|it| changed(visitor, it)).collect(),
        acts: acts(visitor, view),
        points: points(visitor, on),
        ballot,
        agreement: reading.arguments.1.shown(visitor, on, document.visible, &|count| t.number(count)),
        participation: participation(visitor, on, &reading, &document),
        answer,
        published,
        embed: open.then(|| embed::offered(&url, &on.title)),
        oembed: open.then(|| oembed(visitor, &url)),
        fediverse: fediverse(on),
        text: reading.text.html.clone(),
        results,
        debate,
        activity: here.handle.is_some().then(|| visitor.here.consultation(&on.slug)),
        interact: interacts.then(|| interact::address_for(&visitor.here.consultation(&on.slug))),
        forum: here,
        form,
    };
    page.render().map_err(|error| Failure::broken(&error))
}

/// The debate below it: as everybody sees it, or as it is asked for.
async fn debate(conn: &mut Conn, visitor: &Visitor, visit: &Visit, reading: &Reading, asked: &Asked) -> Answer<Debate> {
    if !asked.is_plain() {
        return debate::of(conn, visitor, &visit.view, asked, false).await;
    }
    Ok(debate::shown(visitor, &visit.view, asked, false, reading.known(visit)))
}

/// When people took part, where results may be seen.
fn participation(visitor: &Visitor, on: &Consultation, reading: &Reading, document: &Document) -> Option<Figure> {
    let t = &visitor.words;
    if !document.visible {
        return None;
    }
    let events: Vec<Event> = reading.changes.iter().map(|it| Event::of(t, it)).collect();
    let n = |count| t.number(count);
    let figure = pictures::participation(t, &visitor.node.zone(), document.official, &reading.spans.1, &events, &n)?;
    Some(Figure { csv: Some(format!("/c/{}/results/participation.csv", on.slug)), ..figure })
}

/// Where other sites learn how to show a page (oEmbed).
fn oembed(visitor: &Visitor, url: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("url", url);
    visitor.here.path(&format!("oembed?{}", query.finish()))
}

fn ends(visitor: &Visitor, on: &Consultation) -> Option<Ends> {
    let (before, at) = match on.phase(visitor.now) {
        Phase::Draft => return None,
        Phase::Scheduled => ("opens-at", on.opens_at),
        Phase::Open => ("open-until", on.closes_at),
        Phase::Cancelled => return None,
        Phase::Closed | Phase::Concluded | Phase::Archived => ("closed-at", on.closed_at.or(on.closes_at)),
    };
    let at = at?.timestamp();
    let t = &visitor.words;
    Some(Ends { before: t.say(before), machine: t.machine(at), moment: t.moment(at) })
}

pub(super) fn facts(visitor: &Visitor, on: &Consultation, author: &str) -> Vec<String> {
    let t = &visitor.words;
    let date = |key: &str, at: model::clock::Instant| t.with(key, "date", t.date(at.timestamp()));
    let mut facts = vec![t.with("proposed-by", "name", author)];
    facts.extend(on.published_at.map(|at| date("published-on", at)));
    facts.extend(on.edited_at.map(|at| date("edited-on", at)));
    facts.extend(on.answer_by.map(|at| date("answer-by", at)));
    facts
}

pub(super) fn changed(visitor: &Visitor, it: &Change) -> String {
    let t = &visitor.words;
    t.with2(&format!("change-{}", it.kind), "date", t.date(it.at.timestamp()), "reason", &it.reason)
}

fn acts(visitor: &Visitor, view: &View) -> Vec<Link> {
    if consultation::may_write(&view.standing, &view.forum, &view.consultation).is_err() {
        return Vec::new();
    }
    let closes = view.standing.may(Act::Author, Some(&view.forum)).is_ok();
    let link = |path: &str, key: &str| Link::new(format!("/c/{}/{path}", view.consultation.slug), visitor.say(key));
    let edit = link("edit/question", "review-edit");
    let answers = link("answers", "answers-title");
    let told = view.forum.visibility.is_federated() && visitor.node.domain.is_some() && closes;
    let relay = told.then(|| link("relay", "carried-link"));
    match view.consultation.phase(visitor.now) {
        Phase::Draft => vec![edit, link("edit/review", "review-title")],
        Phase::Scheduled | Phase::Open if closes => {
            let codes = view.consultation.electorate.0.requires == Requires::Codes;
            [edit, answers, link("close", "close-act")]
                .into_iter()
                .chain(codes.then(|| link("codes", "codes-title")))
                .chain(relay)
                .collect()
        }
        Phase::Scheduled | Phase::Open => vec![edit],
        Phase::Closed | Phase::Concluded if closes => vec![link("close", "conclude-title"), answers],
        _ => Vec::new(),
    }
}

pub(super) fn points(visitor: &Visitor, on: &Consultation) -> Vec<Fact> {
    let brief = &on.brief.0;
    let all = [("brief-what", &brief.what), ("brief-why", &brief.why), ("brief-outcome", &brief.outcome)];
    let given = all.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(key, text)| Fact { label: visitor.say(key), text: text.clone() }).collect()
}

fn fediverse(on: &Consultation) -> &'static str {
    match on.method.0 {
        Method::Support(_) => "fediverse-support",
        _ if on.has_question() => "fediverse-vote",
        _ => "fediverse-talk",
    }
}

/// The choice that waits in the address of a consultation, in words: what the sign-in page shows.
pub(super) async fn kept_choice(conn: &mut Conn, next: &str) -> Answer<Option<String>> {
    let Some(url) = Url::parse("http://here.invalid/").ok().and_then(|here| here.join(next).ok()) else {
        return Ok(None);
    };
    let Some(slug) = url.path().strip_prefix("/c/") else { return Ok(None) };
    let asked = Asked::of(url.query());
    let on = match consultation::view(conn, slug, None).await {
        Ok(view) => view.consultation,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let choices = on.method.0.choices(&on.language).into_iter().filter(|choice| asked.choice.contains(&choice.id));
    let labels: Vec<String> = choices.map(|choice| choice.label).collect();
    Ok((!labels.is_empty()).then(|| labels.join(", ")))
}
