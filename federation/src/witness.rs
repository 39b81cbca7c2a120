//! Witnessing (C2SP tlog-witness): signing the logs of others as they grow, having ours signed, and holding against each
//! other what several witnesses saw of one log.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use model::count::log::verify::note::{Checkpoint, Key as LogKey};
use model::count::log::{self, note};
use model::count::witness::cosignature::{self, Key};
use model::count::witness::{self, Growth, Head, Role, Seen, Tiles, Verdict, Witness};
use model::debate::consultation::Consultation;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Job, When};
use model::people::actor::{self, Actor};
use model::people::proof::{self, Signer};
use serde::Deserialize;

use crate::app::App;
use crate::document::{Answer, Missing, problem};

/// The largest body that a witness reads, and that it is answered with. Octets.
const BODY_MOST: usize = 64 * 1024;
/// The most other witnesses that are asked about one log.
const OTHERS_MOST: usize = 16;
/// The media type of a size that a witness answers instead (C2SP tlog-witness).
const SIZE: &str = "text/x.tlog.size";

/// `POST /witness/add-checkpoint`
pub(crate) async fn add_checkpoint(State(app): State<App>, request: Request) -> Response {
    let Ok(body) = to_bytes(request.into_body(), BODY_MOST).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    };
    let Ok(body) = String::from_utf8(body.into()) else { return problem(StatusCode::BAD_REQUEST, "malformed") };
    match added(&app, &body).await {
        Ok(response) => response,
        Err(Error::NotFound | Error::Refused(_)) => problem(StatusCode::NOT_FOUND, "not-found"),
        Err(Error::Store(error)) => {
            tracing::error!(%error, "a checkpoint could not be judged");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "failed")
        }
    }
}

async fn added(app: &App, body: &str) -> Result<Response> {
    let Some(growth) = Growth::read(body) else { return Ok(problem(StatusCode::BAD_REQUEST, "malformed")) };
    let origin = growth.checkpoint.lines().next().unwrap_or_default().to_owned();
    let host = host_of(&origin).ok_or(Error::NotFound)?;
    let mut conn = app.store.conn().await?;
    let agreed = witness::by_host(&mut conn, Role::Witnessed, host).await?.ok_or(Error::NotFound)?;
    let keeper = actor::by_id(&mut conn, agreed.actor_id).await?;
    drop(conn);
    if growth.old > growth.head.size {
        return Ok(problem(StatusCode::BAD_REQUEST, "malformed"));
    }
    if read(&keeper, &origin, growth.checkpoint).is_none() {
        return Ok(problem(StatusCode::FORBIDDEN, "unknown-key"));
    }
    let signer = signer(app).await?;
    let mut tx = app.store.begin().await?;
    let verdict = witness::show(&mut tx, app.now(), &origin, host, &growth).await?;
    witness::spoke(&mut tx, app.now(), host).await?;
    job::enqueue(&mut tx, app.now(), Job::Watch { origin: origin.clone() }, When::Now).await?;
    let last = match &verdict {
        Verdict::Forked => witness::seen_of(&mut tx, &origin).await?.head()?.size,
        _ => 0,
    };
    tx.commit().await?;
    match verdict {
        Verdict::Follows => {
            let at = u64::try_from(app.now().as_second()).map_err(Error::store)?;
            let line = cosignature::line(&signer, &witness::name(app.address.host()), growth.checkpoint, at)?;
            Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{line}\n")).into_response())
        }
        Verdict::NotThere(size) => Ok(conflict(size)),
        Verdict::Forked => Ok(conflict(last)),
        Verdict::Unproven => Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "unproven")),
    }
}

fn conflict(size: u64) -> Response {
    (StatusCode::CONFLICT, [(CONTENT_TYPE, SIZE)], format!("{size}\n")).into_response()
}

/// Which log is asked about.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    origin: String,
}

/// `GET /witness/head?origin=HOST/c/SLUG`: the last checkpoint of that log that this node signed, as the log signed it.
pub(crate) async fn head(State(app): State<App>, Query(asked): Query<Asked>) -> Answer {
    let mut conn = app.store.conn().await.map_err(Missing::from)?;
    let seen = witness::seen_of(&mut conn, &asked.origin).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], seen.checkpoint).into_response())
}

/// The host that keeps a log of that name.
fn host_of(origin: &str) -> Option<&str> {
    let (host, slug) = origin.split_once("/c/")?;
    (!host.is_empty() && !slug.is_empty() && !slug.contains('/')).then_some(host)
}

/// The key with which this node signs, made if there is none yet.
async fn signer(app: &App) -> Result<Signer> {
    let mut tx = app.store.begin().await?;
    let signer = log::signer(&mut tx, app.now(), &app.address).await?;
    tx.commit().await?;
    Ok(signer)
}

/// The Ed25519 keys of another node, as its actor names them.
fn keys(node: &Actor) -> Vec<[u8; proof::KEY_LENGTH]> {
    let document = node.document.as_ref().map(|document| document.0["assertionMethod"].clone()).unwrap_or_default();
    let methods = match document {
        serde_json::Value::Array(methods) => methods,
        one => vec![one],
    };
    methods.iter().filter_map(|method| proof::from_multikey(method["publicKeyMultibase"].as_str()?)).collect()
}

/// The head that a checkpoint signs, if it is one of the log `origin` and its node has signed it.
fn read(keeper: &Actor, origin: &str, checkpoint: &str) -> Option<Head> {
    keys(keeper).iter().find_map(|public| {
        let key = LogKey::read(&note::vkey(origin, public)).ok()?;
        let read = Checkpoint::read(checkpoint.as_bytes(), &key).ok()?;
        Some(Head { size: read.size, root: tlog_hash(read.root) })
    })
}

fn tlog_hash(root: [u8; 32]) -> model::count::witness::growth::Hash {
    model::count::witness::growth::Hash(root)
}

/// Has a witness of ours sign what grew.
pub(crate) async fn ask(app: &App, id: Id<Witness>) -> Result<()> {
    let mut conn = app.store.conn().await?;
    let it = witness::by_id(&mut conn, id).await?;
    let node = actor::by_id(&mut conn, it.actor_id).await?;
    let name = witness::name(&it.host);
    let due = witness::due(&mut conn, app.now(), &name, witness::LOGS_AT_ONCE).await?;
    drop(conn);
    let asking = Asking { app, it: &it, node: &node, name, signer: signer(app).await? };
    let mut failed = None;
    for on in due {
        match asking.sign(&on).await? {
            Ok(()) => {}
            Err(why) => {
                tracing::info!(witness = it.host, slug = on.slug, why, "a witness did not sign");
                failed = Some(why);
                break;
            }
        }
    }
    let mut tx = app.store.begin().await?;
    match failed {
        Some(why) => witness::failed(&mut tx, app.now(), id, &why).await?,
        None => witness::asked(&mut tx, app.now(), id).await?,
    }
    tx.commit().await
}

struct Asking<'a> {
    app: &'a App,
    it: &'a Witness,
    node: &'a Actor,
    name: String,
    signer: Signer,
}

impl Asking<'_> {
    /// Shows one log; what it last saw is guessed, and told by it if that is wrong.
    async fn sign(&self, on: &Consultation) -> Result<std::result::Result<(), String>> {
        let app = self.app;
        let mut conn = app.store.conn().await?;
        let checkpoint = log::checkpoint(&mut conn, &self.signer, on, &app.address).await?;
        let mut old = witness::last_signed(&mut conn, on, &self.name).await?;
        drop(conn);
        for _ in 0..2 {
            let shown = match self.shown(on, old, &checkpoint).await? {
                Ok(shown) => shown,
                Err(why) => return Ok(Err(why)),
            };
            match shown.status() {
                StatusCode::OK => return self.keep(on, &checkpoint, shown.body()).await,
                StatusCode::CONFLICT => match size(shown.body()) {
                    Some(size) if size != old => old = size,
                    _ => return Ok(Err("it saw another head of this log".into())),
                },
                other => return Ok(Err(format!("it answers {other}"))),
            }
        }
        Ok(Err("it does not stay with what it saw".into()))
    }

    async fn shown(
        &self,
        on: &Consultation,
        old: u64,
        checkpoint: &str,
    ) -> Result<std::result::Result<http::Response<Vec<u8>>, String>> {
        let mut conn = self.app.store.conn().await?;
        let proof = match witness::proof(&mut conn, on, old).await {
            Ok((_, proof)) => proof,
            Err(Error::Store(error)) => return Err(Error::Store(error)),
            Err(_) => return Ok(Err("it saw more of this log than there is".into())),
        };
        drop(conn);
        let body = Growth::written(old, &proof, checkpoint);
        let uri = format!("{}witness/add-checkpoint", self.node.uri.as_deref().unwrap_or_default());
        let request = http::Request::post(uri).header(CONTENT_TYPE, "text/plain").body(body.into_bytes());
        let request = request.map_err(Error::store)?;
        Ok(self.app.fetcher.exchange(request).await.map_err(|error| error.to_string()))
    }

    async fn keep(
        &self,
        on: &Consultation,
        checkpoint: &str,
        answer: &[u8],
    ) -> Result<std::result::Result<(), String>> {
        let answer = String::from_utf8_lossy(answer);
        let Some(head) = checkpoint.lines().nth(1).and_then(|size| size.parse::<u64>().ok()) else {
            return Ok(Err("no checkpoint".into()));
        };
        for public in keys(self.node) {
            let key = Key::new(&self.name, public);
            if key.signed_line(checkpoint, &answer).is_some() {
                let mut tx = self.app.store.begin().await?;
                witness::keep(&mut tx, self.app.now(), on, (head, checkpoint), &key, &answer).await?;
                tx.commit().await?;
                return Ok(Ok(()));
            }
        }
        Ok(Err(format!("{} answers with no cosignature of its own", self.it.host)))
    }
}

fn size(body: &[u8]) -> Option<u64> {
    std::str::from_utf8(body).ok()?.trim().parse().ok()
}

/// Holds a log that this node witnesses against what its own node says now, and what other witnesses saw of it.
pub(crate) async fn watch(app: &App, origin: &str) -> Result<()> {
    let mut conn = app.store.conn().await?;
    let seen = witness::seen_of(&mut conn, origin).await?;
    let agreed = witness::by_host(&mut conn, Role::Witnessed, &seen.host).await?.ok_or(Error::NotFound)?;
    let keeper = actor::by_id(&mut conn, agreed.actor_id).await?;
    let known = witness::list(&mut conn).await?;
    drop(conn);
    let base = keeper.uri.clone().ok_or(Error::NotFound)?;
    let (_, slug) = origin.split_once("/c/").ok_or(Error::NotFound)?;
    let watching = Watching { app, keeper: &keeper, base: format!("{base}c/{slug}/"), origin, seen: &seen };
    let now = watching.get(&format!("{}log/checkpoint", watching.base)).await;
    if let Some(checkpoint) = &now {
        watching.compare(checkpoint, &seen.host).await?;
    }
    let mut others: BTreeMap<String, String> = BTreeMap::new();
    for it in known {
        let node = actor::by_id(&mut app.store.conn().await?, it.actor_id).await?;
        others.insert(it.host, node.uri.unwrap_or_default());
    }
    for host in now.as_deref().map(cosigners).unwrap_or_default() {
        let home = format!("{}://{host}/", base.split("://").next().unwrap_or("https"));
        others.entry(host).or_insert(home);
    }
    others.retain(|host, _| *host != seen.host && host != app.address.host());
    for (host, home) in others.into_iter().take(OTHERS_MOST) {
        let at = url::Url::parse(&home).and_then(|home| home.join("/witness/head"));
        let Ok(mut at) = at else { continue };
        at.query_pairs_mut().append_pair("origin", origin);
        if let Some(theirs) = watching.get(at.as_str()).await {
            watching.compare(&theirs, &host).await?;
        }
    }
    Ok(())
}

/// The hosts of the witnesses that have signed a checkpoint, as they call themselves.
fn cosigners(note: &str) -> Vec<String> {
    let names = note.lines().filter_map(|line| line.strip_prefix("— ")?.split(' ').next());
    names.filter_map(|name| name.strip_suffix("/witness")).map(str::to_owned).take(OTHERS_MOST).collect()
}

struct Watching<'a> {
    app: &'a App,
    keeper: &'a Actor,
    /// The address of the consultation, with a slash at its end.
    base: String,
    origin: &'a str,
    seen: &'a Seen,
}

impl Watching<'_> {
    async fn get(&self, url: &str) -> Option<String> {
        let request = http::Request::get(url).header(http::header::ACCEPT, "*/*").body(Vec::new()).ok()?;
        let answer = self.app.fetcher.exchange(request).await.ok()?;
        let text = (answer.status() == StatusCode::OK).then(|| String::from_utf8(answer.into_body()).ok())??;
        (text.len() <= BODY_MOST).then_some(text)
    }

    /// Holds another signed head against the one that was seen here.
    async fn compare(&self, other: &str, brought_by: &str) -> Result<()> {
        // what the log did not sign tells nothing of it
        let Some(theirs) = read(self.keeper, self.origin, other) else { return Ok(()) };
        let ours = self.seen.head()?;
        let (from, to) = if theirs.size < ours.size { (theirs, ours) } else { (ours, theirs) };
        let follows = match from.size == to.size {
            true => Some(from.root == to.root),
            false => self.proof(from, to).await,
        };
        if follows == Some(false) {
            let mut tx = self.app.store.begin().await?;
            witness::note_fork(&mut tx, self.app.now(), self.seen, other, brought_by).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether the log's tiles lead from one head to the other; none if they cannot be had.
    async fn proof(&self, from: Head, to: Head) -> Option<bool> {
        let mut tiles = Tiles::of(to.size);
        loop {
            match tiles.proof_from(from.size) {
                Ok(proof) => return Some(witness::growth::leads(&proof, from, to)),
                Err(missing) => {
                    for place in missing {
                        let url = format!("{}{}", self.base, witness::address(place));
                        let request = http::Request::get(url).body(Vec::new()).ok()?;
                        let answer = self.app.fetcher.exchange(request).await.ok()?;
                        if answer.status() != StatusCode::OK {
                            return None;
                        }
                        tiles.put(place, answer.into_body());
                    }
                }
            }
        }
    }
}
