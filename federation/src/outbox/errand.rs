//! What people of this node send to consultations of others: to the origin alone, which decides.

use std::collections::BTreeMap;

use model::address::Address;
use model::clock::Instant;
use model::count::electorate::Assurance;
use model::error::{Error, Result};
use model::id::Id;
use model::job::Change;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::note::{self, Note};
use model::network::envoy::{self, Errand, Sent};
use model::network::{delivery, mirror};
use model::people::actor::{self, Actor};
use model::store::{Conn, Tx};
use serde::Serialize;
use serde_json::json;

use super::{Told, send_once};
use crate::app::App;
use crate::keyring;
use crate::objects::{cc_forum, mention, quotable, to_public};
use crate::proof::Proven;
use crate::wire;
use crate::wire::ballot::{BALLOT, Ballot};
use crate::wire::note::Tombstone;
use crate::wire::page::{Source, Terms};

/// Sends it. What is withdrawn or gone meanwhile is not sent.
pub(super) async fn run(app: &App, tx: &mut Tx, errand: &Errand) -> Result<()> {
    match errand {
        Errand::Ballot { ballot, .. } => Sending::of(app, tx, errand, None).await?.ballot(tx, *ballot).await,
        Errand::Note { note, change, at, .. } => {
            let it = note::by_id(tx, *note).await?;
            Sending::of(app, tx, errand, Some(&it.page)).await?.note(tx, it, *change, *at).await
        }
        Errand::Opinion { object, value, activity, undone, .. } => {
            let sending = Sending::of(app, tx, errand, None).await?;
            sending.opinion(tx, (object, *value), activity, *undone).await
        }
    }
}

/// Somebody of this node and the consultation elsewhere in which they take part.
struct Sending<'a> {
    app: &'a App,
    by: Actor,
    uri: String,
    on: Elsewhere,
}

impl<'a> Sending<'a> {
    async fn of(app: &'a App, tx: &mut Tx, errand: &Errand, page: Option<&str>) -> Result<Self> {
        let page = match (errand, page) {
            (_, Some(page)) => page.to_owned(),
            (Errand::Opinion { page, .. }, _) => page.clone(),
            (Errand::Ballot { ballot, .. }, _) => envoy::by_id(tx, *ballot).await?.page,
            (Errand::Note { note, .. }, _) => note::by_id(tx, *note).await?.page,
        };
        let by = actor::by_id(tx, errand.by()).await?;
        let uri = by.uri(&app.address).ok_or(Error::NotFound)?;
        Ok(Self { app, by, uri, on: elsewhere::by_uri(tx, &page).await? })
    }

    fn told<T>(&self, id: String, kind: &'static str, object: T, at: Instant) -> Told<'_, T> {
        let to = vec![self.on.forum.clone()];
        Told { id, kind, actor: &self.uri, object, to, cc: Vec::new(), published: Some(at), summary: None }
    }

    async fn hand(&self, tx: &mut Tx, uri: &str, body: &str) -> Result<()> {
        let inbox = self.on.inbox()?.to_owned();
        send_once(tx, self.app.now(), self.by.id, uri, body, &[inbox]).await
    }

    /// A ballot, or that one is taken back.
    async fn ballot(&self, tx: &mut Tx, id: Id<Sent>) -> Result<()> {
        let it = envoy::by_id(tx, id).await?;
        let here = &self.app.address;
        if let Some(earlier) = it.takes_back {
            let earlier = envoy::by_id(tx, earlier).await?;
            let uri = here.sent(earlier.id);
            let create = json!({
                "id": uri, "type": "Create", "actor": self.uri, "to": [self.on.forum],
                "object": {"id": here.sent_object(earlier.id), "type": BALLOT, "attributedTo": self.uri, "inReplyTo": it.page},
            });
            let undo = self.told(format!("{}/undo", here.sent(it.id)), "Undo", create, it.sent_at);
            return self.hand(tx, &undo.id, &undo.text()?).await;
        }
        let object = self.written(&it)?;
        let create = self.told(here.sent(it.id), "Create", &object, it.sent_at);
        self.hand(tx, &create.id, &create.text()?).await
    }

    fn written(&self, it: &Sent) -> Result<Ballot> {
        let url = |text: &str| text.parse().map_err(Error::store);
        Ok(Ballot {
            id: url(&self.app.address.sent_object(it.id))?,
            kind: BALLOT.to_owned(),
            attributed_to: url(&self.uri)?,
            in_reply_to: url(&it.page)?,
            choice: it.choice.0.clone(),
            assurance: Some(told_assurance(it.assurance).as_str().to_owned()),
            text_hash: it.text_hash.clone(),
            published: it.sent_at.to_string(),
        })
    }

    async fn note(&self, tx: &mut Tx, it: Note, change: Change, at: Instant) -> Result<()> {
        let here = &self.app.address;
        let id = here.note(&it.host, self.on.slug(), it.id);
        match change {
            Change::Deleted => self.deletion(tx, id, at).await,
            Change::Created | Change::Updated if it.state != note::Shown::Visible => Ok(()),
            Change::Created => self.words(tx, &it, format!("{id}#create"), "Create", at).await,
            Change::Updated => self.words(tx, &it, format!("{id}#update/{}", at.as_microsecond()), "Update", at).await,
        }
    }

    async fn words(&self, tx: &mut Tx, it: &Note, id: String, kind: &'static str, at: Instant) -> Result<()> {
        let (here, now) = (&self.app.address, self.app.now());
        let object = written(tx, here, &self.on, &self.by, it).await?;
        let cc = object.cc.clone();
        let object = Proven::by(&keyring::prover_in(tx, here, now, &self.by).await?, now, object)?;
        self.public(tx, Told { to: to_public(), cc, ..self.told(id, kind, &object, at) }).await
    }

    /// Exactly those who were given it hear that it is gone.
    async fn deletion(&self, tx: &mut Tx, id: String, at: Instant) -> Result<()> {
        let given = delivery::withdraw(tx, self.app.now(), &id).await?;
        self.app.parcels.forget(&id);
        let inboxes = match given {
            Some(given) => given,
            None => return Ok(()),
        };
        let mark = crate::objects::actor::mark(&id);
        let told = self.told(format!("{}#delete/{mark}", self.uri), "Delete", Tombstone::of(id), at);
        let told = Told { to: to_public(), cc: cc_forum(&self.on.forum), ..told };
        let (here, now) = (&self.app.address, self.app.now());
        let body = told.proven(tx, here, now, &self.by).await?;
        send_once(tx, now, self.by.id, &told.id, &body, &inboxes).await
    }

    /// Something that the origin passes on: it proves itself wherever it is taken.
    async fn public<T: Serialize>(&self, tx: &mut Tx, told: Told<'_, T>) -> Result<()> {
        let body = told.proven(tx, &self.app.address, self.app.now(), &self.by).await?;
        self.hand(tx, &told.id, &body).await
    }

    async fn opinion(&self, tx: &mut Tx, (object, value): (&str, i32), activity: &str, undone: bool) -> Result<()> {
        let kind = if value > 0 { "Like" } else { "Dislike" };
        let now = self.app.now();
        if undone {
            let like = json!({"id": activity, "type": kind, "actor": self.uri, "object": object});
            let undo = self.told(format!("{activity}/undo"), "Undo", like, now);
            return self.hand(tx, &undo.id, &undo.text()?).await;
        }
        let like = self.told(activity.to_owned(), kind, json!(object), now);
        self.hand(tx, &like.id, &like.text()?).await
    }
}

/// What other nodes are told of how this one knows its people: single-use codes have no account and vote nowhere else.
fn told_assurance(assurance: Assurance) -> Assurance {
    if assurance == Assurance::Code { Assurance::None } else { assurance }
}

/// A comment may be kept as the consultation may: under its licence, and until its date.
fn terms(on: &Elsewhere) -> Option<Terms> {
    let said = |name: &str| on.page.document.0[name].as_str().map(str::to_owned);
    said("license").map(|license| Terms { license: license.into(), retain_until: said("retainUntil") })
}

/// A comment of somebody here on a consultation elsewhere, as a `Note`.
pub(crate) async fn written(
    conn: &mut Conn,
    here: &Address,
    on: &Elsewhere,
    by: &Actor,
    it: &Note,
) -> Result<wire::note::Note> {
    let id = here.note(&it.host, on.slug(), it.id);
    let mut cc = cc_forum(&on.forum);
    let name = on.forum.rsplit('/').next().unwrap_or_default();
    let mut tag = vec![mention(on.forum.clone(), format!("@{name}@{}", it.host))];
    let parent = mirror::by_uri(conn, &it.answered).await?.and_then(|parent| parent.author_id);
    if let Some(author) = parent.filter(|_| it.answered != it.page)
        && let Ok(author) = actor::by_id(conn, author).await
        && let Some(uri) = author.uri(here)
    {
        cc.push(uri.clone());
        tag.push(mention(uri, author.handle(here)));
    }
    Ok(wire::note::Note {
        kind: "Note",
        attributed_to: by.uri(here).ok_or(Error::NotFound)?,
        in_reply_to: Some(it.answered.clone()),
        context: on.page.document.0["context"].as_str().map(str::to_owned),
        audience: Some(on.forum.clone()),
        to: to_public(),
        cc,
        content: it.html.clone(),
        content_map: BTreeMap::from([(it.language.clone(), it.html.clone())]),
        source: Some(Source::markdown(&it.markdown)),
        tag,
        likes: None,
        interaction_policy: Some(quotable()),
        terms: terms(on),
        url: Some(id.clone()),
        published: it.published_at.to_string(),
        updated: it.updated_at.map(|at| at.to_string()),
        id,
    })
}
