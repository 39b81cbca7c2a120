//! Mails: kept where no server is configured, handed over where one is.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use support::*;

/// Asks for a new password on the node's own page, which sends a mail.
fn ask_reset(node: &mut Running, email: &str) {
    let body = format!("email={}", email.replace('@', "%40"));
    let address = node.address();
    let origin = format!("http://{address}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", origin.as_str())];
    let answer = node.ask("POST", "/reset", &headers, &body);
    assert!(matches!(answer.status, 200..=303), "{answer:?}");
}

fn person(node: &Running, folder: &std::path::Path, name: &str, email: &str) {
    let _running = node;
    done(folder, &["account", "create", name, "--email", email, "--password-stdin"], PASSWORD);
}

#[test]
fn without_a_server_mails_are_kept_and_can_be_read() {
    let folder = folder();
    set_up(folder.path());
    let mut node = Running::serve(folder.path(), &[]);
    ask_reset(&mut node, "ana@valmont.example");
    let mails = until(|| {
        let mails = json(&done(folder.path(), &["mail", "list", "--to", "ana@valmont.example", "--json"], ""));
        (mails[0]["state"] == "kept").then_some(mails)
    });
    let id = mails[0]["id"].as_str().expect("an id");
    let shown = done(folder.path(), &["mail", "show", id], "");
    assert!(shown.contains("To: ana@valmont.example") && shown.contains("http"), "{shown}");
    assert_eq!(
        json(&done(folder.path(), &["mail", "list", "--to", "ben@valmont.example", "--json"], "")),
        serde_json::json!([])
    );
    assert_eq!(run(folder.path(), &["mail", "show", "nothing"], "").status.code(), Some(1));
    assert_eq!(node.stop(), Some(0));
}

/// aiosmtpd, in a process of its own.
struct Smtp {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Smtp {
    #[expect(clippy::disallowed_methods, reason = "the python with aiosmtpd is named by the environment")]
    fn start() -> Self {
        let python = std::env::var("PALABRE_TEST_PYTHON")
            .expect("PALABRE_TEST_PYTHON names a python with aiosmtpd; ./check makes one");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/smtp.py");
        let mut child = Command::new(python).arg(script).stdout(Stdio::piped()).spawn().expect("python starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        let mut port = String::new();
        lines.read_line(&mut port).expect("it says its port");
        Self { child, lines, port: port.trim().parse().expect("a port") }
    }

    fn next(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a mail");
        json(&line)
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        // One that has ended needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
#[ignore = "needs a python with aiosmtpd; ./check makes one"]
fn a_mail_is_handed_over_in_a_real_conversation() {
    let mut smtp = Smtp::start();
    let folder = folder();
    let config = format!(
        "[mail]\nurl = \"smtp://127.0.0.1:{}\"\nfrom = \"Valmont <noreply@valmont.example>\"\n[federation]\nretry_first = \"500ms\"\n",
        smtp.port
    );
    std::fs::write(folder.path().join("palabre.toml"), config).expect("a file");
    set_up(folder.path());
    let mut node = Running::serve(folder.path(), &[]);
    assert!(!node.said.contains("[mail]"), "no warning: {}", node.said);

    ask_reset(&mut node, "ana@valmont.example");
    let mail = smtp.next();
    assert_eq!((&mail["from"], &mail["to"][0]), (&"noreply@valmont.example".into(), &"ana@valmont.example".into()));
    assert_eq!(mail["headers"]["From"], "Valmont <noreply@valmont.example>");
    assert_eq!(mail["headers"]["Auto-Submitted"], "auto-generated");
    assert!(mail["text"].as_str().is_some_and(|text| text.contains("http")), "{mail}");

    person(&node, folder.path(), "lea", "later@valmont.example");
    ask_reset(&mut node, "later@valmont.example");
    assert_eq!(smtp.next()["to"][0], "later@valmont.example", "tried again after the server put it off");

    person(&node, folder.path(), "nev", "never@valmont.example");
    ask_reset(&mut node, "never@valmont.example");
    node.wait_for("never");
    let states = until(|| {
        let mails = json(&done(folder.path(), &["mail", "list", "--json"], ""));
        let of = |to: &str| mails.as_array()?.iter().find(|mail| mail["to"] == to).map(|mail| mail["state"].clone());
        let states = (of("ana@valmont.example")?, of("later@valmont.example")?, of("never@valmont.example")?);
        (states.0 == "sent" && states.1 == "sent").then_some(states)
    });
    assert_ne!(states.2, "sent", "refused for good");
    assert_eq!(node.stop(), Some(0));
}

/// A call of the API with somebody's token.
fn call(node: &mut Running, token: &str, method: &str, path: &str, body: &serde_json::Value) -> serde_json::Value {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let answer = node.ask(method, &format!("/api/v1{path}"), &headers, &body.to_string());
    assert!(matches!(answer.status, 200..=204), "{method} {path}: {answer:?}");
    if answer.body.is_empty() { serde_json::Value::Null } else { answer.json() }
}

#[test]
#[ignore = "needs a python with aiosmtpd; ./check makes one"]
fn news_leave_as_text_and_html_once_and_stop_in_one_step() {
    use serde_json::json;
    let mut smtp = Smtp::start();
    let folder = folder();
    let config =
        format!("[mail]\nurl = \"smtp://127.0.0.1:{}\"\nfrom = \"Valmont <noreply@valmont.example>\"\n", smtp.port);
    std::fs::write(folder.path().join("palabre.toml"), config).expect("a file");
    set_up(folder.path());
    let mut node = Running::serve(folder.path(), &[]);
    let token = |name: &str| done(folder.path(), &["token", "create", "--account", name], "").trim().to_owned();
    for name in ["cleo", "dan"] {
        done(
            folder.path(),
            &["account", "create", name, "--email", &format!("{name}@valmont.example"), "--password-stdin"],
            PASSWORD,
        );
    }
    let (admin, cleo, dan) = (token("root-ana"), token("cleo"), token("dan"));
    call(
        &mut node,
        &admin,
        "POST",
        "/forums",
        &json!({"slug": "rue", "title": "La rue", "visibility": "public", "language": "fr"}),
    );
    let draft = json!({"title": "Fermer <la> rue & la place ?", "text": "Oui.", "method": {"kind": "vote"}, "closes_at": "2099-01-01T00:00:00Z"});
    let made = call(&mut node, &admin, "POST", "/forums/rue/consultations", &draft);
    let at = format!("/consultations/{}", made["slug"].as_str().expect("a slug"));
    call(&mut node, &admin, "POST", &format!("{at}/publish"), &json!({}));
    call(&mut node, &cleo, "PUT", &format!("{at}/follow"), &json!({}));
    let comments = format!("{at}/comments");
    let said = call(&mut node, &cleo, "POST", &comments, &json!({"text": "Pourquoi ?"}));
    let reply = json!({"text": "Pour <b>vivre</b> mieux", "parent": said["id"]});
    call(&mut node, &dan, "POST", &comments, &reply);

    let mail = smtp.next();
    assert_eq!((&mail["to"][0], &mail["type"]), (&json!("cleo@valmont.example"), &json!("multipart/alternative")));
    let (text, html) = (mail["text"].as_str().expect("text"), mail["html"].as_str().expect("HTML"));
    assert!(text.contains("> Pour <b>vivre</b> mieux") && html.contains("&#60;b&#62;vivre"), "{mail}");
    assert!(html.contains("Fermer &#60;la&#62; rue &#38; la place ?") && !html.contains("<la>"));
    assert_eq!(mail["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let stop = mail["headers"]["List-Unsubscribe"].as_str().expect("a way to stop").trim_matches(['<', '>']).to_owned();
    let path = &stop[stop.find("/unsubscribe/").expect("its path")..];
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(node.ask("POST", path, &form, "List-Unsubscribe=One-Click").status, 200);
    assert!(!node.said.contains(path), "its secret is not logged");

    call(&mut node, &dan, "POST", &comments, &reply);
    call(&mut node, &admin, "POST", &format!("{at}/close"), &json!({}));
    for text in ["La rue ferme.", "La rue ferme en mai."] {
        call(&mut node, &admin, "POST", &format!("{at}/outcome"), &json!({"text": text}));
    }
    let next = smtp.next();
    assert!(
        next["headers"]["Subject"].as_str().expect("a subject").contains("Fermer <la> rue"),
        "no second reply: {next}"
    );
    assert!(next["text"].as_str().expect("text").contains("/outcome"));
    // What is mailed after the outcome comes straight after it: it was told once.
    ask_reset(&mut node, "dan@valmont.example");
    assert_eq!(smtp.next()["to"][0], "dan@valmont.example");
    assert_eq!(node.stop(), Some(0));
}
