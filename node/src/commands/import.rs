//! `palabre import`

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use model::care::work::Kind;
use model::clock::Clock;
use model::data::import::{self, Into, Titled, Topics};
use model::data::import_polis;
use model::debate::forum::{self, Forum};
use model::error::Error;
use model::store::Conn;

use crate::arguments::{Import, Target};
use crate::config::Config;
use crate::noted::noted;
use crate::progress::Progress;
use crate::{opening, output};

/// The longest header, in octets.
const HEADER_LONGEST: u64 = 64 * 1024;

/// Takes in what another platform, or this one, exported.
pub async fn run(config: &Config, command: Import) -> anyhow::Result<()> {
    match command {
        Import::Polis { dir, forum, open, print } => {
            let imported = polis(config, &dir, &forum, open).await?;
            match print.json {
                true => output::json(&imported),
                false => {
                    let import_polis::Imported { slug: _, url, statements, participants, votes } = imported;
                    output::line(format_args!(
                        "{statements} statements, {participants} participants, {votes} votes: {url}"
                    ))
                }
            }
        }
        Import::DemocracyOs { file, target } => {
            let name = name_of(file.first().map_or(Path::new(""), PathBuf::as_path));
            let Files { topics, comments } = sorted(&file)?;
            let (progress, comments) = comments.map_or_else(
                || (Progress::named(), None),
                |(path, held)| {
                    let progress = Progress::of_file(&path);
                    let comments = progress.read(held);
                    (progress, Some(comments))
                },
            );
            told(config, &target, &name, progress, async |to| Ok(import::democracyos(to, topics, comments).await?))
                .await
        }
        Import::Csv { file, title, target } => {
            let (name, whole) = (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), name_of(&file));
            let (comments, votes) = match file.is_dir() {
                true => (file.join("comments.csv"), Some(file.join("votes.csv")).filter(|votes| votes.exists())),
                false => (file, None),
            };
            let progress = Progress::of_file(&comments);
            // Read at once with the comments, whose line it would overwrite.
            let unseen = Progress::hidden();
            let votes = votes.as_deref().map(open).transpose()?.map(|held| unseen.read(held));
            let comments = progress.read(open(&comments)?);
            let titled = Titled { title, name };
            told(config, &target, &whole, progress, async |to| {
                Ok(vec![import::comments(to, comments, votes, &titled).await?])
            })
            .await
        }
        Import::Json { file, target } => {
            let progress = Progress::of_file(&file);
            let from = progress.read(open(&file)?);
            told(config, &target, &name_of(&file), progress, async |to| Ok(vec![import::document(to, from).await?]))
                .await
        }
        Import::Archive { file, target } => {
            let progress = Progress::named();
            progress.step("checking the log, then taking in");
            told(config, &target, &name_of(&file), progress, async |to| Ok(vec![import::archive(to, &file).await?]))
                .await
        }
    }
}

/// What a file or folder is called, without the way to it.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| path.display().to_string())?))
}

/// The files of DemocracyOS, told apart by their headers.
struct Files {
    topics: Topics,
    comments: Option<(PathBuf, BufReader<File>)>,
}

fn sorted(paths: &[PathBuf]) -> anyhow::Result<Files> {
    let mut files = Files { topics: Topics::default(), comments: None };
    for path in paths {
        let mut header = String::new();
        open(path)?.take(HEADER_LONGEST).read_line(&mut header).with_context(|| path.display().to_string())?;
        match Topics::is_header(&header) {
            true => files.topics = Topics::read(open(path)?).with_context(|| path.display().to_string())?,
            false => files.comments = Some((path.clone(), open(path)?)),
        }
    }
    Ok(files)
}

/// Imports the file of that name in one transaction, and says what came of it.
async fn told(
    config: &Config,
    target: &Target,
    name: &str,
    progress: Progress,
    import: impl AsyncFnOnce(Into<'_>) -> anyhow::Result<Vec<import::Imported>>,
) -> anyhow::Result<()> {
    let clock = Clock::System;
    let store = opening::open(config).await?;
    let here = opening::address(&store, config, &clock, None).await?;
    let forum = into(&mut store.conn().await?, target.forum.as_deref()).await?;
    let importing = async {
        let mut tx = store.begin().await?;
        let author = forum::official(&mut tx, &forum).await?.id;
        let to = Into { tx: &mut tx, now: clock.now(), here: &here, forum: &forum, author, open: target.open };
        let made = import(to).await?;
        tx.commit().await?;
        Ok(made)
    };
    let made = noted(&store, Kind::Import, name, &progress, importing).await?;
    drop(progress);
    if target.print.json {
        return match made.as_slice() {
            [one] => output::json(one),
            all => output::json(&all),
        };
    }
    for import::Imported { url, comments, votes, ballots, existed, files_missing, .. } in made {
        let word = if existed { " (it was there; what was missing came in)" } else { "" };
        output::line(format_args!("{comments} comments, {votes} votes, {ballots} ballots: {url}{word}"))?;
        if files_missing > 0 {
            output::say(format_args!(
                "{files_missing} attachments were left out, since their files do not travel in JSON: import the archive of it instead."
            ));
        }
    }
    Ok(())
}

/// The forum of that slug, or the only one.
async fn into(conn: &mut Conn, slug: Option<&str>) -> anyhow::Result<Forum> {
    let Some(slug) = slug else {
        let mut all = forum::list(conn, None).await?;
        return match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => super::usage("name the forum that it comes into: --forum SLUG"),
        };
    };
    match forum::by_slug(conn, slug).await {
        Err(Error::NotFound) => bail!("there is no forum {slug}"),
        found => Ok(found?),
    }
}

async fn polis(config: &Config, folder: &Path, slug: &str, open: bool) -> anyhow::Result<import_polis::Imported> {
    let conversation = import_polis::read(folder).with_context(|| folder.display().to_string())?;
    for warning in &conversation.warnings {
        output::say(warning);
    }
    let clock = Clock::System;
    let store = opening::open(config).await?;
    let here = opening::address(&store, config, &clock, None).await?;
    let forum = into(&mut store.conn().await?, Some(slug)).await?;
    let progress = Progress::counted("rows");
    let importing = async {
        let mut tx = store.begin().await?;
        let told = |written: usize, total: usize| progress.reach(written, total);
        let imported = import_polis::import(&mut tx, clock.now(), &here, &forum, &conversation, open, told).await?;
        tx.commit().await?;
        Ok(imported)
    };
    noted(&store, Kind::Import, &name_of(folder), &progress, importing).await
}
