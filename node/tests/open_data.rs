//! Conversations taken in and given out again, from a shell and over HTTP.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::*;

/// A node that runs, set up, with the forum `agora`.
fn town(folder: &Path) -> Running {
    set_up(folder);
    let mut node = Running::serve(folder, &[]);
    let token = done(folder, &["token", "create", "--account", "root-ana"], "");
    let bearer = format!("Bearer {}", token.trim());
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let forum = r#"{"slug": "agora", "title": "Agora", "summary": "All", "visibility": "public", "language": "en"}"#;
    let made = node.ask("POST", "/api/v1/forums", &headers, forum);
    assert_eq!(made.status, 201, "{}", made.body);
    node
}

fn import(folder: &Path, from: &Path, more: &[&str]) -> serde_json::Value {
    let from = from.to_str().expect("a path");
    let mut arguments = vec!["import", "polis", from, "--forum", "agora", "--json"];
    arguments.extend(more);
    json(&done(folder, &arguments, ""))
}

/// The last vote of each voter on each statement.
fn votes(csv: &str) -> BTreeMap<(String, String), (i64, String)> {
    let mut votes = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let at: i64 = row["timestamp"].parse().expect("a time");
        let key = (row["comment-id"].clone(), row["voter-id"].clone());
        let kept = votes.entry(key).or_insert((at, row["vote"].clone()));
        if at >= kept.0 {
            *kept = (at, row["vote"].clone());
        }
    }
    votes
}

#[test]
fn what_came_in_goes_out_again() {
    let folder = folder();
    let mut node = town(folder.path());
    for name in ["brexit-consensus", "15-per-hour-seattle"] {
        let made = import(folder.path(), &polis(name), &[]);
        let slug = made["slug"].as_str().expect("a slug");
        let original = std::fs::read_to_string(polis(name).join("votes.csv")).expect("the votes");
        let exported = node.get(&format!("/c/{slug}/votes.csv?profile=polis"));
        assert_eq!(exported.status, 200, "{}", exported.body);
        assert_eq!(votes(&exported.body), votes(&original));
        assert_eq!(made["votes"], votes(&original).len());

        let schema = node.get(&format!("/c/{slug}/comments.csv.schema.json"));
        assert_eq!(schema.json()["licenses"][0]["name"], "CC-BY-4.0");
        assert!(schema.body.contains("Computational Democracy"), "{}", schema.body);
        let again = folder.path().join("again");
        std::fs::create_dir_all(&again).expect("a folder");
        let comments = node.get(&format!("/c/{slug}/comments.csv?profile=polis"));
        assert!(comments.head.to_ascii_lowercase().contains("content-type: text/csv"), "{}", comments.head);
    }
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn an_import_is_closed_unless_it_is_to_stay_open() {
    let folder = folder();
    let mut node = town(folder.path());
    for (name, more, state) in
        [("15-per-hour-seattle", &[][..], "closed"), ("brexit-consensus", &["--open"][..], "open")]
    {
        let made = import(folder.path(), &polis(name), more);
        let shown = node.get(&format!("/api/v1/consultations/{}", made["slug"].as_str().expect("a slug")));
        assert_eq!(shown.json()["state"], state, "{}", shown.body);
        let again = import(folder.path(), &polis(name), more);
        assert_eq!(made, again, "a second time changes nothing");
    }
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn a_malformed_row_is_named_and_nothing_is_imported() {
    let folder = folder();
    let mut node = town(folder.path());
    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).expect("a folder");
    for file in ["summary.csv", "comments.csv", "votes.csv"] {
        std::fs::copy(polis("brexit-consensus").join(file), broken.join(file)).expect("a copy");
    }
    let votes = std::fs::read_to_string(broken.join("votes.csv")).expect("the votes");
    std::fs::write(broken.join("votes.csv"), format!("{votes}1500000000000,x,4711,0,1\n")).expect("written");
    let line = votes.lines().count() + 1;
    let output = run(folder.path(), &["import", "polis", "broken", "--forum", "agora"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains(&format!("votes.csv, line {line}: statement 4711")), "{}", err(&output));
    let listed = node.get("/api/v1/consultations?forum=agora");
    assert_eq!(listed.json()["items"], serde_json::json!([]));

    let output = run(folder.path(), &["import", "polis", "nowhere", "--forum", "agora"], "");
    assert!(output.status.code() == Some(1) && err(&output).contains("summary.csv"), "{}", err(&output));
    let here = polis("brexit-consensus");
    let output = run(folder.path(), &["import", "polis", here.to_str().expect("a path"), "--forum", "nowhere"], "");
    assert!(output.status.code() == Some(1) && err(&output).contains("nowhere"), "{}", err(&output));
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn a_consultation_is_exported_in_each_form() {
    let folder = folder();
    let node = town(folder.path());
    let made = import(folder.path(), &polis("15-per-hour-seattle"), &[]);
    let slug = made["slug"].as_str().expect("a slug");
    done(folder.path(), &["export", slug, "-o", "out"], "");
    for file in ["comments.csv", "comments.csv.schema.json", "ballots.csv", "results.csv", "votes.csv"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file}");
    }
    let comments = std::fs::read(folder.path().join("out/comments.csv")).expect("the file");
    assert!(comments.starts_with(b"\xef\xbb\xbf"), "it begins with the mark of UTF-8");

    let url = made["url"].as_str().expect("an address");
    let shown = json(&done(folder.path(), &["export", url, "--format", "json"], ""));
    assert_eq!(shown["title"], "$15/hour");
    done(folder.path(), &["export", slug, "--format", "activitystreams", "-o", "page.json"], "");
    let page = json(&std::fs::read_to_string(folder.path().join("page.json")).expect("the file"));
    assert_eq!(page["type"], "OrderedCollection", "{page}");
    assert_eq!(run(folder.path(), &["export", "no-such-consultation"], "").status.code(), Some(1));
    assert_eq!(node.stop(), Some(0));
}
