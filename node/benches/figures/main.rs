//! Figures, each beside a reference from the same run: `cargo bench -p palabre`. docs/performance.md says how to read them.
#![allow(clippy::disallowed_methods, reason = "measuring is what this program is for")]

mod ballots;
mod carry;
mod cpu;
mod deliveries;
mod import;
mod inbox;
mod load;
mod million;
mod page;
mod pgbench;
mod readers;
mod report;
mod search;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use model::testing::{POSTGRES, World};
use report::Figure;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let [flag, file] = arguments.as_slice()
        && flag == "--bare"
    {
        runtime.block_on(page::serve_bare(Path::new(file)))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let [flag, crowd] = arguments.as_slice()
        && flag == "--bare-inbox"
    {
        runtime.block_on(inbox::serve(Path::new(crowd)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let (figures, missed) = runtime.block_on(measure(wanted))?;
    Ok(if !missed && figures.iter().all(Figure::reached) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(wanted: impl Fn(&str) -> bool) -> anyhow::Result<(Vec<Figure>, bool)> {
    let (mut figures, mut missed) = (Vec::new(), false);
    let mut tell = |figure: Figure| {
        let told = writeln!(std::io::stdout(), "{figure}");
        figures.push(figure);
        told
    };
    let databases = if std::env::var_os(POSTGRES).is_some() { &["SQLite", "PostgreSQL"][..] } else { &["SQLite"] };
    for database in databases {
        if wanted("ballots") {
            for clients in ballots::CLIENTS {
                tell(ballots::measure(&world(database).await, database, clients).await?)?;
            }
        }
        if wanted("rush") {
            rush(database, &mut tell).await?;
        }
        if wanted("deliveries") {
            for told in deliveries::measure(database).await? {
                match told {
                    deliveries::Told::Rate(figure) => tell(figure)?,
                    deliveries::Told::Most(most) => {
                        writeln!(std::io::stdout(), "{most}")?;
                        missed |= !most.reached();
                    }
                }
            }
        }
        if wanted("search") {
            tell(search::measure(&world(database).await, database).await?)?;
        }
        if wanted("import") {
            tell(import::measure(&world(database).await, &world(database).await, database).await?)?;
        }
    }
    if wanted("million") && databases.len() > 1 {
        for told in million::measure().await? {
            match told {
                million::Told::Rate(figure) => tell(figure)?,
                million::Told::Most(most) => {
                    writeln!(std::io::stdout(), "{most}")?;
                    missed |= !most.reached();
                }
            }
        }
    }
    if wanted("inbox") && databases.len() > 1 {
        for figure in inbox::measure().await? {
            tell(figure)?;
        }
    }
    if wanted("carry") {
        for told in carry::measure().await? {
            match told {
                carry::Told::Rate(figure) => tell(figure)?,
                carry::Told::Most(most) => {
                    writeln!(std::io::stdout(), "{most}")?;
                    missed |= !most.reached();
                }
            }
        }
    }
    if wanted("page") {
        for figure in page::measure().await? {
            tell(figure)?;
        }
    }
    if wanted("readers") && databases.len() > 1 {
        for figure in readers::measure().await? {
            tell(figure)?;
        }
    }
    if databases.len() == 1 {
        writeln!(std::io::stdout(), "PostgreSQL was not measured: {POSTGRES} names no server")?;
    }
    Ok((figures, missed))
}

/// A rush of voters, and what the log costs.
async fn rush(database: &str, tell: &mut impl FnMut(Figure) -> std::io::Result<()>) -> anyhow::Result<()> {
    match database {
        "SQLite" => tell(ballots::beside_one_by_one(&world(database).await).await?)?,
        _ => {
            for clients in ballots::BESIDE_PGBENCH {
                tell(ballots::beside_pgbench(&world(database).await, clients).await?)?;
            }
        }
    }
    tell(ballots::log(&world(database).await, database).await?)?;
    Ok(())
}

async fn world(database: &str) -> World {
    if database == "SQLite" { World::sqlite().await } else { World::postgres().await }
}
