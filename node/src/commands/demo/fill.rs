//! Fills an empty node, through the use cases that people and programs go through, in one transaction.

use std::time::Duration;

use anyhow::Context;
use model::address::Address;
use model::care::settings;
use model::care::setup::{self, SetUp};
use model::clock::Instant;
use model::count::ballot::{self, Voter};
use model::count::electorate::Electorate;
use model::data::import_polis;
use model::debate::comment;
use model::debate::consultation::{self, Brief, Consultation};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::reaction::{self, Value};
use model::id::Id;
use model::people::account::{self, Newcomer, PasswordHash};
use model::people::role::{Role, Standing};
use model::store::{Store, Tx};

use super::examples::{self, Comment};

/// The administrator.
pub const ADMIN: &str = "marie";
/// Somebody to sign in as.
pub const CITIZEN: &str = "ana";
/// Everybody's, on a node that only this machine reaches.
pub const PASSWORD: &str = "palabre on loopback";
/// How many people vote.
pub const VOTERS: usize = 100;

/// The first people, who also write; the others are numbered.
const NAMES: [&str; 25] = [
    "amina", "baptiste", "chloe", "david", "elise", "farid", "gaelle", "hugo", "ines", "jules", "karim", "lea", "marc",
    "nadia", "oscar", "pauline", "quentin", "rosa", "samir", "theo", "ulysse", "valerie", "wassim", "yasmine", "zoe",
];

/// How long ago the examples began.
const BEGAN: Duration = Duration::from_secs(5 * DAY);
const DAY: u64 = 24 * 3600;
/// The time between two ballots or comments.
const STEP: Duration = Duration::from_secs(40 * 60);

/// The conversations shipped with the program: summary, comments, votes.
const CONVERSATIONS: [[&[u8]; 3]; 2] = [
    [
        include_bytes!("../../../demo/polis/15-per-hour-seattle/summary.csv"),
        include_bytes!("../../../demo/polis/15-per-hour-seattle/comments.csv"),
        include_bytes!("../../../demo/polis/15-per-hour-seattle/votes.csv"),
    ],
    [
        include_bytes!("../../../demo/polis/brexit-consensus/summary.csv"),
        include_bytes!("../../../demo/polis/brexit-consensus/comments.csv"),
        include_bytes!("../../../demo/polis/brexit-consensus/votes.csv"),
    ],
];

/// The forum in which a neighbour of the town carries what others publish: its slug, title, summary and language.
pub fn carrier(name: &str) -> (&'static str, &'static str, &'static str, &'static str) {
    match name {
        "association" => {
            ("neighbours", "Neighbours", "What the towns around ask, carried by an example association.", "en")
        }
        _ => ("territory", "Territory", "What associations and towns ask, carried by an example region.", "en"),
    }
}

/// A neighbour of the town: an administrator and a forum.
///
/// # Errors
/// As [`fill`].
pub async fn neighbour(store: &Store, now: Instant, here: &Address, name: &str) -> anyhow::Result<()> {
    let password = tokio::task::spawn_blocking(|| PasswordHash::new(PASSWORD)).await??;
    let called = if name == "association" { "Voisins de Valmont" } else { "Example Region" };
    let mut tx = store.begin().await?;
    let admin = set_up(&mut tx, now, here, called, &password).await?;
    let (slug, title, summary, language) = carrier(name);
    make_forum(&mut tx, now, &admin, forum_draft(slug, title, summary, language)).await?;
    settings::share(&mut tx, &admin, false, true).await?;
    Ok(tx.commit().await?)
}

/// Everything, or nothing.
///
/// # Errors
/// When a use case refuses, which the demo's test would have found, or the database fails.
pub async fn fill(store: &Store, now: Instant, here: &Address) -> anyhow::Result<()> {
    let examples = examples::read()?;
    let password = tokio::task::spawn_blocking(|| PasswordHash::new(PASSWORD)).await??;
    let began = now.minus(BEGAN);
    let mut tx = store.begin().await?;
    let admin = set_up(&mut tx, began, here, "Valmont", &password).await?;
    settings::share(&mut tx, &admin, false, true).await?;
    let people = people(&mut tx, began, &password).await?;
    for it in &examples.forum {
        make_forum(&mut tx, began, &admin, forum_draft(&it.slug, &it.title, &it.summary, &it.language)).await?;
    }
    let town = Town { began, now, admin, people };
    for it in &examples.consultation {
        town.example(&mut tx, it).await.with_context(|| it.title.clone())?;
    }
    conversations(&mut tx, now, here, &town.admin).await?;
    Ok(tx.commit().await?)
}

async fn set_up(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    called: &str,
    password: &PasswordHash,
) -> anyhow::Result<Standing> {
    let wanted = SetUp {
        name: called.to_owned(),
        admin: ADMIN.to_owned(),
        email: format!("{ADMIN}@valmont.example"),
        domain: Some(here.host().to_owned()),
        time_zone: "Europe/Paris".to_owned(),
        language: "en".to_owned(),
    };
    let admin = setup::run(tx, now, &wanted, password).await?;
    let new = Newcomer { name: CITIZEN.into(), email: format!("{CITIZEN}@valmont.example"), language: "en".into() };
    account::create_confirmed(tx, now, &new, password, Role::Participant).await?;
    Ok(Standing { account: Some(admin), member: None })
}

/// The people of the examples, in order.
async fn people(tx: &mut Tx, now: Instant, password: &PasswordHash) -> anyhow::Result<Vec<Standing>> {
    let mut people = Vec::with_capacity(VOTERS);
    for n in 0..VOTERS {
        let name = NAMES.get(n).map_or_else(|| format!("resident-{}", n + 1), |name| (*name).to_owned());
        let new = Newcomer { email: format!("{name}@valmont.example"), name, language: "fr".into() };
        let account = account::create_confirmed(tx, now, &new, password, Role::Participant).await?;
        people.push(Standing { account: Some(account), member: None });
    }
    Ok(people)
}

fn forum_draft(slug: &str, title: &str, summary: &str, language: &str) -> forum::Draft {
    forum::Draft {
        slug: slug.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
        visibility: Visibility::Public,
        language: language.to_owned(),
    }
}

async fn make_forum(tx: &mut Tx, now: Instant, admin: &Standing, draft: forum::Draft) -> anyhow::Result<Forum> {
    forum::create(tx, now, admin, &draft).await.with_context(|| draft.slug)
}

async fn conversations(tx: &mut Tx, now: Instant, here: &Address, admin: &Standing) -> anyhow::Result<()> {
    let summary = format!("Real conversations, held elsewhere. {}", import_polis::ATTRIBUTION);
    let draft = forum_draft("polis", "Conversations from Polis", &summary, "en");
    let forum = make_forum(tx, now, admin, draft).await?;
    for [summary, comments, votes] in CONVERSATIONS {
        let read = import_polis::read_from(summary, comments, votes)?;
        import_polis::import(tx, now, here, &forum, &read, false, |_, _| {}).await?;
    }
    Ok(())
}

/// Steps through all voters without a pattern that shows: it shares no factor with [`VOTERS`].
const STRIDE: usize = 37;

/// What each voter chooses, so that each choice gets its share; where several may be chosen every third adds the next.
fn ballots(on: &Consultation, shares: &[usize]) -> Vec<Vec<String>> {
    let ids: Vec<String> = on.method.0.choices(&on.language).into_iter().map(|choice| choice.id).collect();
    let mut all = vec![Vec::new(); VOTERS];
    let mut next = 0;
    for (choice, share) in shares.iter().enumerate() {
        for _ in 0..*share {
            let voter = (next * STRIDE) % VOTERS;
            all[voter].push(ids[choice].clone());
            if on.method.0.is_multiple() && next % 3 == 0 {
                all[voter].push(ids[(choice + 1) % ids.len()].clone());
            }
            next += 1;
        }
    }
    all
}

/// Who takes part in the examples, and when.
struct Town {
    began: Instant,
    now: Instant,
    admin: Standing,
    people: Vec<Standing>,
}

/// Where the debate of an example is held.
#[derive(Clone, Copy)]
struct Place<'a> {
    forum: &'a Forum,
    on: &'a Consultation,
}

impl Town {
    fn at(&self, step: usize) -> Instant {
        self.began.plus(STEP * u32::try_from(step + 1).unwrap_or(u32::MAX)).min(self.now)
    }

    fn person(&self, number: usize) -> anyhow::Result<&Standing> {
        number.checked_sub(1).and_then(|n| self.people.get(n)).with_context(|| format!("there is no person {number}"))
    }

    async fn example(&self, tx: &mut Tx, it: &examples::Consultation) -> anyhow::Result<()> {
        let forum = forum::by_slug(tx, &it.forum).await?;
        let on = consultation::create(tx, self.began, &self.admin, &forum, self.draft(&forum, it)).await?;
        let on = consultation::publish(tx, self.began, &self.admin, &forum, &on).await?;
        for (n, (who, chosen)) in self.people.iter().zip(ballots(&on, &it.shares)).enumerate() {
            if !chosen.is_empty() {
                let voter = Voter::here(tx, &on, &forum, who).await?;
                ballot::cast(tx, self.at(n), &on, voter, &chosen).await?;
            }
        }
        let place = Place { forum: &forum, on: &on };
        for (n, comment) in it.comment.iter().enumerate() {
            let step = 12 * n + 3;
            let written = self.write(tx, place, step, comment, None).await?;
            for (n, reply) in comment.reply.iter().enumerate() {
                self.write(tx, place, step + 2 * n + 2, reply, Some(written)).await?;
            }
        }
        Ok(())
    }

    fn draft(&self, forum: &Forum, it: &examples::Consultation) -> consultation::Draft {
        let days = |days: u64| self.now.plus(Duration::from_secs(days * DAY));
        consultation::Draft {
            title: it.title.clone(),
            summary: it.summary.clone(),
            text: it.text.trim().to_owned(),
            brief: Brief { what: it.what.clone(), why: it.why.clone(), outcome: it.outcome.clone() },
            method: it.method.clone(),
            opens_at: None,
            closes_at: Some(days(it.closes_in_days)),
            answer_by: it.answer_in_days.map(days),
            results: it.results,
            electorate: Electorate::default(),
            changeable: true,
            ballots: consultation::Ballots::Secret,
            language: forum.language.clone(),
            tags: it.tags.clone(),
            example: true,
        }
    }

    /// Writes a comment, and what others think of it.
    async fn write(
        &self,
        tx: &mut Tx,
        place: Place<'_>,
        step: usize,
        it: &Comment,
        parent: Option<Id<comment::Comment>>,
    ) -> anyhow::Result<Id<comment::Comment>> {
        let Place { forum, on } = place;
        let draft = comment::Draft { text: it.text.clone(), stance: it.stance, parent, ..comment::Draft::default() };
        let written = comment::post(tx, self.at(step), forum, on, self.person(it.author)?, &draft).await?;
        for (numbers, value) in [(&it.agree, Value::Agree), (&it.disagree, Value::Disagree)] {
            for number in numbers {
                reaction::set(tx, self.at(step + 1), forum, on, self.person(*number)?, &written, value).await?;
            }
        }
        Ok(written.id)
    }
}
