//! Taking part in a consultation of another node from here: one's ballot and comments go to its origin, which decides.

pub(super) mod ballot;

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::reaction::Value as Opinion;
use model::debate::text;
use model::error::{Error, Result};
use model::id::Id;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{Progress, note, opinion};
use model::network::mirror::{self, End, How, Kind, Mirror, Thread};
use model::people::account::Account;
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::people::role::Standing;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call};
use super::face::Caller;
use super::forum::Paging;
use super::here;
use super::list::{self, Asked, List};
use super::shape::{self, Person};
use crate::app::App;
use crate::error::Failure;

fn standing(account: &Account) -> Standing {
    Standing { account: Some(account.clone()), member: None }
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
    /// Of a comment written here: `waiting`, `sent`, `shown` or `refused` at the origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    sending: Option<&'static str>,
    /// Of one that is gone at its origin, of which only the place is left: `deleted` by its author, or `removed` by moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Ended>)]
    gone: Option<How>,
    /// Why it was removed, in the words of the moderators; why it was refused, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What is needed to show copies of comments.
struct Beside {
    faces: HashMap<Id<Actor>, String>,
    /// By address.
    keys: HashMap<String, Id<Mirror>>,
    notes: HashMap<Id<Mirror>, (note::Note, Progress)>,
    opinions: HashMap<String, i32>,
    ends: HashMap<Id<Mirror>, End>,
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
            ends: HashMap::new(),
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
            gone: self.ends.get(&copy.id).map(|end| end.how),
            reason: self.reason(copy.id),
        }
    }

    /// Why a comment is gone, or was not taken in.
    fn reason(&self, id: Id<Mirror>) -> Option<String> {
        match self.ends.get(&id) {
            Some(end) => end.reason.clone(),
            None => self.notes.get(&id).filter(|(note, _)| is_refused(note)).and_then(|(note, _)| note.reason.clone()),
        }
    }

    /// Whether somebody may read a comment: one that its origin refused is its author's alone.
    fn is_for(&self, id: Id<Mirror>, account: Option<&Account>) -> bool {
        let refused = self.notes.get(&id).map(|(note, _)| note).filter(|note| is_refused(note));
        refused.is_none_or(|note| account.is_some_and(|account| account.actor_id == note.actor_id))
    }
}

fn is_refused(note: &note::Note) -> bool {
    note.state == note::Shown::Refused
}

/// How far a comment written here has come.
fn sending(note: &note::Note, progress: Progress) -> &'static str {
    match progress {
        _ if is_refused(note) => "refused",
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
    let Thread { comments: mut all, gone, .. } = mirror::thread(&mut conn, &host, &slug).await?;
    all.extend(gone.iter().map(|(copy, _)| (copy.clone(), None)));
    all.sort_by_key(|(copy, _)| (copy.published_at, copy.id));
    let beside = Beside::of(&mut conn, &here, &on, &all, account.as_ref()).await?;
    let beside = Beside { ends: gone.into_iter().map(|(copy, end)| (copy.id, end)).collect(), ..beside };
    all.retain(|(copy, _)| beside.is_for(copy.id, account.as_ref()));
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
