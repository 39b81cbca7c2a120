//! Whole nodes under test. Each test runs on SQLite and on PostgreSQL; the half that needs a PostgreSQL server is marked
//! ignored, and `./check`, which starts one, runs it.

/// Makes two tests of each function that takes "an empty database, please".
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                Box::pin(super::$test(|| integration_tests::database::Database::Sqlite)).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs a PostgreSQL server; ./check starts one"]
            async fn $test() {
                Box::pin(super::$test(integration_tests::database::Database::postgres)).await;
            })+
        }
    };
}

mod apsig;
mod backup;
mod count;
mod delivery;
mod description;
mod doctor;
mod faults;
mod fedify;
mod guests;
mod hidden;
mod home;
mod house;
mod install;
mod lies;
mod load;
mod network;
mod polis;
mod private;
mod process;
mod provider;
mod refusals;
mod relays;
mod signatures;
mod snac;
mod stranger;
mod town;
mod two_nodes;
