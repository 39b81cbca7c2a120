//! Each method's count against a second one, written apart: from the ballots themselves, one by one.

use std::collections::{BTreeMap, BTreeSet};

use model::both_databases;
use model::count::electorate::Tier;
use model::count::method::Method;
use model::count::tally::{self, Counts, TierResult, Viewer};
use model::debate::forum::Visibility;
use model::testing::{World, refused};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a ballot does: who, and what is chosen then; nothing if it is withdrawn.
type Move = (usize, Option<Vec<String>>);

/// The count as the sequencer makes it: by adding and taking away, never looking at a ballot twice.
fn folded(method: &Method, moves: &[Move]) -> TierResult {
    let mut counts = Counts::default();
    let mut standing: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (who, choice) in moves {
        if let Some(before) = standing.remove(who) {
            counts.remove(Tier::Member, &method.counted(&before));
        }
        if let Some(choice) = choice.as_ref().and_then(|choice| method.admit("fr", choice).ok()) {
            counts.add(Tier::Member, &method.counted(&choice));
            standing.insert(*who, choice);
        }
    }
    // As it is kept between two batches.
    let kept: Counts = serde_json::from_value(serde_json::to_value(&counts).unwrap()).unwrap();
    let count = kept.0.get(&Tier::Member).cloned().unwrap_or_default();
    tally::result(method, &method.choices("fr"), &count)
}

/// The ballots that stand in the end.
fn ballots(method: &Method, moves: &[Move]) -> Vec<Vec<String>> {
    let mut last: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (who, choice) in moves {
        last.remove(who);
        if let Some(choice) = choice.as_ref().and_then(|choice| method.admit("fr", choice).ok()) {
            last.insert(*who, choice);
        }
    }
    last.into_values().collect()
}

fn method(json: Value) -> Method {
    Method::asked(json).unwrap().check().unwrap()
}

fn counts(result: &TierResult) -> BTreeMap<&str, i64> {
    result.choices.iter().map(|c| (c.id.as_str(), c.count)).collect()
}

/// How many ballots name each choice.
fn naming(method: &Method, ballots: &[Vec<String>]) -> BTreeMap<String, i64> {
    let named = |id: &String| ballots.iter().filter(|ballot| ballot.contains(id)).count() as i64;
    method.choices("fr").into_iter().map(|choice| (choice.id.clone(), named(&choice.id))).collect()
}

/// Moves of some voters with any of these words, in any order, some of them twice.
fn moves(words: &[&str]) -> impl Strategy<Value = Vec<Move>> + use<> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let most = words.len();
    let choice = proptest::collection::vec(proptest::sample::select(words), 1..=most);
    proptest::collection::vec((0_usize..12, proptest::option::weighted(0.85, choice)), 0..40)
}

/// Instant-runoff as one would do it with paper: piles of ballots, from which options are struck out.
fn by_hand(options: &[String], ballots: &[Vec<String>]) -> (BTreeSet<String>, Vec<BTreeSet<String>>) {
    let mut left: BTreeSet<String> = options.iter().cloned().collect();
    let mut struck = Vec::new();
    loop {
        let firsts: Vec<&String> = ballots.iter().filter_map(|b| b.iter().find(|o| left.contains(*o))).collect();
        let pile = |option: &String| firsts.iter().filter(|first| **first == option).count();
        if let Some(most) = left.iter().find(|option| pile(option) > firsts.len() - pile(option)) {
            return (BTreeSet::from([most.clone()]), struck);
        }
        let smallest = left.iter().map(&pile).min().unwrap();
        let last: BTreeSet<String> = left.iter().filter(|option| pile(option) == smallest).cloned().collect();
        if last.len() == left.len() {
            return (if ballots.is_empty() { BTreeSet::new() } else { left }, struck);
        }
        left = left.difference(&last).cloned().collect();
        struck.push(last);
    }
}

proptest! {
    #[test]
    fn what_is_named_is_counted(moves in moves(&["for", "neutral", "against", "o1", "o2", "o3", "support", "25", "0"])) {
        for asked in [
            json!({"kind": "vote"}),
            json!({"kind": "poll", "options": ["A", "B", "C"]}),
            json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true, "max": 2}),
            json!({"kind": "support", "goal": 3}),
            json!({"kind": "scale", "min": 0, "max": 100, "step": 25}),
        ] {
            let method = method(asked);
            let (result, ballots) = (folded(&method, &moves), ballots(&method, &moves));
            prop_assert_eq!(result.voters, ballots.len() as i64);
            let naive = naming(&method, &ballots);
            prop_assert_eq!(counts(&result), naive.iter().map(|(id, n)| (id.as_str(), *n)).collect::<BTreeMap<_, _>>());
            if method.kind() == "support" {
                prop_assert_eq!(result.outcome.reached, Some(ballots.len() >= 3));
            }
        }
    }

    #[test]
    fn mean_and_median_are_those_of_the_numbers(numbers in proptest::collection::vec(-20_i64..=20, 1..60)) {
        let method = method(json!({"kind": "scale", "min": -20, "max": 20, "step": 1}));
        let moves: Vec<Move> = numbers.iter().enumerate().map(|(who, n)| (who, Some(vec![n.to_string()]))).collect();
        let result = folded(&method, &moves);
        let mut sorted: Vec<f64> = numbers.iter().map(|n| *n as f64).collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        prop_assert!((result.outcome.mean.unwrap() - mean).abs() < 1e-9);
        prop_assert_eq!(result.outcome.median, Some(median));
        prop_assert_eq!(folded(&method, &[]).outcome.mean, None);
    }

    #[test]
    fn a_ranking_is_counted_as_by_hand(moves in moves(&["o1", "o2", "o3", "o4", "o5"])) {
        let method = method(json!({"kind": "ranking", "options": ["A", "B", "C", "D", "E"]}));
        let (result, ballots) = (folded(&method, &moves), ballots(&method, &moves));
        let ids: Vec<String> = method.choices("fr").into_iter().map(|choice| choice.id).collect();
        let ranking = result.outcome.ranking.clone().unwrap();
        let (winners, struck) = by_hand(&ids, &ballots);
        let won: BTreeSet<String> = match (&ranking.winner, &ranking.tied) {
            (Some(winner), None) => BTreeSet::from([winner.id.clone()]),
            (None, Some(tied)) => tied.iter().map(|c| c.id.clone()).collect(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(won, winners);
        let eliminated = ranking.rounds.iter().filter(|round| !round.eliminated.is_empty());
        prop_assert_eq!(eliminated.map(|round| round.eliminated.iter().cloned().collect()).collect::<Vec<BTreeSet<String>>>(), struck);
        for round in &ranking.rounds {
            let counted: i64 = round.choices.iter().map(|c| c.count).sum();
            prop_assert_eq!(counted + round.exhausted, ballots.len() as i64, "no ballot is lost");
        }
        for points in &ranking.borda {
            let place = |ballot: &Vec<String>| ballot.iter().position(|id| *id == points.id);
            let worth: usize = ballots.iter().filter_map(place).map(|place| ids.len() - 1 - place).sum();
            prop_assert_eq!(points.points, worth as i64);
        }
        for choice in &result.choices {
            let first = ballots.iter().filter(|ballot| ballot[0] == choice.id).count();
            prop_assert_eq!(choice.count, first as i64, "first preferences");
        }
    }

    #[test]
    fn each_article_is_counted_by_itself(moves in moves(&["a1:for", "a1:neutral", "a1:against", "a2:for", "a2:against", "a3:neutral"])) {
        let (_, articles) = model::debate::text::rendered("## One\n\n## Two\n\n## Three", &[]);
        let method = method(json!({"kind": "articles"})).fixed("fr", &articles);
        let (result, ballots) = (folded(&method, &moves), ballots(&method, &moves));
        prop_assert_eq!(result.choices.len(), 9);
        prop_assert_eq!(result.voters, ballots.len() as i64);
        let naive = naming(&method, &ballots);
        prop_assert_eq!(counts(&result), naive.iter().map(|(id, n)| (id.as_str(), *n)).collect::<BTreeMap<_, _>>());
        for ballot in &ballots {
            let named: BTreeSet<&str> = ballot.iter().filter_map(|id| id.split(':').next()).collect();
            prop_assert_eq!(named.len(), ballot.len());
        }
    }
}

#[test]
fn what_a_ranking_keeps_is_bounded_by_its_options() {
    let options: Vec<String> = (1..=10).map(|n| format!("Option {n}")).collect();
    let method = method(json!({"kind": "ranking", "options": options}));
    let mut counts = Counts::default();
    let mut seed: u64 = 7;
    for _ in 0..20_000 {
        let mut ballot: Vec<String> = (1..=10).map(|n| format!("o{n}")).collect();
        for at in (1..ballot.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ballot.swap(at, (seed >> 33) as usize % (at + 1));
        }
        counts.add(Tier::Open, &method.counted(&ballot));
    }
    let kept = &counts.0[&Tier::Open];
    assert!(kept.choices.len() <= 10 << 9, "{}", kept.choices.len());
    let ranking = tally::result(&method, &method.choices("en"), kept).outcome.ranking.unwrap();
    assert!(ranking.rounds.len() > 1 && ranking.rounds.iter().all(|round| round.exhausted == 0));
}

both_databases! {
    async fn results_show_what_comes_of_each_method(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let (ana, ben) = (world.account("ana").await, world.account("ben").await);
        let mut drafts = Vec::new();
        for (asked, first, second) in [
            (json!({"kind": "scale", "min": 0, "max": 10, "step": 5}), vec!["5"], vec!["10"]),
            (json!({"kind": "ranking", "options": ["Nord", "Sud", "Est"]}), vec!["o2", "Nord"], vec!["o1", "o2"]),
            (json!({"kind": "articles"}), vec!["a1:for", "a2:against"], vec!["a2:against"]),
            (json!({"kind": "support", "goal": 2, "promise": "Le conseil en débat."}), vec!["support"], vec!["support"]),
        ] {
            let mut draft = world.draft(&asked);
            draft.text = "# Charte\n\n## Place\n\nLibre.\n\n## Rue\n\nCalme.".into();
            draft.results = tally::Results::Live;
            let on = world.publish(&forum, draft).await;
            world.casts(&forum, &on, &ana, &first).await.unwrap();
            world.casts(&forum, &on, &ben, &second).await.unwrap();
            world.tally(&on).await;
            drafts.push(on);
        }
        let mut conn = world.store.conn().await.unwrap();
        let mut results = Vec::new();
        for on in &drafts {
            let document = tally::results(&mut conn, on, world.now(), Viewer::Anybody).await.unwrap();
            let json = serde_json::to_value(&document).unwrap();
            assert_eq!(serde_json::from_value::<tally::Document>(json.clone()).unwrap(), document);
            results.push(json["tiers"]["member"].clone());
        }
        assert_eq!((&results[0]["mean"], &results[0]["median"]), (&json!(7.5), &json!(7.5)));
        assert_eq!(results[1]["winner"], Value::Null);
        assert_eq!(results[1]["tied"], json!([{"id": "o1", "label": "Nord"}, {"id": "o2", "label": "Sud"}]));
        assert_eq!(results[1]["rounds"][0]["eliminated"], json!(["o3"]));
        assert_eq!(results[1]["borda"][1], json!({"id": "o2", "label": "Sud", "points": 3}));
        assert_eq!(results[2]["choices"][5], json!({"id": "a2:against", "label": "Rue \u{2013} Contre", "count": 2}));
        assert_eq!(results[3]["reached"], true);
        drop(conn);
        let mut drained = world.draft(&json!({"kind": "articles"}));
        drained.text = "Sans titre.".into();
        let mut tx = world.store.begin().await.unwrap();
        let refusal = model::debate::consultation::create(&mut tx, world.now(), &world.as_admin(), &forum, drained).await;
        assert_eq!(refused(refusal), "invalid");
    }
}
