//! The kinds of values that a key can hold beside numbers and text.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A host name in lower case (punycode), with a port where `federation.allow_http` permits one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain {
    host: String,
    port: Option<u16>,
}

impl Domain {
    /// Whether ids carry a port.
    pub fn has_port(&self) -> bool {
        self.port.is_some()
    }
}

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is not a host name: {why}");
        let url = url::Url::parse(&format!("palabre://{text}")).map_err(|error| wrong(&error.to_string()))?;
        let host = url::Host::parse(url.host_str().unwrap_or_default()).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(host, url::Host::Domain(_)) {
            return Err(wrong("other servers know a node by a name, not by an address"));
        }
        let plain =
            url.username().is_empty() && url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
        if !plain {
            return Err(wrong("give the bare name, as in consultations.valmont.example"));
        }
        Ok(Self { host: host.to_string(), port: url.port() })
    }
}

impl TryFrom<String> for Domain {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.to_string()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

/// Where the node listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Listen {
    /// `HOST:PORT`
    Tcp(String),
    /// `unix:/path`
    Unix(PathBuf),
}

impl Default for Listen {
    fn default() -> Self {
        Self::Tcp(format!("127.0.0.1:{}", super::DEFAULT_PORT))
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix("unix:").or_else(|| text.starts_with('/').then_some(text));
        if let Some(path) = path {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        let port =
            text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
        match port {
            Some(_) => Ok(Self::Tcp(text.to_owned())),
            None => Err(format!("`{text}` is neither HOST:PORT nor unix:/path")),
        }
    }
}

impl TryFrom<String> for Listen {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.to_string()
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Text that may hold a password. It is neither printed nor written anywhere.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one who connects with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads a length of time: a whole number and a unit, `500ms`, `180s`, `5m`, `2h`, `90d`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a length of time such as 500ms, 180s, 5m, 2h or 90d");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|&length| length > 0).map(Duration::from_millis).ok_or_else(wrong)
}

/// A `Duration` as text, for serde.
pub mod duration {
    use super::*;

    /// Reads it.
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        parse_duration(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }

    /// Writes it in milliseconds.
    pub fn serialize<S: serde::Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}ms", length.as_millis()))
    }
}

/// Whether `url` names a database we can open. The reason never repeats the address, which may hold a password.
pub fn check_database(url: &str) -> Result<(), &'static str> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    known.iter().any(|scheme| url.starts_with(scheme)).then_some(()).ok_or("neither sqlite:PATH nor postgres://…")
}

/// Whether `url` names a mail server.
pub fn check_mail(url: &str) -> Result<(), &'static str> {
    let parsed = url::Url::parse(url).map_err(|_| "not smtp://user:pass@host:port")?;
    let known = matches!(parsed.scheme(), "smtp" | "smtps") && parsed.host_str().is_some_and(|host| !host.is_empty());
    known.then_some(()).ok_or("neither smtp:// nor smtps:// with a host")
}

/// Whether `text` can stand in `From:`.
pub fn check_mailbox(text: &str) -> Result<(), String> {
    text.parse::<lettre::message::Mailbox>().map(|_| ()).map_err(|error| format!("`{text}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_have_a_unit() {
        assert_eq!(parse_duration("180s"), Ok(Duration::from_secs(180)));
        assert_eq!(parse_duration("90d"), Ok(Duration::from_secs(90 * 86_400)));
        for wrong in ["", "180", "s", "-5s", "0s", "1 h", "1w", "99999999999999999999s", "18446744073709551615d"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_domain_is_a_bare_lower_case_name() {
        assert_eq!("Valmont.Example".parse::<Domain>().map(String::from), Ok("valmont.example".into()));
        assert_eq!("town.localhost:4001".parse::<Domain>().map(|d| d.has_port()), Ok(true));
        for wrong in ["", "https://a.test", "a.test/x", "ana@a.test", "127.0.0.1", "[::1]", "a b"] {
            assert!(wrong.parse::<Domain>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_node_listens_on_a_port_or_a_socket() {
        assert_eq!("/run/p.sock".parse(), Ok(Listen::Unix("/run/p.sock".into())));
        assert_eq!("unix:p.sock".parse(), Ok(Listen::Unix("p.sock".into())));
        assert_eq!("[::1]:0".parse(), Ok(Listen::Tcp("[::1]:0".into())));
        assert!("8080".parse::<Listen>().is_err());
        assert!(":8080".parse::<Listen>().is_err());
    }

    #[test]
    fn a_secret_is_never_written() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert!(!serde_json::to_string(&secret).unwrap().contains("hunter2"));
        assert_eq!(secret.reveal(), "hunter2");
    }
}
