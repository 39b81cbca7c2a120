//! Writing a backup: from one snapshot, so that all tables belong together however long it takes.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{FORMAT, Fault, File, Kept, MANIFEST, Manifest, TABLES};
use crate::clock::Instant;
use crate::store::portable::{self, Rows, Shape};
use crate::store::{Conn, Store, migrate};

/// A folder whose files belong to the node.
#[derive(Debug, Clone)]
pub struct Folder {
    /// What it is called in the backup.
    pub name: &'static str,
    /// Where it is; it may be missing.
    pub path: PathBuf,
}

/// Octets of a file that are held at once.
const PIECE: usize = 64 * 1024;

/// Writes everything to `to`. `told` hears the name of each table before it is written, its place and how many there are.
///
/// # Errors
/// When the database cannot be read, or `to` cannot be written.
pub async fn write<W: Write + Seek>(
    store: &Store,
    now: Instant,
    program: &str,
    folders: &[Folder],
    to: W,
    mut told: impl FnMut(&str, usize, usize),
) -> Result<Manifest, Fault> {
    let schema = migrate::applied(store).await?;
    let mut snapshot = store.snapshot().await?;
    let database = if snapshot.is_postgres() { "postgresql" } else { "sqlite" };
    let mut zip = ZipWriter::new(to);
    let mut tables = Vec::new();
    let shapes = portable::shapes(&mut snapshot).await?;
    let all = shapes.len();
    for (at, shape) in shapes.into_iter().enumerate() {
        told(&shape.name, at, all);
        tables.push(table(&mut snapshot, shape, &mut zip).await?);
    }
    drop(snapshot);
    let mut files = Vec::new();
    for folder in folders {
        folder_into(folder, &mut zip, &mut files)?;
    }
    let (program, database) = (program.to_owned(), database.to_owned());
    let manifest = Manifest { format: FORMAT, program, at: now, database, schema, tables, files };
    zip.start_file(MANIFEST, options())?;
    serde_json::to_writer_pretty(&mut zip, &manifest).map_err(std::io::Error::from)?;
    zip.finish()?.flush()?;
    Ok(manifest)
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().large_file(true)
}

async fn table<W: Write + Seek>(conn: &mut Conn, shape: Shape, zip: &mut ZipWriter<W>) -> Result<Kept, Fault> {
    zip.start_file(format!("{TABLES}{}.jsonl", shape.name), options())?;
    let (mut digest, mut count) = (Sha256::new(), 0);
    let mut rows = Rows::of(&shape);
    loop {
        let some = rows.next(conn).await?;
        if some.is_empty() {
            break;
        }
        for line in some {
            count += 1;
            for part in [line.as_bytes(), b"\n"] {
                digest.update(part);
                zip.write_all(part)?;
            }
        }
    }
    Ok(Kept { shape, rows: count, sha256: hex::encode(digest.finalize()) })
}

/// Takes in every file of a folder and the folders in it.
fn folder_into<W: Write + Seek>(folder: &Folder, zip: &mut ZipWriter<W>, into: &mut Vec<File>) -> Result<(), Fault> {
    let mut waiting = vec![(folder.path.clone(), folder.name.to_owned())];
    while let Some((path, name)) = waiting.pop() {
        let entries = match std::fs::read_dir(&path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        let mut entries = entries.collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            match entry.file_type()? {
                kind if kind.is_dir() => waiting.push((entry.path(), name)),
                kind if kind.is_file() => into.extend(file_into(&entry.path(), name, zip)?),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Takes in one file; none if it was removed meanwhile.
fn file_into<W: Write + Seek>(path: &Path, name: String, zip: &mut ZipWriter<W>) -> Result<Option<File>, Fault> {
    let mut from = match std::fs::File::open(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        from => from?,
    };
    zip.start_file(&name, options())?;
    let (mut digest, mut octets, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = std::io::Read::read(&mut from, &mut piece)?;
        if read == 0 {
            return Ok(Some(File { name, octets, sha256: hex::encode(digest.finalize()) }));
        }
        octets += read as u64;
        digest.update(&piece[..read]);
        zip.write_all(&piece[..read])?;
    }
}
