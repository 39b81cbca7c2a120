//! A consultation's debate as a `Page`.

use std::collections::BTreeMap;

use model::address::Address;
use model::count::electorate::Tier;
use model::count::method::Method;
use model::data::media;
use model::debate::attachment::{Attachment as Beside, Facts};
use model::debate::consultation::{Consultation, Phase, State};
use model::error::Result;
use serde_json::{Value, json};

use super::words::Say;
use super::{Published, cc_forum, quotable, to_public};
use crate::remote::cut;
use crate::wire::page::{Attachment, Page, Source};

/// The longest summary, in characters.
const MAX_SUMMARY: usize = 500;

/// The `Page` of a published consultation.
pub(crate) fn page(here: &Address, it: &Published) -> Result<Page> {
    let on = &it.consultation;
    let id = here.consultation(&on.slug);
    let forum = it.forum_id(here);
    let content = content(here, it);
    Ok(Page {
        kind: "Page",
        attributed_to: it.author.uri(here).unwrap_or_default(),
        to: to_public(),
        cc: cc_forum(&forum),
        audience: forum,
        name: on.title.clone(),
        summary: summary(it),
        content_map: BTreeMap::from([(on.language.clone(), content.clone())]),
        content,
        media_type: "text/html",
        source: Source::markdown(&it.text.markdown),
        tag: it.tags(here),
        attachment: it.attachments.iter().filter_map(|it| attachment(here, it)).collect(),
        context: here.context(&on.slug),
        replies: format!("{id}/replies"),
        url: id.clone(),
        published: on.published_at.unwrap_or(on.created_at).to_string(),
        updated: on.edited_at.map(|at| at.to_string()),
        comments_enabled: !it.locked,
        interaction_policy: quotable(),
        consultation: consultation(here, it)?,
        terms: it.terms(),
        id,
    })
}

/// Whether a favourite of the Page is a ballot.
pub(crate) fn is_petition(on: &Consultation) -> bool {
    matches!(on.method.0, Method::Support(_)) && on.electorate.0.admits(Tier::Open)
}

fn summary(it: &Published) -> String {
    let on = &it.consultation;
    if !is_petition(on) {
        return cut(&on.summary, MAX_SUMMARY);
    }
    let says = Say::Favourite.in_language(&on.language);
    let room = MAX_SUMMARY.saturating_sub(says.chars().count() + 1);
    format!("{} {says}", cut(&on.summary, room)).trim_start().to_owned()
}

/// The whole text; where there is no `Question` to vote on, also where one votes.
fn content(here: &Address, it: &Published) -> String {
    let on = &it.consultation;
    let elsewhere = on.has_question() || is_petition(on) || !on.method.0.takes_ballots();
    if elsewhere {
        return it.text.html.clone();
    }
    let (says, link) = (Say::VoteThere.in_language(&on.language), here.consultation(&on.slug));
    format!("{}<p>{says} <a href=\"{link}\">{link}</a></p>", it.text.html)
}

fn attachment(here: &Address, (it, file): &(Beside, Option<Facts>)) -> Option<Attachment> {
    let name = it.title.clone();
    let Some(file) = file else {
        return it.url.clone().map(|href| Attachment::Link { href, name });
    };
    let (url, media_type) = (here.media(&media::name(&file.hash, file.format)), file.format.media_type());
    Some(match file.format.is_picture() {
        true => Attachment::Image { url, media_type, name },
        false => Attachment::Document { url, media_type, name },
    })
}

/// What other Palabre nodes are told.
fn consultation(here: &Address, it: &Published) -> Result<Value> {
    let on = &it.consultation;
    let mut method = on.method.0.told()?;
    let options = on.method.0.choices(&on.language);
    if !options.is_empty() {
        method["options"] = json!(options);
    }
    let mut told = json!({
        "method": method,
        "results": on.results,
        "changeable": on.changeable,
        "tiers": on.electorate.0.tiers,
        "official": on.electorate.0.official,
        "textHash": it.text.sha256,
    });
    if on.method.0.takes_ballots() {
        told["log"] = json!(here.path(&format!("c/{}/log", on.slug)));
        told["tally"] = json!(here.tally(&on.slug));
    }
    let early = on.closed_at.is_some_and(|at| on.closes_at.is_none_or(|announced| at < announced));
    if on.state == State::Cancelled {
        told["state"] = json!(on.state);
    } else if early {
        told["state"] = json!(Phase::Closed);
    }
    for (name, at) in
        [("opensAt", on.opens_at.or(on.opened_at)), ("closesAt", on.closes_at), ("answerBy", on.answer_by)]
    {
        if let Some(at) = at {
            told[name] = json!(at.to_string());
        }
    }
    Ok(told)
}
