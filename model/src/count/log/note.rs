//! Checkpoints: the size and root of a log, signed (C2SP tlog-checkpoint, signed-note); and keys as such notes name them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, Signature};
use tlog_tiles::{Checkpoint, Hash};

use crate::error::{Error, Result};
use crate::people::proof::{KEY_LENGTH, Signer};

/// The type of an Ed25519 key in a note.
const ED25519: u8 = 1;

/// A key's octets with their type before them.
fn typed(public: &[u8; KEY_LENGTH]) -> Vec<u8> {
    [&[ED25519], public.as_slice()].concat()
}

/// A key as it is handed around: `NAME+ID+KEY`.
#[must_use]
pub fn vkey(name: &str, public: &[u8; KEY_LENGTH]) -> String {
    let typed = typed(public);
    format!("{name}+{:08x}+{}", signed_note::key_id(name, &typed), STANDARD.encode(typed))
}

/// A signed checkpoint.
///
/// # Errors
/// When the name of the log is none.
pub fn checkpoint(signer: &Signer, origin: &str, size: u64, root: Hash) -> Result<String> {
    let unfit = || Error::store("this log cannot be named in a note");
    let text = Checkpoint::new(origin, size, root, "").map_err(|_| unfit())?.to_bytes();
    let id = signed_note::key_id(origin, &typed(&signer.public()));
    let signature = Signature::new(origin.to_owned(), id, signer.sign(&text)).map_err(Error::store)?;
    let note = Note::new(&text, &[signature]).map_err(Error::store)?;
    String::from_utf8(note.to_bytes()).map_err(Error::store)
}
