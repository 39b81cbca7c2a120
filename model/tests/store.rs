//! The store: migrations there and back, transactions that leave nothing open, schemas that are too new.

use model::both_databases;
use model::care::settings::{self, Registration};
use model::store::migrate::{self, Schema};
use model::store::{Options, Store};
use model::testing::World;

both_databases! {
    async fn migrations_go_up_down_and_up(world: World) {
        assert_eq!(migrate::inspect(&world.store).await.unwrap(), Schema::Current);
        migrate::down(&world.store).await.unwrap();
        assert!(matches!(migrate::inspect(&world.store).await.unwrap(), Schema::Behind { fresh: true, .. }));
        assert!(!migrate::up(&world.store).await.unwrap().is_empty());
        assert_eq!(migrate::inspect(&world.store).await.unwrap(), Schema::Current);
    }

    async fn a_newer_schema_is_refused_with_a_message(world: World) {
        model::testing::pretend_newer(&world.store).await;
        assert_eq!(migrate::inspect(&world.store).await.unwrap(), Schema::Newer(vec!["99990101000000".into()]));
        let message = migrate::up(&world.store).await.unwrap_err().to_string();
        assert!(message.contains("later version"), "{message}");
    }

    async fn a_transaction_dropped_leaves_nothing_behind(world: World) {
        {
            let mut tx = world.store.begin().await.unwrap();
            settings::set_registration(&mut tx, Registration::Closed).await.unwrap();
        }
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(settings::registration(&mut conn).await.unwrap(), Registration::Open);
        let mut tx = world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, Registration::Invite).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(settings::registration(&mut conn).await.unwrap(), Registration::Invite);
    }
}

#[tokio::test]
async fn after_a_dropped_transaction_another_process_can_write() {
    let world = World::sqlite().await;
    {
        let mut tx = world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, Registration::Closed).await.unwrap();
    }
    let url = format!("sqlite:{}", world.store.sqlite_file().unwrap());
    let other = Store::open(&Options::new(url)).unwrap();
    let mut tx = other.begin().await.unwrap();
    settings::set_registration(&mut tx, Registration::Invite).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_unknown_kind_of_database_is_refused() {
    let message = Store::open(&Options::new("mysql://x")).err().unwrap().to_string();
    assert!(message.contains("sqlite:") && message.contains("postgres://"), "{message}");
}
