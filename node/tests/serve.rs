//! The node as a process: first run, what is watched, how it stops.

mod support;

use std::io::Write;
use std::net::TcpStream;

use support::*;

#[test]
fn the_first_run_needs_no_file_and_offers_set_up() {
    let folder = folder();
    let mut node = Running::serve(folder.path(), &[]);
    let link = node.wait_for("/setup");
    node.wait_for("[mail]");
    assert!(folder.path().join("data/palabre.db").is_file());

    assert_eq!(node.get("/livez").status, 200);
    assert_eq!(node.get("/readyz").status, 200);
    let metrics = node.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.body.contains("palabre_http_requests_total"), "{}", metrics.body);

    let (_, path) = link.split_once("http://").and_then(|(_, url)| url.split_once('/')).expect("a link");
    assert_eq!(node.get(&format!("/{path}")).status, 200);
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn what_a_command_did_is_seen_by_the_running_node() {
    let folder = folder();
    let mut node = Running::serve(folder.path(), &[]);
    set_up(folder.path());
    let create = ["account", "create", "ben", "--email", "ben@valmont.example", "--password-stdin", "--json"];
    let made = json(&done(folder.path(), &create, PASSWORD));
    assert_eq!(made["name"], "ben");
    let token = done(folder.path(), &["token", "create", "--account", "ben", "--expires", "90d"], "");
    let bearer = format!("Bearer {}", token.trim());
    let me = node.ask("GET", "/api/v1/me", &[("Authorization", &bearer)], "");
    assert_eq!((me.status, &me.json()["name"]), (200, &"ben".into()), "{}", me.body);

    done(folder.path(), &["account", "disable", "ben"], "");
    assert_ne!(node.ask("GET", "/api/v1/me", &[("Authorization", &bearer)], "").status, 200);
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn a_request_that_has_begun_is_answered_before_the_end() {
    let folder = folder();
    set_up(folder.path());
    let mut node = Running::serve(folder.path(), &[]);
    let address = node.address();
    let mut slow = TcpStream::connect(&address).expect("it listens");
    slow.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 10\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname="
    );
    slow.write_all(head.as_bytes()).expect("half a request");
    // Another request, answered, says that the node had time to see the first.
    assert_eq!(node.get("/livez").status, 200);
    node.signal("TERM");
    node.wait_for("stopping");
    slow.write_all(b"hello").expect("the other half");
    let answer = read_answer(slow);
    assert!(answer.status >= 200, "{answer:?}");
    assert_eq!(node.wait(), Some(0));
}

#[test]
fn a_killed_node_starts_again_with_all_it_acknowledged() {
    let folder = folder();
    set_up(folder.path());
    let node = Running::serve(folder.path(), &[]);
    done(folder.path(), &["account", "create", "ben", "--email", "b@valmont.example", "--password-stdin"], PASSWORD);
    node.kill();
    let mut node = Running::serve(folder.path(), &[]);
    assert_eq!(node.get("/readyz").status, 200);
    assert!(done(folder.path(), &["account", "list"], "").contains("ben"));
    assert!(!node.said.contains("/setup"), "no set-up link once set up: {}", node.said);
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn a_node_listens_on_a_unix_socket() {
    use std::os::unix::net::UnixStream;
    let folder = folder();
    let mut node = Running::start(palabre(folder.path(), &["serve", "--listen", "unix:node.sock"]));
    node.wait_for("listening on");
    let path = folder.path().join("node.sock");
    let mut stream = UnixStream::connect(&path).expect("it listens");
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("asked");
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(node.stop(), Some(0));
    assert!(!path.exists(), "the socket is gone with the node");
}

#[test]
fn two_nodes_do_not_share_a_port() {
    let folder = folder();
    let mut node = Running::serve(folder.path(), &[]);
    let address = node.address();
    let second = run(folder.path(), &["serve", "--listen", &address], "");
    assert_eq!(second.status.code(), Some(1));
    assert!(err(&second).contains(&address), "{}", err(&second));
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn logs_are_lines_of_json_if_so_configured() {
    let folder = folder();
    std::fs::write(folder.path().join("palabre.toml"), "[log]\nformat = \"json\"\n").expect("a file");
    let mut node = Running::serve(folder.path(), &[]);
    node.signal("TERM");
    assert_eq!(node.wait(), Some(0));
    let stopping = node.said.lines().find(|line| line.contains("stopping")).expect("it says that it stops");
    assert_eq!(json(stopping)["level"], "INFO");
}
