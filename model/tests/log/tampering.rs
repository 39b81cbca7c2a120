//! Every tampering is found.

use model::both_databases;
use model::count::ballot::{self, EventKind};
use model::count::log::tile::Level;
use model::count::log::tile::split;
use model::count::log::verify::Wanted;
use model::count::log::verify::archive::Archive;
use model::count::log::{Entry, Place};
use model::count::receipt::{self, Sealing};
use model::debate::consultation::{self, Consultation, Draft};
use model::debate::forum::{Forum, Visibility};
use model::people::account::Account;
use model::testing::World;
use serde_json::{Value, json};

use super::host::Host;

/// Ana changes her mind, Ben withdraws, the others stay with their choice.
async fn voted(world: &World) -> (Forum, Consultation, Vec<Account>) {
    let (forum, vote) = world.vote().await;
    let mut voters = Vec::new();
    for name in ["ana", "ben", "cleo", "dan", "eva"] {
        let account = world.account(name).await;
        world.casts(&forum, &vote, &account, &["for"]).await.unwrap();
        world.tally(&vote).await;
        voters.push(account);
    }
    world.casts(&forum, &vote, &voters[0], &["against"]).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    ballot::withdraw(&mut tx, world.now(), &vote, voters[1].actor_id).await.unwrap();
    tx.commit().await.unwrap();
    world.tally(&vote).await;
    (forum, vote, voters)
}

async fn closed(world: &World, forum: &Forum, vote: &Consultation) -> Consultation {
    let mut tx = world.store.begin().await.unwrap();
    let it = consultation::by_id(&mut tx, vote.id).await.unwrap();
    let it = consultation::close(&mut tx, world.now(), &world.as_admin(), forum, &it).await.unwrap();
    tx.commit().await.unwrap();
    it
}

async fn host(world: &World) -> (Host, Forum, Consultation, Vec<Account>) {
    let (forum, vote, voters) = voted(world).await;
    let vote = closed(world, &forum, &vote).await;
    (Host::of(world, &vote).await, forum, vote, voters)
}

async fn receipt(world: &World, host: &Host, on: &Consultation, voter: &Account) -> Vec<u8> {
    let mut conn = world.store.conn().await.unwrap();
    let ballot = ballot::find(&mut conn, on.id, voter.actor_id).await.unwrap().unwrap();
    let given = ballot::Receipt::of(on, &ballot);
    let by = Sealing { signer: &host.signer, here: &world.address };
    let receipt = receipt::receipt(&mut conn, on, voter.into(), &given, world.now(), &by).await.unwrap();
    receipt.to_string().into_bytes()
}

fn since(checkpoint: Vec<u8>) -> Wanted {
    Wanted { since: Some(checkpoint), ..Wanted::default() }
}

fn with_receipt(receipt: Vec<u8>) -> Wanted {
    Wanted { receipt: Some(receipt), ..Wanted::default() }
}

fn renumbered(mut entries: Vec<Entry>) -> Vec<Entry> {
    for (seq, entry) in entries.iter_mut().enumerate() {
        entry.seq = i64::try_from(seq).unwrap();
    }
    entries
}

const ENTRIES: &str = "log/tile/entries/000.p/7";
const HASHES: &str = "log/tile/0/000.p/7";

fn bundled(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [&u16::try_from(line.len()).unwrap().to_be_bytes()[..], line].concat()).collect()
}

both_databases! {
    async fn what_a_node_gives_out_holds(world: World) {
        let (forum, vote, voters) = voted(&world).await;
        let live = world.publish(&forum, Draft { results: model::count::tally::Results::Live, ..world.draft(&json!({"kind": "vote"})) }).await;
        let empty = Host::of(&world, &live).await;
        empty.holds(Wanted::default()).await;
        world.casts(&forum, &live, &voters[0], &["for"]).await.unwrap();
        world.tally(&live).await;
        let open = Host::of(&world, &live).await;
        open.holds(since(empty.checkpoint())).await;
        let vote = closed(&world, &forum, &vote).await;
        let host = Host::of(&world, &vote).await;
        assert_eq!((host.results()["final"].clone(), host.size()), (json!(true), 7));
        for voter in &voters {
            let receipt = match voter.name.as_str() {
                "ben" => continue,
                _ => receipt(&world, &host, &vote, voter).await,
            };
            let value: Value = serde_json::from_slice(&receipt).unwrap();
            assert!(value["log"]["index"].is_i64() && value["log"]["proof"].is_array(), "{value}");
            host.holds(with_receipt(receipt)).await;
        }
        let key = String::from_utf8(host.files["log/vkey"].clone()).unwrap();
        host.holds(Wanted { key: Some(key), ..Wanted::default() }).await;
    }

    async fn an_entry_changed_dropped_added_or_moved_is_found(world: World) {
        let (host, ..) = host(&world).await;
        let lines = host.lines();
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
        let mut changed = lines.clone();
        changed[2] = text(&lines[2]).replace("\"for\"", "\"against\"").into_bytes();
        let dropped: Vec<_> = lines[..6].to_vec();
        let mut added = lines.clone();
        added.insert(3, lines[3].clone());
        let mut moved = lines.clone();
        moved.swap(2, 3);
        let mut respelled = lines.clone();
        respelled[2] = text(&lines[2]).replace("\"seq\":2,", "\"seq\": 2,").into_bytes();
        for (what, other) in [("changed", changed), ("dropped", dropped), ("added", added), ("moved", moved), ("respelled", respelled)] {
            // By who has the files but not the key: first the entries alone, then their hashes too.
            let mut files = Host::of_files(&host);
            files.files.insert(ENTRIES.into(), bundled(&other));
            assert_eq!(files.verify(Wanted::default()).await.fault().map(|fault| fault.check), Some("entries"), "{what}");
            let hashes: Vec<u8> = other.iter().flat_map(|line| model::count::log::verify::merkle::leaf(line)).collect();
            files.files.insert(HASHES.into(), hashes);
            let report = files.verify(Wanted::default()).await;
            assert!(matches!(report.fault().unwrap().check, "entries" | "root"), "{what}: {report:#?}");
        }
    }

    async fn a_host_that_signs_what_it_changed_is_found(world: World) {
        let (honest, _, vote, voters) = host(&world).await;
        let (before, entries) = (honest.checkpoint(), honest.entries());
        let cleos = receipt(&world, &honest, &vote, &voters[2]).await;
        let promise = {
            // The promise alone, as it was given at once.
            let mut value: Value = serde_json::from_slice(&cleos).unwrap();
            let log = value["log"].as_object_mut().unwrap();
            log.retain(|key, _| key == "key");
            honest.signer.prove(&mut value, world.now()).unwrap();
            value.to_string().into_bytes()
        };
        honest.holds(with_receipt(promise.clone())).await;

        // The tally does not follow.
        let mut host = Host::of_files(&honest);
        host.publishes(|results| results["tiers"]["member"]["choices"][0]["count"] = json!(4));
        Host::finds(&host.verify(Wanted::default()).await, "results", "the tally does not follow");
        let mut host = Host::of_files(&honest);
        host.publishes(|results| results["tiers"]["open"]["voters"] = json!(1));
        Host::finds(&host.verify(Wanted::default()).await, "results", "the tally does not follow");

        // Cleo's ballot changed, the results with it.
        let mut host = Host::of_files(&honest);
        let mut changed = entries.clone();
        changed[2].choice = vec!["against".into()];
        host.writes(&changed);
        Host::finds(&host.verify(Wanted::default()).await, "results", "those of another log");
        host.fits_results(&[("for", 2), ("against", 2)]);
        host.holds(Wanted::default()).await;
        Host::finds(&host.verify(since(before.clone())).await, "since", "forked");
        Host::finds(&host.verify(with_receipt(cleos.clone())).await, "receipt", "not in the log");
        Host::finds(&host.verify(with_receipt(promise.clone())).await, "receipt", "not in the log");

        // Cleo's ballot dropped, the rest moved up.
        let mut host = Host::of_files(&honest);
        let without: Vec<Entry> = entries.iter().filter(|e| e.voter != entries[2].voter).cloned().collect();
        host.writes(&renumbered(without));
        host.fits_results(&[("for", 2), ("against", 1)]);
        Host::finds(&host.verify(since(before.clone())).await, "since", "shorter");
        Host::finds(&host.verify(with_receipt(cleos.clone())).await, "receipt", "not in the log");
        let mut host = Host::of_files(&honest);
        host.writes(&renumbered(entries[1..].to_vec()));
        Host::finds(&host.verify(Wanted::default()).await, "entries", "it replaces");
        let mut host = Host::of_files(&honest);
        host.writes(&entries[..4]);
        host.fits_results(&[("for", 4)]);
        host.holds(Wanted::default()).await;
        Host::finds(&host.verify(since(before.clone())).await, "since", "shorter");

        // A second ballot of the same voter, an entry before its cause, a ballot of a tier that is not admitted.
        for (what, words) in [("again", "has voted before"), ("cause", "it replaces"), ("tier", "not admitted"), ("choice", "cannot be chosen"), ("minute", "hour"), ("number", "calls itself")] {
            let mut other = entries.clone();
            match what {
                "again" => other.push(Entry { seq: 7, ..entries[3].clone() }),
                "cause" => {
                    other.swap(0, 5);
                    other = renumbered(other);
                }
                "tier" => other[4].tier = model::count::electorate::Tier::Partner,
                "choice" => other[4].choice = vec!["perhaps".into()],
                "minute" => other[4].at = other[4].at.plus(std::time::Duration::from_secs(60)),
                _ => other[4].seq = 9,
            }
            let mut host = Host::of_files(&honest);
            host.writes(&other);
            let report = host.verify(Wanted::default()).await;
            if what == "again" {
                Host::finds(&report, "entries", "it does not name the entry");
            } else {
                Host::finds(&report, "entries", words);
            }
        }

        // A stuffed voter: nothing in the log tells, but its head moved on after the results were final.
        let mut host = Host::of_files(&honest);
        let mut stuffed = entries.clone();
        stuffed.push(Entry { seq: 7, kind: EventKind::Cast, voter: "0123456789abcdef0123".into(), replaces: None, ..entries[3].clone() });
        host.writes(&stuffed);
        Host::finds(&host.verify(Wanted::default()).await, "results", "gone on");
    }

    async fn a_log_that_forked_is_found(world: World) {
        let (honest, _, vote, voters) = host(&world).await;
        let entries = honest.entries();
        let (mut left, mut right) = (Host::of_files(&honest), Host::of_files(&honest));
        let eva = receipt(&world, &honest, &vote, &voters[4]).await;
        let grown = |kind, voter: &str| {
            let mut all = entries.clone();
            all.push(Entry { seq: 7, kind, voter: voter.into(), replaces: None, ..entries[3].clone() });
            all
        };
        left.writes(&grown(EventKind::Cast, "left"));
        left.fits_results(&[("for", 4), ("against", 1)]);
        right.writes(&grown(EventKind::Cast, "right"));
        right.fits_results(&[("for", 4), ("against", 1)]);
        left.holds(since(honest.checkpoint())).await;
        right.holds(since(honest.checkpoint())).await;
        right.holds(with_receipt(eva)).await;
        Host::finds(&left.verify(since(right.checkpoint())).await, "since", "forked");
    }

    async fn wrong_keys_and_signatures_are_found(world: World) {
        let (honest, ..) = host(&world).await;
        let other = World::sqlite().await;
        let (stranger, _, _, strangers) = host(&other).await;
        let swap = |names: &[&str]| {
            let mut files = Host::of_files(&honest);
            for name in names {
                files.files.insert((*name).into(), stranger.files[*name].clone());
            }
            files
        };
        Host::finds(&swap(&["log/vkey"]).verify(Wanted::default()).await, "key", "another log");
        let vkey = String::from_utf8(stranger.files["log/vkey"].clone()).unwrap();
        let note = model::count::log::note::vkey(&honest.origin, &stranger.signer.public());
        let mut files = Host::of_files(&honest);
        files.files.insert("log/vkey".into(), note.into_bytes());
        Host::finds(&files.verify(Wanted::default()).await, "key", "none of the keys in the node's actor");
        files.files.insert("actor.json".into(), stranger.files["actor.json"].clone());
        Host::finds(&files.verify(Wanted::default()).await, "checkpoint", "has not signed");
        Host::finds(&honest.verify(Wanted { key: Some(vkey), ..Wanted::default() }).await, "key", "another key");
        Host::finds(&swap(&["log/checkpoint"]).verify(Wanted::default()).await, "checkpoint", "has not signed");
        let mut files = Host::of_files(&honest);
        let text = String::from_utf8(honest.checkpoint()).unwrap().replacen("\n7\n", "\n6\n", 1);
        files.files.insert("log/checkpoint".into(), text.into_bytes());
        Host::finds(&files.verify(Wanted::default()).await, "checkpoint", "has not signed");
        // Final results that somebody else signed, or nobody.
        let mut files = Host::of_files(&honest);
        files.signer = stranger.signer;
        files.publishes(|_| {});
        Host::finds(&files.verify(Wanted::default()).await, "results", "signature");
        let mut files = Host::of_files(&honest);
        files.publishes(|results| drop(results.as_object_mut().unwrap().remove("proof")));
        Host::finds(&files.verify(Wanted::default()).await, "results", "no proof");
        let mut files = Host::of_files(&honest);
        files.files.remove("log/tile/0/000.p/7");
        Host::finds(&files.verify(Wanted::default()).await, "tiles", "not there");
        drop(strangers);
    }

    async fn a_foreign_receipt_is_found(world: World) {
        let (honest, forum, vote, voters) = host(&world).await;
        let mine = receipt(&world, &honest, &vote, &voters[2]).await;
        let elsewhere = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        world.casts(&forum, &elsewhere, &voters[2], &["for"]).await.unwrap();
        let there = receipt(&world, &honest, &elsewhere, &voters[2]).await;
        Host::finds(&honest.verify(with_receipt(there)).await, "receipt", "another consultation");
        let forged = |change: &dyn Fn(&mut Value), signed: bool| {
            let mut value: Value = serde_json::from_slice(&mine).unwrap();
            change(&mut value);
            if signed {
                honest.signer.prove(&mut value, world.now()).unwrap();
            }
            with_receipt(value.to_string().into_bytes())
        };
        let finds = async |wanted: Wanted, words: &str| Host::finds(&honest.verify(wanted).await, "receipt", words);
        finds(forged(&|receipt| receipt["choice"] = json!(["against"]), false), "has not given it").await;
        finds(forged(&|receipt| receipt["choice"] = json!(["against"]), true), "not in the log").await;
        finds(forged(&|receipt| receipt["text"] = json!("0".repeat(64)), true), "not in the log").await;
        finds(forged(&|receipt| receipt["voter"] = json!("nobody"), true), "not in the log").await;
        finds(forged(&|receipt| receipt["log"]["index"] = json!(3), true), "not in the log").await;
        finds(forged(&|receipt| drop(receipt["log"]["proof"].as_array_mut().unwrap().pop()), true), "does not lead").await;
        finds(with_receipt(b"{}".to_vec()), "no receipt").await;
    }

    async fn an_archive_is_checked_by_the_key_it_holds(world: World) {
        let (honest, ..) = host(&world).await;
        let folder = tempfile::tempdir().unwrap();
        for (name, data) in &honest.files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, data).unwrap();
        }
        let report = model::count::log::verify::verify(&Archive::open(folder.path()).unwrap(), &Wanted::default()).await;
        assert!(report.ok && report.warnings.len() == 1, "{report:#?}");
        let file = folder.path().join("archive.zip");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
        for (name, data) in &honest.files {
            zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, data).unwrap();
        }
        zip.finish().unwrap();
        let key = String::from_utf8(honest.files["log/vkey"].clone()).unwrap();
        let wanted = Wanted { key: Some(key), ..Wanted::default() };
        let report = model::count::log::verify::verify(&Archive::open(&file).unwrap(), &wanted).await;
        assert!(report.ok && report.warnings.is_empty(), "{report:#?}");
        std::fs::remove_file(folder.path().join(ENTRIES)).unwrap();
        let report = model::count::log::verify::verify(&Archive::open(folder.path()).unwrap(), &Wanted::default()).await;
        Host::finds(&report, "entries", "not there");
        assert!(Archive::open(&folder.path().join("nothing")).is_err());
    }

    async fn tiles_above_the_entries_are_held_against_them(world: World) {
        let forum = world.forum("grande", Visibility::Public).await;
        let vote = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        let ana = world.account("ana").await;
        for n in 0..300 {
            world.casts(&forum, &vote, &ana, &[["for", "against"][n % 2]]).await.unwrap();
        }
        world.tally(&vote).await;
        let vote = closed(&world, &forum, &vote).await;
        let honest = Host::of(&world, &vote).await;
        let ana = receipt(&world, &honest, &vote, &ana).await;
        honest.holds(with_receipt(ana)).await;
        assert_eq!(split(&honest.files["log/tile/entries/000"]).unwrap().len(), 256);
        let above = Place { level: Level::Hashes(1), n: 0, width: Some(1) };
        let mut files = Host::of_files(&honest);
        files.files.get_mut(&format!("log/tile/{above}")).unwrap()[0] ^= 1;
        Host::finds(&files.verify(Wanted::default()).await, "tiles", "tile/1/000.p/1");
    }
}

impl Host {
    /// The same files, to be tampered with.
    pub(super) fn of_files(honest: &Self) -> Self {
        Self { files: honest.files.clone(), signer: honest.signer.clone(), origin: honest.origin.clone() }
    }
}
