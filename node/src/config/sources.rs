//! Where values come from, and which wins: file, environment, flags.

use std::path::PathBuf;

use config::{File, FileFormat, Value, ValueKind};

use super::{Config, DEFAULT_FILE, keys};

const PREFIX: &str = "PALABRE_";
const SEPARATOR: &str = "__";
/// Variables that the tests are told things by.
const TESTS: &str = "TEST_";

/// What was given from outside, unread.
#[derive(Debug, Default)]
pub struct Sources {
    /// `--config F`; without it `palabre.toml`, if there.
    pub file: Option<PathBuf>,
    /// The process's environment; only `PALABRE_SECTION__KEY` is looked at.
    pub environment: Vec<(String, String)>,
    /// `section.key` and value, from flags.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// One sentence that names the key, and the file or variable it stands in.
    pub fn read(self) -> Result<Config, String> {
        let file = match &self.file {
            Some(path) => File::from(path.as_path()).format(FileFormat::Toml).required(true),
            None => File::new(DEFAULT_FILE, FileFormat::Toml).required(false),
        };
        let mut builder = config::Config::builder().add_source(file);
        for (name, value) in &self.environment {
            let Some(key) = key_of(name)? else { continue };
            builder = set(builder, &key, name, value)?;
        }
        for (key, value) in &self.flags {
            builder = set(builder, key, "the command line", value)?;
        }
        let built = builder.build().map_err(say)?;
        let table = built.cache.clone().into_table().map_err(say)?;
        keys::check(&table)?;
        let config: Config = built.try_deserialize().map_err(say)?;
        config.validate()?;
        Ok(config)
    }
}

type Builder = config::ConfigBuilder<config::builder::DefaultState>;

fn set(builder: Builder, key: &str, origin: &str, text: &str) -> Result<Builder, String> {
    let value = read_value(origin, text)?;
    builder.set_override(key, value).map_err(|error| format!("{origin}: {}", say(error)))
}

/// `PALABRE_NODE__DATA_DIR` is `node.data_dir`. What begins as ours and names no section is most likely misspelt: it is
/// refused rather than left unread.
fn key_of(name: &str) -> Result<Option<String>, String> {
    let Some(ours) = name.strip_prefix(PREFIX).filter(|rest| !rest.starts_with(TESTS)) else { return Ok(None) };
    match ours.split_once(SEPARATOR) {
        Some((section, key)) => Ok(Some(format!("{}.{}", section.to_ascii_lowercase(), key.to_ascii_lowercase()))),
        None => Err(format!(
            "unknown variable `{name}`: a setting is written {PREFIX}SECTION{SEPARATOR}KEY, with two underscores, such as \
             PALABRE_NODE__LISTEN"
        )),
    }
}

/// Lists and tables are written as TOML does; anything else is taken as it stands, and read as the key requires.
fn read_value(origin: &str, text: &str) -> Result<Value, String> {
    let named = Some(origin.to_owned());
    if !text.starts_with(['[', '{']) {
        return Ok(Value::new(named.as_ref(), ValueKind::String(text.to_owned())));
    }
    let document = File::from_str(&format!("value = {text}"), FileFormat::Toml);
    let read =
        config::Config::builder().add_source(document).build().map_err(|error| format!("{origin}: {}", say(error)))?;
    let value = read.get::<Value>("value").map_err(|error| format!("{origin}: {}", say(error)))?;
    Ok(Value::new(named.as_ref(), value.kind))
}

fn say(error: config::ConfigError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{Listen, LogFormat};

    fn read(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palabre.toml");
        std::fs::write(&path, file).unwrap();
        let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Sources { file: Some(path), environment: own(environment), flags: own(flags) }.read()
    }

    const EVERY_KEY: &str = r#"
        [node]
        domain = "consultations.valmont.example"
        listen = "127.0.0.1:8080"
        data_dir = "./data"
        trusted_proxies = ["127.0.0.1"]
        [database]
        url = "sqlite:./data/palabre.db"
        max_connections = 10
        [mail]
        url = "smtp://user:pass@host:587"
        from = "Valmont <noreply@valmont.example>"
        [federation]
        enabled = true
        mode = "open"
        allow_http = false
        allow_private_addresses = false
        extra_ca = "ca.pem"
        hosts = { "b.test" = "127.0.0.1:4002" }
        secure_mode = false
        tally_interval = "180s"
        retry_first = "30s"
        [auth]
        registration = "open"
        oidc = [{ name = "Valmont", issuer = "https://id.valmont.example", client_id = "p", client_secret_file = "s", tier = "member" }]
        [limits]
        api_reads = 3000
        api_writes = 600
        anonymous = 3000
        inbox = 3000
        sign_in = 10
        [log]
        format = "text"
    "#;

    #[test]
    fn every_key_is_accepted() {
        let config = read(EVERY_KEY, &[], &[]).unwrap();
        assert_eq!(config.federation.hosts["b.test"].port(), 4002);
        assert_eq!(config.auth.oidc[0].name, "Valmont");
    }

    #[test]
    fn nothing_at_all_is_a_configuration() {
        let config = read("", &[], &[]).unwrap();
        assert_eq!(config.database_url(), "sqlite:./data/palabre.db");
        assert_eq!(config.federation.tally_interval, Duration::from_secs(180));
    }

    #[test]
    fn the_environment_overrides_the_file_and_flags_override_both() {
        let file = "[node]\nlisten = \"127.0.0.1:1\"\n[log]\nformat = \"text\"";
        let environment = [
            ("PALABRE_NODE__LISTEN", "127.0.0.1:2"),
            ("PALABRE_LOG__FORMAT", "json"),
            ("PALABRE_FEDERATION__ALLOW_HTTP", "true"),
            ("PALABRE_FEDERATION__HOSTS", r#"{ "b.test" = "127.0.0.1:4002" }"#),
            ("PALABRE_LIMITS__INBOX", "12"),
            ("PALABRE_TEST_POSTGRES", "postgres://elsewhere"),
        ];
        let config = read(file, &environment, &[("node.listen", "127.0.0.1:3")]).unwrap();
        assert_eq!(config.node.listen, Listen::Tcp("127.0.0.1:3".into()));
        assert_eq!(config.log.format, LogFormat::Json);
        assert!(config.federation.allow_http);
        assert_eq!(config.federation.hosts["b.test"].port(), 4002);
        assert_eq!(config.limits.inbox, 12);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_with_a_hint() {
        for (file, environment, name, hint) in [
            ("[node]\nlisen = \"x\"", vec![], "node.lisen", "node.listen"),
            ("[nod]\nlisten = \"x\"", vec![], "nod", "node"),
            ("", vec![("PALABRE_MAIL__FORM", "x")], "mail.form", "mail.from"),
            ("[[auth.oidc]]\nnam = \"x\"", vec![], "nam", "name"),
        ] {
            let error = read(file, &environment, &[]).unwrap_err();
            assert!(error.contains(&format!("`{name}`")) && error.contains(hint), "{error}");
        }
    }

    const ISSUER: &str = "issuer = \"https://id.test\"\n";

    fn provider(more: &str) -> String {
        let known = "name = \"Town\"\nclient_id = \"p\"\nclient_secret_file = \"s\"\n";
        format!("[[auth.oidc]]\n{known}{ISSUER}{more}\n")
    }

    #[test]
    fn a_wrong_value_is_named_by_its_key() {
        for (file, names) in [
            ("[federation]\ntally_interval = \"soon\"", "federation.tally_interval"),
            ("[federation]\nmode = \"shut\"", "federation.mode"),
            ("[node]\nlisten = \"8080\"", "node.listen"),
            ("[limits]\ninbox = 0", "limits.inbox"),
            ("[node]\ndomain = \"a.test:1\"", "node.domain"),
            ("[mail]\nurl = \"smtp://h\"", "mail.from"),
            ("[database]\nurl = \"mysql://h\"", "database.url"),
            (provider("tier = \"partner\"").as_str(), "tier"),
            (provider("tier = \"gold\"").as_str(), "tier"),
            (provider("tier = \"open\"\nclaims = [{ claim = \"a\", value = \"b\" }]").as_str(), "claims"),
            (provider("tier = \"open\"\nissuer = \"ftp://id.test\"").replacen(ISSUER, "", 1).as_str(), "issuer"),
            (provider("tier = \"open\"").repeat(2).as_str(), "two providers"),
        ] {
            let error = read(file, &[], &[]).unwrap_err();
            assert!(error.contains(names), "{error}");
        }
    }

    #[test]
    fn a_variable_with_one_underscore_is_refused_by_name() {
        let error = read("", &[("PALABRE_NODE_LISTEN", "127.0.0.1:2")], &[]).unwrap_err();
        assert!(error.contains("`PALABRE_NODE_LISTEN`") && error.contains("PALABRE_NODE__LISTEN"), "{error}");
    }

    #[test]
    fn a_password_is_not_in_the_error() {
        let file = "[mail]\nurl = \"ftp://user:hunter2@h\"\nfrom = \"a@b.example\"";
        assert!(!read(file, &[], &[]).unwrap_err().contains("hunter2"));
    }
}
