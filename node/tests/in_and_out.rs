//! What goes out of one node comes into another, from a shell and over HTTP.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use support::*;

/// A node that is set up, with the forum `agora` and a conversation in it; its slug.
fn town(folder: &Path) -> (Running, String) {
    let node = forum(folder);
    let from = polis("15-per-hour-seattle");
    let arguments = ["import", "polis", from.to_str().expect("a path"), "--forum", "agora", "--json"];
    let made = json(&done(folder, &arguments, ""));
    (node, made["slug"].as_str().expect("a slug").to_owned())
}

fn forum(folder: &Path) -> Running {
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

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder();
    let (node, slug) = town(folder.path());
    for arguments in [
        &["export", slug.as_str(), "--table", "polis-votes"][..],
        &["export", &slug, "--format", "json"],
        &["export", &slug, "--format", "activitystreams"],
        &["export", &slug, "--format", "archive"],
    ] {
        let mut child = palabre(folder.path(), arguments).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut first = Vec::new();
        let mut stdout = BufReader::with_capacity(16, child.stdout.take().expect("piped"));
        stdout.read_until(b'\n', &mut first).expect("a line");
        // As `head` does.
        drop(stdout);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{arguments:?}");
    }
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn every_form_is_imported_by_another_node() {
    let (here, there) = (folder(), folder());
    let (mut node, slug) = town(here.path());
    let mut other = forum(there.path());
    let at = |name: &str| there.path().join(name).display().to_string();
    for arguments in [
        &["export", slug.as_str(), "--format", "json", "-o", &at("it.json")][..],
        &["export", &slug, "--format", "archive", "-o", &at("it.zip")],
        &["export", &slug, "-o", &at("tables")],
        &["export", &slug, "--profile", "democracyos", "-o", &at("dos.csv")],
        &["export", &slug, "--profile", "polis", "-o", &at("polis")],
    ] {
        done(here.path(), arguments, "");
    }
    let import = |arguments: &[&str]| {
        let mut all = vec!["import"];
        all.extend(arguments);
        all.push("--json");
        json(&done(there.path(), &all, ""))
    };
    let json_made = import(&["json", "it.json"]);
    assert_eq!((&json_made["slug"], json_made["existed"].as_bool()), (&slug.as_str().into(), Some(false)));
    let again = import(&["json", "it.json", "--forum", "agora"]);
    assert_eq!((&again["slug"], again["existed"].as_bool()), (&json_made["slug"], Some(true)));
    assert_eq!(import(&["archive", "it.zip"])["existed"], true, "it is the same consultation");
    let dos = import(&["democracyos", "dos.csv"]);
    assert!(dos["comments"].as_u64().is_some_and(|comments| comments > 30), "{dos}");
    let polis = import(&["polis", "polis", "--forum", "agora"]);
    assert_eq!(polis["votes"], json_made["votes"]);
    let shown = |node: &mut Running, slug: &str| {
        let listed = node.get(&format!("/api/v1/consultations/{slug}"));
        assert_eq!(listed.status, 200, "{}", listed.body);
        (listed.json()["title"].clone(), listed.json()["state"].clone())
    };
    assert_eq!(shown(&mut node, &slug), shown(&mut other, &slug));
    let output = run(there.path(), &["import", "csv", "dos.csv"], "");
    assert!(output.status.code() == Some(1) && err(&output).contains("the column `id` is missing"), "{}", err(&output));
    assert_eq!(run(there.path(), &["import", "json", "nowhere.json"], "").status.code(), Some(1));
    done(there.path(), &["backup", "-o", "all.zip"], "");
    let listed = administered(&mut node, "/admin/work");
    assert!(listed.contains("Consultation exported") && listed.contains(&format!("href=\"/c/{slug}\"")), "{listed}");
    assert!(listed.contains("kB written") && !listed.contains(">0 kB written"), "{listed}");
    let listed = administered(&mut other, "/admin/work");
    for file in ["it.json", "it.zip", "dos.csv", "all.zip"] {
        assert!(listed.contains(&format!(">{file}</span>")), "{file}: {listed}");
    }
    assert!(listed.contains("Backup, in tables") && listed.contains("Done ") && listed.contains("100%"), "{listed}");
    assert!(listed.contains("Failed ") && !listed.contains("<progress"), "nothing goes on: {listed}");
    assert_eq!((node.stop(), other.stop()), (Some(0), Some(0)));
}

/// A page as the administrator reads it.
fn administered(node: &mut Running, path: &str) -> String {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let entered = node.ask("POST", "/login", &form, &format!("who=root-ana&password={}", PASSWORD.replace(' ', "+")));
    let cookie = entered.head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
    let cookie = cookie.and_then(|line| line[11..].trim().split(';').next()).expect("a session").to_owned();
    let page = node.ask("GET", path, &[("Cookie", cookie.as_str()), ("Accept-Language", "en")], "");
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

#[test]
fn files_of_open_data_are_given_over_http() {
    let folder = folder();
    let (mut node, slug) = town(folder.path());
    let dos = node.get(&format!("/c/{slug}/comments.csv?profile=democracyos"));
    assert!(
        dos.status == 200 && dos.body.contains("Topic ID,Topic Title,Topic URL,Comment ID,Comment Date,"),
        "{}",
        dos.head
    );
    let whole = node.get(&format!("/c/{slug}/consultation.json"));
    assert_eq!((whole.status, whole.json()["title"].as_str()), (200, Some("$15/hour")));
    let zip = node.ask("HEAD", &format!("/c/{slug}/archive.zip"), &[], "");
    assert!(
        zip.status == 200 && zip.head.to_ascii_lowercase().contains("content-type: application/zip"),
        "{}",
        zip.head
    );
    let activities = node.get(&format!("/c/{slug}/activitystreams.json"));
    assert_eq!(activities.status, 404, "a node without a domain speaks to no server");
    let listed = node.get("/f/agora/consultations.csv");
    assert!(listed.status == 200 && listed.body.contains(&slug), "{}", listed.body);
    assert_eq!(node.get("/f/agora/consultations.csv.schema.json").json()["fields"][0]["name"], "slug");
    let catalogue = node.get("/data/catalog.jsonld");
    assert_eq!(catalogue.json()["dcat:dataset"][0]["dct:identifier"], slug.as_str());
    assert!(node.get("/data/catalog.ttl").body.contains("a dcat:Dataset"));
    for nothing in [
        "/c/nothing/consultation.json",
        "/c/nothing/archive.zip",
        "/c/nothing/activitystreams.json",
        "/f/nothing/consultations.csv",
    ] {
        assert_eq!(node.get(nothing).status, 404, "{nothing}");
    }
    assert_eq!(node.stop(), Some(0));
}
