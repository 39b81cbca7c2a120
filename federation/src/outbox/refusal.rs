//! Telling a voter on another server why the ballot was not counted: one private Note, once per consultation.

use std::collections::BTreeMap;

use model::count::ballot::{self, RefusedBallot};
use model::debate::consultation;
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor;
use model::store::Tx;

use super::{Told, send_once};
use crate::app::App;
use crate::objects::words::Say;
use crate::objects::{Published, mention};
use crate::wire::note::Note;

/// Sends the Note from the official account to the voter alone.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<RefusedBallot>) -> Result<()> {
    let refused = ballot::refused_by_id(tx, id).await?;
    let on = consultation::by_id(tx, refused.consultation_id).await?;
    let it = Published::of(tx, on).await?;
    let voter = actor::by_id(tx, refused.actor_id).await?;
    let (Some(voter_uri), Some(inbox)) = (voter.uri.clone(), voter.inbox.clone()) else {
        return Err(Error::NotFound);
    };
    let author = it.author.uri(&app.address).ok_or(Error::NotFound)?;
    let note = note(app, &it, &refused, &author, &voter_uri, voter.handle(&app.address));
    let create = Told {
        id: format!("{}/create", note.id),
        kind: "Create",
        actor: &author,
        to: note.to.clone(),
        cc: Vec::new(),
        published: Some(refused.at),
        summary: None,
        object: &note,
    };
    send_once(tx, app.now(), it.author.id, &create.id, &create.text()?, &[inbox]).await
}

fn note(app: &App, it: &Published, refused: &RefusedBallot, author: &str, voter: &str, handle: String) -> Note {
    let on = &it.consultation;
    let link = app.address.consultation(&on.slug);
    let says = Say::of_refusal(&refused.code).in_language(&on.language);
    let title = ammonia::clean_text(&on.title);
    let content = format!(
        "<p><a href=\"{voter}\" class=\"u-url mention\">{}</a> {says}</p><p>{title}<br><a href=\"{link}\">{link}</a></p>",
        ammonia::clean_text(&handle)
    );
    Note {
        id: format!("{author}#refusals/{}", refused.id),
        kind: "Note",
        attributed_to: author.to_owned(),
        in_reply_to: None,
        context: None,
        audience: None,
        to: vec![voter.to_owned()],
        cc: Vec::new(),
        content_map: BTreeMap::from([(on.language.clone(), content.clone())]),
        content,
        source: None,
        tag: vec![mention(voter.to_owned(), handle)],
        likes: None,
        interaction_policy: None,
        url: None,
        published: refused.at.to_string(),
        updated: None,
        terms: None,
    }
}
