//! `palabre demo --script`: everything that three nodes do together, done and checked.

use std::time::Duration;

use anyhow::{Context, ensure};
use model::clock::Instant;
use model::count::ballot::{self, Voter};
use model::count::electorate::Electorate;
use model::count::tally::Results;
use model::count::witness::{self, cosignature::Key};
use model::count::{log, method::Method};
use model::debate::comment::{self, Comment};
use model::debate::consultation::{self, Ballots, Brief, Consultation, Draft};
use model::debate::forum;
use model::network::mirror::{self, Mirror};
use model::network::relay;
use model::people::account;
use model::people::role::Standing;

use super::network::{TOWN_FORUM, admin, forum_of};
use super::{NAMES, Place, Waiting, fill};
use crate::arguments::{Print, Verify};
use crate::output;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Takes it; what does not hold ends the program with 1.
pub async fn take(places: &[Place], waiting: &Waiting) -> anyhow::Result<()> {
    let tour = Tour { places, waiting };
    let on = tour.publishes().await.context("publishing")?;
    tour.is_carried_once(&on).await.context("carrying")?;
    let said = tour.says(&on).await.context("commenting")?;
    tour.votes(&on).await.context("voting")?;
    tour.is_witnessed(&on).await.context("witnessing")?;
    tour.takes_back(&on, &said).await.context("deleting")?;
    tour.knows_each_other().await.context("the network")?;
    output::line("All of it holds.")
}

struct Tour<'a> {
    places: &'a [Place],
    waiting: &'a Waiting,
}

fn done(what: &str) -> anyhow::Result<()> {
    output::line(format_args!("ok  {what}"))
}

impl Tour<'_> {
    fn town(&self) -> &Place {
        &self.places[0]
    }

    fn now(&self) -> Instant {
        self.town().node.clock.now()
    }

    async fn publishes(&self) -> anyhow::Result<Consultation> {
        let by = admin(self.town()).await?;
        let mut tx = self.town().node.store.begin().await?;
        let forum = forum::by_slug(&mut tx, TOWN_FORUM).await?;
        let draft = Draft {
            title: "Should the library open on Sundays?".into(),
            summary: "A question of the tour.".into(),
            text: "The library would open on Sundays from 2 to 6.".into(),
            brief: Brief::default(),
            method: serde_json::from_value::<Method>(serde_json::json!({"kind": "vote"}))?,
            opens_at: None,
            closes_at: Some(self.now().plus(7 * DAY)),
            answer_by: None,
            results: Results::Live,
            electorate: Electorate::default(),
            changeable: true,
            ballots: Ballots::Secret,
            language: forum.language.clone(),
            tags: vec!["library".into()],
            example: true,
        };
        let on = consultation::create(&mut tx, self.now(), &by, &forum, draft).await?;
        let on = consultation::publish(&mut tx, self.now(), &by, &forum, &on).await?;
        tx.commit().await?;
        done("the town publishes a consultation")?;
        Ok(on)
    }

    fn uri(&self, on: &Consultation) -> String {
        self.town().node.address().consultation(&on.slug)
    }

    async fn copy(&self, at: usize, uri: &str) -> anyhow::Result<Option<Mirror>> {
        Ok(mirror::by_uri(&mut self.places[at].node.store.conn().await?, uri).await?)
    }

    async fn is_carried_once(&self, on: &Consultation) -> anyhow::Result<()> {
        let uri = self.uri(on);
        for (at, name) in NAMES.iter().enumerate().take(self.places.len()).skip(1) {
            self.waiting.until("a copy on each node", async || self.copy(at, &uri).await).await?;
            let carried = async || {
                let by = relay::carried_by(&mut self.places[at].node.store.conn().await?, &uri).await?;
                Ok::<_, anyhow::Error>((by.len() == 1).then_some(()))
            };
            self.waiting.until("each forum carries it", carried).await?;
            done(&format!("the {name} carries it in its forum {}", forum_of(at)))?;
        }
        let back = relay::carried_by(&mut self.town().node.store.conn().await?, &uri).await?;
        ensure!(back.is_empty(), "the town carries its own");
        done("it comes round the circle and ends: the town does not carry its own")
    }

    async fn says(&self, on: &Consultation) -> anyhow::Result<Comment> {
        let store = &self.town().node.store;
        let mut tx = store.begin().await?;
        let citizen = account::by_name(&mut tx, fill::CITIZEN).await?;
        let by = Standing { account: Some(citizen), member: None };
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        let draft = comment::Draft { text: "Yes, for the children.".into(), ..comment::Draft::default() };
        let said = comment::post(&mut tx, self.now(), &forum, on, &by, &draft).await?;
        tx.commit().await?;
        let uri = self.town().node.address().comment(&on.slug, said.id);
        for at in 1..self.places.len() {
            self.waiting.until("the comment on each node", async || self.copy(at, &uri).await).await?;
        }
        done("a comment written in the town is read on the two other nodes")?;
        Ok(said)
    }

    async fn votes(&self, on: &Consultation) -> anyhow::Result<()> {
        let mut tx = self.town().node.store.begin().await?;
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        for (name, choice) in [(fill::CITIZEN, "for"), (fill::ADMIN, "against"), ("amina", "for")] {
            let who = Standing { account: Some(account::by_name(&mut tx, name).await?), member: None };
            let voter = Voter::here(&mut tx, on, &forum, &who).await?;
            ballot::cast(&mut tx, self.now(), on, voter, &[choice.to_owned()]).await?;
        }
        tx.commit().await?;
        let counted = async || {
            let head = log::head(&mut self.town().node.store.conn().await?, on.id).await?;
            Ok::<_, anyhow::Error>(head.filter(|head| head.size == 3))
        };
        self.waiting.until("three ballots are counted", counted).await?;
        done("three people vote, and their ballots are in the log")
    }

    /// The keys under which the other nodes sign.
    async fn witnesses(&self) -> anyhow::Result<Vec<String>> {
        let mut keys = Vec::new();
        for place in &self.places[1..] {
            let here = place.node.address();
            let signer = log::known_signer(&mut place.node.store.conn().await?, &here).await?;
            keys.push(witness::vkey(&here, &signer));
        }
        Ok(keys)
    }

    async fn is_witnessed(&self, on: &Consultation) -> anyhow::Result<()> {
        let witnesses = self.witnesses().await?;
        let keys: Vec<Key> = witnesses.iter().filter_map(|key| Key::read(key)).collect();
        let signed = async || {
            let mut conn = self.town().node.store.conn().await?;
            let note = match witness::latest_cosigned(&mut conn, on).await {
                Err(model::error::Error::NotFound) => return Ok(None),
                note => note?,
            };
            let whole = note.lines().nth(1) == Some("3") && keys.iter().all(|key| key.signed(&note).is_some());
            Ok::<_, anyhow::Error>(whole.then_some(()))
        };
        self.waiting.until("both witnesses sign", signed).await?;
        done("the association and the region have signed the log of the town")?;
        let verify = Verify {
            what: self.uri(on),
            receipt: None,
            key: None,
            since: None,
            witnesses,
            quorum: Some(2),
            print: Print { json: false },
        };
        super::super::verify::run(&self.town().config, verify).await?;
        done("palabre verify counts again, and demands both witnesses")
    }

    async fn takes_back(&self, on: &Consultation, said: &Comment) -> anyhow::Result<()> {
        let mut tx = self.town().node.store.begin().await?;
        let citizen = account::by_name(&mut tx, fill::CITIZEN).await?;
        let by = Standing { account: Some(citizen), member: None };
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        comment::delete(&mut tx, self.now(), &forum, &by, said, None).await?;
        tx.commit().await?;
        let uri = self.town().node.address().comment(&on.slug, said.id);
        for at in 1..self.places.len() {
            let gone = async || Ok::<_, anyhow::Error>(self.copy(at, &uri).await?.is_none().then_some(()));
            self.waiting.until("the comment is gone everywhere", gone).await?;
        }
        done("its author deletes the comment, and it is gone on all nodes")
    }

    async fn knows_each_other(&self) -> anyhow::Result<()> {
        for place in self.places {
            let table = model::network::exchange::table(&mut place.node.store.conn().await?).await?;
            let others = table.iter().filter(|one| one.witnessed && one.witnesses_us);
            ensure!(others.count() == 2, "{} does not know two witnesses: {table:?}", place.node.address().host());
        }
        done("each node knows the two others by what it exchanged with them")
    }
}
