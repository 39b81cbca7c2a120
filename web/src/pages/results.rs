//! Results as bars: the official tier is the headline, the others stand below with totals of their own, never added.

use model::count::electorate::Tier;
use model::count::method::{Chart, Choice, Method};
use model::count::tally::{ChoiceResult, Document, TierResult};
use model::debate::consultation::{Consultation, Phase};

use crate::language::Words;

/// The gap between two segments of a bar, in hundredths of a percent of its width.
const GAP: u64 = 35;
/// The whole width of a bar in the same unit.
const WIDTH: u64 = 10_000;
/// How many answers of a poll an entry of a list shows.
const LEADING: usize = 3;

/// The results of a consultation as one visitor may see them.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(crate) heading: String,
    /// Why they are not shown.
    pub(crate) hidden: Option<String>,
    /// One bar with a segment for each choice, instead of a bar for each.
    pub(crate) stacked: bool,
    pub(crate) official: Option<TierBars>,
    pub(crate) others: Vec<TierBars>,
    pub(crate) labels: Vec<String>,
    pub(crate) question: String,
    /// What comes of the official count, in sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) csv: Option<String>,
}

/// The bars of one tier.
#[derive(Clone, Debug)]
pub(crate) struct TierBars {
    pub(crate) name: String,
    pub(crate) voters: String,
    pub(crate) total: String,
    pub(crate) explanation: String,
    /// What the bars say, in words.
    pub(crate) finding: String,
    pub(crate) parts: Vec<Part>,
}

/// One choice.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) label: String,
    /// The class of its shape: `f`, `a`, `n`, or none.
    pub(crate) kind: &'static str,
    pub(crate) count: String,
    pub(crate) percent: String,
    pub(crate) votes: String,
    /// Where its segment begins, and how wide it is, in percent of the bar.
    pub(crate) x: String,
    pub(crate) width: String,
    /// Its share of the voters, in percent.
    pub(crate) share: String,
    number: u64,
}

impl Results {
    pub(crate) fn headline(&self) -> impl Iterator<Item = &TierBars> {
        self.official.iter()
    }

    pub(crate) fn every(&self) -> impl Iterator<Item = &TierBars> {
        self.official.iter().chain(&self.others)
    }
}

impl TierBars {
    /// The choices that most voters made.
    pub(crate) fn leading(&self) -> Vec<&Part> {
        let mut parts: Vec<&Part> = self.parts.iter().collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.number));
        parts.truncate(LEADING);
        parts
    }
}

/// The class of a choice's shape.
pub(crate) fn kind(id: &str) -> &'static str {
    match id {
        "for" => "f",
        "against" => "a",
        "neutral" => "n",
        _ => "",
    }
}

/// The results of `on` that the model lets this visitor see; `None` for a debate, a draft and before opening.
pub(crate) fn of(t: &Words, on: &Consultation, document: &Document) -> Option<Results> {
    if !on.method.0.takes_ballots() || matches!(document.state, Phase::Draft | Phase::Scheduled) {
        return None;
    }
    let mut results = from_document(t, document, &on.method.0);
    results.question = t.with("results-question", "title", &on.title);
    if !document.visible {
        results.hidden = Some(hidden(t, on));
    } else {
        results.csv = Some(format!("/c/{}/results.csv", on.slug));
    }
    Some(results)
}

/// The results of a document, ours or another node's.
pub(crate) fn from_document(t: &Words, document: &Document, method: &Method) -> Results {
    let heading = match (document.state, document.is_final) {
        (phase, true) if phase.is_over() => "results-final",
        (phase, false) if phase.is_over() => "results-counting",
        _ => "results-live",
    };
    let tiers = document.tiers.iter().flatten();
    let (official, others): (Vec<_>, Vec<_>) = tiers.partition(|(tier, _)| **tier == document.official);
    let tier = |(tier, result): &(&Tier, &TierResult)| bars(t, t.say(&format!("tier-{tier}")), result);
    let official = official.first().map(|held| TierBars { explanation: t.say("tier-official"), ..tier(held) });
    let first = document.tiers.iter().flat_map(|tiers| tiers.values()).next();
    let held = document.tiers.as_ref().and_then(|tiers| tiers.get(&document.official));
    Results {
        heading: t.say(heading),
        hidden: None,
        stacked: method.chart() == Chart::Shares,
        labels: first.map(|tier| tier.choices.iter().map(|c| c.label.clone()).collect()).unwrap_or_default(),
        others: others.iter().map(tier).collect(),
        notes: held.map(|held| notes(t, method, held)).unwrap_or_default(),
        question: String::new(),
        csv: None,
        official,
    }
}

/// What comes of a count, in sentences: the goal, the mean, the winner.
fn notes(t: &Words, method: &Method, held: &TierResult) -> Vec<String> {
    let mut notes = Vec::new();
    if let Method::Support(support) = method
        && let Some(goal) = support.goal
    {
        let supporters: i64 = held.choices.iter().map(|choice| choice.count).sum();
        notes.push(t.with2("results-goal", "n", t.number(supporters), "goal", t.number(goal)));
        notes.extend(support.promise.clone());
    }
    if let (Some(mean), Some(median)) = (held.outcome.mean, held.outcome.median) {
        notes.push(t.with2("results-mean", "mean", t.decimal(mean), "median", t.decimal(median)));
    }
    if let Some(ranking) = &held.outcome.ranking {
        let names = |tied: &[Choice]| tied.iter().map(|c| c.label.clone()).collect::<Vec<_>>().join(", ");
        match (&ranking.winner, ranking.tied.as_deref()) {
            (Some(winner), _) => notes.push(t.with("results-winner", "label", &winner.label)),
            (None, Some(tied)) if !tied.is_empty() => notes.push(t.with("results-tied", "labels", names(tied))),
            (None, _) => {}
        }
        notes.extend(ranking.rounds.iter().enumerate().map(|(at, round)| {
            let counts = round.choices.iter().map(|c| format!("{} {}", c.label, t.number(c.count)));
            t.with2("results-round", "n", t.number(at as u64 + 1), "counts", counts.collect::<Vec<_>>().join(", "))
        }));
    }
    notes
}

/// What a group of choices is called: the label of one without its own part.
pub(super) fn group_label(group: &[Choice]) -> String {
    let label = group.first().map_or("", |choice| choice.label.as_str());
    label.rsplit_once(" \u{2013} ").map_or(label, |(heading, _)| heading).to_owned()
}

fn hidden(t: &Words, on: &Consultation) -> String {
    use model::count::tally::Results as When;
    match (on.results, on.closes_at) {
        (When::AfterClose, Some(closes)) => {
            t.with("results-hidden-until-close", "moment", t.moment(closes.timestamp()))
        }
        _ => t.say("results-hidden-until-vote"),
    }
}

/// The bars of one tier, or of all that another node counted.
pub(super) fn bars(t: &Words, name: String, result: &TierResult) -> TierBars {
    let voters = u64::try_from(result.voters).unwrap_or_default();
    let drawn: Vec<u64> = result.choices.iter().map(|choice| u64::try_from(choice.count).unwrap_or_default()).collect();
    let gaps = drawn.iter().filter(|count| **count > 0).count().saturating_sub(1) as u64 * GAP;
    let total: u64 = drawn.iter().sum();
    let mut x = 0;
    let mut parts = Vec::new();
    for (choice, count) in result.choices.iter().zip(drawn) {
        let width = (count * (WIDTH - gaps)).checked_div(total).unwrap_or_default();
        parts.push(part(t, choice, count, voters, x, width));
        x += if count > 0 { width + GAP } else { 0 };
    }
    TierBars {
        name,
        voters: t.count("voters", voters),
        total: t.number(voters),
        explanation: String::new(),
        finding: finding(t, voters, &parts),
        parts,
    }
}

fn part(t: &Words, choice: &ChoiceResult, count: u64, voters: u64, x: u64, width: u64) -> Part {
    let hundredths = |n: u64| format!("{}.{:02}", n / 100, n % 100);
    Part {
        label: choice.label.clone(),
        kind: kind(&choice.id),
        count: t.number(count),
        percent: t.percent(count, voters),
        votes: t.count("votes", count),
        x: hundredths(x),
        width: hundredths(width),
        share: hundredths((count * WIDTH).checked_div(voters).unwrap_or_default().min(WIDTH)),
        number: count,
    }
}

fn finding(t: &Words, voters: u64, parts: &[Part]) -> String {
    if voters == 0 {
        return t.say("finding-none");
    }
    let said = parts.iter().map(|part| t.with2("finding-part", "label", &part.label, "percent", &part.percent));
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::tz::TimeZone;

    use model::count::method::vote::Vote;

    use super::*;
    use crate::language::Language;

    fn tier(counts: [i64; 3]) -> TierResult {
        let choice = |(id, count): (&str, i64)| ChoiceResult { id: id.into(), label: id.into(), count };
        let choices = ["for", "neutral", "against"].into_iter().zip(counts).map(choice).collect();
        TierResult { voters: counts.iter().sum(), choices, ..TierResult::default() }
    }

    #[test]
    fn the_official_tier_is_the_headline_and_nothing_is_added_up() {
        let document = Document {
            state: Phase::Open,
            visible: true,
            is_final: false,
            official: Tier::Member,
            tiers: Some(BTreeMap::from([(Tier::Member, tier([2, 1, 1])), (Tier::Open, tier([0, 0, 90]))])),
            log: None,
        };
        let t = Words::new(Language::En, TimeZone::UTC);
        let results = from_document(&t, &document, &Method::Vote(Vote::default()));
        let official = results.official.as_ref().expect("the official tier is there");
        assert_eq!(official.finding, "for 50%, neutral 25%, against 25%");
        assert_eq!(official.voters, "4 voters");
        assert_eq!(results.others[0].voters, "90 voters");
        assert_eq!((official.parts[0].x.as_str(), official.parts[0].width.as_str()), ("0.00", "49.65"));
        assert_eq!(official.parts[1].x, "50.00");
        assert_eq!(results.others[0].parts[2].width, "100.00");
        assert!(!results.every().any(|bars| bars.total == "94"));
    }
}
