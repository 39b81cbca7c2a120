//! The form of a consultation: from a draft to fields, from fields to a draft.

use jiff::tz::TimeZone;
use model::clock::Instant;
use model::count::electorate::{Electorate, Tier};
use model::count::method::{Method, none};
use model::count::tally::Results;
use model::debate::consultation::{Ballots, Brief, Draft};
use model::error::{Check, Error, Result};
use serde_json::json;

use crate::form::{Entry, Form};
use crate::language::Words;
use crate::language::words::typed_moment;

const METHODS: [&str; 4] = ["vote", "poll", "support", "none"];
/// Who votes: both tiers, or the accounts of this site alone.
const BOTH: &str = "member-open";
const MEMBERS: &str = "member";
/// Who votes was set by the API in a way that the page does not ask.
const KEPT: &str = "kept";

/// The methods to choose from.
pub(super) fn methods(t: &Words) -> Vec<Entry> {
    let entry = |kind: &str| {
        Entry::new(kind, t.say(&format!("method-title-{kind}"))).hint(t.say(&format!("method-hint-{kind}")))
    };
    METHODS.into_iter().map(entry).collect()
}

/// Who may vote, to choose from.
fn tiers(t: &Words) -> Vec<Entry> {
    [BOTH, MEMBERS].into_iter().map(|tiers| Entry::new(tiers, t.say(&format!("tiers-{tiers}")))).collect()
}

/// The same for the form of what is there: as it was set, where the page does not ask it.
pub(super) fn tiers_of(t: &Words, form: &Form) -> Vec<Entry> {
    let kept = form.is("tiers", KEPT).then(|| Entry::new(KEPT, t.say("tiers-kept")));
    tiers(t).into_iter().chain(kept).collect()
}

/// When results show, to choose from.
pub(super) fn visibilities(t: &Words) -> Vec<Entry> {
    let key = |when: Results| format!("results-when-{}", when.as_str().replace('_', "-"));
    let order = [Results::AfterVote, Results::Live, Results::AfterClose];
    order.into_iter().map(|when| Entry::new(when.as_str(), t.say(&key(when)))).collect()
}

/// The form before anything is typed.
pub(super) fn first(t: &Words, forum: &str) -> Form {
    let results = Results::AfterVote.as_str();
    Form::from_pairs([
        ("forum", forum),
        ("language", t.tag()),
        ("method", "vote"),
        ("tiers", BOTH),
        ("results", results),
    ])
}

/// The form of what is there.
pub(super) fn of(t: &Words, draft: &Draft) -> Form {
    let typed = |at: Option<Instant>| at.map(|at| t.typed(at.timestamp())).unwrap_or_default();
    let tiers = match &draft.electorate {
        plain if *plain == Electorate::default() => BOTH,
        plain if *plain == Electorate::of(vec![Tier::Member], Tier::Member) => MEMBERS,
        _ => KEPT,
    };
    let mut form = Form::from_pairs([
        ("title", draft.title.as_str()),
        ("summary", &draft.summary),
        ("text", &draft.text),
        ("language", &draft.language),
        ("what", &draft.brief.what),
        ("why", &draft.brief.why),
        ("outcome", &draft.brief.outcome),
        ("method", draft.method.kind()),
        ("tiers", tiers),
        ("results", draft.results.as_str()),
        ("fixed", if draft.changeable { "" } else { "1" }),
        ("opens-at", &typed(draft.opens_at)),
        ("closes-at", &typed(draft.closes_at)),
        ("answer-by", &typed(draft.answer_by)),
    ]);
    match &draft.method {
        Method::Poll(poll) => {
            let labels: Vec<&str> = poll.options.iter().map(|option| option.label.as_str()).collect();
            form.set("options", labels.join("\n"));
            form.set("multiple", if poll.multiple { "1" } else { "" });
            form.set("max", poll.max.map(|max| max.to_string()).unwrap_or_default());
        }
        Method::Support(support) => form.set("goal", support.goal.map(|goal| goal.to_string()).unwrap_or_default()),
        _ => {}
    }
    form
}

/// The form field of a field of the model.
pub(super) fn field(name: &str) -> &'static str {
    match name {
        "title" => "title",
        "summary" => "summary",
        "text" => "text",
        "language" => "language",
        "forum" => "forum",
        "brief.what" => "what",
        "brief.why" => "why",
        "brief.outcome" => "outcome",
        "method" => "method",
        "method.options" | "ambiguous-option" => "options",
        "method.max" => "max",
        "method.goal" => "goal",
        "electorate.tiers" | "electorate.official" => "tiers",
        "results" => "results",
        "opens_at" => "opens-at",
        "closes_at" => "closes-at",
        "answer_by" => "answer-by",
        "reason" => "reason",
        _ => "",
    }
}

/// A new draft from the form.
pub(super) fn read(form: &Form, zone: &TimeZone) -> Result<Draft> {
    reading(form, None, zone)
}

fn reading(form: &Form, before: Option<&Electorate>, zone: &TimeZone) -> Result<Draft> {
    let method = method(form, None);
    let opens_at = moment(form, "opens-at", "opens_at", zone);
    let closes_at = moment(form, "closes-at", "closes_at", zone);
    let answer_by = moment(form, "answer-by", "answer_by", zone);
    let (results, electorate) = (results(form), electorate(form, before));
    let words = Draft {
        title: form.trimmed("title").to_owned(),
        summary: form.trimmed("summary").to_owned(),
        text: form.value("text").to_owned(),
        brief: brief(form),
        method: Method::None(none::None::default()),
        opens_at: None,
        closes_at: None,
        answer_by: None,
        results: Results::Live,
        electorate: Electorate::default(),
        changeable: !form.is("fixed", "1"),
        ballots: Ballots::Secret,
        language: form.trimmed("language").to_owned(),
        tags: Vec::new(),
        example: false,
    };
    let mut check = Check::default();
    check.note(&method).note(&opens_at).note(&closes_at).note(&answer_by).note(&results).note(&electorate);
    check.note(&words.words_fit()).done()?;
    Ok(Draft {
        method: method?,
        opens_at: opens_at?,
        closes_at: closes_at?,
        answer_by: answer_by?,
        results: results?,
        electorate: electorate?,
        ..words
    })
}

/// What is there, changed by the form. What the form does not ask stays; a time that was not touched stays to the second.
pub(super) fn change(form: &Form, before: Draft, zone: &TimeZone) -> Result<Draft> {
    let fresh = reading(form, Some(&before.electorate), zone)?;
    let same = |new: Option<Instant>, old: Option<Instant>| match (new, old) {
        (Some(new), Some(old)) if new.as_second().div_euclid(60) == old.as_second().div_euclid(60) => Some(old),
        _ => new,
    };
    Ok(Draft {
        method: method(form, Some(&before.method))?,
        opens_at: same(fresh.opens_at, before.opens_at),
        closes_at: same(fresh.closes_at, before.closes_at),
        answer_by: same(fresh.answer_by, before.answer_by),
        tags: before.tags,
        ballots: before.ballots,
        example: before.example,
        ..fresh
    })
}

fn brief(form: &Form) -> Brief {
    let text = |name: &str| form.trimmed(name).to_owned();
    Brief { what: text("what"), why: text("why"), outcome: text("outcome") }
}

fn moment(form: &Form, name: &str, field: &str, zone: &TimeZone) -> Result<Option<Instant>> {
    let Some(text) = form.given(name) else { return Ok(None) };
    let at = typed_moment(text, zone).map(Instant::from_timestamp);
    at.map(Some)
        .ok_or_else(|| Error::field(field, "format", "Write a date and time that exist in the institution's zone."))
}

fn results(form: &Form) -> Result<Results> {
    form.trimmed("results").parse().map_err(|_| Error::field("results", "required", "Choose when results show."))
}

fn electorate(form: &Form, before: Option<&Electorate>) -> Result<Electorate> {
    match (form.trimmed("tiers"), before) {
        (BOTH, _) => Ok(Electorate::default()),
        (MEMBERS, _) => Ok(Electorate::of(vec![Tier::Member], Tier::Member)),
        (KEPT, Some(before)) => Ok(before.clone()),
        _ => Err(Error::field("electorate.tiers", "required", "Choose who votes.")),
    }
}

fn number(form: &Form, name: &str, field: &str) -> Result<Option<u64>> {
    let Some(text) = form.given(name) else { return Ok(None) };
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.parse().map(Some).map_err(|_| Error::field(field, "format", "Write a whole number."))
}

/// The method; an option that keeps its label keeps its id, and a vote its labels. A method that the form does not ask
/// for stays as it is.
fn method(form: &Form, before: Option<&Method>) -> Result<Method> {
    let wrong = |_| Error::field("method", "required", "Choose the form.");
    match (form.trimmed("method"), before) {
        ("", Some(before)) if !METHODS.contains(&before.kind()) => Ok(before.clone()),
        ("vote", Some(vote @ Method::Vote(_))) => Ok(vote.clone()),
        ("poll", _) => {
            let held = match before {
                Some(Method::Poll(poll)) => poll.options.as_slice(),
                _ => &[],
            };
            let id = |label: &str| held.iter().find(|option| option.label == label).map(|option| option.id.as_str());
            let lines = form.value("options").lines().map(str::trim).filter(|line| !line.is_empty());
            let options: Vec<_> =
                lines.map(|label| json!({ "id": id(label).unwrap_or_default(), "label": label })).collect();
            let max = number(form, "max", "method.max")?;
            let poll = json!({ "kind": "poll", "options": options, "multiple": form.is("multiple", "1"), "max": max });
            serde_json::from_value(poll).map_err(wrong)
        }
        ("support", _) => {
            let goal = number(form, "goal", "method.goal")?;
            let promise = match before {
                Some(Method::Support(support)) => support.promise.clone().filter(|_| goal.is_some()),
                _ => None,
            };
            serde_json::from_value(json!({ "kind": "support", "goal": goal, "promise": promise })).map_err(wrong)
        }
        (kind, _) => serde_json::from_value(json!({ "kind": kind })).map_err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_draft_goes_to_the_form_and_back() {
        let zone = TimeZone::get("Europe/Paris").expect("the zone database has Paris");
        let mut form = first(&Words::new(Language::Fr, zone.clone()), "mobility");
        for (name, value) in [
            ("title", "Où ?"),
            ("text", "Ici"),
            ("method", "poll"),
            ("options", "Gare\n\n Lycée \n"),
            ("multiple", "1"),
        ] {
            form.set(name, value);
        }
        form.set("closes-at", "2026-06-02T20:00");
        let draft = read(&form, &zone).expect("a draft");
        assert_eq!(draft.closes_at, Instant::parse("2026-06-02T18:00:00Z").ok());
        let Method::Poll(poll) = &draft.method else { panic!("a poll") };
        assert_eq!(poll.options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>(), ["Gare", "Lycée"]);
        let again = of(&Words::new(Language::En, zone.clone()), &draft);
        let same = change(&again, draft.clone(), &zone).expect("the same draft");
        assert_eq!((same.method, same.closes_at, same.title), (draft.method, draft.closes_at, draft.title));
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let mut form =
            Form::from_pairs([("method", "vote"), ("tiers", "member"), ("results", "live"), ("closes-at", "soon")]);
        let refused = |form: &Form| read(form, &TimeZone::UTC).expect_err("refused").to_string();
        assert!(refused(&form).contains("closes_at"));
        form.set("method", "lottery");
        let both = refused(&form);
        assert!(["method", "closes_at", "title", "text"].iter().all(|field| both.contains(field)), "{both}");
    }
}
