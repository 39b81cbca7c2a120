//! A consultation's ballot as a `Question`.

use model::address::Address;
use model::clock::Instant;
use model::count::tally::{self, Document, Viewer};
use model::debate::change;
use model::debate::consultation::{Consultation, Phase};
use model::error::{Error, Result};
use model::store::Conn;

use super::words::Say;
use super::{Published, cc_forum, quotable, to_public};
use crate::wire::collection::Total;
use crate::wire::question::{Choice, Question};

/// Whether the ballot is out: not before the opening.
pub(crate) fn is_out(on: &Consultation, now: Instant) -> bool {
    let opened = on.opened_at.is_some() || on.phase(now) == Phase::Open;
    on.has_question() && opened && on.closes_at.is_some()
}

/// The `Question` of a published consultation, with its totals where anybody may see them.
///
/// # Errors
/// [`Error::NotFound`] when it has none, or not yet.
pub(crate) async fn question(conn: &mut Conn, here: &Address, it: &Published, now: Instant) -> Result<Question> {
    if !is_out(&it.consultation, now) {
        return Err(Error::NotFound);
    }
    let results = tally::results(conn, &it.consultation, now, Viewer::Anybody).await?;
    // Extended or not: GoToSocial starts a poll anew when its end moves.
    let ends = change::first_closing(conn, &it.consultation).await?.ok_or(Error::NotFound)?;
    Ok(render(here, it, &results, ends))
}

fn render(here: &Address, it: &Published, results: &Document, ends: Instant) -> Question {
    let on = &it.consultation;
    let forum = it.forum_id(here);
    let totals = totals(results);
    let options: Vec<Choice> = on
        .method
        .0
        .choices(&on.language)
        .into_iter()
        .map(|choice| Choice {
            kind: "Note",
            replies: totals.as_ref().map(|totals| Total::of(totals.count(&choice.id))),
            name: choice.label,
        })
        .collect();
    let (one_of, any_of) = if on.method.0.is_multiple() { (Vec::new(), options) } else { (options, Vec::new()) };
    Question {
        id: here.ballot(&on.slug),
        kind: "Question",
        attributed_to: it.author.uri(here).unwrap_or_default(),
        to: to_public(),
        cc: cc_forum(&forum),
        audience: forum,
        name: on.title.clone(),
        content: content(here, it),
        tag: it.tags(here),
        context: here.context(&on.slug),
        interaction_policy: quotable(),
        url: here.consultation(&on.slug),
        published: on.opened_at.or(on.published_at).unwrap_or(on.created_at).to_string(),
        updated: on.edited_at.map(|at| at.to_string()),
        end_time: ends.to_string(),
        closed: on.closed_at.map(|at| at.to_string()),
        one_of,
        any_of,
        voters_count: totals.map(|totals| totals.voters),
        terms: it.terms(),
    }
}

/// Title, summary and link: Mastodon shows nothing else.
fn content(here: &Address, it: &Published) -> String {
    let on = &it.consultation;
    let text = ammonia::clean_text;
    let mut parts = vec![format!("<p><strong>{}</strong></p>", text(&on.title))];
    if !on.summary.is_empty() {
        parts.push(format!("<p>{}</p>", text(&on.summary)));
    }
    if on.electorate.0.tiers.len() > 1 {
        parts.push(format!("<p>{}</p>", Say::Official.in_language(&on.language)));
    }
    let link = here.consultation(&on.slug);
    parts.push(format!("<p><a href=\"{link}\">{link}</a></p>"));
    parts.concat()
}

/// The sums over the tiers admitted.
struct Totals<'a> {
    voters: u64,
    results: &'a Document,
}

fn totals(results: &Document) -> Option<Totals<'_>> {
    let tiers = results.tiers.as_ref()?;
    Some(Totals { voters: tiers.values().map(|tier| unsigned(tier.voters)).sum(), results })
}

impl Totals<'_> {
    fn count(&self, id: &str) -> u64 {
        let tiers = self.results.tiers.iter().flat_map(|tiers| tiers.values());
        tiers.flat_map(|tier| &tier.choices).filter(|choice| choice.id == id).map(|choice| unsigned(choice.count)).sum()
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Whether a question tells at least one vote: one whose totals are all zero is never sent (PieFed would wipe the poll).
pub(crate) fn tells_a_vote(question: &Question) -> bool {
    question.voters_count.is_some_and(|voters| voters > 0)
}
