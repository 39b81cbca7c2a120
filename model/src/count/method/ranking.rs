//! Options in the order of preference, counted by instant-runoff with a Borda table beside it.
//!
//! **Instant-runoff.** In each round a ballot counts for the first of its options that is still in; a ballot with none
//! left is exhausted. An option with more than half of the ballots that count wins. Else the option with the fewest
//! leaves, and the next round is counted. Options that tie for the fewest leave together, and the round names them; if
//! no other were left they are tied, and nobody wins: no lot is drawn and no order decides.
//!
//! **Borda.** With *n* options, the first of a ballot gets *n* − 1 points, the next *n* − 2, and so on; what a ballot does
//! not name gets none.
//!
//! **What is kept.** For instant-runoff a ballot says, for each option that it names, which options stand before it:
//! their set, whatever their order. So a tally keeps how often an option follows a set of others, and never needs the
//! ballots: `o3` counts ballots that begin with option 3, `1+3>2` those in which option 2 follows 1 and 3. Their number
//! is bounded by the options alone (*n* · 2ⁿ⁻¹), however many people vote.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Chart, Choice, Description, Entry, Method, Outcome, options};
use crate::count::tally::Count;
use crate::error;

/// The most options: more than people put in an order, and few enough that a tally stays small.
pub const MOST: usize = 10;

/// A ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The options in order; their ids stay when they are moved.
    #[serde(deserialize_with = "options::labels_or_choices")]
    pub options: Vec<Choice>,
}

/// How the count of a ranking went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Result {
    /// Who wins; nobody if options are tied or nobody voted.
    pub winner: Option<Choice>,
    /// Where nobody wins, the options that are tied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<Vec<Choice>>,
    /// The rounds of the instant-runoff.
    pub rounds: Vec<Round>,
    /// The points of each option by Borda's rule, in the consultation's order.
    pub borda: Vec<Points>,
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The options still in, and for how many ballots each is the first of those.
    pub choices: Vec<Standing>,
    /// How many ballots name none that is still in.
    pub exhausted: i64,
    /// The ids of those that leave after it: several if they tie for the fewest.
    pub eliminated: Vec<String>,
}

/// An option in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its ballots.
    pub count: i64,
}

/// An option's points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its points.
    pub points: i64,
}

impl Description for Ranking {
    fn check(&mut self) -> error::Result<()> {
        options::check(&mut self.options, MOST)
    }

    fn keep(&mut self, before: &Method) {
        if let Method::Ranking(before) = before {
            options::keep(&mut self.options, &before.options);
        }
    }

    fn choices(&self, _language: &str) -> Vec<Choice> {
        self.options.clone()
    }

    fn entry(&self) -> Entry {
        Entry::InOrder
    }

    fn chart(&self) -> Chart {
        Chart::Bars
    }

    fn counted(&self, choice: &[String]) -> Vec<String> {
        let number = |id: &String| id.trim_start_matches('o').to_owned();
        let after = |(place, id): (usize, &String)| {
            let mut before: Vec<String> = choice[..place].iter().map(number).collect();
            before.sort_unstable();
            if before.is_empty() { id.clone() } else { format!("{}>{}", before.join("+"), number(id)) }
        };
        choice.iter().enumerate().map(after).collect()
    }

    fn outcome(&self, choices: &[Choice], count: &Count) -> Outcome {
        let steps = steps(choices, count);
        let (winners, rounds) = runoff(choices, count.voters, &steps);
        let winners: Vec<Choice> = winners.into_iter().map(|at| choices[at].clone()).collect();
        let (winner, tied) = match <[Choice; 1]>::try_from(winners) {
            Ok([winner]) => (Some(winner), None),
            Err(tied) => (None, Some(tied)),
        };
        let result = Result { winner, tied, rounds, borda: borda(choices, &steps) };
        Outcome { ranking: Some(result), ..Outcome::default() }
    }

    fn fields() -> Value {
        json!({"options": options::schema(MOST)})
    }
}

/// How often an option follows a set of others: a bit for each option before, the place of the option, how often.
type Step = (u32, usize, i64);

fn steps(choices: &[Choice], count: &Count) -> Vec<Step> {
    let place = |number: &str| choices.iter().position(|choice| choice.id.strip_prefix('o') == Some(number));
    let read = |(key, times): (&String, &i64)| {
        let (before, next) = key.split_once('>').unwrap_or(("", key.trim_start_matches('o')));
        let mut set = 0;
        for number in before.split('+').filter(|number| !number.is_empty()) {
            set |= 1 << place(number)?;
        }
        Some((set, place(next)?, *times))
    };
    count.choices.iter().filter(|(_, times)| **times != 0).filter_map(read).collect()
}

/// Those that win, one or several that are tied, with the rounds. Nobody wins where nobody voted.
fn runoff(choices: &[Choice], voters: i64, steps: &[Step]) -> (Vec<usize>, Vec<Round>) {
    let mut rounds = Vec::new();
    let mut remaining: Vec<usize> = (0..choices.len()).collect();
    let mut gone: u32 = 0;
    if voters <= 0 {
        return (Vec::new(), rounds);
    }
    loop {
        let mut counts = vec![0; choices.len()];
        for (before, next, times) in steps {
            if before & !gone == 0 && gone & (1 << next) == 0 {
                counts[*next] += times;
            }
        }
        let counting: i64 = remaining.iter().map(|at| counts[*at]).sum();
        let fewest = remaining.iter().map(|at| counts[*at]).min().unwrap_or(0);
        let winner = remaining.iter().copied().find(|at| counts[*at] * 2 > counting);
        let (leaving, staying): (Vec<usize>, Vec<usize>) = remaining.iter().partition(|at| counts[**at] == fewest);
        let ends = winner.is_some() || staying.is_empty();
        let standing = |at: &usize| Standing {
            id: choices[*at].id.clone(),
            label: choices[*at].label.clone(),
            count: counts[*at],
        };
        rounds.push(Round {
            choices: remaining.iter().map(standing).collect(),
            exhausted: voters - counting,
            eliminated: if ends { Vec::new() } else { leaving.iter().map(|at| choices[*at].id.clone()).collect() },
        });
        if ends {
            return (winner.map_or(leaving, |winner| vec![winner]), rounds);
        }
        gone |= leaving.iter().fold(0, |set, at| set | 1 << at);
        remaining = staying;
    }
}

fn borda(choices: &[Choice], steps: &[Step]) -> Vec<Points> {
    let worth = |before: u32| i64::try_from(choices.len()).unwrap_or(0) - 1 - i64::from(before.count_ones());
    let points = |(at, choice): (usize, &Choice)| Points {
        id: choice.id.clone(),
        label: choice.label.clone(),
        points: steps.iter().filter(|(_, next, _)| *next == at).map(|(before, _, times)| worth(*before) * times).sum(),
    };
    choices.iter().enumerate().map(points).collect()
}
