//! The first command of the README.

mod support;

use std::path::Path;

use support::*;

fn start(folder: &Path) -> Running {
    let mut demo = Running::start(palabre(folder, &["demo", "--port", "0"]));
    demo.wait_for("Ctrl-C");
    demo
}

/// A request to an address of the demo, which this machine need not know by name.
fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
    let port = host.rsplit(':').next().expect("a port");
    ask(&format!("127.0.0.1:{port}"), method, &format!("/{path}"), headers, body)
}

/// Every address that the demo offers to open.
fn addresses(demo: &Running) -> Vec<String> {
    let words = demo.said.split_whitespace().filter(|word| word.starts_with("http://"));
    words.map(|word| word.trim_end_matches('\'').to_owned()).collect()
}

#[test]
fn the_demo_offers_pages_that_are_there_and_starts_again() {
    let folder = folder();
    let demo = start(folder.path());
    let first = addresses(&demo);
    assert!(first.len() > 6, "{}", demo.said);
    for url in first.iter().filter(|url| !url.ends_with("/ballot")) {
        let answer = request("GET", url, &[("Accept", "text/html")], "");
        assert!(matches!(answer.status, 200 | 303), "{url}: {answer:?}");
    }
    let ballot = first.iter().find(|url| url.ends_with("/ballot")).expect("a ballot to cast");
    let (_, token) = demo.said.split_once("Bearer ").expect("a token");
    let bearer = format!("Bearer {}", token.split('\'').next().expect("its end"));
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let answer = request("PUT", ballot, &headers, r#"{"choice": ["for"]}"#);
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    assert!(demo.said.contains("compdemocracy.org"), "the attribution is visible: {}", demo.said);
    assert_eq!(demo.stop(), Some(0));

    let again = start(folder.path());
    assert_eq!(addresses(&again).len(), first.len(), "{}", again.said);
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn the_tour_of_three_nodes_holds() {
    let folder = folder();
    let tour = palabre(folder.path(), &["demo", "--port", "0", "--script"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&tour.stdout);
    assert!(tour.status.success(), "{said}{}", String::from_utf8_lossy(&tour.stderr));
    assert!(said.contains("All of it holds.") && said.matches("ok  ").count() >= 9, "{said}");
    assert!(said.contains("2 of 2 witnesses have signed"), "{said}");
}
