//! Real conversations: imported, counted again, exported, the same.

use std::collections::BTreeMap;
use std::path::Path;

use integration_tests::polis::{self, Counts};
use serde_json::Value;

use crate::town::{Empty, FORUM, Published, Town, items};

on_both_databases! {
    an_import_counts_what_its_votes_say,
    an_import_announces_nothing,
    a_malformed_row_is_named_and_nothing_imported,
}

/// The smaller of the two that the project ships.
const CONVERSATION: &str = "15-per-hour-seattle";
const PARTICIPANTS: u64 = 339;

async fn imports(town: &Town, folder: &Path) -> (Published, Value) {
    let folder = folder.to_str().expect("a path in UTF-8");
    let output = town.node.run(&["import", "polis", folder, "--forum", FORUM, "--json"]).await;
    let made: Value = serde_json::from_str(&output.expect(0)).expect("JSON");
    let text = |name: &str| made[name].as_str().expect("a string").to_owned();
    (Published { slug: text("slug"), url: text("url") }, made)
}

fn original(file: &str) -> String {
    std::fs::read_to_string(polis::conversation(CONVERSATION).join(file)).expect("a shipped file")
}

/// Rows of a CSV file, by column name.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

async fn an_import_counts_what_its_votes_say(empty: Empty) {
    let town = Town::founded(empty).await;
    let (made, said) = imports(&town, &polis::conversation(CONVERSATION)).await;
    let votes = polis::votes(&original("votes.csv"));
    let expected = polis::counts(&votes);
    let statements = rows(&original("comments.csv"));
    assert_eq!(said["statements"], statements.len());
    assert_eq!(said["votes"], votes.len());
    assert_eq!(said["participants"], PARTICIPANTS);

    // The API: every statement that is not hidden, with the counts of its votes.
    let shown = every_comment(&town, &made).await;
    for statement in &statements {
        let of = expected.get(&statement["comment-id"]).copied().unwrap_or_default();
        let text = statement["comment-body"].trim();
        let found = shown.iter().filter(|comment| comment["text"].as_str().is_some_and(|shown| shown.trim() == text));
        let found: Vec<_> = found.map(read_counts).collect();
        if statement["moderated"] == "-1" {
            assert!(found.is_empty(), "hidden: {text}");
        } else {
            assert!(found.contains(&of), "{text}: {of:?}, shown {found:?}");
        }
    }

    // And out again: the same votes, hidden statements included.
    let path = format!("/c/{}/votes.csv?profile=polis", made.slug);
    let exported = town.node.get(&path, "text/csv").await;
    assert_eq!(exported.status.as_u16(), 200, "{}", exported.text);
    assert_eq!(polis::votes(&exported.text), votes);
    let path = format!("/c/{}/comments.csv?profile=polis", made.slug);
    let exported = rows(&town.node.get(&path, "text/csv").await.text);
    assert_eq!(exported.len(), statements.len());
    for row in exported {
        let of = expected.get(&row["comment-id"]).copied().unwrap_or_default();
        assert_eq!(
            (row["agrees"].clone(), row["disagrees"].clone()),
            (of.agrees.to_string(), of.disagrees.to_string())
        );
    }
}

async fn every_comment(town: &Town, of: &Published) -> Vec<Value> {
    let anyone = town.clerk.anonymous();
    let mut all = Vec::new();
    let mut path = format!("/consultations/{}/comments", of.slug);
    loop {
        let list = anyone.get(&path).await.expect(200);
        all.extend(items(&list));
        match list["next"].as_str() {
            Some(cursor) => path = format!("/consultations/{}/comments?cursor={cursor}", of.slug),
            None => return all,
        }
    }
}

fn read_counts(comment: &Value) -> Counts {
    let number = |name: &str| comment[name].as_u64().unwrap_or_else(|| panic!("no {name}: {comment}"));
    Counts { agrees: number("agrees"), passes: number("passes"), disagrees: number("disagrees") }
}

async fn an_import_announces_nothing(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let (made, _) = imports(&town, &polis::conversation(CONVERSATION)).await;
    let square = town.asks("Close the square to cars?").await;
    let ballot = format!("{}/ballot", square.url);
    peer.receives("the next consultation", |received| received.announces(&ballot)).await;
    let text: Vec<_> = peer.received().iter().map(|received| received.activity.to_string()).collect();
    assert!(!text.iter().any(|activity| activity.contains(&made.url)), "{text:?}");
    let mails = town.node.run(&["mail", "list", "--json"]).await.expect(0);
    assert!(!mails.contains(&made.slug), "{mails}");

    let page = ana.fetches(&made.url).await;
    assert!(page["published"].as_str().is_some_and(|at| at < "2020"), "with its old date: {}", page["published"]);
    let shown = every_comment(&town, &made).await;
    let note = ana.fetches(shown[0]["uri"].as_str().expect("an address")).await;
    assert_eq!(note["type"], "Note");
    assert!(note["published"].as_str().is_some_and(|at| at < "2020"), "{}", note["published"]);
}

async fn a_malformed_row_is_named_and_nothing_imported(empty: Empty) {
    let town = Town::founded(empty).await;
    for (line, wrong) in [(40, "x,y,z"), (41, "1415391119187,a date,99999,1,1"), (42, "1415391119187,a date,1,1,7")] {
        let folder = town.node.folder().join(format!("wrong-{line}"));
        std::fs::create_dir(&folder).expect("a folder");
        for file in ["summary.csv", "comments.csv"] {
            std::fs::write(folder.join(file), original(file)).expect("a file");
        }
        let votes = original("votes.csv");
        let mut lines: Vec<_> = votes.lines().collect();
        lines[line - 1] = wrong;
        std::fs::write(folder.join("votes.csv"), lines.join("\n")).expect("a file");

        let folder = folder.to_str().expect("a path in UTF-8");
        let output = town.node.run(&["import", "polis", folder, "--forum", FORUM]).await;
        assert_eq!(output.code, 1, "{}", output.stderr);
        let named = output.stderr.contains("votes.csv") && output.stderr.contains(&line.to_string());
        assert!(named, "{}", output.stderr);
    }
    let listed = town.clerk.get(&format!("/consultations?forum={FORUM}")).await.expect(200);
    assert_eq!(items(&listed).len(), 0);
}
