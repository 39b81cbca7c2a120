//! What people do while the network fails.

use model::debate::comment::{self, Comment};
use model::debate::consultation::Consultation;
use model::error::{Error, Refusal};
use model::network::elsewhere;
use model::network::envoy::{self, note};

use super::chance::Chance;
use super::region::{Expected, HOSTS, Region, Said};

impl Region {
    pub async fn votes(
        &self,
        on: &Consultation,
        home: usize,
        person: usize,
        choice: &&'static str,
        expected: &mut Expected,
    ) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        let chosen = [(*choice).to_owned()];
        envoy::vote(&mut tx, node.world.now(), &node.standing(person), &there, &chosen, None).await.expect("sent");
        tx.commit().await.expect("committed");
        expected.ballots.insert((home, person), Some(*choice));
    }

    pub async fn withdraws(&self, on: &Consultation, home: usize, person: usize, expected: &mut Expected) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        match envoy::withdraw(&mut tx, node.world.now(), &node.standing(person), &there).await {
            Ok(_) => tx.commit().await.expect("committed"),
            Err(Error::NotFound) => return,
            Err(error) => panic!("{error}"),
        }
        expected.ballots.insert((home, person), None);
    }

    pub async fn votes_here(&self, on: &Consultation, person: usize, choice: &&'static str, expected: &mut Expected) {
        let node = &self.nodes[0];
        node.world.casts(&self.forum, on, &node.people[person], &[*choice]).await.expect("cast");
        expected.ballots.insert((0, person), Some(*choice));
    }

    pub async fn says(&self, on: &Consultation, home: usize, person: usize, text: String, expected: &mut Expected) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        let draft = note::Draft { text: text.clone(), ..note::Draft::default() };
        let said = note::post(&mut tx, node.world.now(), &node.world.address, &node.standing(person), &there, &draft)
            .await
            .expect("said");
        tx.commit().await.expect("committed");
        expected.comments.insert(text, Said::At(home, person, said.id));
    }

    pub async fn unsays(&self, home: usize, chance: &mut Chance, expected: &mut Expected) {
        let own = expected.comments.iter().filter_map(|(text, said)| match said {
            Said::At(at, person, id) if *at == home => Some((text.clone(), *person, *id)),
            _ => None,
        });
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            return;
        }
        let (text, person, id) = chance.of_these(&own).clone();
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let said = note::by_id(&mut tx, id).await.expect("a comment");
        let there = elsewhere::by_uri(&mut tx, &said.page).await.expect("mirrored");
        let (here, by) = (&node.world.address, node.standing(person));
        match note::delete(&mut tx, node.world.now(), here, &by, &there, &said).await {
            Ok(()) => tx.commit().await.expect("committed"),
            Err(Error::Refused(Refusal::NotAllowed)) => return,
            Err(error) => panic!("{error}"),
        }
        expected.comments.remove(&text);
    }

    pub async fn says_here(&self, on: &Consultation, person: usize, text: String, expected: &mut Expected) {
        let node = &self.nodes[0];
        let draft = comment::Draft { text: text.clone(), ..comment::Draft::default() };
        let mut tx = node.world.store.begin().await.expect("a transaction");
        comment::post(&mut tx, node.world.now(), &self.forum, on, &node.standing(person), &draft).await.expect("said");
        tx.commit().await.expect("committed");
        expected.comments.insert(text, Said::Here);
    }

    /// Whoever moderates at the origin takes away one of the comments that have come there.
    pub async fn moderates(&self, on: &Consultation, chance: &mut Chance, expected: &mut Expected) {
        let node = &self.nodes[0];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let all = comment::list(&mut tx, on.id, None, 500).await.expect("comments");
        let shown: Vec<Comment> =
            all.into_iter().map(|(it, _)| it).filter(|it| it.state == comment::State::Visible).collect();
        if shown.is_empty() {
            return;
        }
        let gone = chance.of_these(&shown);
        let (now, by) = (node.world.now(), node.world.as_admin());
        comment::hide(&mut tx, now, &self.forum, &by, gone, "Beside the point.").await.expect("hidden");
        tx.commit().await.expect("committed");
        expected.comments.remove(gone.markdown.trim());
    }
}
