//! The totals of a consultation: of its `Question` to everybody, as a `Tally` to nodes of our own kind.

use model::clock::Instant;
use model::count::{ballot, tally};
use model::debate::consultation::{self, Consultation};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;
use model::store::Tx;

use super::{Announcer, Told, merged, send_once};
use crate::app::App;
use crate::keyring;
use crate::objects;
use crate::objects::question::{is_out, question, tells_a_vote};
use crate::objects::{Published, cc_forum, to_public};
use crate::proof::Proven;

/// Tells the totals, if there are any that everybody may see.
pub(super) async fn tell(app: &App, consultation: Id<Consultation>, closing: bool) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let now = app.now();
    let on = consultation::by_id(&mut tx, consultation).await?;
    let it = Published::of(&mut tx, on).await?;
    let size = tally::of(&mut tx, &it.consultation).await?.size;
    let mark = if closing { "closed".to_owned() } else { size.to_string() };
    let telling = Telling { app, it, mark };
    let told = [telling.question(&mut tx, now).await?, size > 0 && telling.tally(&mut tx, now).await?];
    if told.contains(&true) {
        tally::mark_sent(&mut tx, now, consultation).await?;
        tx.commit().await?;
    }
    Ok(())
}

struct Telling<'a> {
    app: &'a App,
    it: Published,
    /// Tells one telling from another.
    mark: String,
}

impl Telling<'_> {
    fn update<'a, T>(&self, of: &str, actor: &'a str, object: T, now: Instant) -> Told<'a, T> {
        Told {
            id: format!("{of}#tally/{}", self.mark),
            kind: "Update",
            actor,
            object,
            to: to_public(),
            cc: cc_forum(&self.it.forum_id(&self.app.address)),
            published: Some(now),
            summary: None,
        }
    }

    /// The `Question`: directly to followers and to servers from which somebody voted or commented, since Mastodon ignores
    /// an announced Update, and through the forum. Totals that are all zero are never told.
    async fn question(&self, tx: &mut Tx, now: Instant) -> Result<bool> {
        let (here, it) = (&self.app.address, &self.it);
        if !is_out(&it.consultation, now) {
            return Ok(false);
        }
        let question = question(tx, here, it, now).await?;
        if !tells_a_vote(&question) {
            return Ok(false);
        }
        let (id, author) = (question.id.clone(), it.author.uri(here).ok_or(Error::NotFound)?);
        let question = Proven::by(&keyring::prover_in(tx, here, now, &it.author).await?, now, question)?;
        let update = self.update(&id, &author, &question, now);
        let body = update.proven(tx, here, now, &it.author).await?;
        let followers = follow::inboxes(tx, it.group.id).await?;
        let direct = merged([followers.clone(), ballot::inboxes(tx, it.consultation.id).await?]);
        send_once(tx, now, it.author.id, &update.id, &body, &direct).await?;
        Announcer { here, now, group: &it.group, inboxes: &followers }.carry(tx, &update.id, &body).await?;
        Ok(true)
    }

    /// The `Tally`, by the forum, to those followers that can check it.
    async fn tally(&self, tx: &mut Tx, now: Instant) -> Result<bool> {
        let (here, it) = (&self.app.address, &self.it);
        let nodes = follow::nodes(tx, it.group.id).await?;
        if nodes.is_empty() {
            return Ok(false);
        }
        let tally = match objects::tally::tally(tx, here, it, now).await {
            Ok(tally) => tally,
            Err(Error::NotFound) => return Ok(false),
            Err(error) => return Err(error),
        };
        let (id, forum) = (here.tally(&it.consultation.slug), it.forum_id(here));
        let tally = Proven::by(&keyring::prover_in(tx, here, now, &it.group).await?, now, tally)?;
        let update = self.update(&id, &forum, &tally, now);
        let body = update.proven(tx, here, now, &it.group).await?;
        send_once(tx, now, it.group.id, &update.id, &body, &nodes).await?;
        Ok(true)
    }
}
