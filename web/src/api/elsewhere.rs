//! Taking part in a consultation of another node from here: one's ballot and comments go to its origin, which decides.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::count::electorate::Assurance;
use model::debate::reaction::Value as Opinion;
use model::debate::text;
use model::error::{Error, Result};
use model::id::Id;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Progress, Standpoint};
use model::network::envoy::{note, opinion};
use model::network::mirror::{self, Kind, Mirror};
use model::people::account::Account;
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::people::role::Standing;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::call::{self, Call, Empty, Given};
use super::face::{Caller, SignedIn};
use super::forum::Paging;
use super::here;
use super::list::{self, Asked, List};
use super::shape::{self, Person};
use crate::app::App;
use crate::error::Failure;

/// What was chosen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentChoice {
    /// Choices, by label or id.
    choice: Vec<String>,
    /// The SHA-256 of the text that one has read; refused with `text-changed` if another is known here.
    text: Option<String>,
}

/// Where one's ballot on a consultation of another node stands.
#[derive(Serialize, ToSchema)]
pub(super) struct SentBallot {
    /// `waiting`: its origin was not reached yet; `sent`: it has not answered; `accepted`; `refused`.
    #[schema(value_type = shape::SentState)]
    state: envoy::State,
    /// What was chosen: ids; nothing while a withdrawal is on its way.
    choice: Vec<String>,
    /// Why it does not count: the origin's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The receipt that the origin gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    receipt: Option<Value>,
    /// What was found of the receipt here.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<Checked>,
    /// How this node tells the origin that it knows the voter.
    #[schema(value_type = String)]
    assurance: Assurance,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Instant,
    /// When the origin answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Instant>,
}

/// What this node found of a receipt.
#[derive(Serialize, ToSchema)]
struct Checked {
    /// When its signature was found to be the origin's.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Instant>,
    /// The place of its entry in the origin's log, once the proof of that holds.
    index: Option<i64>,
    /// That proof: the hashes beside the entry's way up to the root, base64.
    proof: Vec<String>,
    /// The signed head of the log to whose root they lead.
    checkpoint: Option<String>,
    /// What does not hold.
    fault: Option<String>,
}

impl SentBallot {
    fn of(it: Standpoint) -> Self {
        let Standpoint { sent, state } = it;
        let receipt = sent.receipt.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let checked = sent.receipt.is_some().then_some(Checked {
            signed_at: sent.signed_at,
            index: sent.entry,
            proof: sent.path.0,
            checkpoint: sent.checkpoint,
            fault: sent.fault,
        });
        Self {
            state,
            choice: sent.choice.0,
            reason: sent.code,
            receipt,
            checked,
            assurance: sent.assurance,
            sent_at: sent.sent_at,
            answered_at: sent.answered_at,
        }
    }
}

fn standing(account: &Account) -> Standing {
    Standing { account: Some(account.clone()), member: None }
}

async fn own(conn: &mut Conn, here: &Address, account: &Account, on: &Elsewhere) -> Result<SentBallot> {
    let found = envoy::standpoint(conn, here, account.actor_id, on).await?;
    Ok(SentBallot::of(found.ok_or(Error::NotFound)?))
}

/// Read where one's ballot on a consultation of another node stands
#[utoipa::path(
    get, path = "/remote/{host}/c/{slug}/ballot", tag = "network",
    responses((status = 200, body = SentBallot)), security(("token" = []))
)]
pub(super) async fn ballot(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path((host, slug)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let on = elsewhere::at(&mut conn, &host.to_lowercase(), &slug).await?;
    call::json(&own(&mut conn, &here, &account, &on).await?)
}

/// Send one's ballot to a consultation of another node, or another in its place
///
/// It waits here while its origin cannot be reached, and counts once that has accepted it.
#[utoipa::path(
    put, path = "/remote/{host}/c/{slug}/ballot", tag = "network", request_body = SentChoice,
    responses((status = 202, body = SentBallot)), security(("token" = []))
)]
pub(super) async fn vote(
    State(app): State<App>,
    Path((host, slug)): Path<(String, String)>,
    call: Call<SentChoice>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, new) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = elsewhere::at(&mut doing.tx, &host.to_lowercase(), &slug).await?;
    let by = standing(&doing.account);
    envoy::vote(&mut doing.tx, doing.now, &by, &on, &new.choice, new.text.as_deref()).await?;
    let own = own(&mut doing.tx, &here, &doing.account, &on).await?;
    doing.answer(Given::json(StatusCode::ACCEPTED, &own)?).await
}

/// Withdraw one's ballot on a consultation of another node
#[utoipa::path(
    delete, path = "/remote/{host}/c/{slug}/ballot", tag = "network",
    responses((status = 202, body = SentBallot)), security(("token" = []))
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    Path((host, slug)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, _) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = elsewhere::at(&mut doing.tx, &host.to_lowercase(), &slug).await?;
    envoy::withdraw(&mut doing.tx, doing.now, &standing(&doing.account), &on).await?;
    let own = own(&mut doing.tx, &here, &doing.account, &on).await?;
    doing.answer(Given::json(StatusCode::ACCEPTED, &own)?).await
}

/// A comment on a consultation of another node, as it is known here.
#[derive(Serialize, ToSchema)]
pub(super) struct SaidElsewhere {
    /// Its key here.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Mirror>,
    /// Its address.
    uri: String,
    /// Who wrote it.
    author: Option<Person>,
    /// As written, where that is told; else its words.
    text: String,
    /// As shown.
    html: String,
    /// Its language (BCP 47).
    language: Option<String>,
    /// The comment that it replies to.
    #[schema(value_type = Option<String>, format = Uuid)]
    parent: Option<Id<Mirror>>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    published: Instant,
    /// When it was last edited.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated: Option<Instant>,
    /// How many agree, as its own server told last.
    agrees: i64,
    /// What the caller thinks of it: 1, -1 or nothing.
    opinion: Option<i32>,
    /// Of a comment written here: `waiting`, `sent` or `shown` at the origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    sending: Option<&'static str>,
}

/// What is needed to show copies of comments.
struct Beside {
    faces: HashMap<Id<Actor>, String>,
    /// By address.
    keys: HashMap<String, Id<Mirror>>,
    notes: HashMap<Id<Mirror>, (note::Note, Progress)>,
    opinions: HashMap<String, i32>,
}

impl Beside {
    async fn of(
        conn: &mut Conn,
        here: &Address,
        on: &Elsewhere,
        all: &[(Mirror, Option<Actor>)],
        account: Option<&Account>,
    ) -> Result<Self> {
        let authors: Vec<_> = all.iter().filter_map(|(_, author)| Some(author.as_ref()?.id)).collect();
        let mut notes = HashMap::new();
        for it in note::on_page(conn, &on.page.uri).await? {
            let uri = here.note(&it.host, on.slug(), it.id);
            let progress = note::progress(conn, &it, &uri).await?;
            notes.insert(Id::from_uuid(it.id.uuid()), (it, progress));
        }
        let uris: Vec<&str> = all.iter().map(|(copy, _)| copy.uri.as_str()).collect();
        let opinions = match account {
            Some(account) => opinion::all(conn, account.actor_id, &uris).await?,
            None => Vec::new(),
        };
        Ok(Self {
            faces: portrait::names(conn, &authors).await?,
            keys: all.iter().map(|(copy, _)| (copy.uri.clone(), copy.id)).collect(),
            notes,
            opinions: opinions.into_iter().map(|it| (it.object, it.value)).collect(),
        })
    }

    fn show(&self, (copy, author): &(Mirror, Option<Actor>), here: &Address) -> SaidElsewhere {
        let own = self.notes.get(&copy.id);
        let told = &copy.document.0;
        let markdown = (told["source"]["mediaType"] == "text/markdown").then(|| told["source"]["content"].as_str());
        let text = match (own, markdown.flatten()) {
            (Some((note, _)), _) => note.markdown.clone(),
            (None, Some(markdown)) => markdown.to_owned(),
            (None, None) => text::plain(&copy.html),
        };
        let face = author.as_ref().and_then(|author| self.faces.get(&author.id));
        SaidElsewhere {
            id: copy.id,
            uri: copy.uri.clone(),
            author: author.as_ref().map(|author| Person::of(author, here).pictured(face, here)),
            text,
            html: copy.html.clone(),
            language: copy.language.clone(),
            parent: copy.parent_uri.as_ref().and_then(|uri| self.keys.get(uri)).copied(),
            published: copy.published_at,
            updated: copy.updated_at,
            agrees: told["likes"]["totalItems"].as_i64().unwrap_or(0),
            opinion: self.opinions.get(&copy.uri).copied(),
            sending: own.map(|(note, progress)| sending(note, *progress)),
        }
    }
}

/// How far a comment written here has come.
fn sending(note: &note::Note, progress: Progress) -> &'static str {
    match progress {
        _ if note.shown_at.is_some() => "shown",
        Progress::Waiting => "waiting",
        Progress::Handed | Progress::Failed => "sent",
    }
}

/// List the comments on a consultation of another node, as far as they are known here
#[utoipa::path(
    get, path = "/remote/{host}/c/{slug}/comments", tag = "network", params(Paging),
    responses((status = 200, body = List<SaidElsewhere>))
)]
pub(super) async fn comments(
    State(app): State<App>,
    Caller(account): Caller,
    Path((host, slug)): Path<(String, String)>,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let host = host.to_lowercase();
    let on = elsewhere::at(&mut conn, &host, &slug).await?;
    let all = mirror::thread(&mut conn, &host, &slug).await?.comments;
    let beside = Beside::of(&mut conn, &here, &on, &all, account.as_ref()).await?;
    let paging = (asked.cursor.as_deref(), asked.limit);
    let (page, next) = list::cut(all, paging, |(copy, _)| (copy.published_at, copy.id))?;
    call::json(&List { items: page.iter().map(|one| beside.show(one, &here)).collect(), next })
}

/// A comment to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSaidElsewhere {
    /// In Markdown.
    text: String,
    /// The key here of the comment that it replies to.
    #[schema(value_type = Option<String>, format = Uuid)]
    parent: Option<Id<Mirror>>,
    /// Its language (BCP 47); the consultation's by default.
    language: Option<String>,
}

/// Write a comment on a consultation of another node
#[utoipa::path(
    post, path = "/remote/{host}/c/{slug}/comments", tag = "network", request_body = NewSaidElsewhere,
    responses((status = 201, body = SaidElsewhere)), security(("token" = []))
)]
pub(super) async fn post(
    State(app): State<App>,
    Path((host, slug)): Path<(String, String)>,
    call: Call<NewSaidElsewhere>,
) -> Result<Response, Failure> {
    app.limits.comment(call.account.id, call.from)?;
    let (mut doing, new) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let on = elsewhere::at(&mut doing.tx, &host.to_lowercase(), &slug).await?;
    let NewSaidElsewhere { text, parent, language } = new;
    let draft = note::Draft { text, parent, language };
    let by = standing(&doing.account);
    let written = note::post(&mut doing.tx, doing.now, &here, &by, &on, &draft).await?;
    let said = again(&mut doing.tx, &here, &on, Id::from_uuid(written.id.uuid()), &doing.account).await?;
    doing.created(&said).await
}

async fn again(
    conn: &mut Conn,
    here: &Address,
    on: &Elsewhere,
    id: Id<Mirror>,
    account: &Account,
) -> Result<SaidElsewhere> {
    let copy = mirror::by_id(conn, id).await?;
    let author = match copy.author_id {
        Some(author) => Some(actor::by_id(conn, author).await?),
        None => None,
    };
    let parent = match &copy.parent_uri {
        Some(uri) => mirror::by_uri(conn, uri).await?.filter(|parent| parent.kind == Kind::Note),
        None => None,
    };
    let mut all = vec![(copy, author)];
    all.extend(parent.map(|parent| (parent, None)));
    let beside = Beside::of(conn, here, on, &all, Some(account)).await?;
    Ok(beside.show(&all[0], here))
}

/// The copy of a comment with this key, and the consultation elsewhere on which it stands.
pub(super) async fn find(conn: &mut Conn, id: &str) -> Result<(Mirror, Elsewhere)> {
    let copy = mirror::by_id(conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    let root = copy.root_uri.clone().filter(|_| copy.kind == Kind::Note).ok_or(Error::NotFound)?;
    let on = elsewhere::by_uri(conn, &root).await?;
    Ok((copy, on))
}

/// Changes one's own comment on a consultation elsewhere.
pub(super) async fn edit(app: &App, mut doing: call::Doing, id: &str, text: &str) -> Result<Response, Failure> {
    let here = here(app, &mut doing.tx).await?;
    let (copy, on) = find(&mut doing.tx, id).await?;
    let note = own_note(&mut doing.tx, &copy).await?;
    let by = standing(&doing.account);
    note::edit(&mut doing.tx, doing.now, &here, &by, &on, &note, text).await?;
    let said = again(&mut doing.tx, &here, &on, copy.id, &doing.account).await?;
    doing.changed(&said).await
}

/// Deletes one's own comment on a consultation elsewhere.
pub(super) async fn delete(app: &App, mut doing: call::Doing, id: &str) -> Result<Response, Failure> {
    let here = here(app, &mut doing.tx).await?;
    let (copy, on) = find(&mut doing.tx, id).await?;
    let note = own_note(&mut doing.tx, &copy).await?;
    note::delete(&mut doing.tx, doing.now, &here, &standing(&doing.account), &on, &note).await?;
    doing.deleted().await
}

/// A comment written by somebody here; nobody else's can be changed here.
async fn own_note(conn: &mut Conn, copy: &Mirror) -> Result<note::Note> {
    match note::by_id(conn, Id::from_uuid(copy.id.uuid())).await {
        Err(Error::NotFound) => Err(model::error::Refusal::NotAllowed.into()),
        found => found,
    }
}

/// Says what one thinks of a comment on a consultation elsewhere.
pub(super) async fn react(app: &App, mut doing: call::Doing, id: &str, value: Opinion) -> Result<Response, Failure> {
    let here = here(app, &mut doing.tx).await?;
    let (copy, on) = find(&mut doing.tx, id).await?;
    let held = opinion::of(&mut doing.tx, doing.account.actor_id, &copy.uri).await?;
    let by = standing(&doing.account);
    opinion::set(&mut doing.tx, doing.now, &here, &by, &on, &copy, value).await?;
    let said = again(&mut doing.tx, &here, &on, copy.id, &doing.account).await?;
    if held.is_some() { doing.changed(&said).await } else { doing.created(&said).await }
}

/// Takes that back.
pub(super) async fn unreact(mut doing: call::Doing, id: &str) -> Result<Response, Failure> {
    let (copy, on) = find(&mut doing.tx, id).await?;
    let by = standing(&doing.account);
    let there = opinion::clear(&mut doing.tx, doing.now, &by, &on, &copy).await?;
    if there { doing.deleted().await } else { Err(Failure::NotFound) }
}
