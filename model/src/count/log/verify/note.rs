//! Keys and signed checkpoints, as whoever checks reads them.

use signed_note::{Note, StandardVerifier, VerifierList};

use super::merkle::Hash;
use super::report::Fault;
use crate::people::proof::KEY_LENGTH;

/// A key as it is handed around: `NAME+ID+KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    text: String,
    /// The name: that of the log.
    pub name: String,
    /// Its octets.
    pub public: [u8; KEY_LENGTH],
}

impl Key {
    /// Reads one.
    ///
    /// # Errors
    /// When it is no Ed25519 key for notes.
    pub fn read(text: &str) -> Result<Self, Fault> {
        use base64::Engine as _;
        let text = text.trim();
        let unfit = || Fault::new(format!("`{text}` is no key of a log"));
        StandardVerifier::new(text).map_err(|_| unfit())?;
        let (name, rest) = text.split_once('+').ok_or_else(unfit)?;
        let (_, key) = rest.split_once('+').ok_or_else(unfit)?;
        let octets = base64::engine::general_purpose::STANDARD.decode(key).map_err(|_| unfit())?;
        let public = octets.get(1..).and_then(|public| public.try_into().ok()).ok_or_else(unfit)?;
        Ok(Self { text: text.to_owned(), name: name.to_owned(), public })
    }
}

/// A checkpoint whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries the log has.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads a checkpoint and checks that `key` has signed it, for the log of that name.
    ///
    /// # Errors
    /// What does not hold.
    pub fn read(note: &[u8], key: &Key) -> Result<Self, Fault> {
        let malformed = || Fault::new("it is no signed checkpoint");
        let verifier = StandardVerifier::new(&key.text).map_err(|_| malformed())?;
        let note = Note::from_bytes(note).map_err(|_| malformed())?;
        note.verify(&VerifierList::new(vec![Box::new(verifier)]))
            .map_err(|why| Fault::new(format!("the key has not signed it: {why}")))?;
        let text = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| malformed())?;
        if text.origin() != key.name {
            return Err(Fault::new(format!("it speaks of another log: {}", text.origin())));
        }
        Ok(Self { size: text.size(), root: text.hash().0 })
    }
}
