//! The public files of a log, and a host that can do with them what it likes, its key included.

use std::collections::BTreeMap;

use model::count::log::tile::{Level, split};
use model::count::log::tree::Edge;
use model::count::log::verify::report::{Fault, Report};
use model::count::log::verify::{Source, Wanted, verify};
use model::count::log::{self, Entry, Place, note};
use model::count::publication;
use model::count::tally::Viewer;
use model::debate::consultation::Consultation;
use model::people::proof::{self, Signer};
use model::testing::World;
use serde_json::{Value, json};

/// What is given out, by name.
pub struct Host {
    pub files: BTreeMap<String, Vec<u8>>,
    pub signer: Signer,
    pub origin: String,
}

impl Source for Host {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.files.get(name).cloned())
    }
}

impl Host {
    /// What this consultation's node gives out now.
    pub async fn of(world: &World, on: &Consultation) -> Self {
        let mut tx = world.store.begin().await.unwrap();
        let here = &world.address;
        let signer = log::signer(&mut tx, world.now(), here).await.unwrap();
        let mut files = BTreeMap::new();
        let checkpoint = log::checkpoint(&mut tx, &signer, on, here).await.unwrap();
        let vkey = log::vkey(&signer, on, here);
        let size = checkpoint.lines().nth(1).unwrap().parse().unwrap();
        for level in [Level::Entries, Level::Hashes(0), Level::Hashes(1), Level::Hashes(2)] {
            for place in Place::all(level, size) {
                files.insert(format!("log/tile/{place}"), log::tile(&mut tx, on.id, place).await.unwrap());
            }
        }
        let results = publication::results(&mut tx, on, here, world.now(), Viewer::Anybody).await.unwrap();
        tx.commit().await.unwrap();
        files.insert("log/checkpoint".into(), checkpoint.into_bytes());
        files.insert("log/vkey".into(), vkey.into_bytes());
        files.insert("results.json".into(), results.to_string().into_bytes());
        let key = json!({"type": "Multikey", "publicKeyMultibase": proof::multikey(&signer.public())});
        files.insert("actor.json".into(), json!({"type": "Application", "assertionMethod": [key]}).to_string().into());
        Self { files, signer, origin: log::origin(here, &on.slug) }
    }

    pub async fn verify(&self, wanted: Wanted) -> Report {
        verify(self, &Wanted { log: Some(self.origin.clone()), ..wanted }).await
    }

    /// Everything holds.
    pub async fn holds(&self, wanted: Wanted) {
        let report = self.verify(wanted).await;
        assert!(report.ok && report.fault().is_none(), "{report:#?}");
    }

    /// This check finds something, for a reason that says so.
    #[track_caller]
    pub fn finds(report: &Report, check: &str, words: &str) {
        let fault = report.fault().unwrap_or_else(|| panic!("nothing was found: {report:#?}"));
        assert!(fault.check == check && fault.detail.contains(words) && !report.ok, "{words}: {report:#?}");
    }

    pub fn lines(&self) -> Vec<Vec<u8>> {
        let bundles = self.files.iter().filter(|(name, _)| name.starts_with("log/tile/entries/"));
        bundles.flat_map(|(_, bundle)| split(bundle).unwrap().into_iter().map(<[u8]>::to_vec)).collect()
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.lines().iter().map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    pub fn size(&self) -> usize {
        self.lines().len()
    }

    pub fn checkpoint(&self) -> Vec<u8> {
        self.files["log/checkpoint"].clone()
    }

    /// Gives other entries out, tiles and all, and signs them.
    pub fn rewrites(&mut self, lines: &[Vec<u8>]) {
        let (mut edge, mut done) = (Edge::default(), Vec::new());
        lines.iter().for_each(|line| edge.append(line, &mut done).unwrap());
        self.files.retain(|name, _| !name.starts_with("log/tile/"));
        for level in [Level::Entries, Level::Hashes(0), Level::Hashes(1)] {
            for place in Place::all(level, edge.size) {
                let full = done.iter().find(|tile| (tile.level, tile.n) == (level, place.n));
                let data = full.map_or(edge.tile(level), |tile| tile.data.as_slice()).to_vec();
                self.files.insert(format!("log/tile/{place}"), data);
            }
        }
        let note = note::checkpoint(&self.signer, &self.origin, edge.size, edge.root().unwrap()).unwrap();
        self.files.insert("log/checkpoint".into(), note.into_bytes());
    }

    /// The same with entries.
    pub fn writes(&mut self, entries: &[Entry]) {
        let lines: Vec<Vec<u8>> = entries.iter().map(|entry| entry.line().unwrap()).collect();
        self.rewrites(&lines);
    }

    pub fn results(&self) -> Value {
        serde_json::from_slice(&self.files["results.json"]).unwrap()
    }

    /// Publishes other results, signed like the real ones.
    pub fn publishes(&mut self, change: impl FnOnce(&mut Value)) {
        let mut results = self.results();
        change(&mut results);
        if results.get("proof").is_some() {
            let created = results["proof"]["created"].as_str().unwrap().parse_instant();
            self.signer.prove(&mut results, created).unwrap();
        }
        self.files.insert("results.json".into(), results.to_string().into_bytes());
    }

    /// Results that fit the log as it was rewritten: its head, and these counts for the tier `member`.
    pub fn fits_results(&mut self, counts: &[(&str, i64)]) {
        let note = String::from_utf8(self.checkpoint()).unwrap();
        let lines: Vec<&str> = note.lines().collect();
        let (size, root) = (lines[1].parse::<u64>().unwrap(), lines[2].to_owned());
        self.publishes(|results| {
            results["log"]["size"] = size.into();
            results["log"]["root"] = root.into();
            let member = &mut results["tiers"]["member"];
            member["voters"] = counts.iter().map(|(_, count)| count).sum::<i64>().into();
            for choice in member["choices"].as_array_mut().unwrap() {
                let count = counts.iter().find(|(id, _)| choice["id"] == *id).map_or(0, |(_, count)| *count);
                choice["count"] = count.into();
            }
        });
    }
}

trait ParseInstant {
    fn parse_instant(&self) -> model::clock::Instant;
}

impl ParseInstant for str {
    fn parse_instant(&self) -> model::clock::Instant {
        model::clock::Instant::parse(self).unwrap()
    }
}
