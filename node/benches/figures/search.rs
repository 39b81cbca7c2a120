//! A page of what is found among a hundred thousand comments, beside a page of comments read by their keys.

use std::fmt::Write;
use std::time::{Duration, Instant};

use model::data::import_polis;
use model::data::search::{self, Kind, Query, Scope};
use model::debate::comment;
use model::debate::forum::Visibility;
use model::testing::{self, World};

use crate::report::{Figure, best};

const COMMENTS: usize = 100_000;
/// Comments on a page.
const PAGE: usize = 50;
/// How long each is asked, and how often in turn.
const LENGTH: Duration = Duration::from_secs(1);
const ROUNDS: usize = 3;
/// Words of which a comment has some: the first in every second one, each other in fewer.
const WORDS: [&str; 12] = [
    "place",
    "voitures",
    "habitants",
    "piétonne",
    "commerces",
    "stationnement",
    "vélos",
    "trottoirs",
    "marché",
    "fontaine",
    "kiosque",
    "platanes",
];
/// What is sought in turn: a word of half the comments, one of hundreds, one of a few, two together, and none.
const SOUGHT: [&str; 5] = ["places", "marchés", "platane", "voiture habitant", "introuvable"];

/// Fills one world, and reads in turn.
pub async fn measure(world: &World, database: &str) -> anyhow::Result<Figure> {
    let forum = world.forum("agora", Visibility::Public).await;
    let (summary, votes) = ("topic,Trees?\n", "timestamp,datetime,comment-id,voter-id,vote\n");
    let read = import_polis::read_from(summary.as_bytes(), statements().as_bytes(), votes.as_bytes())?;
    let mut tx = world.store.begin().await?;
    import_polis::import(&mut tx, world.now(), &world.address, &forum, &read, true, |_, _| {}).await?;
    tx.commit().await?;
    testing::analyse(&world.store).await;
    let mut conn = world.store.conn().await?;
    let scope = Scope { kind: Some(Kind::Comment), ..Scope::default() };
    let queries: Vec<Query> = SOUGHT.iter().map(|words| Query::read(words)).collect::<Result<_, _>>()?;
    let (all, _) = search::page(&mut conn, None, &scope, &queries[0], None, PAGE).await?;
    let comment = |hit: &search::Hit| match &hit.what {
        search::What::Here { comment: Some(found), .. } => Some(found.0.id),
        _ => None,
    };
    let keys: Vec<_> = all.iter().filter_map(comment).collect();
    anyhow::ensure!(keys.len() == PAGE, "a full page is found");
    let (mut ours, mut reference) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (began, mut pages) = (Instant::now(), 0_u32);
        while began.elapsed() < LENGTH {
            for query in &queries {
                search::page(&mut conn, None, &scope, query, None, PAGE).await?;
                pages += 1;
            }
        }
        ours.push(f64::from(pages) / began.elapsed().as_secs_f64());
        let (began, mut pages) = (Instant::now(), 0_u32);
        while began.elapsed() < LENGTH {
            comment::by_ids(&mut conn, &keys).await?;
            pages += 1;
        }
        reference.push(f64::from(pages) / began.elapsed().as_secs_f64());
    }
    Ok(Figure {
        name: format!("pages found among {COMMENTS} comments on {database}"),
        ours: best(&ours),
        reference: best(&reference),
        beside: format!("the same {PAGE} comments read by their keys"),
        target: 0.1,
    })
}

/// A hundred thousand statements; the n-th word stands in one of 2ⁿ.
fn statements() -> String {
    let mut text = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n".to_owned();
    for n in 0..COMMENTS {
        let at = 1_500_000_000_000_u64 + n as u64;
        // Scattered, so that the words of a comment do not follow from each other.
        let scattered =
            (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let has = |rank: usize| scattered.rotate_left(5 * rank as u32) & ((2 << rank) - 1) == 0;
        let some: Vec<&str> = WORDS.iter().enumerate().filter(|(rank, _)| has(*rank)).map(|(_, word)| *word).collect();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{at},x,{n},{},0,0,1,\"Avis {n} de quelqu’un qui parle de {}\"",
            n % 1000,
            some.join(" et de ")
        );
    }
    text
}
