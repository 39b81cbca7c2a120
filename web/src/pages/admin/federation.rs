//! `/admin/federation`: how this node treats other sites, and which of them it believes about their people.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::clock::Instant;
use model::count::electorate::Assurance;
use model::error::Result as Answer;
use model::network::fidelity;
use model::network::partner::{self, BELIEVED};
use model::network::peer::{self, Peer, Policy, Terms};
use model::network::verified;
use model::people::role::Act;
use model::store::Conn;
use serde::Deserialize;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{self, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many faults are listed.
const FAULTS: i64 = 50;

/// Another site.
struct Site {
    host: String,
    policy: String,
    /// By which assurances it is believed, if it is a partner.
    believed: Option<String>,
    public: String,
    private: String,
}

/// Something that a site published and that does not hold.
struct Fault {
    page: String,
    detail: String,
    machine: String,
    date: String,
}

#[derive(Template)]
#[template(path = "admin_federation.html")]
struct FederationPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    sites: Vec<Site>,
    faults: Vec<Fault>,
    policies: Vec<form::Entry>,
    assurances: Vec<form::Entry>,
    /// Whether what is in the form is known already.
    known: bool,
}

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Asked {
    host: Option<String>,
    done: Option<String>,
}

/// `GET /admin/federation`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let mut form = Form::default();
    if let Some(host) = &asked.host {
        let mut conn = app.store.conn().await?;
        form = filled(&mut conn, host).await?;
    } else {
        form.set("policy", Policy::Partner.as_str());
        BELIEVED.iter().for_each(|it| form.add("admits", it.as_str()));
    }
    let status = asked.done.map(|_| visitor.say("sites-saved"));
    show(&app, &visitor, StatusCode::OK, form, status).await
}

/// The form as it stands for a site.
async fn filled(conn: &mut Conn, host: &str) -> Answer<Form> {
    let mut form = Form::default();
    form.set("host", host);
    let peer = peer::by_host(conn, host).await?;
    form.set("policy", peer.as_ref().map_or(Policy::Allow, |peer| peer.policy).as_str());
    if let Some(peer) = peer {
        form.set("public_comment", peer.public_comment);
        form.set("private_comment", peer.private_comment);
    }
    for it in partner::admits(conn, host).await? {
        form.add("admits", it.as_str());
    }
    Ok(form)
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status_code: StatusCode,
    form: Form,
    status: Option<String>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let mut sites = Vec::new();
    for peer in peer::list(&mut conn).await? {
        sites.push(site(&mut conn, visitor, peer).await?);
    }
    let known = sites.iter().any(|it| it.host == form.trimmed("host"));
    let faults = verified::faults(&mut conn, FAULTS).await?;
    let altered = fidelity::faults(&mut conn, FAULTS).await?;
    let policy = |it: &Policy| {
        form::Entry::new(it.as_str(), t.say(&format!("policy-{it}"))).hint(t.say(&format!("policy-{it}-hint")))
    };
    let page = FederationPage {
        page: Frame::new(visitor, t.say("sites")).mistaken(form.is_wrong()),
        faults: faults
            .into_iter()
            .map(|it| fault(visitor, it.page, it.at, format!("{}: {}", it.failed, it.detail)))
            .chain(altered.into_iter().map(|it| fault(visitor, it.page, it.at, it.detail)))
            .collect(),
        policies: Policy::ALL.iter().map(policy).collect(),
        assurances: BELIEVED
            .iter()
            .map(|it| form::Entry::new(it.as_str(), t.say(&format!("assurance-{it}"))))
            .collect(),
        sites,
        known,
        status,
        form,
    };
    frame::show(status_code, &page)
}

async fn site(conn: &mut Conn, visitor: &Visitor, peer: Peer) -> Answer<Site> {
    let t = &visitor.words;
    let believed = match peer.policy {
        Policy::Partner => {
            let admits = partner::admits(conn, &peer.host).await?;
            let words: Vec<String> = admits.iter().map(|it| t.say(&format!("assurance-{it}"))).collect();
            Some(if words.is_empty() { t.say("sites-believed-never") } else { words.join("; ") })
        }
        Policy::Allow | Policy::Silence | Policy::Block => None,
    };
    Ok(Site {
        policy: t.say(&format!("policy-{}", peer.policy)),
        believed,
        public: peer.public_comment,
        private: peer.private_comment,
        host: peer.host,
    })
}

fn fault(visitor: &Visitor, page: String, at: Instant, detail: String) -> Fault {
    let at = at.timestamp();
    Fault { page, detail, machine: visitor.words.machine(at), date: visitor.words.moment(at) }
}

/// `POST /admin/federation`: says how a site is treated, or nothing any more.
pub(in crate::pages) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match treat(&app, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/admin/federation?done=saved").into_response()),
        Err(error) => {
            visitor.standing().may(Act::Administer, None)?;
            let field = |name: &str| match name {
                "host" => "host",
                "public_comment" => "public_comment",
                "private_comment" => "private_comment",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, None).await
        }
    }
}

async fn treat(app: &App, visitor: &Visitor, form: &Form) -> Answer<()> {
    let by = visitor.standing();
    let host = form.trimmed("host");
    let mut tx = app.store.begin().await?;
    if form.is("act", "forget") {
        peer::forget(&mut tx, visitor.now, Some(&by), host).await?;
        return tx.commit().await;
    }
    let before = peer::by_host(&mut tx, &peer::plain(host)).await?;
    let terms = Terms {
        policy: form.trimmed("policy").parse().unwrap_or(Policy::Allow),
        public_comment: form.trimmed("public_comment").to_owned(),
        private_comment: form.trimmed("private_comment").to_owned(),
        ..before.map_or_else(|| Policy::Allow.into(), Peer::terms)
    };
    let policy = terms.policy;
    let peer = peer::treat(&mut tx, visitor.now, Some(&by), host, terms).await?;
    if policy == Policy::Partner {
        let admits: Vec<Assurance> = form.all("admits").iter().filter_map(|word| word.parse().ok()).collect();
        partner::admit(&mut tx, visitor.now, &by, &peer.host, &admits).await?;
    }
    tx.commit().await
}
