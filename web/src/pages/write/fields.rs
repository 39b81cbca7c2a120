//! The fields of each step: from a draft to a form, from a form to a draft.

use jiff::tz::TimeZone;
use model::clock::Instant;
use model::count::electorate::{Electorate, Requires, Tier};
use model::count::method::{Choice, Method};
use model::count::tally::Results;
use model::debate::consultation::{Ballots, Brief, Draft, Step};
use model::error::{Check, Error, Result};
use serde_json::{Value, json};

use crate::form::{Entry, Form};
use crate::language::words::typed_moment;
use crate::language::{Language, Words};

/// The most rows of options that a form shows; the method says how many are taken.
const ROWS_MOST: usize = 30;
/// How many rows of options a form begins with.
const ROWS_FIRST: usize = 3;

/// The methods to choose from.
pub(super) fn methods(t: &Words) -> Vec<Entry> {
    let entry = |kind: &&str| {
        Entry::new(*kind, t.say(&format!("method-title-{kind}"))).hint(t.say(&format!("method-hint-{kind}")))
    };
    Method::KINDS.iter().map(entry).collect()
}

/// The tiers to admit.
pub(super) fn tiers(t: &Words) -> Vec<Entry> {
    Tier::ALL.iter().map(|tier| Entry::new(tier.as_str(), t.say(&format!("write-tier-{tier}")))).collect()
}

/// What it takes to be a member of the electorate.
pub(super) fn requirements(t: &Words) -> Vec<Entry> {
    Requires::ALL.iter().map(|what| Entry::new(what.as_str(), t.say(&format!("write-requires-{what}")))).collect()
}

/// When results show, to choose from.
pub(super) fn visibilities(t: &Words) -> Vec<Entry> {
    let key = |when: Results| format!("results-when-{}", when.as_str().replace('_', "-"));
    let order = [Results::AfterVote, Results::Live, Results::AfterClose];
    order.into_iter().map(|when| Entry::new(when.as_str(), t.say(&key(when)))).collect()
}

/// A draft of which nothing is said yet.
pub(super) fn blank(language: &str) -> Result<Draft> {
    Ok(Draft {
        title: String::new(),
        summary: String::new(),
        text: String::new(),
        brief: Brief::default(),
        method: serde_json::from_value(json!({ "kind": "vote" })).map_err(Error::store)?,
        opens_at: None,
        closes_at: None,
        answer_by: None,
        results: Results::AfterVote,
        electorate: Electorate::default(),
        changeable: true,
        ballots: Ballots::Secret,
        language: language.to_owned(),
        tags: Vec::new(),
        example: false,
    })
}

/// The example that a new site begins with: a draft to change, publish or delete.
pub(in crate::pages) fn example(language: &str) -> Result<Draft> {
    let language = Language::from_tag(language).unwrap_or(Language::En);
    let say = |key: &str| language.say(key);
    Ok(Draft {
        title: say("example-question"),
        summary: say("example-summary"),
        text: say("example-text"),
        brief: Brief { what: say("example-what"), why: say("example-why"), outcome: say("example-outcome") },
        example: true,
        ..blank(language.tag())?
    })
}

/// The form of what is there, all steps at once.
pub(super) fn of(t: &Words, draft: &Draft) -> Form {
    let typed = |at: Option<Instant>| at.map(|at| t.typed(at.timestamp())).unwrap_or_default();
    let electorate = &draft.electorate;
    let pairs = [
        ("title", draft.title.clone()),
        ("summary", draft.summary.clone()),
        ("language", draft.language.clone()),
        ("tags", draft.tags.join(", ")),
        ("text", draft.text.clone()),
        ("what", draft.brief.what.clone()),
        ("why", draft.brief.why.clone()),
        ("outcome", draft.brief.outcome.clone()),
        ("method", draft.method.kind().to_owned()),
        ("official", electorate.official.to_string()),
        ("requires", electorate.requires.to_string()),
        ("list", electorate.list.clone().unwrap_or_default()),
        ("provider", electorate.provider.clone().unwrap_or_default()),
        ("results", draft.results.to_string()),
        ("fixed", if draft.changeable { "" } else { "1" }.to_owned()),
        ("named", if draft.ballots == Ballots::Public { "1" } else { "" }.to_owned()),
        ("opens-at", typed(draft.opens_at)),
        ("closes-at", typed(draft.closes_at)),
        ("answer-by", typed(draft.answer_by)),
    ];
    let tiers = electorate.tiers.iter().map(|tier| ("tiers", tier.to_string()));
    Form::from_pairs(pairs.into_iter().chain(tiers).chain(of_method(&draft.method)))
}

fn of_method(method: &Method) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let options: &[Choice] = match method {
        Method::Poll(poll) => &poll.options,
        Method::Ranking(ranking) => &ranking.options,
        _ => &[],
    };
    for option in options {
        pairs.push(("option", option.label.clone()));
        pairs.push(("option-id", option.id.clone()));
    }
    match method {
        Method::Poll(poll) => {
            pairs.push(("multiple", if poll.multiple { "1" } else { "" }.to_owned()));
            pairs.push(("max", poll.max.map(|max| max.to_string()).unwrap_or_default()));
        }
        Method::Support(support) => {
            pairs.push(("goal", support.goal.map(|goal| goal.to_string()).unwrap_or_default()));
        }
        Method::Scale(scale) => {
            pairs.push(("scale-min", scale.min.to_string()));
            pairs.push(("scale-max", scale.max.to_string()));
            pairs.push(("scale-step", scale.step.to_string()));
        }
        _ => {}
    }
    pairs
}

/// A row of the list of options.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) label: String,
}

/// The rows as they were sent; as many empty ones as a list begins with where there is none.
pub(super) fn rows(form: &Form) -> Vec<Row> {
    let (labels, ids) = (form.all("option"), form.all("option-id"));
    let row = |(at, label): (usize, String)| Row { id: ids.get(at).cloned().unwrap_or_default(), label };
    let mut rows: Vec<Row> = labels.into_iter().take(ROWS_MOST).enumerate().map(row).collect();
    while rows.len() < ROWS_FIRST {
        rows.push(Row { id: String::new(), label: String::new() });
    }
    rows
}

/// Does to the list of options what a button asks: `add`, `up-2`, `down-2`, `remove-2`. False where it asks for
/// something else.
pub(super) fn arrange(form: &mut Form, act: &str) -> bool {
    let mut rows = rows(form);
    let (verb, at) = act.split_once('-').map_or((act, None), |(verb, at)| (verb, at.parse::<usize>().ok()));
    match (verb, at.filter(|at| *at < rows.len())) {
        ("add", _) if rows.len() < ROWS_MOST => rows.push(Row { id: String::new(), label: String::new() }),
        ("add", _) => {}
        ("up", Some(at)) => rows.swap(at, at.saturating_sub(1)),
        ("down", Some(at)) if at + 1 < rows.len() => rows.swap(at, at + 1),
        ("down", Some(_)) => {}
        ("remove", Some(at)) => drop(rows.remove(at)),
        _ => return false,
    }
    form.set_all("option", rows.iter().map(|row| row.label.clone()).collect());
    form.set_all("option-id", rows.into_iter().map(|row| row.id).collect());
    true
}

/// The form field of a field of the model; `method.max` is another field for a scale.
pub(super) fn field(name: &str, method: &str) -> &'static str {
    match name {
        "title" => "title",
        "summary" => "summary",
        "language" => "language",
        "tags" => "tags",
        "forum" => "forum",
        "text" => "text",
        "brief.what" => "what",
        "brief.why" => "why",
        "brief.outcome" => "outcome",
        "method" => "method",
        "method.options" | "ambiguous-option" => "options",
        "method.min" => "scale-min",
        "method.max" if method == "scale" => "scale-max",
        "method.max" => "max",
        "method.step" => "scale-step",
        "method.goal" => "goal",
        "electorate.tiers" => "tiers",
        "electorate.official" => "official",
        "electorate.requires" => "requires",
        "electorate.list" => "list",
        "electorate.provider" => "provider",
        "results" => "results",
        "opens_at" => "opens-at",
        "closes_at" => "closes-at",
        "answer_by" => "answer-by",
        "reason" => "reason",
        _ => "",
    }
}

/// What is there, changed by the form of one step. What that step does not ask stays.
pub(super) fn change(step: Step, form: &Form, before: Draft, zone: &TimeZone) -> Result<Draft> {
    match step {
        Step::Question => Ok(question(form, before)),
        Step::Text => Ok(text(form, before)),
        Step::Participation => participation(form, before),
        Step::Calendar => calendar(form, before, zone),
    }
}

fn question(form: &Form, before: Draft) -> Draft {
    let tags = form.value("tags").split([',', ' ', '\n']).map(str::trim).filter(|tag| !tag.is_empty());
    Draft {
        title: form.trimmed("title").to_owned(),
        summary: form.trimmed("summary").to_owned(),
        language: form.trimmed("language").to_owned(),
        tags: tags.map(str::to_owned).collect(),
        ..before
    }
}

fn text(form: &Form, before: Draft) -> Draft {
    let line = |name: &str| form.trimmed(name).to_owned();
    let brief = Brief { what: line("what"), why: line("why"), outcome: line("outcome") };
    Draft { text: form.value("text").to_owned(), brief, ..before }
}

fn participation(form: &Form, before: Draft) -> Result<Draft> {
    let (method, electorate, results) = (method(form, &before.method), electorate(form), results(form));
    let mut check = Check::default();
    check.note(&method).note(&electorate).note(&results).done()?;
    let ballots = if form.is("named", "1") { Ballots::Public } else { Ballots::Secret };
    Ok(Draft {
        method: method?,
        electorate: electorate?,
        results: results?,
        changeable: !form.is("fixed", "1"),
        ballots,
        ..before
    })
}

fn calendar(form: &Form, before: Draft, zone: &TimeZone) -> Result<Draft> {
    // A time that was not touched stays to the second.
    let same = |new: Option<Instant>, old: Option<Instant>| match (new, old) {
        (Some(new), Some(old)) if new.as_second().div_euclid(60) == old.as_second().div_euclid(60) => Some(old),
        _ => new,
    };
    let opens_at = moment(form, "opens-at", "opens_at", zone);
    let closes_at = moment(form, "closes-at", "closes_at", zone);
    let answer_by = moment(form, "answer-by", "answer_by", zone);
    let mut check = Check::default();
    check.note(&opens_at).note(&closes_at).note(&answer_by).done()?;
    Ok(Draft {
        opens_at: same(opens_at?, before.opens_at),
        closes_at: same(closes_at?, before.closes_at),
        answer_by: same(answer_by?, before.answer_by),
        ..before
    })
}

/// A moment as typed, in the institution's zone.
pub(in crate::pages) fn moment(form: &Form, name: &str, field: &str, zone: &TimeZone) -> Result<Option<Instant>> {
    let Some(text) = form.given(name) else { return Ok(None) };
    let at = typed_moment(text, zone).map(Instant::from_timestamp);
    at.map(Some)
        .ok_or_else(|| Error::field(field, "format", "Write a date and time that exist in the institution's zone."))
}

fn results(form: &Form) -> Result<Results> {
    form.trimmed("results").parse().map_err(|_| Error::field("results", "required", "Choose when results show."))
}

fn electorate(form: &Form) -> Result<Electorate> {
    let unread = |field: &str| Error::field(field, "required", "Choose who votes.");
    let tiers: Vec<Tier> = form.all("tiers").iter().filter_map(|tier| tier.parse().ok()).collect();
    let official = form.trimmed("official").parse().map_err(|_| unread("electorate.official"))?;
    let requires: Requires = form.trimmed("requires").parse().map_err(|_| unread("electorate.requires"))?;
    Ok(Electorate {
        tiers,
        official,
        requires,
        list: form.given("list").filter(|_| requires == Requires::List).map(str::to_owned),
        provider: form.given("provider").filter(|_| requires == Requires::Provider).map(str::to_owned),
    })
}

fn number(form: &Form, name: &str, field: &str) -> Result<Option<i64>> {
    let Some(text) = form.given(name) else { return Ok(None) };
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.parse().map(Some).map_err(|_| Error::field(field, "format", "Write a whole number."))
}

/// The method; what has labels or articles of before keeps them.
fn method(form: &Form, before: &Method) -> Result<Method> {
    let wrong = |_| Error::field("method", "required", "Choose the form.");
    let kept = rows(form).into_iter().filter(|row| !row.label.trim().is_empty());
    let options: Vec<Value> = kept.map(|row| json!({ "id": row.id, "label": row.label.trim() })).collect();
    let asked = match (form.trimmed("method"), before) {
        ("vote", Method::Vote(_)) | ("articles", Method::Articles(_)) => return Ok(before.clone()),
        ("poll", _) => {
            let max = number(form, "max", "method.max")?;
            json!({ "kind": "poll", "options": options, "multiple": form.is("multiple", "1"), "max": max })
        }
        ("ranking", _) => json!({ "kind": "ranking", "options": options }),
        ("support", _) => {
            let goal = number(form, "goal", "method.goal")?;
            let promise = match before {
                Method::Support(support) => support.promise.clone().filter(|_| goal.is_some()),
                _ => None,
            };
            json!({ "kind": "support", "goal": goal, "promise": promise })
        }
        ("scale", _) => scale(form)?,
        (kind, _) => json!({ "kind": kind }),
    };
    serde_json::from_value(asked).map_err(wrong)
}

fn scale(form: &Form) -> Result<Value> {
    let missing = |field: &str| Error::field(field, "required", "Write a whole number.");
    let min = number(form, "scale-min", "method.min").and_then(|n| n.ok_or_else(|| missing("method.min")));
    let max = number(form, "scale-max", "method.max").and_then(|n| n.ok_or_else(|| missing("method.max")));
    let step = number(form, "scale-step", "method.step");
    let mut check = Check::default();
    check.note(&min).note(&max).note(&step).done()?;
    Ok(json!({ "kind": "scale", "min": min?, "max": max?, "step": step?.unwrap_or(1) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> (Form, TimeZone) {
        let zone = TimeZone::get("Europe/Paris").expect("the zone database has Paris");
        let t = Words::new(Language::Fr, zone.clone());
        (of(&t, &blank("fr").expect("a draft")), zone)
    }

    #[test]
    fn a_draft_goes_to_the_form_and_back_step_by_step() {
        let (mut form, zone) = form();
        for (name, value) in
            [("title", "Où ?"), ("text", "Ici"), ("method", "poll"), ("multiple", "1"), ("tags", "place, bus")]
        {
            form.set(name, value);
        }
        form.set_all("option", vec!["Gare".into(), " ".into(), "Lycée".into()]);
        form.set("closes-at", "2026-06-02T20:00");
        let steps = [Step::Question, Step::Text, Step::Participation, Step::Calendar];
        let through = |form: &Form, draft: Draft| {
            steps.into_iter().try_fold(draft, |draft, step| change(step, form, draft, &zone))
        };
        let draft = through(&form, blank("fr").expect("a draft")).expect("a draft");
        assert_eq!(draft.closes_at, Instant::parse("2026-06-02T18:00:00Z").ok());
        assert_eq!(draft.tags, ["place", "bus"]);
        let Method::Poll(poll) = &draft.method else { panic!("a poll") };
        assert_eq!(poll.options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>(), ["Gare", "Lycée"]);
        let again = of(&Words::new(Language::En, zone.clone()), &draft);
        let same = through(&again, draft.clone()).expect("the same draft");
        assert_eq!((same.method, same.closes_at, same.title), (draft.method, draft.closes_at, draft.title));
    }

    #[test]
    fn options_move_by_buttons_and_keep_their_ids() {
        let mut form = Form::from_pairs([("option", "A"), ("option-id", "o1"), ("option", "B"), ("option-id", "o2")]);
        assert!(arrange(&mut form, "down-0") && !arrange(&mut form, "next"));
        let held: Vec<_> = rows(&form).into_iter().map(|row| (row.label, row.id)).collect();
        assert_eq!(held[..2], [("B".to_owned(), "o2".to_owned()), ("A".to_owned(), "o1".to_owned())]);
        assert!(arrange(&mut form, "remove-0") && arrange(&mut form, "up-0") && !arrange(&mut form, "down-9"));
        assert_eq!(rows(&form)[0].label, "A");
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let (mut form, zone) = form();
        form.set("closes-at", "soon");
        form.set("method", "lottery");
        let refused =
            |step| change(step, &form, blank("fr").expect("a draft"), &zone).expect_err("refused").to_string();
        assert!(refused(Step::Calendar).contains("closes_at"));
        assert!(refused(Step::Participation).contains("method"));
    }
}
