//! What has to be, once everything has come to its end.

use std::collections::BTreeSet;

use model::count::electorate::Tier;
use model::count::publication;
use model::count::tally::Viewer;
use model::debate::comment;
use model::debate::consultation::Consultation;
use model::network::{elsewhere, mirror};

use super::region::{CHOICES, Expected, HOMES, HOSTS, MIRRORS, Region};

impl Region {
    /// Everything is as it should be, on every node.
    pub async fn agrees(&self, on: &Consultation, expected: &Expected, seed: u64) {
        let origin = &self.nodes[0];
        let counts = origin.world.tally(on).await;
        for (tier, homes) in [(Tier::Member, vec![0]), (Tier::Open, HOMES.to_vec())] {
            for choice in CHOICES {
                let wanted = expected
                    .ballots
                    .iter()
                    .filter(|((home, _), chosen)| homes.contains(home) && **chosen == Some(choice));
                let wanted = i64::try_from(wanted.count()).expect("a number");
                let counted = counts.0.get(&tier).map_or(0, |count| count.of(choice));
                assert_eq!(counted, wanted, "schedule {seed}: {choice} in the tier {tier}");
            }
        }
        let mut conn = origin.world.store.conn().await.expect("a connection");
        let on = &origin.world.again(on).await;
        let now = origin.world.now();
        let here = &origin.world.address;
        let results = publication::results(&mut conn, on, here, now, Viewer::Anybody).await.expect("results");
        let said = comment::list(&mut conn, on.id, None, 500).await.expect("comments");
        let shown = said.iter().filter(|(it, _)| it.state == comment::State::Visible);
        let wanted: BTreeSet<String> = expected.comments.keys().cloned().collect();
        let at_origin: Vec<String> = shown.map(|(it, _)| it.markdown.trim().to_owned()).collect();
        once_each(&at_origin, &wanted, &format!("schedule {seed}: at the origin"));
        drop(conn);
        for home in MIRRORS {
            let mut conn = self.nodes[home].world.store.conn().await.expect("a connection");
            let there = elsewhere::at(&mut conn, HOSTS[0], &on.slug).await.expect("mirrored");
            if tally_size(&results) > 0 {
                let held = there.verified.unwrap_or_else(|| panic!("schedule {seed}: nothing verified at {home}"));
                assert_eq!(held.document["tiers"], results["tiers"], "schedule {seed}: what {home} shows");
                assert_eq!(held.document["log"], results["log"], "schedule {seed}: what {home} shows");
            }
            let thread = mirror::thread(&mut conn, HOSTS[0], &on.slug).await.expect("a thread");
            let words: Vec<String> =
                thread.comments.iter().map(|(it, _)| model::debate::text::plain(&it.html).trim().to_owned()).collect();
            once_each(&words, &wanted, &format!("schedule {seed}: at {home}"));
        }
    }
}

fn tally_size(results: &serde_json::Value) -> u64 {
    results["log"]["size"].as_u64().unwrap_or(0)
}

#[track_caller]
fn once_each(found: &[String], wanted: &BTreeSet<String>, at: &str) {
    let mut sorted = found.to_vec();
    sorted.sort();
    let wanted: Vec<String> = wanted.iter().cloned().collect();
    assert_eq!(sorted, wanted, "{at}");
}
