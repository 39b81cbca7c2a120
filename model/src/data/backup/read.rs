//! Restoring a backup: first all of it is read and checked, then it is written in one transaction.

use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{FORMAT, Fault, File, Folder, Kept, MANIFEST, MANIFEST_LONGEST, Manifest, TABLES};
use crate::clock::Instant;
use crate::data::upkeep;
use crate::error::Refusal;
use crate::store::migrate::{self, Schema};
use crate::store::portable::{self, Shape};
use crate::store::{Store, Tx};

/// Octets of rows that go to the database at once.
const BATCH: usize = 1024 * 1024;
/// The longest row, in octets: the largest file that a table can hold, in hexadecimal digits.
const ROW_LONGEST: u64 = 256 * 1024 * 1024;

/// What was restored, or would be.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// When the backup was made.
    pub at: Instant,
    /// By what.
    pub program: String,
    /// How many tables.
    pub tables: usize,
    /// How many rows they have together.
    pub rows: u64,
    /// How many files.
    pub files: usize,
}

/// Restores a backup into an empty database, and its files into the folders of those names. With `dry` only what would
/// be refused is found out, and nothing is written.
///
/// # Errors
/// [`Refusal::BackupDamaged`], [`Refusal::BackupNewer`], [`Refusal::NotEmpty`]; when the database fails.
pub async fn restore<R: Read + Seek>(
    store: &Store,
    from: R,
    folders: &[Folder],
    dry: bool,
    mut told: impl FnMut(&str),
) -> Result<Restored, Fault> {
    let mut zip = ZipArchive::new(from)?;
    let manifest = manifest(&mut zip)?;
    let unknown: Vec<String> = migrate::unknown(&manifest.schema)?;
    if !unknown.is_empty() {
        return Err(Fault::Refused(Refusal::BackupNewer, unknown.join(", ")));
    }
    for kept in &manifest.tables {
        checked(&mut zip, &format!("{TABLES}{}.jsonl", kept.shape.name), &kept.sha256, Some(kept.rows))?;
    }
    for file in &manifest.files {
        place(file, folders)?;
        checked(&mut zip, &file.name, &file.sha256, None)?;
    }
    require_empty(store).await?;
    if !dry {
        for file in &manifest.files {
            write_file(&mut zip, file, &place(file, folders)?)?;
        }
        prepare(store, &manifest.schema).await?;
        fill(store, &mut zip, &manifest, &mut told).await?;
        migrate::up(store).await?;
        upkeep::run(store).await?;
    }
    let (rows, tables, files) = (manifest.rows(), manifest.tables.len(), manifest.files.len());
    Ok(Restored { at: manifest.at, program: manifest.program, tables, rows, files })
}

fn manifest<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Manifest, Fault> {
    let file = zip.by_name(MANIFEST).map_err(|_| Fault::damaged(format!("there is no {MANIFEST}")))?;
    let mut text = Vec::new();
    file.take(MANIFEST_LONGEST).read_to_end(&mut text).map_err(|cause| unread(MANIFEST, &cause))?;
    let bare: serde_json::Value = serde_json::from_slice(&text).map_err(|cause| unread(MANIFEST, &cause))?;
    if bare["format"] != FORMAT {
        return Err(Fault::Refused(Refusal::BackupNewer, format!("its form is {}", bare["format"])));
    }
    serde_json::from_value(bare).map_err(|cause| unread(MANIFEST, &cause))
}

fn unread(name: &str, cause: &dyn std::fmt::Display) -> Fault {
    Fault::damaged(format!("{name}: {cause}"))
}

/// Reads a file to its end and compares it with what the manifest says of it.
fn checked<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str, sha256: &str, rows: Option<u64>) -> Result<(), Fault> {
    let mut file = zip.by_name(name).map_err(|cause| unread(name, &cause))?;
    let (mut digest, mut lines, mut piece) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut piece).map_err(|cause| unread(name, &cause))?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
        lines += piece[..read].iter().filter(|octet| **octet == b'\n').count() as u64;
    }
    if hex::encode(digest.finalize()) != sha256 {
        return Err(Fault::damaged(format!("{name} is not as it was written")));
    }
    match rows {
        Some(rows) if rows != lines => Err(Fault::damaged(format!("{name} has {lines} rows, not {rows}"))),
        _ => Ok(()),
    }
}

/// Where a file goes: into a folder that is ours, and nowhere else.
fn place(file: &File, folders: &[Folder]) -> Result<PathBuf, Fault> {
    let named = || {
        let (folder, rest) = file.name.split_once('/')?;
        let folder = folders.iter().find(|known| known.name == folder)?;
        let plain = Path::new(rest).components().all(|part| matches!(part, Component::Normal(_)));
        (plain && !rest.is_empty()).then(|| folder.path.join(rest))
    };
    named().ok_or_else(|| Fault::damaged(format!("{} has no place here", file.name)))
}

/// A restore never mixes two nodes.
async fn require_empty(store: &Store) -> Result<(), Fault> {
    match migrate::inspect(store).await? {
        Schema::Behind { fresh: true, .. } => return Ok(()),
        Schema::Newer(versions) => return Err(Fault::Refused(Refusal::NotEmpty, versions.join(", "))),
        Schema::Current | Schema::Behind { .. } => {}
    }
    let mut conn = store.conn().await?;
    for shape in portable::shapes(&mut conn).await? {
        if portable::count(&mut conn, &shape.name, 1).await? > 0 {
            return Err(Fault::Refused(Refusal::NotEmpty, format!("there are rows in {}", shape.name)));
        }
    }
    Ok(())
}

/// The schema that the backup was taken from.
async fn prepare(store: &Store, schema: &[String]) -> Result<(), Fault> {
    if !matches!(migrate::inspect(store).await?, Schema::Behind { fresh: true, .. }) {
        migrate::down(store).await?;
    }
    Ok(migrate::up_to(store, schema).await?)
}

async fn fill<R: Read + Seek>(
    store: &Store,
    zip: &mut ZipArchive<R>,
    manifest: &Manifest,
    told: &mut impl FnMut(&str),
) -> Result<(), Fault> {
    let mut tx = store.begin().await?;
    let here = portable::shapes(&mut tx).await?;
    let aside = portable::aside(&mut tx).await?;
    for Kept { shape, .. } in &manifest.tables {
        told(&shape.name);
        require_same(&here, shape)?;
        table(&mut tx, zip, shape).await?;
    }
    aside.back(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// The same schema has the same tables; names from a file go into a statement only if they are ours.
fn require_same(here: &[Shape], shape: &Shape) -> Result<(), Fault> {
    let ours = here.iter().find(|known| known.name == shape.name);
    let same = ours.is_some_and(|ours| {
        ours.columns.len() == shape.columns.len() && shape.columns.iter().all(|column| ours.columns.contains(column))
    });
    if same { Ok(()) } else { Err(Fault::damaged(format!("the table {} is not of this schema", shape.name))) }
}

async fn table<R: Read + Seek>(tx: &mut Tx, zip: &mut ZipArchive<R>, shape: &Shape) -> Result<(), Fault> {
    let name = format!("{TABLES}{}.jsonl", shape.name);
    let mut lines = BufReader::new(zip.by_name(&name)?);
    let mut rows = String::from("[");
    loop {
        let read = (&mut lines).take(ROW_LONGEST).read_line(&mut rows).map_err(|cause| unread(&name, &cause))?;
        if read > 0 {
            rows.truncate(rows.trim_end_matches('\n').len());
            rows.push(',');
        }
        let full = read == 0 || rows.len() >= BATCH;
        if full && rows.len() > 1 {
            rows.pop();
            rows.push(']');
            portable::load(tx, shape, &rows).await.map_err(|cause| match cause {
                crate::error::Error::Store(cause) => unread(&name, &cause),
                other => Fault::Store(other),
            })?;
            rows.truncate(1);
        }
        if read == 0 {
            return Ok(());
        }
    }
}

fn write_file<R: Read + Seek>(zip: &mut ZipArchive<R>, file: &File, to: &Path) -> Result<(), Fault> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut from = zip.by_name(&file.name)?;
    let mut to =
        std::fs::OpenOptions::new().write(true).create_new(true).open(to).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => Fault::Refused(Refusal::NotEmpty, format!("{} is there", file.name)),
            _ => Fault::File(cause),
        })?;
    std::io::copy(&mut from, &mut to)?;
    Ok(to.flush()?)
}
