//! What witnesses sign, and what they find.

use super::cosignature::{Key, line};
use super::*;
use crate::both_databases;
use crate::count::log::note;
use crate::count::log::tree::Edge;
use crate::people::key::Algorithm;
use crate::testing::World;

const LOG: &str = "a.test/c/square";

/// A log of that many entries; from `fork` on its entries are others.
fn log_of(size: u64, fork: u64) -> (Edge, Vec<crate::count::log::tree::Done>) {
    let (mut edge, mut done) = (Edge::default(), Vec::new());
    for n in 0..size {
        let line = if n >= fork { format!("other {n}") } else { format!("entry {n}") };
        edge.append(line.as_bytes(), &mut done).expect("appended");
    }
    (edge, done)
}

fn head(edge: &Edge) -> Head {
    Head { size: edge.size, root: edge.root().expect("a root") }
}

fn proof(edge: &Edge, done: &[crate::count::log::tree::Done], old: u64) -> Vec<tlog_tiles::Hash> {
    let mut tiles = Tiles::of(edge.size);
    loop {
        match tiles.proof_from(old) {
            Ok(proof) => return proof,
            Err(missing) => missing.into_iter().for_each(|place| {
                let full = done.iter().find(|tile| (tile.level, tile.n) == (place.level, place.n));
                tiles.put(place, full.map_or_else(|| edge.tile(place.level).to_vec(), |tile| tile.data.clone()));
            }),
        }
    }
}

async fn key(world: &World) -> Signer {
    let mut tx = world.store.begin().await.expect("a transaction");
    let node = crate::people::actor::node(&mut tx).await.expect("the node");
    let pair = crate::people::key::pair(&mut tx, world.now(), node.id, Algorithm::Ed25519).await.expect("a key");
    tx.commit().await.expect("committed");
    Signer::of("https://a.test/#key".into(), &pair).expect("a signer")
}

fn signed(signer: &Signer, edge: &Edge) -> String {
    note::checkpoint(signer, LOG, edge.size, edge.root().expect("a root")).expect("a checkpoint")
}

#[test]
fn a_log_proves_from_its_tiles_that_it_grew() {
    for (old, new) in [(1, 1), (1, 2), (3, 7), (255, 256), (256, 257), (200, 700), (600, 70_000)] {
        let ((before, _), (edge, done)) = (log_of(old, u64::MAX), log_of(new, u64::MAX));
        let proof = proof(&edge, &done, old);
        assert!(growth::leads(&proof, head(&before), head(&edge)), "{old} to {new}");
        let (other, _) = log_of(old, old - 1);
        assert!(!growth::leads(&proof, head(&other), head(&edge)), "{old} to {new}, forked");
    }
    assert!(growth::leads(&[], Head::EMPTY, head(&log_of(3, 9).0)));
}

#[tokio::test]
async fn what_a_witness_signs_can_be_checked_by_its_key_alone() {
    let world = World::sqlite().await;
    let signer = key(&world).await;
    let checkpoint = signed(&signer, &log_of(3, 9).0);
    let line = line(&signer, "w.test/witness", &checkpoint, 1_700_000_000).expect("a cosignature");
    let note = format!("{checkpoint}{line}\n");
    let witness = Key::read(&cosignature::vkey("w.test/witness", &signer.public())).expect("a key");
    assert_eq!(witness.signed(&note), Some(1_700_000_000));
    assert_eq!(witness.signed(&checkpoint), None);
    assert_eq!(witness.signed(&note.replacen("\n3\n", "\n4\n", 1)), None, "another size");
    assert_eq!(witness.signed_line(&checkpoint, &line), Some(line.clone()));
    assert_eq!(Key::new("v.test/witness", signer.public()).signed(&note), None, "another name");
    assert_eq!(Key::read(&note::vkey("w.test/witness", &signer.public())), None, "a key of another kind");
    let written = Growth::written(2, &[tlog_tiles::EMPTY_HASH], &note);
    let read = Growth::read(&written).expect("a body");
    assert_eq!((read.old, read.proof.len(), read.head.size, read.checkpoint), (2, 1, 3, note.as_str()));
    for bad in ["", "old 1\n\n", "old 01\n\nx", "old -1\n\nx", "new 1\n\nx\n1\nx\n"] {
        assert!(Growth::read(bad).is_none(), "{bad}");
    }
}

both_databases! {
    async fn a_witness_follows_a_log_and_keeps_both_heads_of_a_fork(world: World) {
        let signer = key(&world).await;
        let shows = async |edge: &Edge, old: u64, proof: Vec<tlog_tiles::Hash>| {
            let checkpoint = signed(&signer, edge);
            let growth = Growth { old, proof, head: head(edge), checkpoint: &checkpoint };
            let mut tx = world.store.begin().await.unwrap();
            let verdict = show(&mut tx, world.now(), LOG, "a.test", &growth).await.unwrap();
            tx.commit().await.unwrap();
            verdict
        };
        let (three, _) = log_of(3, 9);
        assert_eq!(shows(&three, 0, Vec::new()).await, Verdict::Follows);
        let (seven, done) = log_of(7, 9);
        assert_eq!(shows(&seven, 0, Vec::new()).await, Verdict::NotThere(3));
        assert_eq!(shows(&seven, 3, Vec::new()).await, Verdict::Unproven);
        assert_eq!(shows(&seven, 3, proof(&seven, &done, 3)).await, Verdict::Follows);
        assert_eq!(shows(&seven, 7, Vec::new()).await, Verdict::Follows, "the same again");
        let (forked, _) = log_of(7, 5);
        assert_eq!(shows(&forked, 3, Vec::new()).await, Verdict::Forked);
        assert_eq!(shows(&forked, 7, Vec::new()).await, Verdict::Forked);
        let kept = forks_found(&mut world.store.conn().await.unwrap()).await.unwrap();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!((kept[0].earlier.clone(), kept[0].later.clone()), (signed(&signer, &seven), signed(&signer, &forked)));
        let seen = seen_of(&mut world.store.conn().await.unwrap(), LOG).await.unwrap();
        assert_eq!(seen.head().unwrap(), head(&seven));
    }

    async fn cosignatures_stand_below_the_checkpoint_that_they_sign(world: World) {
        let (forum, on) = world.vote().await;
        let peer = world.neighbour("w", "w.test").await;
        let name = name("w.test");
        let due = async || super::due(&mut world.store.conn().await.unwrap(), world.now(), &name, 9).await.unwrap().len();
        assert_eq!(due().await, 0, "no log yet");
        for who in ["ana", "luc"] {
            let who = world.account(who).await;
            world.casts(&forum, &on, &who, &["for"]).await.unwrap();
        }
        world.tally(&on).await;
        assert_eq!(due().await, 0, "the results are hidden until closing");
        world.passes(std::time::Duration::from_secs(8 * 86_400)).await;
        assert_eq!(due().await, 1);
        let signer = key(&world).await;
        let on = world.again(&on).await;
        let mut tx = world.store.begin().await.unwrap();
        agree(&mut tx, world.now(), Role::Witness, &peer).await.unwrap();
        let checkpoint = log::checkpoint(&mut tx, &signer, &on, &world.address).await.unwrap();
        let (head, proof) = proof_of(&mut tx, &on).await;
        assert_eq!((head.size, proof.len()), (2, 1));
        let said = line(&signer, &name, &checkpoint, 5).unwrap();
        let key = Key::new(&name, signer.public());
        assert!(keep(&mut tx, world.now(), &on, (2, &checkpoint), &Key::new("x", signer.public()), &said).await.is_err());
        keep(&mut tx, world.now(), &on, (2, &checkpoint), &key, &said).await.unwrap();
        let note = cosigned(&mut tx, &on, checkpoint.clone()).await.unwrap();
        assert_eq!((note.clone(), key.signed(&note)), (format!("{checkpoint}{said}\n"), Some(5)));
        assert_eq!(latest_cosigned(&mut tx, &on).await.unwrap(), note);
        assert_eq!(standing_for(&mut tx, world.now()).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        assert_eq!(due().await, 0);
    }
}

async fn proof_of(conn: &mut Conn, on: &Consultation) -> (Head, Vec<tlog_tiles::Hash>) {
    super::proof(conn, on, 1).await.unwrap()
}
