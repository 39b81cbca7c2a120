//! The words of each side: those that the arguments for and against use most, by which side uses them.

use std::collections::{BTreeMap, BTreeSet};

use model::debate::comment::order::{self, Filter, Level, Order, Selection};
use model::debate::consultation::Consultation;
use model::debate::text;
use model::error::Result as Answer;
use model::store::Conn;

use super::pictures::Number;
use crate::chart::lean::{self, Leaning};
use crate::chart::{Figure, Key, Kind, Table};
use crate::language::Words;

/// How many arguments of each side are read, the most agreed with.
const READ: i64 = 300;
/// How many words are shown.
const SHOWN: usize = 8;
/// A word that fewer arguments use says little; so do fewer words.
const USES_LEAST: u64 = 4;
const WORDS_LEAST: usize = 4;
/// Shorter words are mostly those that bind others.
const LETTERS_LEAST: usize = 4;
/// The longest that is taken for a word, in characters.
const LETTERS_MOST: usize = 24;
/// Words that bind others, in the languages of the pages.
const BINDING: &str = " alors ainsi aussi autre autres avant avec avoir beaucoup bien cela celle celui cependant cette ceux chaque chez comme \
    contre dans depuis donc dont elle elles encore entre etait etre être faire fait faut jamais leur leurs mais même moins nous notre pour pourquoi \
    pouvoir plus quand quel quelle quelles quels quoi sans sera serait sont sous tous tout toute toutes très trop vers voir votre vous \
    about after again also been before being both because could does done down each even every from have here into just like made make many more \
    most much must only other over same shall should some such than that their them then there these they this those through very want were what \
    when where which while will with would your yours \
    algo algunos ante antes como cada contra cual cuando debe desde donde durante ella ellas ellos entre eran eres esta estaba estado están este esto \
    estos hace hacer hasta había mientras mucho muchos nada nosotros otra otras otro otros para pero poco porque puede pueden quien sería sino sobre \
    solo también tanto tener tiene tienen toda todas todo todos tras unos ustedes ";

/// A word, and how many arguments of each side use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    word: String,
    by_for: u64,
    by_against: u64,
}

impl Word {
    fn uses(&self) -> u64 {
        self.by_for + self.by_against
    }

    /// How much it is of those against, of a thousand.
    fn lean(&self) -> u64 {
        self.by_against * 1000 / self.uses().max(1)
    }
}

/// Those of a consultation, those of the arguments for first.
pub(super) async fn read(conn: &mut Conn, on: &Consultation) -> Answer<Vec<Word>> {
    let mut sides = [Vec::new(), Vec::new()];
    for (side, filter) in sides.iter_mut().zip([Filter::For, Filter::Against]) {
        let which =
            Selection { order: Order::Agreement, level: Level::Top, filter: Some(filter), ..Selection::default() };
        let said = order::page(conn, on.id, &which, None, READ).await?;
        *side = said.iter().map(|(comment, _)| text::plain(&comment.html)).collect();
    }
    Ok(counted(&sides))
}

fn counted(sides: &[Vec<String>; 2]) -> Vec<Word> {
    let mut uses: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for (at, said) in sides.iter().enumerate() {
        for argument in said {
            for word in words_of(argument) {
                uses.entry(word).or_default()[at] += 1;
            }
        }
    }
    let all = uses.into_iter().map(|(word, [by_for, by_against])| Word { word, by_for, by_against });
    let mut all: Vec<Word> = all.filter(|it| it.uses() >= USES_LEAST).collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.uses()));
    all.truncate(SHOWN);
    all.sort_by_key(|it| (it.lean(), std::cmp::Reverse(it.uses())));
    if all.len() < WORDS_LEAST { Vec::new() } else { all }
}

/// The words of an argument, each once.
fn words_of(argument: &str) -> BTreeSet<String> {
    let lower = argument.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic());
    let fits = |word: &&str| (LETTERS_LEAST..=LETTERS_MOST).contains(&word.chars().count());
    let says = |word: &&str| !BINDING.contains(&format!(" {word} "));
    words.filter(fits).filter(says).map(str::to_owned).collect()
}

/// The picture; none of too few words.
pub(super) fn figure(t: &Words, on: &Consultation, words: &[Word], n: Number<'_>) -> Option<Figure> {
    if words.is_empty() {
        return None;
    }
    let leaning = |it: &Word| Leaning { word: it.word.clone(), place: it.lean(), weight: it.uses() };
    let named = |side: &dyn Fn(&&Word) -> bool| {
        words.iter().filter(side).map(|it| it.word.as_str()).collect::<Vec<_>>().join(", ")
    };
    let finding =
        t.with2("sides-finding", "for", named(&|it| it.lean() < 400), "against", named(&|it| it.lean() > 600));
    let ends = [t.say("sides-rather-for"), t.say("sides-rather-against")];
    let leanings: Vec<Leaning> = words.iter().map(leaning).collect();
    Some(Figure {
        id: "sides",
        caption: t.say("sides-title"),
        about: t.say("sides-about"),
        drawing: lean::draw(t.say("sides-title"), finding, &leanings, ends),
        key: vec![
            Key::kind(Kind::For, t.say("sides-rather-for")),
            Key::kind(Kind::Neutral, t.say("sides-shared")),
            Key::kind(Kind::Against, t.say("sides-rather-against")),
        ],
        points: Vec::new(),
        table: Table {
            caption: t.say("sides-title"),
            head: ["sides-word", "side-for", "side-against"].map(|key| t.say(key)).into(),
            rows: words.iter().map(|it| (it.word.clone(), vec![n(it.by_for), n(it.by_against)])).collect(),
        },
        csv: Some(format!("/c/{}/results/sides.csv", on.slug)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_once_for_each_argument_and_stands_with_the_side_that_uses_it() {
        let said = |text: &str, times: usize| vec![text.to_owned(); times];
        let mut sides =
            [said("Le vélo, le VÉLO pour les terrasses avec le marché", 6), said("Le stationnement du marché", 5)];
        assert!(counted(&sides).len() == 4, "{:?}", counted(&sides));
        let words = counted(&sides);
        let found: Vec<_> = words.iter().map(|it| (it.word.as_str(), it.by_for, it.by_against)).collect();
        assert_eq!(found, [("terrasses", 6, 0), ("vélo", 6, 0), ("marché", 6, 5), ("stationnement", 0, 5)]);
        sides[1].clear();
        assert!(counted(&sides).is_empty(), "too few words are no picture");
    }
}
