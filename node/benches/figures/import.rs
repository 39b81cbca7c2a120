//! A conversation imported, beside the same rows inserted bare in one transaction.

use std::fmt::Write;
use std::time::Instant;

use model::data::import_polis;
use model::debate::forum::Visibility;
use model::testing::World;
use model::testing::reference::Rows;

use crate::report::{Figure, best};

const STATEMENTS: usize = 300;
const PARTICIPANTS: usize = 1000;
/// Of every participant on so many statements.
const VOTES: usize = 60;
const ROUNDS: usize = 3;

/// Imports into one world, then inserts the rows into another; the best of several rounds.
pub async fn measure(world: &World, other: &World, database: &str) -> anyhow::Result<Figure> {
    let (comments, votes) = (comments(), votes());
    let forum = world.forum("agora", Visibility::Public).await;
    let elsewhere = other.forum("agora", Visibility::Public).await;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let began = Instant::now();
        let read = import_polis::read_from(
            format!("topic,Trees {round}?\n").as_bytes(),
            comments.as_bytes(),
            votes.as_bytes(),
        )?;
        let mut tx = world.store.begin().await?;
        let made = import_polis::import(&mut tx, world.now(), &world.address, &forum, &read, false, |_, _| {}).await?;
        tx.commit().await?;
        let took = began.elapsed();
        if round == 0 {
            continue;
        }
        let rows = Rows::of(&world.store, &made.slug).await?;
        let count = rows.count();
        ours.push(count as f64 / took.as_secs_f64());
        let began = Instant::now();
        rows.insert(&other.store, &elsewhere).await?;
        bare.push(count as f64 / began.elapsed().as_secs_f64());
    }
    Ok(Figure {
        name: format!("rows imported on {database}, files read and checked"),
        ours: best(&ours),
        reference: best(&bare),
        beside: "the same rows inserted bare in one transaction".to_owned(),
        target: 0.2,
    })
}

fn comments() -> String {
    let mut text = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n".to_owned();
    for n in 0..STATEMENTS {
        let at = 1_500_000_000_000_u64 + n as u64;
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{at},x,{n},{},0,0,1,\"Statement {n}, in so many words that it looks like one\"",
            n % PARTICIPANTS
        );
    }
    text
}

fn votes() -> String {
    let mut text = "timestamp,datetime,comment-id,voter-id,vote\n".to_owned();
    for voter in 0..PARTICIPANTS {
        for n in 0..VOTES {
            let at = 1_500_000_100_000_u64 + (voter * VOTES + n) as u64;
            let (statement, vote) = ((voter + n * 5) % STATEMENTS, (voter + n) % 3);
            // Writing to a String does not fail.
            let _ = writeln!(text, "{at},x,{statement},{voter},{}", i64::try_from(vote).unwrap_or(0) - 1);
        }
    }
    text
}
