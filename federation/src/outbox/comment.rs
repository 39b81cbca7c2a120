//! A comment of this node: written, edited, gone.

use model::debate::comment::{self, Comment};
use model::debate::consultation;
use model::error::Result;
use model::id::Id;
use model::job::Change;
use model::network::{activity, block, delivery, follow};
use model::people::actor::Actor;
use model::store::Tx;
use serde::Serialize;
use serde_json::json;

use super::{Announcer, Told, announce_id, send_once};
use crate::app::App;
use crate::guard;
use crate::keyring;
use crate::objects::note::{Written, note, uri};
use crate::objects::{Published, cc_forum, to_public};
use crate::proof::Proven;
use crate::wire::note::Tombstone;

/// Tells the followers of the forum, through the forum, and directly whoever is answered.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<Comment>, change: Change) -> Result<()> {
    let found = comment::by_id(tx, id).await?;
    let on = consultation::by_id(tx, found.consultation_id).await?;
    let it = Published::of(tx, on).await?;
    let written = Written::of(tx, found).await?;
    let telling = Telling { app, it, written };
    match change {
        Change::Deleted => telling.deletion(tx).await,
        Change::Created => telling.words(tx, "Create", "create".into()).await,
        Change::Updated => {
            let at = telling.written.comment.updated_at.unwrap_or(telling.written.comment.published_at);
            telling.words(tx, "Update", format!("update/{}", at.as_microsecond())).await
        }
    }
}

struct Telling<'a> {
    app: &'a App,
    it: Published,
    written: Written,
}

impl Telling<'_> {
    /// New or other words; nothing if they are gone already, for then the deletion is told.
    async fn words(&self, tx: &mut Tx, kind: &str, mark: String) -> Result<()> {
        if !comment::is_shown(&self.it.consultation, &self.written.comment) || !self.written.author.is_local() {
            return Ok(());
        }
        let (here, now) = (&self.app.address, self.app.now());
        let note = note(here, &self.it, &self.written);
        let (id, cc) = (format!("{}#{mark}", note.id), note.cc.clone());
        let note = Proven::by(&keyring::prover_in(tx, here, now, &self.written.author).await?, now, note)?;
        self.tell(
            tx,
            &self.written.author,
            Told {
                id,
                kind,
                actor: &self.written.author_uri(&self.app.address, &self.it),
                object: &note,
                to: to_public(),
                cc,
                published: Some(self.app.now()),
                summary: None,
            },
        )
        .await
    }

    /// A deletion by the author, or by whoever moderates in the name of the forum.
    async fn deletion(&self, tx: &mut Tx) -> Result<()> {
        let here = &self.app.address;
        let id = uri(here, &self.it, &self.written.comment);
        let reason = self.written.comment.reason.as_deref();
        let own = reason.is_none() && self.written.author.is_local();
        let by = if own { &self.written.author } else { &self.it.author };
        let Some(actor) = by.uri(here) else { return Ok(()) };
        if !own {
            self.unannounce(tx, &id).await?;
        }
        let reached = Reached::by(self, tx, &id).await?;
        self.app.parcels.forget(&id);
        self.tell_to(
            tx,
            by,
            reached,
            Told {
                id: format!("{}#delete/{}", actor, crate::objects::actor::mark(&id)),
                kind: "Delete",
                actor: &actor,
                object: Tombstone::of(id),
                to: to_public(),
                cc: cc_forum(&self.it.forum_id(here)),
                published: Some(self.app.now()),
                summary: reason,
            },
        )
        .await
    }

    /// The forum takes its own Announce back, since Mastodon heeds no other's Delete of what somebody else wrote.
    async fn unannounce(&self, tx: &mut Tx, id: &str) -> Result<()> {
        let here = &self.app.address;
        let forum = self.it.forum_id(here);
        let announced = match self.written.author.is_local() {
            true => Some(announce_id(&forum, &format!("{id}#create"))),
            false => activity::announce_of(tx, id).await?,
        };
        let Some(announced) = announced else { return Ok(()) };
        let undo = Told {
            id: format!("{announced}/undo"),
            kind: "Undo",
            actor: &forum,
            object: json!({"id": announced, "type": "Announce", "actor": forum, "object": id}),
            to: to_public(),
            cc: cc_forum(&forum).split_off(1),
            published: Some(self.app.now()),
            summary: None,
        };
        let followers = follow::inboxes(tx, self.it.group.id).await?;
        let body = undo.proven(tx, here, self.app.now(), &self.it.group).await?;
        send_once(tx, self.app.now(), self.it.group.id, &undo.id, &body, &followers).await
    }

    async fn tell<T: Serialize>(&self, tx: &mut Tx, by: &Actor, told: Told<'_, T>) -> Result<()> {
        let through_forum = follow::inboxes(tx, self.it.group.id).await?;
        let mut direct = Vec::new();
        for actor in self.answered() {
            if !block::is_set(tx, actor.id, by.id).await? {
                direct.extend(actor.inbox.clone());
            }
        }
        self.tell_to(tx, by, Reached { through_forum, direct }, told).await
    }

    async fn tell_to<T: Serialize>(&self, tx: &mut Tx, by: &Actor, to: Reached, told: Told<'_, T>) -> Result<()> {
        let now = self.app.now();
        let body = told.proven(tx, &self.app.address, now, by).await?;
        let announcer = Announcer { here: &self.app.address, now, group: &self.it.group, inboxes: &to.through_forum };
        announcer.carry(tx, &told.id, &body).await?;
        send_once(tx, now, by.id, &told.id, &body, &to.direct).await
    }

    /// Who is to hear of it directly: the author answered, and of a comment from elsewhere that is hidden its author.
    fn answered(&self) -> impl Iterator<Item = &Actor> {
        let parent = self.written.parent.as_ref().map(|(_, author)| author);
        parent.into_iter().chain(std::iter::once(&self.written.author)).filter(|actor| !actor.is_local())
    }
}

fn host(inbox: &str) -> Option<String> {
    url::Url::parse(inbox).ok().and_then(|url| guard::authority(&url))
}

/// The inboxes that hear of a comment.
struct Reached {
    /// Those that hear of it as followers of the forum.
    through_forum: Vec<String>,
    /// The others.
    direct: Vec<String>,
}

impl Reached {
    /// Those that are to hear that an object is gone: exactly the hosts that were given it, and the one that it came from.
    async fn by(telling: &Telling<'_>, tx: &mut Tx, object: &str) -> Result<Self> {
        let followers = follow::inboxes(tx, telling.it.group.id).await?;
        let given = delivery::withdraw(tx, telling.app.now(), object).await?;
        let answered = telling.answered().filter_map(|actor| actor.inbox.clone());
        let (mut through_forum, mut direct): (Vec<_>, Vec<_>) = match given {
            Some(given) => {
                let hosts: Vec<_> = given.iter().filter_map(|inbox| host(inbox)).collect();
                // Who was told directly is told of the end directly too: Mastodon heeds no Delete that is announced.
                let answered = answered.filter(|inbox| host(inbox).is_some_and(|host| hosts.contains(&host)));
                let direct: Vec<_> = answered.collect();
                let (through_forum, others): (Vec<_>, Vec<_>) =
                    given.into_iter().partition(|inbox| followers.contains(inbox));
                (through_forum, others.into_iter().chain(direct).collect())
            }
            // it was told before what goes where was recorded
            None => (followers, answered.collect()),
        };
        let author = Some(&telling.written.author).filter(|author| !author.is_local());
        if let Some(inbox) = author.and_then(|author| author.inbox.clone()) {
            // Where it came from it stands, though it was taken out before it went on to anybody: a node of our kind believes
            // the forum there, and nobody else.
            if !through_forum.iter().any(|other| host(other) == host(&inbox)) {
                through_forum.push(inbox.clone());
            }
            direct.push(inbox);
        }
        direct.sort_unstable();
        direct.dedup();
        Ok(Self { through_forum, direct })
    }
}
