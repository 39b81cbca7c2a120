//! Random networks of forums that carry each other: loops, diamonds and echoes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;

const NODES: usize = 7;

fn host(node: usize) -> String {
    format!("n{node}.test")
}

fn inbox(node: usize) -> String {
    format!("https://{}/inbox", host(node))
}

/// One forum on each node; who carries whom, by which rule.
#[derive(Debug, Clone)]
struct Network {
    /// For each node whom it carries.
    relays: BTreeMap<usize, BTreeMap<usize, Rule>>,
    /// For each node what its forum passed on, with how often.
    carried: Vec<BTreeMap<u32, u32>>,
    /// For each node what it has a copy of.
    copies: Vec<BTreeSet<u32>>,
    /// For each node what it knows to be gone.
    gone: Vec<BTreeSet<u32>>,
    /// For each node whom it delivered something to.
    told: Vec<BTreeMap<u32, BTreeSet<usize>>>,
    /// What the origins have deleted.
    deleted: BTreeSet<u32>,
    /// What is under way.
    way: VecDeque<Message>,
}

#[derive(Debug, Clone)]
struct Message {
    from: usize,
    to: usize,
    object: u32,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Announced,
    Deleted,
}

/// A root or an answer in it; each third root bears the tag.
#[derive(Debug, Clone, Copy)]
struct Thing {
    origin: usize,
    root: Option<u32>,
    tagged: bool,
}

type Things = BTreeMap<u32, Thing>;

impl Network {
    fn of(edges: &[(usize, usize, u8, bool)]) -> Self {
        let mut relays: BTreeMap<usize, BTreeMap<usize, Rule>> = BTreeMap::new();
        for (carrier, source, kind, comments) in edges.iter().filter(|(carrier, source, ..)| carrier != source) {
            let rule = match kind {
                0 => Rule { kind: Kind::Tags, tags: vec!["square".into()], comments: *comments },
                _ => Rule { kind: Kind::All, tags: Vec::new(), comments: *comments },
            };
            relays.entry(*carrier).or_default().insert(*source, rule);
        }
        let each = || vec![BTreeSet::new(); NODES];
        Self {
            relays,
            carried: vec![BTreeMap::new(); NODES],
            copies: each(),
            gone: each(),
            told: vec![BTreeMap::new(); NODES],
            deleted: BTreeSet::new(),
            way: VecDeque::new(),
        }
    }

    fn followers(&self, of: usize) -> Vec<String> {
        let carriers = self.relays.iter().filter(|(_, sources)| sources.contains_key(&of));
        carriers.map(|(carrier, _)| inbox(*carrier)).collect()
    }

    fn tell(&mut self, from: usize, object: u32, inboxes: Vec<String>, what: What) {
        for to in (0..NODES).filter(|node| inboxes.contains(&inbox(*node))) {
            self.told[from].entry(object).or_default().insert(to);
            self.way.push_back(Message { from, to, object, what });
        }
    }

    fn arrives(&mut self, things: &Things, it: &Message) {
        match it.what {
            What::Announced => self.announced(things, it),
            What::Deleted => self.deleted(things, it),
        }
    }

    fn announced(&mut self, things: &Things, it: &Message) {
        let thing = things[&it.object];
        let is_ours = thing.origin == it.to;
        // what is announced is asked for at its origin, which has no more what it deleted
        if self.deleted.contains(&it.object) {
            return self.deleted(things, it);
        }
        if !is_ours {
            self.copies[it.to].insert(it.object);
        }
        let arrival = Arrival {
            tags: if thing.tagged { vec!["#Square".into()] } else { Vec::new() },
            is_root: thing.root.is_none(),
            is_ours,
            is_gone: self.gone[it.to].contains(&it.object),
            was_carried: self.carried[it.to].contains_key(&it.object),
            root_was_carried: thing.root.is_some_and(|root| self.carried[it.to].contains_key(&root)),
        };
        let rule = self.relays.get(&it.to).and_then(|sources| sources.get(&it.from)).cloned();
        if rule.is_some_and(|rule| passes_on(&rule, &arrival)) {
            *self.carried[it.to].entry(it.object).or_default() += 1;
            let inboxes = hearers(self.followers(it.to), &[host(it.from), host(thing.origin)]);
            self.tell(it.to, it.object, inboxes, What::Announced);
        }
    }

    fn deleted(&mut self, things: &Things, it: &Message) {
        let first = things[&it.object].origin != it.to && self.gone[it.to].insert(it.object);
        self.copies[it.to].remove(&it.object);
        if first && self.carried[it.to].contains_key(&it.object) {
            let given: Vec<String> =
                self.told[it.to].get(&it.object).into_iter().flatten().map(|node| inbox(*node)).collect();
            self.tell(it.to, it.object, given, What::Deleted);
        }
    }

    /// The origin deletes something: who was given it hears of it.
    fn delete(&mut self, things: &Things, object: u32) {
        self.deleted.insert(object);
        let origin = things[&object].origin;
        let given = self.told[origin].get(&object).into_iter().flatten().map(|node| inbox(*node)).collect();
        self.tell(origin, object, given, What::Deleted);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    /// Whoever carries whom, in whatever order and however often announcements come: each object is passed on at most once by
    /// each, never to where it came from, what an origin deletes is nowhere in the end, and everything ends.
    #[test]
    fn whatever_forums_carry_of_each_other_ends(
        edges in prop::collection::vec((0..NODES, 0..NODES, 0..4u8, any::<bool>()), 1..30),
        published in prop::collection::vec((0..NODES, any::<bool>(), any::<bool>()), 1..8),
        removed in prop::collection::vec((0..16u32, 0..40usize), 0..6),
        order in prop::collection::vec((0..64usize, 0..4u8), 64),
    ) {
        let mut network = Network::of(&edges);
        let mut things = Things::new();
        for (n, (origin, tagged, answered)) in (0u32..).zip(&published) {
            things.insert(2 * n, Thing { origin: *origin, root: None, tagged: *tagged });
            if *answered {
                things.insert(2 * n + 1, Thing { origin: *origin, root: Some(2 * n), tagged: false });
            }
        }
        for (object, thing) in &things {
            let inboxes = network.followers(thing.origin);
            network.tell(thing.origin, *object, inboxes, What::Announced);
        }
        // the most that can be under way: each node tells each other once of each object, and once that it is gone, and each
        // message may come twice
        let most = 4 * NODES * NODES * things.len() + 64;
        let mut steps = 0;
        loop {
            for (object, when) in &removed {
                if *when == steps && things.contains_key(object) && !network.deleted.contains(object) {
                    network.delete(&things, *object);
                }
            }
            let (pick, again) = order[steps % order.len()];
            let at = pick % network.way.len().max(1);
            let Some(message) = network.way.remove(at) else { break };
            // now and then the same announcement comes once more
            if again == 0 && steps < order.len() {
                network.way.push_back(message.clone());
            }
            if message.what == What::Announced {
                let origin = things[&message.object].origin;
                prop_assert!(message.from == origin || message.to != origin, "back to the origin: {message:?}");
            }
            network.arrives(&things, &message);
            steps += 1;
            prop_assert!(steps <= most, "it does not end");
        }
        for node in 0..NODES {
            for (object, times) in &network.carried[node] {
                prop_assert_eq!(*times, 1, "{} passed on by {} twice", object, node);
                prop_assert_ne!(things[object].origin, node, "nobody carries what is its own");
            }
            for object in &network.deleted {
                prop_assert!(!network.copies[node].contains(object), "{} still has {}", node, object);
            }
        }
    }
}

#[test]
fn a_rule_is_kept_as_it_is_compared() {
    let rule =
        |kind, tags: &[&str]| Rule { kind, tags: tags.iter().map(|tag| (*tag).into()).collect(), comments: true };
    let kept = rule(Kind::Tags, &["#Place", "place ", "VÉLO"]).checked().expect("a rule");
    assert_eq!(kept.tags, ["place", "vélo"]);
    assert!(rule(Kind::Tags, &["#", " "]).checked().is_err());
    assert!(rule(Kind::Tags, &["x"; 3]).checked().is_ok());
    let many: Vec<String> = (0..=TAGS_MOST).map(|n| n.to_string()).collect();
    assert!(Rule { kind: Kind::Tags, tags: many, comments: false }.checked().is_err());
    assert!(rule(Kind::Tags, &[&"x".repeat(TAG_LONGEST + 1)]).checked().is_err());
    assert_eq!(rule(Kind::All, &["place"]).checked().expect("a rule").tags, [""; 0]);
}

#[test]
fn what_is_not_chosen_is_not_passed_on() {
    let all = Rule { kind: Kind::All, tags: Vec::new(), comments: false };
    let root = Arrival { is_root: true, ..Arrival::default() };
    assert!(passes_on(&all, &root));
    assert!(!passes_on(&Rule { kind: Kind::Manual, ..all.clone() }, &root) && may_pass(&root));
    let tags = Rule { kind: Kind::Tags, tags: vec!["place".into()], comments: false };
    assert!(!passes_on(&tags, &root));
    assert!(passes_on(&tags, &Arrival { tags: vec!["#Place".into()], ..root.clone() }));
    for never in [
        Arrival { is_ours: true, ..root.clone() },
        Arrival { is_gone: true, ..root.clone() },
        Arrival { was_carried: true, ..root.clone() },
    ] {
        assert!(!passes_on(&all, &never) && !may_pass(&never), "{never:?}");
    }
    let said = Arrival { root_was_carried: true, ..Arrival::default() };
    assert!(!passes_on(&all, &said) && passes_on(&Rule { comments: true, ..all.clone() }, &said));
    assert!(!passes_on(&Rule { comments: true, ..all }, &Arrival::default()), "its debate is not carried here");
    let to = hearers(vec!["https://a.test/inbox".into(), "https://b.test:8443/inbox".into()], &["b.test:8443".into()]);
    assert_eq!(to, ["https://a.test/inbox"]);
}
