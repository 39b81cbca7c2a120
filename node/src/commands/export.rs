//! `palabre export`

mod documents;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use model::address::{Address, Local};
use model::care::work::Kind;
use model::clock::Clock;
use model::count::log;
use model::data::archive;
use model::data::export::{self, Reading, Table};
use model::debate::consultation::{self, Consultation};
use model::error::{Error, Refusal};
use model::store::{Conn, Store};

use crate::arguments::{self, Export, Format, Profile};
use crate::config::Config;
use crate::noted::noted;
use crate::progress::Progress;
use crate::{opening, output};

/// What stands in a folder.
const ALL: [Table; 4] = [Table::Comments, Table::Votes, Table::Ballots, Table::Results];

/// Where a consultation is written from.
struct Source {
    store: Store,
    clock: Clock,
    here: Address,
    on: Consultation,
    progress: Progress,
}

/// Writes one consultation out.
pub async fn run(config: &Config, command: Export) -> anyhow::Result<()> {
    let clock = Clock::System;
    let (store, mut conn) = super::reading(config).await?;
    let here = opening::address(&store, config, &clock, None).await?;
    let on = named(&mut conn, &here, &command.consultation).await?;
    drop(conn);
    let progress = Progress::written();
    let source = Source { store, clock, here, on, progress };
    let writing = async { forgiven(write(&source, config, &command).await) };
    noted(&source.store, Kind::Export, &source.on.slug, &source.progress, writing).await
}

/// A reader that has seen enough (`palabre export … | head`) is no failure.
fn forgiven(written: anyhow::Result<()>) -> anyhow::Result<()> {
    let gone = |error: &anyhow::Error| {
        error.chain().any(|cause| {
            cause.downcast_ref::<std::io::Error>().is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
        })
    };
    match written {
        Err(error) if gone(&error) => Ok(()),
        written => written,
    }
}

async fn write(source: &Source, config: &Config, command: &Export) -> anyhow::Result<()> {
    match (command.format, command.output.as_deref()) {
        (Format::Csv, Some(folder)) if command.profile == Some(Profile::Polis) => polis(source, folder).await,
        (Format::Csv, None) if command.profile == Some(Profile::Polis) => {
            super::usage("Polis has several files: name a folder with -o")
        }
        (Format::Csv, output) if command.profile.is_some() => {
            write_table(source, Table::DemocracyosComments, &mut open(output)?).await
        }
        (Format::Csv, Some(folder)) if command.table.is_none() && is_folder(folder) => all_tables(source, folder).await,
        (Format::Csv, output) => {
            let table = command.table.map_or(Table::Comments, Table::from);
            write_table(source, table, &mut open(output)?).await
        }
        (Format::Json, output) => write_json(source, &mut open(output)?).await,
        (Format::Activitystreams, output) => documents::write(source, config, &mut open(output)?).await,
        (Format::Archive, output) => write_archive(source, &mut open(output)?).await,
    }
}

/// The consultation of a slug or an address of this node.
async fn named(conn: &mut Conn, here: &Address, name: &str) -> anyhow::Result<Consultation> {
    let slug = match here.parse(name) {
        Some(Local::Consultation(slug)) => slug,
        _ => name.to_owned(),
    };
    match consultation::by_slug(conn, &slug).await {
        Err(Error::NotFound) => bail!("there is no consultation {name}"),
        found => Ok(found?),
    }
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.extension().is_none()
}

/// A file, or standard output.
fn open(output: Option<&Path>) -> anyhow::Result<Box<dyn Write + Send>> {
    Ok(match output {
        Some(path) => Box::new(BufWriter::new(File::create(path).with_context(|| path.display().to_string())?)),
        None => Box::new(output::Stdout),
    })
}

async fn all_tables(source: &Source, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for table in ALL {
        let name = table.sheet().name;
        let path = folder.join(format!("{name}.csv"));
        match pages(source, table).await {
            Ok(pages) => write_pages(source, pages, &mut open(Some(&path))?).await?,
            Err(Error::Refused(Refusal::ResultsHidden)) => {
                output::say(format_args!("{name}.csv is left out: the results are hidden until closing"));
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        let schema = export::schema(table, &source.here, &source.on);
        let path = folder.join(format!("{name}.csv.schema.json"));
        let mut file = open(Some(&path))?;
        serde_json::to_writer_pretty(&mut file, &schema).context("writing the schema")?;
        file.flush()?;
    }
    output::say(format_args!("Written to {}", folder.display()));
    Ok(())
}

async fn pages(source: &Source, table: Table) -> model::error::Result<export::Pages> {
    let mut conn = source.store.conn().await?;
    // Who can run commands on the node moderates it.
    export::pages(&mut conn, source.clock.now(), &source.here, source.on.clone(), table, true).await
}

async fn write_table(source: &Source, table: Table, to: &mut dyn Write) -> anyhow::Result<()> {
    write_pages(source, pages(source, table).await?, to).await
}

async fn write_pages(source: &Source, mut pages: export::Pages, to: &mut dyn Write) -> anyhow::Result<()> {
    let mut conn = source.store.conn().await?;
    while let Some(bytes) = pages.next(&mut conn).await? {
        source.progress.more(bytes.len());
        to.write_all(&bytes)?;
    }
    Ok(to.flush()?)
}

/// From one snapshot, so that ballots and log are those of the same moment.
async fn write_json(source: &Source, to: &mut dyn Write) -> anyhow::Result<()> {
    let mut conn = source.store.snapshot().await?;
    let (now, on) = (source.clock.now(), source.on.clone());
    let mut document = export::document(&mut conn, now, &source.here, on, Reading::Whole).await?;
    while let Some(bytes) = document.next(&mut conn).await? {
        source.progress.more(bytes.len());
        to.write_all(&bytes)?;
    }
    Ok(to.flush()?)
}

async fn write_archive(source: &Source, to: &mut dyn Write) -> anyhow::Result<()> {
    let (now, on) = (source.clock.now(), source.on.clone());
    let mut tx = source.store.begin().await?;
    // Makes the key, if this is the first thing that it signs.
    let signer = log::signer(&mut tx, now, &source.here).await?;
    tx.commit().await?;
    let mut conn = source.store.conn().await?;
    let mut archive = archive::archive(&mut conn, &signer, now, &source.here, on, web::site()).await?;
    while let Some(bytes) = archive.next(&mut conn).await? {
        source.progress.more(bytes.len());
        to.write_all(&bytes)?;
    }
    Ok(to.flush()?)
}

/// The files of a Polis export, hidden statements with their words.
async fn polis(source: &Source, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for table in [Table::PolisComments, Table::PolisVotes] {
        let path = folder.join(format!("{}.csv", table.sheet().name));
        write_table(source, table, &mut open(Some(&path))?).await?;
    }
    let summary = export::polis_summary(&mut source.store.conn().await?, &source.here, &source.on).await?;
    let path = folder.join("summary.csv");
    std::fs::write(&path, summary).with_context(|| path.display().to_string())?;
    output::say(format_args!("Written to {}", folder.display()));
    Ok(())
}

impl From<arguments::Table> for Table {
    fn from(table: arguments::Table) -> Self {
        match table {
            arguments::Table::Comments => Self::Comments,
            arguments::Table::Votes => Self::Votes,
            arguments::Table::Ballots => Self::Ballots,
            arguments::Table::Results => Self::Results,
            arguments::Table::PolisComments => Self::PolisComments,
            arguments::Table::PolisVotes => Self::PolisVotes,
            arguments::Table::DemocracyosComments => Self::DemocracyosComments,
        }
    }
}
