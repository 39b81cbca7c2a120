//! The first command of the README.

mod support;

use std::path::Path;

use support::*;

fn start(folder: &Path) -> Running {
    let mut demo = Running::start(palabre(folder, &["demo", "--port", "0"]));
    demo.wait_for("Ctrl-C");
    demo
}

/// Every address that the demo offers to open.
fn addresses(demo: &Running) -> Vec<String> {
    let words = demo.said.split_whitespace().filter(|word| word.starts_with("http://"));
    words.map(str::to_owned).collect()
}

#[test]
fn the_demo_offers_pages_that_are_there_and_starts_again() {
    let folder = folder();
    let demo = start(folder.path());
    let first = addresses(&demo);
    assert!(first.len() > 6, "{}", demo.said);
    for url in &first {
        let (address, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
        let port = address.rsplit(':').next().expect("a port");
        let answer = ask(&format!("127.0.0.1:{port}"), "GET", &format!("/{path}"), &[("Accept", "text/html")], "");
        assert!(matches!(answer.status, 200 | 303), "{url}: {answer:?}");
    }
    assert!(demo.said.contains("compdemocracy.org"), "the attribution is visible: {}", demo.said);
    assert_eq!(demo.stop(), Some(0));

    let again = start(folder.path());
    assert_eq!(addresses(&again).len(), first.len(), "{}", again.said);
    assert_eq!(again.stop(), Some(0));
}
