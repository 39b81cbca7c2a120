//! The commands, from a shell.

mod support;

use support::*;

#[test]
fn wrong_usage_ends_with_2() {
    let folder = folder();
    for arguments in [
        &["no-such-command"][..],
        &["serve", "--no-such-flag"],
        &["setup"],
        &["account", "create", "ben", "--email", "b@valmont.example"],
        &["token", "create", "--account", "ben", "--expires", "soon"],
        &["migrate", "--set", "nonsense"],
    ] {
        let output = run(folder.path(), arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        assert!(out(&output).is_empty(), "{arguments:?}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn an_unknown_key_fails_every_command_by_name() {
    let folder = folder();
    std::fs::write(folder.path().join("other.toml"), "[node]\nlisten = \"127.0.0.1:0\"\ndomian = \"a.test\"\n")
        .expect("a file");
    for arguments in [
        &["--config", "other.toml", "serve"][..],
        &["serve", "--config", "other.toml"],
        &["account", "list", "--config", "other.toml"],
        &["migrate", "--config", "other.toml"],
        &["mail", "list", "--config", "other.toml"],
        &["export", "x", "--config", "other.toml"],
        &["demo", "--config", "other.toml"],
    ] {
        let output = run(folder.path(), arguments, "");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains("`node.domian`") && err(&output).contains("node.domain"), "{}", err(&output));
    }
}

#[test]
fn a_command_makes_no_node_where_there_is_none() {
    let folder = folder();
    for arguments in [
        &["account", "list"][..],
        &["account", "create", "ben", "--email", "b@valmont.example", "--password-stdin"],
        &["token", "create", "--account", "ben"],
        &["mail", "list"],
        &["export", "x"],
        &["backup", "--output", "backup.zip"],
    ] {
        let output = run(folder.path(), arguments, PASSWORD);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains("palabre setup"), "{arguments:?}: {}", err(&output));
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn every_command_refuses_a_schema_that_is_newer() {
    let folder = folder();
    set_up(folder.path());
    let url = format!("sqlite:{}", folder.path().join("data/palabre.db").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = model::store::Store::open(&model::store::Options { url, max_connections: 2 }).expect("a store");
        model::testing::pretend_newer(&store).await;
    });
    for arguments in [
        &["serve", "--set", "node.listen=127.0.0.1:0"][..],
        &["setup", "--name", "V", "--admin", "zoe", "--email", "z@valmont.example", "--password-stdin"],
        &["migrate"],
        &["account", "list"],
        &["token", "create", "--account", "root-ana"],
        &["mail", "list"],
        &["export", "x"],
        &["backup", "--output", "backup.zip"],
    ] {
        let output = run(folder.path(), arguments, PASSWORD);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains("99990101000000"), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let output = run(folder().path(), &["migrate", "--config", "none.toml"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("none.toml"), "{}", err(&output));
}

#[test]
fn set_up_happens_once() {
    let folder = folder();
    set_up(folder.path());
    let again = ["setup", "--name", "V", "--admin", "zoe", "--email", "z@valmont.example", "--password-stdin"];
    let output = run(folder.path(), &again, PASSWORD);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("already-set-up"), "{}", err(&output));
}

#[test]
fn a_refused_set_up_names_the_field_and_leaves_nothing() {
    let folder = folder();
    let arguments = ["setup", "--name", "V", "--admin", "zoe", "--email", "nowhere", "--password-stdin"];
    let output = run(folder.path(), &arguments, PASSWORD);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("email"), "{}", err(&output));
    set_up(folder.path());
}

#[test]
fn accounts_are_made_listed_disabled_and_given_passwords() {
    let folder = folder();
    set_up(folder.path());
    let create = |name: &str, email: &str, password: &str| {
        run(
            folder.path(),
            &["account", "create", name, "--email", email, "--password-stdin", "--role", "author"],
            password,
        )
    };
    assert_eq!(create("ben", "ben@valmont.example", PASSWORD).status.code(), Some(0));
    assert_eq!(create("ben", "other@valmont.example", PASSWORD).status.code(), Some(1), "the name is taken");
    assert_eq!(create("zoe", "zoe@valmont.example", "short").status.code(), Some(1), "the password is weak");
    assert_eq!(create("admin", "zoe@valmont.example", PASSWORD).status.code(), Some(1), "the name is reserved");

    let listed = json(&done(folder.path(), &["account", "list", "--json"], ""));
    let ben = listed.as_array().expect("a list").iter().find(|account| account["name"] == "ben").expect("ben");
    assert_eq!((&ben["role"], &ben["confirmed"], &ben["disabled"]), (&"author".into(), &true.into(), &false.into()));

    assert!(done(folder.path(), &["account", "reset-password", "ben"], "").contains("http"), "a link");
    done(folder.path(), &["account", "reset-password", "ben", "--password-stdin"], "another long password");
    done(folder.path(), &["account", "disable", "ben"], "");
    assert!(done(folder.path(), &["account", "list"], "").contains("disabled"));
    let output = run(folder.path(), &["account", "disable", "nobody"], "");
    assert_eq!((output.status.code(), err(&output).contains("nobody")), (Some(1), true));
}

#[test]
fn a_token_is_printed_alone() {
    let folder = folder();
    set_up(folder.path());
    let token = done(folder.path(), &["token", "create", "--account", "root-ana"], "");
    assert_eq!(token.lines().count(), 1);
    assert!(token.trim().len() >= 32 && !token.trim().contains(char::is_whitespace));
}

#[test]
fn migrating_twice_changes_nothing() {
    let folder = folder();
    let first = json(&done(folder.path(), &["migrate", "--json"], ""));
    assert!(!first["applied"].as_array().expect("a list").is_empty());
    let second = json(&done(folder.path(), &["migrate", "--json"], ""));
    assert_eq!(second["applied"], serde_json::json!([]));
}

#[test]
fn the_environment_and_flags_choose_the_database() {
    let folder = folder();
    let mut command = palabre(folder.path(), &["migrate"]);
    command.env("PALABRE_DATABASE__URL", "sqlite:elsewhere/a.db");
    assert!(command.status().expect("it runs").success());
    assert!(folder.path().join("elsewhere/a.db").is_file());
    done(folder.path(), &["migrate", "--set", "node.data_dir=third"], "");
    assert!(folder.path().join("third/palabre.db").is_file());
}

#[test]
fn servers_are_treated_and_lists_of_them_go_in_and_out() {
    let folder = folder();
    set_up(folder.path());
    let ran = |arguments: &[&str]| {
        let output = run(folder.path(), arguments, "");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
        out(&output)
    };
    ran(&["peer", "set", "Friend.Example", "partner"]);
    let list = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,false,false,spam,false\nnot a host,suspend,false,false,,false\n";
    std::fs::write(folder.path().join("list.csv"), list).expect("a file");
    assert_eq!(ran(&["peer", "import", "list.csv"]), "1 changed, 0 unchanged, 1 refused\n");
    let told: serde_json::Value = serde_json::from_str(&ran(&["peer", "list", "--json"])).expect("JSON");
    assert_eq!((&told[0]["host"], &told[0]["policy"]), (&"bad.example".into(), &"block".into()));
    assert_eq!((&told[1]["host"], &told[1]["policy"]), (&"friend.example".into(), &"partner".into()));
    assert!(ran(&["peer", "export"]).contains("bad.example,suspend,false,false,spam,false"));
    ran(&["peer", "forget", "bad.example"]);
    assert!(!ran(&["peer", "export"]).contains("bad.example"));
    for (arguments, says) in [
        (&["peer", "forget", "bad.example"][..], "nothing is said"),
        (&["peer", "set", "b.example", "friend"], "friend"),
        (&["peer", "set", "127.0.0.1", "block"], "host"),
    ] {
        let output = run(folder.path(), arguments, "");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains(says), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn the_doctor_says_what_is_wrong_and_mends_what_it_may() {
    let folder = folder();
    let first = run(folder.path(), &["doctor"], "");
    assert!(out(&first).contains("database: SQLite, empty"), "{}", out(&first));
    let fixed = run(folder.path(), &["doctor", "--fix", "--json"], "");
    let found: serde_json::Value = serde_json::from_str(&out(&fixed)).expect("JSON");
    let of = |check: &str| found.as_array().and_then(|all| all.iter().find(|one| one["check"] == check)).cloned();
    assert_eq!(of("database").expect("a finding")["state"], "ok", "migrations are applied: {found}");
    assert_eq!(of("domain").expect("a finding")["state"], "warn");
    assert!(of("domain").expect("a finding")["mend"].as_str().is_some_and(|mend| mend.contains("node.domain")));
}

#[test]
fn long_commands_say_how_far_they_have_come_on_a_terminal_alone() {
    let folder = folder();
    set_up(folder.path());
    let quiet = run(folder.path(), &["backup", "--output", "quiet.zip"], "");
    assert!(quiet.status.success() && err(&quiet).is_empty(), "{}", err(&quiet));
    // script(1) gives it a terminal, whose output is its own.
    let line = format!("{} backup --output shown.zip", palabre(folder.path(), &[]).get_program().display());
    let mut shown = std::process::Command::new("script");
    shown
        .env("TERM", "xterm")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null());
    let shown = shown.output().expect("script(1), which every Debian has");
    let said = out(&shown);
    assert!(shown.status.success() && said.contains("accounts, ") && said.contains("rows of"), "{said:?}");
    assert!(!out(&quiet).contains("accounts, "));
}
