//! The totals of a consultation's `Question`.

use model::count::{ballot, tally};
use model::debate::consultation::{self, Consultation};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;

use super::{Announcer, Told, merged, send_once};
use crate::app::App;
use crate::keyring;
use crate::objects::question::{is_out, question, tells_a_vote};
use crate::objects::{Published, cc_forum, to_public};
use crate::proof::Proven;

/// Tells the totals: directly to followers and to servers from which somebody voted or commented, since Mastodon ignores an
/// announced Update, and through the forum. Hidden totals, and totals that are all zero, are never told.
pub(super) async fn tell(app: &App, consultation: Id<Consultation>, closing: bool) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let now = app.now();
    let on = consultation::by_id(&mut tx, consultation).await?;
    let it = Published::of(&mut tx, on).await?;
    if !is_out(&it.consultation, now) {
        return Ok(());
    }
    let question = question(&mut tx, &app.address, &it, now).await?;
    if !tells_a_vote(&question) {
        return Ok(());
    }
    let size = tally::of(&mut tx, &it.consultation).await?.size;
    let mark = if closing { "closed".to_owned() } else { size.to_string() };
    let author = it.author.uri(&app.address).ok_or(Error::NotFound)?;
    let id = format!("{}#tally/{mark}", question.id);
    let question = Proven::by(&keyring::prover_in(&mut tx, &app.address, now, &it.author).await?, now, question)?;
    let update = Told {
        id,
        kind: "Update",
        actor: &author,
        object: &question,
        to: to_public(),
        cc: cc_forum(&it.forum_id(&app.address)),
        published: Some(now),
        summary: None,
    };
    let body = update.proven(&mut tx, &app.address, now, &it.author).await?;
    let followers = follow::inboxes(&mut tx, it.group.id).await?;
    let direct = merged([followers.clone(), ballot::inboxes(&mut tx, consultation).await?]);
    send_once(&mut tx, now, it.author.id, &update.id, &body, &direct).await?;
    let announcer = Announcer { here: &app.address, now, group: &it.group, inboxes: &followers };
    announcer.carry(&mut tx, &update.id, &body).await?;
    tally::mark_sent(&mut tx, now, consultation).await?;
    tx.commit().await
}
