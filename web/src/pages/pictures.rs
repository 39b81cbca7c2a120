//! The pictures of a consultation, each with its question, its finding and its numbers. Whoever draws one of ballots has asked
//! whether results may be seen.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::clock::Instant;
use model::count::electorate::Tier;
use model::count::method::{Chart, Method};
use model::count::participation::Span;
use model::count::tally::{Document, TierResult};
use model::debate::change::Change;
use model::debate::consultation::Consultation;

use super::results;
use crate::chart::columns::{self, Column, Pin};
use crate::chart::{Anchor, Drawing, Figure, Key, Kind, Shape, Table, Voice, stacked};
use crate::language::Words;

/// How high the bars of a picture are and how far apart, in pixels.
const BAR: f64 = 44.0;
const ROW: f64 = 20.0;
const GAP: f64 = 12.0;
/// The room for the name above a bar.
const NAME: f64 = 20.0;
/// A participation of more days is shown week by week.
const DAYS_MOST: usize = 60;
/// How many columns are drawn at most; what is earlier stands in the table.
const COLUMNS_MOST: usize = 120;

/// How numbers are written: as the page's language has it, or bare for a file.
pub(super) type Number<'a> = &'a (dyn Fn(u64) -> String + Sync);

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// The official result.
pub(super) fn result(t: &Words, on: &Consultation, document: &Document, n: Number<'_>) -> Option<Figure> {
    let held = document.tiers.as_ref()?.get(&document.official)?;
    let title = t.with("results-question", "title", &on.title);
    let tier = t.say(&format!("tier-{}", document.official));
    let finding = format!("{tier}, {}: {}", t.count("voters", held.voters), said(t, &on.method.0, held));
    let drawing = match on.method.0.chart() {
        Chart::Nothing => return None,
        Chart::Distribution => return columns(t, on, document),
        Chart::Shares => Drawing { title, finding, height: BAR as u32, shapes: stacked::bar(&counts(held), BAR) },
        Chart::SharesOfEach => {
            let shapes = shares_of_each(held);
            Drawing { title, finding, height: rows_height(groups(held).len()), shapes }
        }
        Chart::Bars => bars(title, finding, &on.method.0, held),
    };
    Some(Figure {
        id: "result",
        caption: on.title.clone(),
        about: tier,
        key: key(held),
        points: Vec::new(),
        table: by_choice(t, held, n),
        csv: Some(format!("/c/{}/results/result.csv", on.slug)),
        drawing,
    })
}

fn said(t: &Words, method: &Method, held: &TierResult) -> String {
    match method.chart() {
        Chart::SharesOfEach => {
            let each = results::groups(t, held).into_iter().map(|group| format!("{}: {}", group.label, group.finding));
            each.collect::<Vec<_>>().join("; ")
        }
        _ => results::bars(t, String::new(), held).finding,
    }
}

fn counts(held: &TierResult) -> Vec<(Kind, u64)> {
    held.choices.iter().map(|choice| (Kind::of_choice(&choice.id), number(choice.count))).collect()
}

fn groups(held: &TierResult) -> Vec<Vec<(Kind, u64)>> {
    let of = |choices: &[model::count::tally::ChoiceResult]| {
        choices.iter().map(|choice| (Kind::of_choice(&choice.id), number(choice.count))).collect()
    };
    held.choices
        .chunk_by(|a, b| model::count::method::group(&a.id) == model::count::method::group(&b.id))
        .map(of)
        .collect()
}

fn shares_of_each(held: &TierResult) -> Vec<Shape> {
    groups(held).iter().enumerate().flat_map(|(at, group)| lowered(stacked::bar(group, ROW), at)).collect()
}

/// The same shapes in the row of that number.
fn lowered(shapes: Vec<Shape>, row: usize) -> impl Iterator<Item = Shape> {
    let by = crate::chart::real(row as u64) * (ROW + GAP);
    shapes.into_iter().map(move |shape| match shape {
        Shape::Bar { x, width, y, height, kind } => Shape::Bar { x, width, y: y + by, height, kind },
        other => other,
    })
}

fn rows_height(rows: usize) -> u32 {
    (crate::chart::real(rows.max(1) as u64) * (ROW + GAP) - GAP) as u32
}

fn bars(title: String, finding: String, method: &Method, held: &TierResult) -> Drawing {
    if let Method::Support(support) = method
        && let Some(goal) = support.goal
    {
        let shapes = stacked::filled(results::supporters(held), goal, Kind::Plain, 0.0, BAR);
        return Drawing { title, finding, height: BAR as u32, shapes };
    }
    let mut parts: Vec<u64> = held.choices.iter().map(|choice| number(choice.count)).collect();
    if matches!(method, Method::Poll(_)) {
        parts.sort_unstable_by(|a, b| b.cmp(a));
    }
    let shapes = stacked::rows(&parts, number(held.voters), ROW, GAP);
    Drawing { title, finding, height: rows_height(parts.len()), shapes }
}

fn key(held: &TierResult) -> Vec<Key> {
    let mut key: Vec<Key> = Vec::new();
    for choice in &held.choices {
        let (kind, label) = (Kind::of_choice(&choice.id), results::own_part(&choice.label).1);
        if kind != Kind::Plain && !key.iter().any(|held| held.kind == Some(kind)) {
            key.push(Key::kind(kind, label));
        }
    }
    key
}

fn by_choice(t: &Words, held: &TierResult, n: Number<'_>) -> Table {
    Table {
        caption: t.say("results-table-choices"),
        head: vec![t.say("results-choice"), t.say("results-votes")],
        rows: held.choices.iter().map(|choice| (choice.label.clone(), vec![n(number(choice.count))])).collect(),
    }
}

/// The columns of a scale; `None` for any other method.
pub(super) fn columns(t: &Words, on: &Consultation, document: &Document) -> Option<Figure> {
    let held = document.tiers.as_ref()?.get(&document.official)?;
    if on.method.0.chart() != Chart::Distribution {
        return None;
    }
    let column = |choice: &model::count::tally::ChoiceResult| Column {
        label: choice.label.clone(),
        parts: vec![(Kind::Plain, number(choice.count))],
    };
    let columns: Vec<_> = held.choices.iter().map(column).collect();
    let finding = match (held.outcome.mean, held.outcome.median) {
        (Some(mean), Some(median)) => t.with2("results-mean", "mean", t.decimal(mean), "median", t.decimal(median)),
        _ => t.say("finding-none"),
    };
    let title = t.with("results-question", "title", &on.title);
    Some(Figure {
        id: "result",
        caption: t.say("picture-scale"),
        about: t.say(&format!("tier-{}", document.official)),
        drawing: columns::draw(title, finding, &columns, &[], |count| t.number(count)),
        key: Vec::new(),
        points: Vec::new(),
        table: by_choice(t, held, &|count| t.number(count)),
        csv: Some(format!("/c/{}/results/result.csv", on.slug)),
    })
}

/// What each tier says, each for itself; `None` with one tier or another method than a vote.
pub(super) fn tiers(t: &Words, on: &Consultation, document: &Document, n: Number<'_>) -> Option<Figure> {
    let tiers = document.tiers.as_ref().filter(|tiers| tiers.len() > 1 && on.method.0.chart() == Chart::Shares)?;
    let name = |tier: &Tier| t.say(&format!("tier-{tier}"));
    let shapes = tiers.iter().enumerate().flat_map(|(at, (tier, held))| named_bar(name(tier), held, at)).collect();
    let each = tiers.iter().map(|(tier, held)| format!("{}: {}", name(tier), said(t, &on.method.0, held)));
    let labels = tiers.values().next().map(|held| held.choices.iter().map(|choice| choice.label.clone()).collect());
    let mut head: Vec<String> = labels.unwrap_or_default();
    head.insert(0, t.say("results-tier"));
    head.push(t.say("results-voters"));
    let row = |(tier, held): (&Tier, &TierResult)| {
        let counts = held.choices.iter().map(|choice| number(choice.count)).chain([number(held.voters)]);
        (name(tier), counts.map(n).collect())
    };
    Some(Figure {
        id: "tiers",
        caption: t.say("picture-tiers"),
        about: t.say("results-others-hint"),
        drawing: Drawing {
            title: t.say("results-table"),
            finding: each.collect::<Vec<_>>().join("; "),
            height: (crate::chart::real(tiers.len() as u64) * (NAME + ROW + GAP) - GAP) as u32,
            shapes,
        },
        key: tiers.values().next().map(key).unwrap_or_default(),
        points: Vec::new(),
        table: Table { caption: t.say("results-table"), head, rows: tiers.iter().map(row).collect() },
        csv: Some(format!("/c/{}/results/tiers.csv", on.slug)),
    })
}

/// The bar of the row of that number with its name above it; an empty one where nobody has voted.
fn named_bar(name: String, held: &TierResult, row: usize) -> Vec<Shape> {
    let top = crate::chart::real(row as u64) * (NAME + ROW + GAP);
    let text =
        Shape::Word { x: 0.0, dx: 0.0, y: top + NAME - 6.0, anchor: Anchor::Start, voice: Voice::Name, text: name };
    let track = Shape::Bar { x: 0.0, width: 100.0, y: top + NAME, height: ROW, kind: Kind::Track };
    let parts = stacked::bar(&counts(held), ROW).into_iter().map(|shape| match shape {
        Shape::Bar { x, width, y, height, kind } => Shape::Bar { x, width, y: y + top + NAME, height, kind },
        other => other,
    });
    let bar: Vec<Shape> = parts.collect();
    [text].into_iter().chain(if bar.is_empty() { vec![track] } else { bar }).collect()
}

/// What is pinned over the days: a change, with its reason.
pub(super) struct Event {
    pub(super) at: Instant,
    pub(super) words: String,
}

impl Event {
    pub(super) fn of(t: &Words, change: &Change) -> Self {
        let date = t.date(change.at.timestamp());
        let words = t.with2(&format!("change-{}", change.kind), "date", date, "reason", &change.reason);
        Self { at: change.at, words }
    }
}

/// Votes day by day, or week by week where there are many days; the official tier below, the others above.
pub(super) fn participation(
    t: &Words,
    zone: &TimeZone,
    official: Tier,
    spans: &[Span],
    events: &[Event],
    n: Number<'_>,
) -> Option<Figure> {
    let day = |at: Instant| at.timestamp().to_zoned(zone.clone()).date();
    let days = by_day(spans, official, day)?;
    let weekly = days.len() > DAYS_MOST;
    let periods = if weekly { by_week(&days) } else { days };
    let label = |date: Date| t.day(date);
    let column = |(date, [own, other]): &(Date, [u64; 2])| Column {
        label: label(*date),
        parts: vec![(Kind::Plain, *own), (Kind::Neutral, *other)],
    };
    let drawn = &periods[periods.len().saturating_sub(COLUMNS_MOST)..];
    let columns: Vec<Column> = drawn.iter().map(column).collect();
    let (mut pins, mut key) = (Vec::new(), Vec::new());
    for (letter, event) in ('A'..='Z').zip(events) {
        if let Some(at) = drawn.iter().rposition(|(date, _)| *date <= day(event.at)) {
            pins.push(Pin { at, letter: letter.to_string() });
            key.push(Key::pin(letter, event.words.clone()));
        }
    }
    let others = periods.iter().any(|(_, [_, other])| *other > 0);
    key.push(Key::kind(Kind::Plain, t.say(&format!("tier-{official}"))));
    if others {
        key.push(Key::kind(Kind::Neutral, t.say("results-others")));
    }
    let (top, most) = periods.iter().map(|(date, both)| (*date, both[0] + both[1])).max_by_key(|(_, sum)| *sum)?;
    let finding = t.with2("picture-days-finding", "most", t.count("votes", most), "day", label(top));
    let rows = periods.iter().map(|(date, both)| (date.to_string(), both.iter().map(|count| n(*count)).collect()));
    let about = t.say(if weekly { "picture-weeks-about" } else { "picture-days-about" });
    Some(Figure {
        id: "participation",
        caption: t.say("picture-days"),
        drawing: columns::draw(about.clone(), finding, &columns, &pins, |count| t.number(count)),
        about,
        key,
        points: Vec::new(),
        table: Table {
            caption: t.say("picture-days"),
            head: vec![t.say("picture-day"), t.say(&format!("tier-{official}")), t.say("results-others")],
            rows: rows.collect(),
        },
        csv: None,
    })
}

/// The same of a whole node: those of this node below, those of other servers above.
pub(super) fn lately(t: &Words, zone: &TimeZone, spans: &[Span], n: Number<'_>) -> Option<Figure> {
    let near = |span: &Span| Span { tier: if span.tier == Tier::Member { Tier::Member } else { Tier::Open }, ..*span };
    let near: Vec<Span> = spans.iter().map(near).collect();
    let figure = participation(t, zone, Tier::Member, &near, &[], n)?;
    let [here, elsewhere] = [t.say("lately-here"), t.say("lately-elsewhere")];
    let key = vec![Key::kind(Kind::Plain, here.clone()), Key::kind(Kind::Neutral, elsewhere.clone())];
    let head = vec![t.say("picture-day"), here, elsewhere];
    Some(Figure { about: t.say("lately-about"), key, table: Table { head, ..figure.table }, ..figure })
}

/// Every day from the first vote to the last, those without any too.
fn by_day(spans: &[Span], official: Tier, day: impl Fn(Instant) -> Date) -> Option<Vec<(Date, [u64; 2])>> {
    let mut counted: BTreeMap<Date, [u64; 2]> = BTreeMap::new();
    for span in spans {
        counted.entry(day(span.at)).or_default()[usize::from(span.tier != official)] += number(span.count);
    }
    let (first, last) = (*counted.keys().next()?, *counted.keys().next_back()?);
    let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
    Some(days.map(|date| (date, counted.get(&date).copied().unwrap_or_default())).collect())
}

/// Seven days each, from the first.
fn by_week(days: &[(Date, [u64; 2])]) -> Vec<(Date, [u64; 2])> {
    let sum = |week: &[(Date, [u64; 2])]| week.iter().fold([0, 0], |[a, b], (_, [c, d])| [a + c, b + d]);
    days.chunks(7).map(|week| (week[0].0, sum(week))).collect()
}

/// Votes month by month, of a forum.
pub(super) fn months(t: &Words, zone: &TimeZone, spans: &[Span], n: Number<'_>) -> Option<Figure> {
    let month = |at: Instant| at.timestamp().to_zoned(zone.clone()).date().first_of_month();
    let mut counted: BTreeMap<Date, [u64; 2]> = BTreeMap::new();
    for span in spans {
        counted.entry(month(span.at)).or_default()[usize::from(span.tier == Tier::Open)] += number(span.count);
    }
    let (first, last) = (*counted.keys().next()?, *counted.keys().next_back()?);
    let all = first.series(jiff::Span::new().months(1)).take_while(|date| *date <= last);
    let months: Vec<(Date, [u64; 2])> =
        all.map(|date| (date, counted.get(&date).copied().unwrap_or_default())).collect();
    let drawn = &months[months.len().saturating_sub(12)..];
    let name = |date: Date| t.say(&format!("month-{}", date.month()));
    let columns: Vec<Column> = drawn
        .iter()
        .map(|(date, [here, open])| Column {
            label: name(*date),
            parts: vec![(Kind::Plain, *here), (Kind::Neutral, *open)],
        })
        .collect();
    let (top, most) = drawn.iter().map(|(date, both)| (*date, both[0] + both[1])).max_by_key(|(_, sum)| *sum)?;
    let top = format!("{} {}", name(top), top.year());
    let rows = months.iter().map(|(date, both)| {
        (format!("{:04}-{:02}", date.year(), date.month()), both.iter().map(|count| n(*count)).collect())
    });
    Some(Figure {
        id: "months",
        caption: t.say("picture-months"),
        about: t.say("picture-months-about"),
        drawing: columns::draw(
            t.say("picture-months"),
            t.with2("picture-months-finding", "most", t.count("votes", most), "month", top),
            &columns,
            &[],
            |count| t.number(count),
        ),
        key: vec![Key::kind(Kind::Plain, t.say("picture-here")), Key::kind(Kind::Neutral, t.say("tier-open"))],
        points: Vec::new(),
        table: Table {
            caption: t.say("picture-months"),
            head: vec![t.say("picture-month"), t.say("picture-here"), t.say("tier-open")],
            rows: rows.collect(),
        },
        csv: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn days_are_the_institutions_and_those_without_a_vote_are_there() {
        let zone = TimeZone::get("Europe/Paris").expect("the zone database has Paris");
        let t = Words::new(Language::En, zone.clone());
        let at =
            |text: &str| Instant::from_microsecond(text.parse::<jiff::Timestamp>().expect("a time").as_microsecond());
        let span = |text, tier, count| Span { at: at(text), tier, count };
        // Half past midnight in Paris is still the day before in Greenwich.
        let spans = [
            span("2026-03-01T22:45:00Z", Tier::Member, 2),
            span("2026-03-01T23:30:00Z", Tier::Member, 1),
            span("2026-03-04T10:00:00Z", Tier::Open, 5),
        ];
        let event = Event { at: at("2026-03-03T10:00:00Z"), words: "Extended".into() };
        let figure = participation(&t, &zone, Tier::Member, &spans, &[event], &|n| n.to_string()).expect("a picture");
        let rows: Vec<_> =
            figure.table.rows.iter().map(|(day, counts)| format!("{day} {}", counts.join(" "))).collect();
        assert_eq!(rows, ["2026-03-01 2 0", "2026-03-02 1 0", "2026-03-03 0 0", "2026-03-04 0 5"]);
        assert!(figure.drawing.finding.contains("5 votes"), "{}", figure.drawing.finding);
        assert!(figure.key.iter().any(|key| key.letter == "A"));
        assert!(participation(&t, &zone, Tier::Member, &[], &[], &|n| n.to_string()).is_none());
        let year: Vec<_> = (0..200).map(|day| span("2026-03-01T10:00:00Z", Tier::Member, 1 + day % 3)).collect();
        assert_eq!(
            by_week(&by_day(&year, Tier::Member, |_| "2026-03-01".parse().expect("a day")).expect("days")).len(),
            1
        );
    }
}
