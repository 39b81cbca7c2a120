//! `/f/{forum}/relay`: what a forum carries of others, who carries it, and what others propose to it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::forum::{self, Forum};
use model::error::{Error, Result as Answer};
use model::network::follow::{self, Follow, State as Stands};
use model::network::mirror;
use model::network::proposal::{self, Proposal};
use model::network::relay::rules::{Kind, Rule};
use model::network::relay::{self, Relay};
use model::people::actor::{self, Actor};
use model::people::role::{Act, Standing};
use model::store::Conn;
use serde::Deserialize;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{self, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

pub(crate) mod admin;
pub(super) mod consultation;

/// What has just been done, told once.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Told {
    Begun,
    Stopped,
    Announced,
    Waiting,
    Consented,
    Refused,
    Saved,
    Proposed,
}

impl Told {
    fn say(self, visitor: &Visitor) -> String {
        visitor.say(match self {
            Self::Begun => "relay-told-begun",
            Self::Stopped => "relay-told-stopped",
            Self::Announced => "relay-told-announced",
            Self::Waiting => "relay-told-waiting",
            Self::Consented => "relay-told-consented",
            Self::Refused => "relay-told-refused",
            Self::Saved => "relay-told-saved",
            Self::Proposed => "relay-told-proposed",
        })
    }
}

/// The query of a page that a form leads to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    pub(super) told: Option<Told>,
}

/// A forum or node elsewhere, and where an agreement with it stands.
pub(super) struct Other {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) handle: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    /// What may be done: the name and the words of each button.
    pub(super) acts: Vec<(&'static str, String)>,
    /// What more there is to say of it.
    pub(super) about: Vec<String>,
    /// Where what it is about can be read.
    pub(super) link: Option<String>,
}

impl Other {
    pub(super) fn of(visitor: &Visitor, id: String, who: &Actor, state: Stands) -> Self {
        Self {
            id,
            title: if who.display_name.is_empty() { who.name.clone() } else { who.display_name.clone() },
            handle: who.handle(&visitor.here),
            state: visitor.say(&format!("follow-{state}")),
            tone: tone(state),
            acts: Vec::new(),
            about: Vec::new(),
            link: None,
        }
    }

    /// A proposal, with what it is about.
    pub(super) fn proposed(visitor: &Visitor, it: &Proposal, peer: &Actor) -> Self {
        let about = vec![visitor.say(&format!("proposal-{}{}", it.kind, if it.ours { "-ours" } else { "" }))];
        let entry = Self::of(visitor, it.id.to_string(), peer, it.state);
        Self {
            acts: if !it.ours && it.state == Stands::Requested {
                vec![("accept", visitor.say("relay-accept")), ("decline", visitor.say("relay-refuse"))]
            } else {
                Vec::new()
            },
            about,
            title: it.title.clone(),
            link: (it.kind == proposal::Kind::Carry).then(|| it.object.clone()),
            ..entry
        }
    }
}

fn tone(state: Stands) -> &'static str {
    match state {
        Stands::Accepted => "open",
        Stands::Requested => "soon",
        Stands::Refused => "bad",
    }
}

#[derive(Template)]
#[template(path = "relay.html")]
struct RelayPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    slug: String,
    action: String,
    forum: String,
    language: String,
    carried: Vec<Other>,
    carriers: Vec<Other>,
    proposals: Vec<Other>,
    rules: Vec<form::Entry>,
    sources: Vec<form::Entry>,
}

/// `GET /f/{forum}/relay`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    show(&app, &visitor, &slug, StatusCode::OK, Form::from_pairs([("rule", "all")]), after).await
}

async fn managed(conn: &mut Conn, visitor: &Visitor, slug: &str) -> Answer<(Forum, Standing)> {
    let (forum, standing) = forum::view(conn, slug, visitor.account.as_ref()).await?;
    standing.may(Act::ManageForum, Some(&forum))?;
    Ok((forum, standing))
}

async fn show(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    status: StatusCode,
    mut form: Form,
    after: After,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = managed(&mut conn, visitor, slug).await?;
    if relay::asks_consent(&mut conn, forum.id).await? {
        form.set("asks", "1");
    }
    let relays = relay::of_forum(&mut conn, forum.id).await?;
    let mut carried = Vec::with_capacity(relays.len());
    for (it, source) in &relays {
        carried.push(carries(visitor, it, source, relay::state(&mut conn, &forum, it).await?));
    }
    let proposals = proposal::of_actor(&mut conn, forum.actor_id).await?;
    let page = RelayPage {
        page: Frame::new(visitor, visitor.words.with("relay-title", "forum", &forum.title)).mistaken(form.is_wrong()),
        status: after.told.map(|told| told.say(visitor)),
        carriers: relay::carriers(&mut conn, &forum).await?.iter().map(|(f, who)| carrier(visitor, f, who)).collect(),
        proposals: proposals.iter().map(|(it, peer)| Other::proposed(visitor, it, peer)).collect(),
        rules: rules(visitor),
        sources: carried.iter().map(|it| form::Entry::new(it.id.clone(), it.handle.clone())).collect(),
        carried,
        action: format!("/f/{}/relay", forum.slug),
        slug: forum.slug,
        forum: forum.title,
        language: forum.language,
        form,
    };
    frame::show(status, &page)
}

fn rules(visitor: &Visitor) -> Vec<form::Entry> {
    let entry = |kind: &Kind| {
        form::Entry::new(kind.to_string(), visitor.say(&format!("relay-rule-{kind}")))
            .hint(visitor.say(&format!("relay-rule-{kind}-hint")))
    };
    Kind::ALL.iter().map(entry).collect()
}

fn carries(visitor: &Visitor, it: &Relay, source: &Actor, state: Stands) -> Other {
    let t = &visitor.words;
    let mut about = vec![t.say(&format!("relay-rule-{}", it.rule))];
    if !it.tags.0.is_empty() {
        about.push(it.tags.0.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" "));
    }
    about.push(t.say(if it.comments { "relay-with-comments" } else { "relay-without-comments" }));
    about.push(t.with2("relay-counts", "roots", it.roots, "answers", it.answers));
    let acts = vec![("stop", t.say("relay-stop"))];
    Other { about, acts, ..Other::of(visitor, it.id.to_string(), source, state) }
}

fn carrier(visitor: &Visitor, follow: &Follow, who: &Actor) -> Other {
    let acts = match follow.state {
        Stands::Requested => vec![("consent", visitor.say("relay-accept")), ("refuse", visitor.say("relay-refuse"))],
        Stands::Accepted => vec![("refuse", visitor.say("relay-end"))],
        Stands::Refused => Vec::new(),
    };
    Other { acts, ..Other::of(visitor, follow.id.to_string(), who, follow.state) }
}

/// `POST /f/{forum}/relay`: what the button says.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match done(&app, &visitor, &slug, &form).await {
        Ok(told) => Ok(Redirect::to(&format!("/f/{slug}/relay?told={told}")).into_response()),
        Err(error) => {
            let hand = form.trimmed("act") == "announce";
            let status = error::into_form(error, &visitor.words, &mut form, |name| match name {
                "tags" => "tags",
                "uri" | "not-carried" | "already-carried" => "uri",
                _ if hand => "uri",
                _ => "source",
            })?;
            show(&app, &visitor, &slug, status, form, After::default()).await
        }
    }
}

async fn done(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<&'static str> {
    match form.trimmed("act") {
        "begin" => begin(app, visitor, slug, form).await,
        "announce" => announce(app, visitor, slug, form).await,
        act => settle(app, visitor, slug, form, act).await,
    }
}

async fn begin(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<&'static str> {
    managed(&mut app.store.conn().await?, visitor, slug).await?;
    let kind = form.trimmed("rule").parse().map_err(|_| Error::field("rule", "unknown", "Choose a rule."))?;
    let tags = form.value("tags").split([',', ' ']).map(str::to_owned).collect();
    let rule = Rule { kind, tags, comments: form.is("comments", "1") }.checked()?;
    let wanted = form.trimmed("source");
    if wanted.is_empty() {
        return Err(Error::field("source", "required", "Write the forum's address."));
    }
    // the network comes first, the transaction after
    let found = app.find(wanted).await?;
    let mut tx = app.store.begin().await?;
    let (forum, standing) = managed(&mut tx, visitor, slug).await?;
    let source = actor::by_id(&mut tx, found).await?;
    relay::begin(&mut tx, visitor.now, &standing, &forum, &source, rule, |id| visitor.here.follow(id)).await?;
    tx.commit().await?;
    Ok("begun")
}

async fn announce(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<&'static str> {
    let uri = form.trimmed("uri");
    if uri.is_empty() {
        return Err(Error::field("uri", "required", "Write the address of the consultation."));
    }
    let mut tx = app.store.begin().await?;
    let (forum, standing) = managed(&mut tx, visitor, slug).await?;
    let it = relay::by_id(&mut tx, form.trimmed("relay").parse().map_err(|_| Error::NotFound)?).await?;
    let told = by_hand(&mut tx, visitor.now, &standing, (&forum, &it), uri).await?;
    tx.commit().await?;
    Ok(if told { "announced" } else { "waiting" })
}

/// Passes something on, or has it fetched first. Whether it was known.
pub(crate) async fn by_hand(
    tx: &mut model::store::Tx,
    now: model::clock::Instant,
    by: &Standing,
    (forum, it): (&Forum, &Relay),
    uri: &str,
) -> Answer<bool> {
    match mirror::by_uri(tx, uri).await? {
        Some(copy) => relay::by_hand(tx, now, by, forum, it, &copy).await.map(|()| true),
        None => relay::by_hand_unseen(tx, now, by, forum, it, uri).await.map(|()| false),
    }
}

async fn settle(app: &App, visitor: &Visitor, slug: &str, form: &Form, act: &str) -> Answer<&'static str> {
    let mut tx = app.store.begin().await?;
    let (forum, standing) = managed(&mut tx, visitor, slug).await?;
    let id = form.trimmed("id");
    let now = visitor.now;
    let told = match act {
        "stop" => {
            let it = relay::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            relay::stop(&mut tx, now, &standing, &forum, &it).await?;
            "stopped"
        }
        "consent" | "refuse" => {
            let asked = follow::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            relay::consent(&mut tx, now, &standing, &forum, &asked, act == "consent").await?;
            if act == "consent" { "consented" } else { "refused" }
        }
        "accept" | "decline" => {
            let it = proposal::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            if it.actor_id != forum.actor_id {
                return Err(Error::NotFound);
            }
            proposal::answer(&mut tx, now, &standing, &it, act == "accept").await?;
            if act == "accept" { "consented" } else { "refused" }
        }
        "ask" => {
            relay::ask_first(&mut tx, &standing, &forum, form.is("asks", "1")).await?;
            "saved"
        }
        _ => return Err(Error::NotFound),
    };
    tx.commit().await?;
    Ok(told)
}
