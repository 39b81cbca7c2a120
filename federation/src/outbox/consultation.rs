//! A consultation published, opened, edited.

use model::debate::consultation::{self, Consultation};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;
use model::store::Tx;
use serde::Serialize;

use super::{Announcer, Told, send_once};
use crate::app::App;
use crate::keyring;
use crate::objects::question::{is_out, question, tells_a_vote};
use crate::objects::{Published, cc_forum, page, to_public};
use crate::proof::Proven;

/// A consultation about to be told to the followers of its forum.
struct Telling<'a> {
    app: &'a App,
    it: Published,
    author: String,
    inboxes: Vec<String>,
}

impl<'a> Telling<'a> {
    async fn of(app: &'a App, tx: &mut Tx, id: Id<Consultation>) -> Result<Self> {
        let on = consultation::by_id(tx, id).await?;
        let it = Published::of(tx, on).await?;
        let inboxes = follow::inboxes(tx, it.group.id).await?;
        let author = it.author.uri(&app.address).ok_or(Error::NotFound)?;
        Ok(Self { app, it, author, inboxes })
    }

    fn told<T>(&self, id: String, kind: &'static str, object: T) -> Told<'_, T> {
        let forum = self.it.forum_id(&self.app.address);
        let (to, cc) = (to_public(), cc_forum(&forum));
        let published = Some(self.app.now());
        Told { id, kind, actor: &self.author, object, to, cc, published, summary: None }
    }

    fn announcer(&self) -> Announcer<'_> {
        Announcer { here: &self.app.address, now: self.app.now(), group: &self.it.group, inboxes: &self.inboxes }
    }

    /// An object of the author, which proves itself wherever it is taken.
    async fn proven<T: Serialize>(&self, tx: &mut Tx, object: T) -> Result<Proven<T>> {
        let (here, now) = (&self.app.address, self.app.now());
        Proven::by(&keyring::prover_in(tx, here, now, &self.it.author).await?, now, object)
    }

    /// A root: its Create, carried by the forum, and its id, boosted by it.
    async fn root<T: Serialize>(&self, tx: &mut Tx, id: &str, object: T) -> Result<()> {
        let create = self.told(format!("{id}#create"), "Create", self.proven(tx, object).await?);
        let text = create.proven(tx, &self.app.address, self.app.now(), &self.it.author).await?;
        self.announcer().carry(tx, &create.id, &text).await?;
        self.announcer().boost(tx, id).await?;
        crate::relay_server::published(self.app, tx, id).await
    }

    async fn page(&self, tx: &mut Tx) -> Result<()> {
        let page = page::page(&self.app.address, &self.it)?;
        self.root(tx, &page.id, &page).await
    }

    async fn question(&self, tx: &mut Tx) -> Result<()> {
        let question = question(tx, &self.app.address, &self.it, self.app.now()).await?;
        self.root(tx, &question.id, &question).await
    }

    /// An edit: carried by the forum, and sent directly to those that ignore what is announced.
    async fn update<T: Serialize>(&self, tx: &mut Tx, id: &str, object: T) -> Result<()> {
        let at = self.it.consultation.edited_at.ok_or(Error::NotFound)?;
        let object = self.proven(tx, object).await?;
        let update = self.told(format!("{id}#update/{}", at.as_microsecond()), "Update", object);
        let body = update.proven(tx, &self.app.address, self.app.now(), &self.it.author).await?;
        send_once(tx, self.app.now(), self.it.author.id, &update.id, &body, &self.inboxes).await?;
        self.announcer().carry(tx, &update.id, &body).await
    }
}

/// Tells of a new consultation: its `Page`, and its `Question` if it is open.
pub(super) async fn publish(app: &App, tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    let telling = Telling::of(app, tx, id).await?;
    telling.page(tx).await?;
    if is_out(&telling.it.consultation, app.now()) {
        telling.question(tx).await?;
    }
    Ok(())
}

/// Tells of a consultation that has opened: its `Question`, where it has one.
pub(super) async fn open(app: &App, tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    let telling = Telling::of(app, tx, id).await?;
    if is_out(&telling.it.consultation, app.now()) {
        telling.question(tx).await?;
    }
    Ok(())
}

/// Tells of an edit by a person.
pub(super) async fn edit(app: &App, tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    let telling = Telling::of(app, tx, id).await?;
    let page = page::page(&app.address, &telling.it)?;
    telling.update(tx, &page.id, &page).await?;
    if is_out(&telling.it.consultation, app.now()) {
        let question = question(tx, &app.address, &telling.it, app.now()).await?;
        if tells_a_vote(&question) {
            telling.update(tx, &question.id, &question).await?;
        }
    }
    Ok(())
}
