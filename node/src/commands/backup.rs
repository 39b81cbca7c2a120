//! `palabre backup` and `palabre restore`

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::care::settings;
use model::care::work::Kind;
use model::clock::Clock;
use model::data::backup::{self, Folder, Manifest};
use serde_json::json;

use crate::arguments::{Backup, Restore};
use crate::config::Config;
use crate::noted::noted;
use crate::progress::Progress;
use crate::{opening, output};

/// What makes a file of it, for people: `palabre 0.1.0`.
const PROGRAM: &str = concat!("palabre ", env!("CARGO_PKG_VERSION"));

/// The folders whose files belong to the node.
fn folders(config: &Config) -> Vec<Folder> {
    vec![Folder { name: "media", path: config.node.data_dir.join("media") }]
}

/// Writes the node into one file. Beside it first, so that under its name there is never half a backup.
pub async fn write(config: &Config, command: Backup) -> anyhow::Result<()> {
    let Backup { output: to, print } = command;
    let store = opening::open(config).await?;
    let mut beside = to.clone().into_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    // What an interrupted backup left.
    if beside.symlink_metadata().is_ok() {
        std::fs::remove_file(&beside).with_context(|| beside.display().to_string())?;
    }
    let progress = Progress::named();
    let writing = written(&beside, async |file| {
        let told = |table: &str, at: usize, all: usize| {
            progress.reach(at, all);
            progress.step(table);
        };
        backup::write(&store, Clock::System.now(), PROGRAM, &folders(config), file, told).await
    });
    let name = to.file_name().unwrap_or(to.as_os_str()).to_string_lossy();
    let written = noted(&store, Kind::Backup, &name, &progress, writing).await;
    drop(progress);
    let manifest = match written {
        Ok(manifest) => manifest,
        Err(error) => {
            // Half a backup is of no use; that it cannot be removed changes nothing about the error.
            drop(std::fs::remove_file(&beside));
            return Err(error);
        }
    };
    std::fs::rename(&beside, &to).with_context(|| to.display().to_string())?;
    let mut tx = store.begin().await?;
    settings::note_backup(&mut tx, manifest.at).await?;
    tx.commit().await?;
    let (tables, rows, files) = (manifest.tables.len(), manifest.rows(), manifest.files.len());
    match print.json {
        true => output::json(&json!({"at": manifest.at, "tables": tables, "rows": rows, "files": files})),
        false => output::line(format_args!("{rows} rows of {tables} tables and {files} files: {}", to.display())),
    }
}

/// On disk before it is told; for nobody else's eyes, since it holds keys.
async fn written(
    path: &Path,
    write: impl AsyncFnOnce(&mut BufWriter<File>) -> Result<Manifest, backup::Fault>,
) -> anyhow::Result<Manifest> {
    let mut options = OpenOptions::new();
    // A new file of our own, whoever can write beside it.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let named = || path.display().to_string();
    let mut file = BufWriter::new(options.open(path).with_context(named)?);
    let manifest = write(&mut file).await?;
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all().with_context(named)?;
    Ok(manifest)
}

/// Brings a node back.
pub async fn restore(config: &Config, command: Restore) -> anyhow::Result<()> {
    let Restore { file, dry_run, print } = command;
    let from = BufReader::new(File::open(&file).with_context(|| file.display().to_string())?);
    let store = opening::connect(config)?;
    let progress = Progress::named();
    progress.step("checking");
    let restored = backup::restore(&store, from, &folders(config), dry_run, |table| progress.step(table)).await;
    drop(progress);
    let restored = restored.with_context(|| file.display().to_string())?;
    if print.json {
        return output::json(&restored);
    }
    let backup::Restored { at, program, tables, rows, files } = restored;
    let said = if dry_run { "would be restored; nothing was written" } else { "restored" };
    output::line(format_args!("{rows} rows of {tables} tables and {files} files of {at} by {program}: {said}"))
}
