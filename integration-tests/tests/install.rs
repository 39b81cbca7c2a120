//! What an administrator installs: the image, the compose file, the service and the samples of web servers. Docker itself is not
//! needed: what the image would run is run as a process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use integration_tests::net::Net;
use integration_tests::node::program;
use integration_tests::wait;
use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project").to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The Python that `./check` makes, with a linter of Dockerfiles and a reader of YAML.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where it is")]
fn python() -> PathBuf {
    std::env::var("PALABRE_TEST_PYTHON").expect("PALABRE_TEST_PYTHON; ./check makes one").into()
}

fn runs(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let told = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {told}");
    told
}

#[test]
fn the_dockerfile_is_linted() {
    let hadolint = python().with_file_name("hadolint");
    let told = runs(Command::new(hadolint).arg("--failure-threshold=info").arg(root().join("docker/Dockerfile")));
    assert_eq!(told, "", "nothing is wrong");
}

/// The last stage of the Dockerfile, an instruction a line.
fn image() -> Vec<(String, String)> {
    let text = read("docker/Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
    let all: Vec<_> = lines.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect();
    let last = all.iter().rposition(|(word, _)| word == "FROM").expect("a stage");
    assert!(last > 0, "what builds is no part of what runs");
    all[last..].to_vec()
}

fn of(image: &[(String, String)], word: &str) -> String {
    image.iter().find(|(found, _)| found == word).unwrap_or_else(|| panic!("no {word}")).1.clone()
}

fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// The exact command line and environment of the image, its folder and port mapped as `-v` and `-p` do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_image_starts_as_it_says() {
    let image = image();
    let user = of(&image, "USER");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "an ordinary user: {user}");
    let data = TempDir::new().expect("a folder");
    let address = Net::new(&["image.test"]).address("image.test");
    let mapped = |text: &str| {
        let text = text.replace("0.0.0.0:8080", &address.to_string());
        text.replace("/data", &data.path().display().to_string())
    };
    let environment: HashMap<String, String> = of(&image, "ENV")
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), mapped(value)))
        .collect();
    assert!(environment.len() >= 2);
    let line: Vec<String> = [list(&of(&image, "ENTRYPOINT")), list(&of(&image, "CMD"))].concat();
    assert_eq!(line[0], "palabre");
    let mut command = tokio::process::Command::new(program());
    command.args(&line[1..]).env_clear().envs(&environment).current_dir(data.path()).kill_on_drop(true);
    let mut node = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let client = Net::new(&[]).client();
    wait::until("the image answers", async || {
        let asked = client.get(format!("http://{address}/readyz")).send().await;
        asked.ok().filter(|answer| answer.status().is_success())
    })
    .await;
    let health = list(of(&image, "HEALTHCHECK").split_once("CMD").expect("a command").1.trim());
    let port = address.port().to_string();
    let health: Vec<String> = health.iter().map(|word| word.replace("8080", &port)).collect();
    runs(Command::new(&health[0]).args(&health[1..]));
    assert!(data.path().join("palabre.db").exists(), "everything is kept in the volume");
    node.kill().await.expect("killed");
}

/// A file of YAML as JSON.
fn yaml(path: &str) -> Value {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let told = runs(Command::new(python()).args(["-c", script]).arg(root().join(path)));
    serde_json::from_str(&told).expect("JSON")
}

#[test]
fn one_name_makes_a_node_with_https() {
    let compose = yaml("docker/compose.yaml");
    let (palabre, caddy) = (&compose["services"]["palabre"], &compose["services"]["caddy"]);
    assert_eq!(palabre["build"]["dockerfile"], "docker/Dockerfile");
    assert!(
        root().join("docker").join(palabre["build"]["context"].as_str().expect("a folder")).join("Cargo.toml").exists()
    );
    for service in [&palabre["environment"]["PALABRE_NODE__DOMAIN"], &caddy["environment"]["DOMAIN"]] {
        assert!(
            service.as_str().is_some_and(|value| value.starts_with("${DOMAIN:?")),
            "without a name it does not start"
        );
    }
    assert!(palabre["ports"].is_null(), "the node is reached through Caddy alone");
    let proxies: Vec<String> = list(palabre["environment"]["PALABRE_NODE__TRUSTED_PROXIES"].as_str().expect("a list"));
    assert_eq!(proxies, [caddy["networks"]["inside"]["ipv4_address"].as_str().expect("an address")]);
    assert_eq!((&palabre["read_only"], &palabre["cap_drop"][0]), (&Value::from(true), &Value::from("ALL")));
    let volumes = compose["volumes"].as_object().expect("volumes");
    for service in [palabre, caddy] {
        for volume in service["volumes"].as_array().expect("volumes") {
            let from = volume.as_str().and_then(|volume| volume.split(':').next()).expect("a source");
            assert!(volumes.contains_key(from) || root().join("docker").join(from).exists(), "{from}");
        }
    }
    let keys = palabre["environment"].as_object().expect("an environment").keys();
    let set = keys.filter(|name| name.starts_with("PALABRE_")).map(|name| (name, "x")).collect::<Vec<_>>();
    assert!(set.len() > 2);
    let port = of(&image(), "EXPOSE");
    assert!(read("docker/Caddyfile").contains(&format!("reverse_proxy palabre:{port}")));
}

/// A program of Debian: unpacked by `./check` for the tests alone, or installed.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where it is")]
fn debian(name: &str) -> Command {
    let unpacked = std::env::var("PALABRE_TEST_SERVERS").unwrap_or_default();
    let folders =
        [format!("{unpacked}/usr/sbin"), format!("{unpacked}/usr/bin"), "/usr/sbin".into(), "/usr/bin".into()];
    let place = folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists());
    Command::new(place.unwrap_or_else(|| panic!("no {name} in {folders:?}; ./check unpacks it")))
}

#[test]
fn the_service_is_sound_and_hardened() {
    let folder = TempDir::new().expect("a folder");
    let unit = folder.path().join("palabre.service");
    let text = read("docs/install/palabre.service");
    assert!(text.contains("ExecStart=/usr/local/bin/palabre serve --config /etc/palabre/palabre.toml\n"));
    std::fs::write(&unit, text.replace("/usr/local/bin/palabre", &program().display().to_string())).expect("written");
    let told = runs(debian("systemd-analyze").arg("verify").arg(&unit));
    assert_eq!(told, "", "systemd has nothing to say");
    runs(debian("systemd-analyze").args(["security", "--offline=true", "--threshold=20"]).arg(&unit));
}

#[test]
fn the_samples_of_web_servers_are_understood_by_them() {
    let folder = TempDir::new().expect("a folder");
    let here = |name: &str| folder.path().join(name).display().to_string();
    for name in ["docs/install/Caddyfile", "docker/Caddyfile"] {
        let mut caddy = debian("caddy");
        caddy.env("DOMAIN", "consultations.valmont.example").env("HOME", folder.path());
        runs(caddy.args(["validate", "--adapter", "caddyfile", "--config"]).arg(root().join(name)));
    }
    // nginx reads certificates when it tests: it is given some.
    let certificate = here("certificate.pem");
    let openssl = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=a.test"];
    runs(Command::new("openssl").args(openssl).args(["-out", &certificate, "-keyout", &here("key.pem")]));
    let live = "/etc/letsencrypt/live/consultations.valmont.example";
    let sample = read("docs/install/nginx.conf")
        .replace(&format!("{live}/fullchain.pem"), &certificate)
        .replace(&format!("{live}/privkey.pem"), &here("key.pem"));
    std::fs::write(here("site.conf"), sample).expect("written");
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {};", here(name)))
        .join(" ");
    let whole = format!(
        "pid {};\nerror_log stderr;\nevents {{}}\nhttp {{ access_log off; {temporary} include {}; }}\n",
        here("pid"),
        here("site.conf")
    );
    std::fs::write(here("nginx.conf"), whole).expect("written");
    runs(debian("nginx").arg("-t").arg("-e").arg("stderr").arg("-c").arg(here("nginx.conf")));
}

#[test]
fn every_file_that_the_instructions_name_is_there() {
    for (page, folder) in [("docs/install.md", "docs"), ("docker/README.md", "docker")] {
        let text = read(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(root().join(folder).join(link).exists(), "{page}: {link}");
        }
    }
    let instructions = read("docs/install.md");
    for file in ["docs/install/palabre.service", "docs/install/Caddyfile", "docs/install/nginx.conf"] {
        assert!(instructions.contains(file) && root().join(file).exists(), "{file}");
    }
}
