//! `/admin/relays`: witnesses, what they found, relay servers, and what of this node is shared.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::settings;
use model::count::log;
use model::count::witness::{self, Fork, Role, Witness};
use model::error::{Error, Result as Answer};
use model::network::proposal::{self, Kind, Offer};
use model::network::relay_server::{self, Direction, Server};
use model::people::actor;
use model::people::role::Act;
use model::store::Conn;

use super::{After, Other, tone};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// Two heads of one log that cannot both be true.
struct Evidence {
    log: String,
    found: String,
    machine: String,
    brought_by: String,
    earlier: String,
    later: String,
}

#[derive(Template)]
#[template(path = "relay_admin.html")]
struct AdminPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    vkey: String,
    witnesses: Vec<Other>,
    proposals: Vec<Other>,
    forks: Vec<Evidence>,
    servers: Vec<Other>,
    kinds: Vec<Entry>,
}

/// `GET /admin/relays`
pub(in super::super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::from_pairs([("kind", "witness")]), after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    mut form: Form,
    after: After,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let signer = app.signer(&visitor.here).await?;
    let mut conn = app.store.conn().await?;
    for (name, set) in
        [("relays", settings::relays(&mut conn).await?), ("listed", settings::is_listed(&mut conn).await?)]
    {
        if set {
            form.set(name, "1");
        }
    }
    if !form.is_wrong()
        && let Some(days) = settings::retention(&mut conn).await?
    {
        form.set("retention", days.to_string());
    }
    let node = actor::node(&mut conn).await?;
    let proposals = proposal::of_actor(&mut conn, node.id).await?;
    let kinds = [Kind::Witness, Kind::BeWitnessed];
    let page = AdminPage {
        page: Frame::new(visitor, visitor.say("relays-title")).mistaken(form.is_wrong()),
        status: after.told.map(|told| told.say(visitor)),
        vkey: witness::vkey(&visitor.here, &signer),
        witnesses: witnesses(&mut conn, visitor).await?,
        proposals: proposals.iter().map(|(it, peer)| Other::proposed(visitor, it, peer)).collect(),
        forks: witness::forks_found(&mut conn).await?.into_iter().map(|fork| evidence(visitor, fork)).collect(),
        servers: relay_server::list(&mut conn).await?.iter().map(|server| subscription(visitor, server)).collect(),
        kinds: kinds.iter().map(|kind| Entry::new(kind.to_string(), visitor.say(&format!("witness-{kind}")))).collect(),
        form,
    };
    frame::show(status, &page)
}

async fn witnesses(conn: &mut Conn, visitor: &Visitor) -> Answer<Vec<Other>> {
    let mut all = Vec::new();
    for it in witness::list(conn).await? {
        let who = actor::by_id(conn, it.actor_id).await?;
        let seen = if it.role == Role::Witnessed { Some(witness::seen_at(conn, &it.host).await?) } else { None };
        all.push(agreement(visitor, &it, &who, seen));
    }
    Ok(all)
}

fn agreement(visitor: &Visitor, it: &Witness, who: &actor::Actor, seen: Option<i64>) -> Other {
    let t = &visitor.words;
    let mut about = vec![t.say(&format!("witness-role-{}", it.role))];
    about.extend(seen.map(|logs| t.with("witness-logs", "count", logs)));
    about.extend(it.last_at.map(|at| t.with("witness-last", "date", t.date(at.timestamp()))));
    let failed = it.failure.as_ref().map(|why| t.with("witness-failure", "why", why));
    let state = t.say(if failed.is_some() { "witness-failing" } else { "witness-works" });
    let tone = if failed.is_some() { "bad" } else { "open" };
    about.extend(failed);
    let entry = Other::of(visitor, it.id.to_string(), who, model::network::follow::State::Accepted);
    let acts = vec![("end", t.say("witness-end"))];
    Other { about, state, tone, acts, handle: it.host.clone(), ..entry }
}

fn evidence(visitor: &Visitor, fork: Fork) -> Evidence {
    let at = fork.found_at.timestamp();
    Evidence {
        log: fork.origin,
        found: visitor.words.date(at),
        machine: visitor.words.machine(at),
        brought_by: fork.brought_by,
        earlier: fork.earlier,
        later: fork.later,
    }
}

fn subscription(visitor: &Visitor, it: &Server) -> Other {
    let t = &visitor.words;
    let way = match it.direction {
        Direction::Out => "server-out",
        Direction::In => "server-in",
    };
    Other {
        id: it.id.to_string(),
        title: it.host.clone(),
        handle: it.uri.clone(),
        state: t.say(&format!("follow-{}", it.state)),
        tone: tone(it.state),
        acts: vec![("leave", t.say("server-end"))],
        about: vec![t.say(way), t.with("server-handed", "count", it.handed)],
        link: None,
    }
}

/// `POST /admin/relays`: what the button says.
pub(in super::super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match done(&app, &visitor, &form).await {
        Ok(told) => Ok(Redirect::to(&format!("/admin/relays?told={told}")).into_response()),
        Err(error) => {
            let server = form.trimmed("act") == "subscribe";
            let status = error::into_form(error, &visitor.words, &mut form, |name| match name {
                "retention" => "retention",
                _ if server => "server",
                _ => "host",
            })?;
            show(&app, &visitor, status, form, After::default()).await
        }
    }
}

async fn done(app: &App, visitor: &Visitor, form: &Form) -> Answer<&'static str> {
    let by = visitor.standing();
    by.may(Act::Administer, None)?;
    match form.trimmed("act") {
        "propose" => propose(app, visitor, form).await,
        "subscribe" => subscribe(app, visitor, form.trimmed("server")).await,
        act => settle(app, visitor, form, act).await,
    }
}

async fn propose(app: &App, visitor: &Visitor, form: &Form) -> Answer<&'static str> {
    let kind = form.trimmed("kind").parse().map_err(|_| Error::field("kind", "unknown", "Choose."))?;
    let host = form.trimmed("host");
    if host.is_empty() || kind == Kind::Carry {
        return Err(Error::field("host", "required", "Write the address of the other site."));
    }
    let found = app.neighbour(host).await?;
    let mut tx = app.store.begin().await?;
    offer(&mut tx, visitor.now, &visitor.standing(), (&visitor.here, &visitor.node.name), kind, found).await?;
    tx.commit().await?;
    Ok("proposed")
}

/// Asks another node to witness this one, or offers to witness it.
pub(crate) async fn offer(
    tx: &mut model::store::Tx,
    now: model::clock::Instant,
    by: &model::people::role::Standing,
    (here, name): (&model::address::Address, &str),
    kind: Kind,
    peer: model::id::Id<actor::Actor>,
) -> Answer<proposal::Proposal> {
    let (node, peer) = (actor::node(tx).await?, actor::by_id(tx, peer).await?);
    let (object, title) = match kind {
        Kind::BeWitnessed => (peer.uri.clone().unwrap_or_default(), peer.display_name.clone()),
        Kind::Carry | Kind::Witness => (here.node(), name.to_owned()),
    };
    // the key that is witnessed, or witnesses, must be there to be fetched
    log::signer(tx, now, here).await?;
    let it = Offer { kind, actor: &node, peer: &peer, object: &object, title: &title };
    proposal::make(tx, now, by, None, it, |id| here.proposal(id)).await
}

/// Subscribes to a relay server: at its inbox, in Mastodon's way, or by following its actor, in LitePub's.
pub(crate) async fn subscribe(app: &App, visitor: &Visitor, server: &str) -> Answer<&'static str> {
    subscribed(app, visitor.now, &visitor.standing(), &visitor.here, server).await?;
    Ok("begun")
}

/// The same, for whoever asks by whatever way.
pub(crate) async fn subscribed(
    app: &App,
    now: model::clock::Instant,
    by: &model::people::role::Standing,
    here: &model::address::Address,
    server: &str,
) -> Answer<Server> {
    by.may(Act::Administer, None)?;
    let url = url::Url::parse(server).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or_else(|| Error::field("server", "format", "Write the address of the relay server."))?;
    let at_inbox = url.path().trim_end_matches('/').ends_with("/inbox");
    let found = if at_inbox { None } else { Some(app.neighbour(url.as_str()).await?) };
    let mut tx = app.store.begin().await?;
    let actor = match found {
        Some(id) => Some(actor::by_id(&mut tx, id).await?),
        None => None,
    };
    let path = |id| here.path(&format!("relays/{id}"));
    let made = relay_server::subscribe(&mut tx, now, by, (url.as_str(), actor.as_ref()), path).await?;
    tx.commit().await?;
    Ok(made)
}

async fn settle(app: &App, visitor: &Visitor, form: &Form, act: &str) -> Answer<&'static str> {
    let mut tx = app.store.begin().await?;
    let (by, now, id) = (visitor.standing(), visitor.now, form.trimmed("id"));
    let told = match act {
        "accept" | "decline" => {
            let it = proposal::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            if it.kind == Kind::Carry {
                return Err(Error::NotFound);
            }
            log::signer(&mut tx, now, &visitor.here).await?;
            proposal::answer(&mut tx, now, &by, &it, act == "accept").await?;
            if act == "accept" { "consented" } else { "refused" }
        }
        "end" => {
            let it = witness::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            witness::end(&mut tx, now, &by, &it).await?;
            "stopped"
        }
        "leave" => {
            let it = relay_server::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
            relay_server::end(&mut tx, now, &by, &it).await?;
            "stopped"
        }
        "share" => {
            let wrong = || Error::field("retention", "range", "Write a number of days.");
            let days = form.given("retention").map(|days| days.parse().map_err(|_| wrong())).transpose()?;
            settings::share(&mut tx, &by, form.is("relays", "1"), form.is("listed", "1")).await?;
            settings::retain(&mut tx, &by, days).await?;
            "saved"
        }
        _ => return Err(Error::NotFound),
    };
    tx.commit().await?;
    Ok(told)
}
