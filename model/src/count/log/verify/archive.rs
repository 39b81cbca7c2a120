//! An archive of a consultation: a folder, or a ZIP of one, that holds what the node gave out, under the same names:
//!
//! ```text
//! actor.json                the node's actor, whose `assertionMethod` holds the key
//! results.json              the (final) results
//! log/vkey
//! log/checkpoint
//! log/tile/0/000.p/12       the tiles of the checkpoint's tree, and
//! log/tile/entries/000.p/12 its bundles
//! ```
//!
//! Whatever else is in it is not looked at.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Source;
use super::report::Fault;

/// The largest file that is read, in octets: a bundle of the longest entries.
const LARGEST: u64 = 256 * (2 + u16::MAX as u64);

/// A folder or a ZIP.
pub struct Archive(Form);

enum Form {
    Folder(PathBuf),
    Zip(Mutex<zip::ZipArchive<std::fs::File>>),
}

impl Archive {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be read, or is neither.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let fault = |why: &dyn std::fmt::Display| Fault::new(format!("{}: {why}", path.display()));
        if path.is_dir() {
            return Ok(Self(Form::Folder(path.to_owned())));
        }
        let file = std::fs::File::open(path).map_err(|why| fault(&why))?;
        let zip = zip::ZipArchive::new(file).map_err(|why| fault(&why))?;
        Ok(Self(Form::Zip(Mutex::new(zip))))
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let fault = |why: &dyn std::fmt::Display| Fault::new(format!("{name}: {why}"));
        let mut data = Vec::new();
        match &self.0 {
            Form::Folder(folder) => match std::fs::File::open(folder.join(name)) {
                Ok(file) => file.take(LARGEST + 1).read_to_end(&mut data).map_err(|why| fault(&why))?,
                Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(why) => return Err(fault(&why)),
            },
            Form::Zip(zip) => match zip.lock().unwrap_or_else(PoisonError::into_inner).by_name(name) {
                Ok(file) => file.take(LARGEST + 1).read_to_end(&mut data).map_err(|why| fault(&why))?,
                Err(zip::result::ZipError::FileNotFound) => return Ok(None),
                Err(why) => return Err(fault(&why)),
            },
        };
        if data.len() as u64 > LARGEST { Err(fault(&"it is too large")) } else { Ok(Some(data)) }
    }
}

impl Source for Archive {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.read(name)
    }
}
