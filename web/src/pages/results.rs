//! Results as bars: the official tier is the headline, the others stand below with totals of their own, never added.

use model::count::electorate::Tier;
use model::count::method::{Chart, Choice, Method, group};
use model::count::tally::{ChoiceResult, Document, TierResult};
use model::debate::consultation::{Consultation, Phase};

use crate::chart::{Drawing, Figure, Kind, stacked};
use crate::language::Words;
use crate::pages::pictures;

/// How many answers of a poll an entry of a list shows.
const LEADING: usize = 3;
/// The heights of bars, in pixels: the headline's, another tier's, a list's, one answer's.
const WIDE: u32 = 44;
const SLIM: u32 = 16;
const MINI: u32 = 14;
const TRACK: u32 = 12;

/// The results of a consultation as one visitor may see them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) heading: String,
    /// Why they are not shown.
    pub(crate) hidden: Option<String>,
    /// One bar with a segment for each choice, instead of a bar for each.
    pub(crate) stacked: bool,
    pub(crate) official: Option<TierBars>,
    pub(crate) others: Vec<TierBars>,
    /// Whether a picture of the same page shows those others already.
    pub(crate) pictured: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) question: String,
    /// What comes of the official count, in sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) csv: Option<String>,
    /// How far the goal of a support is.
    pub(crate) gauge: Option<String>,
    /// A picture in the place of the bars: the columns of a scale.
    pub(crate) figure: Option<Figure>,
    /// Where all that can be shown of them is.
    pub(crate) more: Option<String>,
}

/// The bars of one tier.
#[derive(Clone, Debug)]
pub(crate) struct TierBars {
    /// What its numbers are found by in a page that stays open.
    pub(crate) key: &'static str,
    pub(crate) name: String,
    pub(crate) voters: String,
    pub(crate) total: String,
    pub(crate) explanation: String,
    /// What the bars say, in words.
    pub(crate) finding: String,
    pub(crate) parts: Vec<Part>,
    /// Where one is chosen of each group: a bar for each.
    pub(crate) groups: Vec<Group>,
    /// Whether the answers that most chose stand first.
    sorted: bool,
}

/// The choices among which one is made, such as those of an article.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) finding: String,
    counts: Vec<(Kind, u64)>,
}

/// One choice.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The choice.
    pub(crate) id: String,
    pub(crate) label: String,
    /// The class of its shape: `f`, `a`, `n`, or none.
    pub(crate) kind: &'static str,
    pub(crate) count: String,
    pub(crate) percent: String,
    pub(crate) votes: String,
    meaning: Kind,
    number: u64,
    voters: u64,
}

impl Results {
    pub(crate) fn headline(&self) -> impl Iterator<Item = &TierBars> {
        self.official.iter()
    }

    pub(crate) fn every(&self) -> impl Iterator<Item = &TierBars> {
        self.official.iter().chain(&self.others)
    }

    /// Each choice with its count in every tier.
    pub(crate) fn by_choice(&self) -> Vec<(&String, Vec<&String>)> {
        let counts = |at: usize| self.every().filter_map(move |tier| tier.parts.get(at)).map(|part| &part.count);
        self.labels.iter().enumerate().map(|(at, label)| (label, counts(at).collect())).collect()
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

    /// The choices as their bars stand.
    pub(crate) fn shown(&self) -> Vec<&Part> {
        let mut parts: Vec<&Part> = self.parts.iter().collect();
        if self.sorted {
            parts.sort_by_key(|part| std::cmp::Reverse(part.number));
        }
        parts
    }

    fn bar(&self, height: u32, label: Option<&str>) -> String {
        let counts: Vec<_> = self.parts.iter().map(|part| (part.meaning, part.number)).collect();
        slim(&counts, height, label)
    }

    /// The bar of a headline.
    pub(crate) fn wide(&self) -> String {
        self.bar(WIDE, Some(&self.finding))
    }

    /// The bar beside words that say the same.
    pub(crate) fn slim(&self) -> String {
        self.bar(SLIM, None)
    }

    /// The bar of an entry of a list, whose words say the same.
    pub(crate) fn mini(&self) -> String {
        self.bar(MINI, None)
    }
}

impl Group {
    pub(crate) fn bar(&self) -> String {
        slim(&self.counts, SLIM, None)
    }
}

impl Part {
    /// How many of the voters chose it.
    pub(crate) fn bar(&self) -> String {
        let shapes = stacked::filled(self.number, self.voters, self.meaning, 0.0, f64::from(TRACK));
        drawn(shapes, TRACK).slim(None)
    }
}

fn slim(counts: &[(Kind, u64)], height: u32, label: Option<&str>) -> String {
    // Where nobody has voted, an empty bar holds the place of the one to come.
    let nobody = counts.iter().all(|(_, count)| *count == 0);
    let shapes = match nobody {
        true => stacked::filled(0, 1, Kind::Plain, 0.0, f64::from(height)),
        false => stacked::bar(counts, f64::from(height)),
    };
    drawn(shapes, height).slim(label)
}

fn drawn(shapes: Vec<crate::chart::Shape>, height: u32) -> Drawing {
    Drawing { title: String::new(), finding: String::new(), height, shapes }
}

/// The class of a choice's shape.
pub(crate) fn kind(id: &str) -> &'static str {
    match Kind::of_choice(id) {
        Kind::Plain => "",
        kind => kind.class(),
    }
}

/// The results of `on` that the model lets this visitor see; `None` for a debate, a draft and before opening.
pub(crate) fn of(t: &Words, on: &Consultation, document: &Document) -> Option<Results> {
    if !on.method.0.takes_ballots() || matches!(document.state, Phase::Draft | Phase::Scheduled) {
        return None;
    }
    let mut results = from_document(t, document, &on.method.0);
    results.question = t.with("results-question", "title", &on.title);
    if document.visible {
        results.csv = Some(format!("/c/{}/results.csv", on.slug));
        results.more = Some(format!("/c/{}/results", on.slug));
        results.figure = pictures::columns(t, on, document).map(|figure| Figure { csv: None, ..figure });
    } else {
        results.hidden = Some(hidden(t, on));
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
    let tier = |(tier, result): &(&Tier, &TierResult)| {
        let grouped = if method.chart() == Chart::SharesOfEach { groups(t, result) } else { Vec::new() };
        let sorted = matches!(method, Method::Poll(_));
        TierBars { key: tier.as_str(), groups: grouped, sorted, ..bars(t, t.say(&format!("tier-{tier}")), result) }
    };
    let official = official.first().map(|held| TierBars { explanation: t.say("tier-official"), ..tier(held) });
    let first = document.tiers.iter().flat_map(|tiers| tiers.values()).next();
    let held = document.tiers.as_ref().and_then(|tiers| tiers.get(&document.official));
    Results {
        heading: t.say(heading),
        stacked: method.chart() == Chart::Shares,
        labels: first.map(|tier| tier.choices.iter().map(|c| c.label.clone()).collect()).unwrap_or_default(),
        others: others.iter().map(tier).collect(),
        notes: held.map(|held| notes(t, method, held)).unwrap_or_default(),
        gauge: held.and_then(|held| gauge(t, method, held)),
        official,
        ..Results::default()
    }
}

/// How many support, of the goal.
fn gauge(t: &Words, method: &Method, held: &TierResult) -> Option<String> {
    let Method::Support(support) = method else { return None };
    let (part, goal) = (supporters(held), support.goal?);
    let label = t.with2("results-goal", "n", t.number(part), "goal", t.number(goal));
    Some(drawn(stacked::filled(part, goal, Kind::Plain, 0.0, f64::from(WIDE)), WIDE).slim(Some(&label)))
}

/// How many support.
pub(super) fn supporters(held: &TierResult) -> u64 {
    held.choices.iter().map(|choice| u64::try_from(choice.count).unwrap_or_default()).sum()
}

/// What comes of a count, in sentences: the goal, the mean, the winner.
fn notes(t: &Words, method: &Method, held: &TierResult) -> Vec<String> {
    let mut notes = Vec::new();
    if let Method::Support(support) = method
        && let Some(goal) = support.goal
    {
        notes.push(t.with2("results-goal", "n", t.number(supporters(held)), "goal", t.number(goal)));
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
    own_part(group.first().map_or("", |choice| choice.label.as_str())).0
}

/// The label of a choice's group, and its own.
pub(super) fn own_part(label: &str) -> (String, String) {
    let (heading, own) = label.rsplit_once(" \u{2013} ").unwrap_or((label, label));
    (heading.to_owned(), own.to_owned())
}

/// The choices of each group, with how many of its voters made each.
pub(super) fn groups(t: &Words, result: &TierResult) -> Vec<Group> {
    let of_group = |choices: &[ChoiceResult]| {
        let counts: Vec<(Kind, u64)> = choices.iter().map(|it| (Kind::of_choice(&it.id), counted(it))).collect();
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        let said = choices.iter().map(|it| {
            t.with2("finding-part", "label", own_part(&it.label).1, "percent", t.percent(counted(it), total))
        });
        let finding = if total == 0 { t.say("finding-none") } else { said.collect::<Vec<_>>().join(", ") };
        Group { label: own_part(choices.first().map_or("", |it| &it.label)).0, finding, counts }
    };
    result.choices.chunk_by(|a, b| group(&a.id) == group(&b.id)).map(of_group).collect()
}

/// Why results are not shown.
pub(super) fn hidden(t: &Words, on: &Consultation) -> String {
    use model::count::tally::Results as When;
    match (on.results, on.closes_at) {
        (When::AfterClose, Some(closes)) => {
            t.with("results-hidden-until-close", "moment", t.moment(closes.timestamp()))
        }
        _ => t.say("results-hidden-until-vote"),
    }
}

fn counted(choice: &ChoiceResult) -> u64 {
    u64::try_from(choice.count).unwrap_or_default()
}

/// The bars of one tier, or of all that another node counted.
pub(super) fn bars(t: &Words, name: String, result: &TierResult) -> TierBars {
    let voters = u64::try_from(result.voters).unwrap_or_default();
    let parts: Vec<Part> = result.choices.iter().map(|choice| part(t, choice, voters)).collect();
    TierBars {
        key: "",
        name,
        voters: t.count("voters", voters),
        total: t.number(voters),
        explanation: String::new(),
        finding: finding(t, voters, &parts),
        parts,
        groups: Vec::new(),
        sorted: false,
    }
}

fn part(t: &Words, choice: &ChoiceResult, voters: u64) -> Part {
    let count = counted(choice);
    Part {
        id: choice.id.clone(),
        label: choice.label.clone(),
        kind: kind(&choice.id),
        count: t.number(count),
        percent: t.percent(count, voters),
        votes: t.count("votes", count),
        meaning: Kind::of_choice(&choice.id),
        number: count,
        voters,
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
        assert!(official.wide().contains("class=\"f\" x=\"0.00%\" width=\"49.65%\""), "{}", official.wide());
        assert!(results.others[0].slim().contains("width=\"100.00%\""));
        assert!(!results.every().any(|bars| bars.total == "94"));
    }
}
