//! Telling somebody on another server that something is not taken in: a voter why the ballot was not counted, by one private
//! Note, once per consultation; the author of a comment, on a node of our kind, by `Reject`.

use std::collections::BTreeMap;

use model::count::ballot::{self, RefusedBallot};
use model::debate::consultation;
use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::store::Tx;
use serde_json::{Value, json};

use super::{Told, send_once};
use crate::app::App;
use crate::objects::actor::mark;
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

/// Sends the forum's `Reject` to the author of a comment, with the code.
pub(super) async fn decline(
    app: &App,
    tx: &mut Tx,
    (forum, actor): (Id<Forum>, Id<Actor>),
    (activity, note): (&str, &str),
    (code, reason): (&str, Option<&str>),
) -> Result<()> {
    let forum = forum::by_id(tx, forum).await?;
    let author = actor::by_id(tx, actor).await?;
    let (Some(them), Some(inbox)) = (author.uri.clone(), author.inbox.clone()) else {
        return Err(Error::NotFound);
    };
    let us = app.address.forum(&forum.slug);
    let told = Told {
        id: format!("{us}#rejects/{}", mark(activity)),
        kind: "Reject",
        actor: &us,
        object: json!({"id": activity, "type": "Create", "actor": them, "object": note}),
        to: vec![them.clone()],
        cc: Vec::new(),
        published: Some(app.now()),
        summary: Some(reason.unwrap_or_else(|| Say::of_refusal(code).in_language(&forum.language))),
    };
    let mut reject: Value = serde_json::from_str(&told.text()?).map_err(Error::store)?;
    reject["code"] = json!(code);
    send_once(tx, app.now(), forum.actor_id, &told.id, &reject.to_string(), &[inbox]).await
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
