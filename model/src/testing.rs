//! A world to test in: a node set up on a database of its own, a clock that stands still, and short ways to make
//! people, forums and consultations.

mod earlier;
pub mod elsewhere;
pub mod reference;
pub mod statements;
mod tampering;

use std::time::Duration;

use crate::address::{Address, Scheme};
use crate::care::settings;
use crate::care::setup::{self, SetUp};
use crate::clock::{Clock, Instant};
use crate::count::ballot::{self, Receipt, Voter};
use crate::count::electorate::Electorate;
use crate::count::method::Method;
use crate::count::sequence;
use crate::count::tally::{self, Counts, Results};
use crate::debate::consultation::{self, Ballots, Brief, Consultation, Draft};
use crate::debate::forum::{self, Forum, Visibility};
use crate::debate::schedule;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::account::{self, Account, Newcomer, PasswordHash};
use crate::people::actor::{self, Actor};
use crate::people::role::{Role, Standing};
use crate::store::{Conn, Options, Store, migrate};

pub use earlier::{analyse, forget_documents, forget_scores, renumber_documents};
pub use tampering::{break_tally, forget_log, pretend_newer};

/// The environment variable with the URL of a PostgreSQL server on which databases may be made.
pub const POSTGRES: &str = "PALABRE_TEST_POSTGRES";
/// The password of the administrator and of accounts that sign in.
pub const PASSWORD: &str = "correct horse battery";
/// Where every fixed clock starts: 2026-03-02, 09:00 UTC.
pub const START: i64 = 1_772_442_000_000_000;

/// How many random inputs a test of what strangers send is given: what the environment's `PALABRE_TEST_CASES` says, else 2,000.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long they may take")]
#[must_use]
pub fn cases() -> u32 {
    std::env::var("PALABRE_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

/// The random schedules that a simulation goes through: as many as the environment's `PALABRE_TEST_SCHEDULES` says, or those
/// from one number to another (`17..18`); else 20.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long they may take")]
#[must_use]
pub fn schedules() -> std::ops::Range<u64> {
    let said = std::env::var("PALABRE_TEST_SCHEDULES").unwrap_or_default();
    match said.split_once("..") {
        Some((from, to)) => from.parse().unwrap_or(0)..to.parse().unwrap_or(0),
        None => 0..said.parse().unwrap_or(20),
    }
}

/// A node with an empty database of its own.
pub struct World {
    /// The database.
    pub store: Store,
    /// A clock that stands still until it is moved.
    pub clock: Clock,
    /// `https://a.test`.
    pub address: Address,
    /// The administrator.
    pub admin: Account,
    _dir: Option<tempfile::TempDir>,
}

/// A fresh database on the server that [`POSTGRES`] names.
///
/// # Panics
/// When there is no such server.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where their server is")]
pub async fn postgres_url() -> String {
    let server = std::env::var(POSTGRES).expect("PALABRE_TEST_POSTGRES names a PostgreSQL server");
    let name = format!("test_{}", Id::<World>::new(Clock::System.now()).uuid().simple());
    let (client, connection) =
        tokio_postgres::connect(&server, tokio_postgres::NoTls).await.expect("the PostgreSQL server answers");
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database can be made");
    let (base, _) = server.rsplit_once('/').expect("the URL ends with a database");
    format!("{base}/{name}")
}

impl World {
    /// On a SQLite file of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", dir.path().join("palabre.db").display());
        Self::on(&url, Some(dir)).await
    }

    /// On a PostgreSQL database of its own.
    ///
    /// # Panics
    /// When there is no server.
    pub async fn postgres() -> Self {
        Self::on(&postgres_url().await, None).await
    }

    /// On an empty database at that address.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn at(url: &str) -> Self {
        Self::on(url, None).await
    }

    /// On a SQLite file of its own, as the node `http://HOST`: for several that speak with each other.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn named(host: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", dir.path().join("palabre.db").display());
        let world = Self { address: Address::new(Scheme::Http, host), ..Self::set_up(&url, Some(dir), host).await };
        let mut tx = world.store.begin().await.expect("a transaction");
        settings::note_address(&mut tx, &world.address).await.expect("noted");
        tx.commit().await.expect("committed");
        world
    }

    async fn on(url: &str, dir: Option<tempfile::TempDir>) -> Self {
        Self::set_up(url, dir, "a.test").await
    }

    async fn set_up(url: &str, dir: Option<tempfile::TempDir>, host: &str) -> Self {
        let store = Store::open(&Options::new(url)).expect("the store opens");
        migrate::up(&store).await.expect("the schema is made");
        let clock = Clock::fixed(Instant::from_microsecond(START));
        let mut tx = store.begin().await.expect("a transaction");
        let wanted = SetUp {
            name: "Valmont".into(),
            admin: "admina".into(),
            email: "admin@valmont.example".into(),
            domain: Some(host.into()),
            time_zone: "Europe/Paris".into(),
            language: "fr".into(),
        };
        let password = PasswordHash::new(PASSWORD).expect("a fine password");
        let admin = setup::run(&mut tx, clock.now(), &wanted, &password).await.expect("the node is set up");
        tx.commit().await.expect("committed");
        Self { store, clock, address: Address::new(Scheme::Https, "a.test"), admin, _dir: dir }
    }

    /// A world over a database that was set up by another, as [`World::sqlite`] sets it up.
    ///
    /// # Panics
    /// When its administrator is not there.
    pub async fn over(store: Store) -> Self {
        let admin = account::by_name(&mut store.conn().await.expect("a connection"), "admina").await.expect("admina");
        let clock = Clock::fixed(Instant::from_microsecond(START));
        Self { store, clock, address: Address::new(Scheme::Https, "a.test"), admin, _dir: None }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The administrator asking.
    #[must_use]
    pub fn as_admin(&self) -> Standing {
        Standing { account: Some(self.admin.clone()), member: None }
    }

    /// A confirmed participant. With the password [`PASSWORD`] only if made by [`World::account_with_password`].
    ///
    /// # Panics
    /// When the name is taken.
    pub async fn account(&self, name: &str) -> Account {
        self.make(name, None, Role::Participant).await
    }

    /// A confirmed account with a role on the node.
    ///
    /// # Panics
    /// When the name is taken.
    pub async fn account_with_role(&self, name: &str, role: Role) -> Account {
        self.make(name, None, role).await
    }

    /// A confirmed participant who can sign in with [`PASSWORD`].
    ///
    /// # Panics
    /// When the name is taken.
    pub async fn account_with_password(&self, name: &str) -> Account {
        self.make(name, Some(PasswordHash::new(PASSWORD).expect("a fine password")), Role::Participant).await
    }

    async fn make(&self, name: &str, password: Option<PasswordHash>, role: Role) -> Account {
        let new = Newcomer { name: name.into(), email: format!("{name}@mail.example"), language: "fr".into() };
        let mut tx = self.store.begin().await.expect("a transaction");
        let now = self.now();
        let account =
            account::create(&mut tx, now, &new, password.as_ref(), role, Some(now)).await.expect("an account");
        tx.commit().await.expect("committed");
        account
    }

    /// A forum made by the administrator.
    ///
    /// # Panics
    /// When the slug is taken.
    pub async fn forum(&self, slug: &str, visibility: Visibility) -> Forum {
        let draft = forum::Draft {
            slug: slug.into(),
            title: "Mobilité".into(),
            summary: "Se déplacer à Valmont".into(),
            visibility,
            language: "fr".into(),
        };
        let mut tx = self.store.begin().await.expect("a transaction");
        let forum = forum::create(&mut tx, self.now(), &self.as_admin(), &draft).await.expect("a forum");
        tx.commit().await.expect("committed");
        forum
    }

    /// A draft of a consultation with this method, closing in a week.
    #[must_use]
    pub fn draft(&self, method: &serde_json::Value) -> Draft {
        Draft {
            title: "Fermer la place aux voitures ?".into(),
            summary: "La place du marché deviendrait piétonne.".into(),
            text: "# Le projet\n\nLa place **devient** piétonne.".into(),
            brief: Brief { what: "La place".into(), why: "Le bruit".into(), outcome: "Un vote du conseil".into() },
            method: serde_json::from_value::<Method>(method.clone()).expect("a method"),
            opens_at: None,
            closes_at: Some(self.now().plus(Duration::from_secs(7 * 86_400))),
            answer_by: None,
            results: Results::AfterVote,
            electorate: Electorate::default(),
            changeable: true,
            ballots: Ballots::Secret,
            language: "fr".into(),
            tags: vec!["place".into()],
            example: false,
        }
    }

    /// Publishes this draft.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn publish(&self, forum: &Forum, draft: Draft) -> Consultation {
        let mut tx = self.store.begin().await.expect("a transaction");
        let by = self.as_admin();
        let it = consultation::create(&mut tx, self.now(), &by, forum, draft).await.expect("a draft");
        let it = consultation::publish(&mut tx, self.now(), &by, forum, &it).await.expect("published");
        tx.commit().await.expect("committed");
        it
    }

    /// An open vote in a new public forum.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn vote(&self) -> (Forum, Consultation) {
        let forum = self.forum("mobilite", Visibility::Public).await;
        let it = self.publish(&forum, self.draft(&serde_json::json!({"kind": "vote"}))).await;
        (forum, it)
    }

    /// Somebody of this node votes.
    ///
    /// # Errors
    /// As [`ballot::cast`].
    pub async fn casts(&self, forum: &Forum, on: &Consultation, who: &Account, choice: &[&str]) -> Result<Receipt> {
        let mut tx = self.store.begin().await?;
        let standing = forum::standing(&mut tx, forum, Some(who)).await?;
        let voter = Voter::here(&mut tx, on, forum, &standing).await?;
        let chosen: Vec<String> = choice.iter().map(|c| (*c).to_owned()).collect();
        let receipt = ballot::cast(&mut tx, self.now(), on, voter, &chosen).await?;
        tx.commit().await?;
        Ok(receipt)
    }

    /// Has the database itself refuse a ballot of nobody, as SQLite does: for tests of what comes of its errors.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn refuses_ballots_of_nobody(&self) {
        use diesel_async::RunQueryDsl;
        let mut conn = self.store.conn().await.expect("a connection");
        if let Conn::Postgres(c) = &mut conn {
            let guarded = "ALTER TABLE ballots ADD FOREIGN KEY (actor_id) REFERENCES actors (id)";
            diesel::sql_query(guarded).execute(&mut **c).await.expect("guarded");
        }
    }

    /// The consultation as it stands now.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn again(&self, on: &Consultation) -> Consultation {
        let mut conn = self.store.conn().await.expect("a connection");
        consultation::by_id(&mut conn, on.id).await.expect("a consultation")
    }

    /// Counts what waits, and answers the tally, which must equal a recount.
    ///
    /// # Panics
    /// When it does not.
    pub async fn tally(&self, on: &Consultation) -> Counts {
        sequence::sweep(&self.store, self.now(), Duration::ZERO).await.expect("sequenced");
        let mut conn = self.store.conn().await.expect("a connection");
        let mut counts = tally::of(&mut conn, on).await.expect("a tally").counts.0;
        let recounted = tally::recount(&mut conn, on.id).await.expect("a recount");
        counts.0.retain(|_, count| count.voters != 0);
        for count in counts.0.values_mut() {
            count.choices.retain(|_, n| *n != 0);
        }
        assert_eq!(counts, recounted, "the tally equals its ballots");
        counts
    }

    /// Lets time pass and the clock's job run.
    ///
    /// # Panics
    /// When the job fails.
    pub async fn passes(&self, time: Duration) {
        self.clock.advance(time);
        schedule::tick(&self.store, self.now()).await.expect("the schedule ran");
    }

    /// A person of another server, as fetched.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn stranger(&self, name: &str, host: &str) -> Actor {
        self.remote(actor::Kind::Person, name, host).await
    }

    /// A forum of another server, as fetched.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn neighbour(&self, name: &str, host: &str) -> Actor {
        self.remote(actor::Kind::Group, name, host).await
    }

    async fn remote(&self, kind: actor::Kind, name: &str, host: &str) -> Actor {
        let remote = actor::Remote {
            uri: format!("https://{host}/users/{name}"),
            kind,
            name: name.into(),
            host: host.into(),
            display_name: name.into(),
            summary: String::new(),
            url: None,
            inbox: format!("https://{host}/users/{name}/inbox"),
            shared_inbox: Some(format!("https://{host}/inbox")),
            document: serde_json::json!({"indexable": kind == actor::Kind::Group}),
        };
        let mut tx = self.store.begin().await.expect("a transaction");
        let actor = actor::remember(&mut tx, self.now(), &remote).await.expect("remembered");
        tx.commit().await.expect("committed");
        actor
    }
}

/// The code of a refusal.
///
/// # Panics
/// When it is none.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Refused(refusal)) => refusal.code(),
        other => panic!("no refusal: {other:?}"),
    }
}

/// Makes each test run on both databases. The PostgreSQL half is ignored unless asked for, since it needs a server.
#[macro_export]
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: $ty:ty) $body:block)+) => {
        $(
            mod $name {
                use super::*;
                $(#[$meta])*
                async fn run($world: $ty) $body
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    run($crate::testing::World::sqlite().await).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs a PostgreSQL server; ./check starts one"]
                async fn postgres() {
                    run($crate::testing::World::postgres().await).await;
                }
            }
        )+
    };
}
