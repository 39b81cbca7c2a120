//! `palabre verify`

mod mirror;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use federation::files::Files;
use federation::guard::Rules;
use federation::wire::ACTIVITY_JSON;
use model::count::log::tile::FULL;
use model::count::log::verify::archive::Archive;
use model::count::log::verify::report::{Fault, Report};
use model::count::log::verify::{Source, Wanted, verify};
use url::Url;

use crate::arguments::Verify;
use crate::config::Config;
use crate::machines::Network;
use crate::output;
use crate::progress::Progress;

/// The largest file that is read, in octets: a bundle of the longest entries.
const LARGEST: usize = 256 * (2 + u16::MAX as usize);

/// Counts again, from public files alone. Opens no database.
pub async fn run(config: &Config, command: Verify) -> anyhow::Result<()> {
    let Verify { what, receipt, key, since, witnesses, quorum, print } = command;
    let (receipt, since) = (read(receipt.as_deref())?, read(since.as_deref())?);
    let wanted = Wanted { log: None, key, receipt, since, witnesses, quorum, proven: false };
    let report = match place(&what) {
        Place::Archive(path) => verify(&Watched::new(Archive::open(&path)?), &wanted).await,
        Place::Node(base) => {
            let source = Node::at(config, base)?;
            let wanted = Wanted { log: Some(source.log()), ..wanted };
            verify(&Watched::new(source), &wanted).await
        }
        Place::Mirror(page, origin) => mirror::run(config, &page, &origin).await?,
        Place::Neither => super::usage("give the address of a consultation, https://HOST/c/SLUG, or an archive"),
    };
    match print.json {
        true => output::json(&report)?,
        false => tell(&report)?,
    }
    match report.fault() {
        None => Ok(()),
        Some(check) => bail!("{} does not hold: {}", check.check, check.detail),
    }
}

fn read(path: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
    path.map(|path| std::fs::read(path).with_context(|| path.display().to_string())).transpose()
}

fn tell(report: &Report) -> anyhow::Result<()> {
    for warning in &report.warnings {
        output::say(format_args!("Warning: {warning}"));
    }
    for check in &report.checks {
        let word = if check.holds { "holds" } else { "DOES NOT HOLD" };
        output::line(format_args!("{:<11} {word}: {}", check.check, check.detail))?;
    }
    match (report.ok, &report.log) {
        (true, Some(log)) => output::line(format_args!("All of it holds for {log}.")),
        _ => Ok(()),
    }
}

/// Where a log is read from.
enum Place {
    Archive(PathBuf),
    Node(Url),
    /// The page of a node that carries it, and its address at its origin.
    Mirror(Url, Url),
    Neither,
}

fn place(what: &str) -> Place {
    let is_consultation = |url: &Url| {
        let path = url.path().trim_end_matches('/');
        matches!(url.scheme(), "http" | "https")
            && path.strip_prefix("/c/").is_some_and(|slug| !slug.is_empty() && !slug.contains('/'))
    };
    match Url::parse(what) {
        Ok(url) if is_consultation(&url) => Place::Node(url),
        Ok(url) if mirror::origin(&url).is_some() => {
            mirror::origin(&url).map_or(Place::Neither, |to| Place::Mirror(url, to))
        }
        _ if Path::new(what).exists() => Place::Archive(what.into()),
        _ => Place::Neither,
    }
}

/// The way to other nodes. A node may well check itself: nothing is our own host here.
fn files(config: &Config) -> anyhow::Result<Files> {
    let rules = Rules { own: String::new(), ..Network::read(config)?.rules() };
    Files::new(rules, env!("CARGO_PKG_VERSION")).context("federation.extra_ca")
}

/// Files of a log, with a line that says how many of its entries have been read.
struct Watched<S> {
    source: S,
    progress: Progress,
}

impl<S: Source> Watched<S> {
    fn new(source: S) -> Self {
        Self { source, progress: Progress::counted("bundles of entries") }
    }
}

impl<S: Source> Source for Watched<S> {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let octets = self.source.get(name).await?;
        if name.starts_with("log/tile/entries/") {
            self.progress.more(1);
        } else if name == "log/checkpoint" {
            let text = String::from_utf8_lossy(octets.as_deref().unwrap_or_default());
            let size = text.lines().nth(1).and_then(|size| size.parse::<u64>().ok());
            self.progress.all(size.unwrap_or_default().div_ceil(FULL));
        }
        Ok(octets)
    }
}

/// A node that is asked.
struct Node {
    files: Files,
    /// The consultation, with a slash at its end.
    base: Url,
}

impl Node {
    fn at(config: &Config, mut base: Url) -> anyhow::Result<Self> {
        base.set_query(None);
        base.set_fragment(None);
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        Ok(Self { files: files(config)?, base })
    }

    /// The name that its log must have.
    fn log(&self) -> String {
        let authority = &self.base[url::Position::BeforeHost..url::Position::AfterPort];
        format!("{authority}{}", self.base.path().trim_end_matches('/'))
    }
}

impl Source for Node {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let (path, accept) = match name {
            "actor.json" => ("/", ACTIVITY_JSON),
            _ => (name, "*/*"),
        };
        let url = self.base.join(path).map_err(|why| Fault::new(format!("{name}: {why}")))?;
        self.files.get(&url, accept, LARGEST).await.map_err(|why| Fault::new(format!("{name}: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_consultation_is_told_from_an_archive() {
        for address in ["https://a.test/c/x", "http://localhost:8080/c/x/"] {
            assert!(matches!(place(address), Place::Node(_)), "{address}");
        }
        assert!(matches!(place("."), Place::Archive(_)));
        for neither in ["https://a.test/", "https://a.test/c/", "https://a.test/c/x/log", "nothing-here", "ftp://a/c/x"]
        {
            assert!(matches!(place(neither), Place::Neither), "{neither}");
        }
    }

    #[test]
    fn the_log_is_named_by_its_address() {
        let base = "http://town.localhost:4001/c/square-7kq2/?x#y".parse().unwrap();
        let node = Node::at(&Config::default(), base).unwrap();
        assert_eq!(node.log(), "town.localhost:4001/c/square-7kq2");
    }
}
