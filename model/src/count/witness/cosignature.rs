//! Cosignatures (C2SP tlog-cosignature, Ed25519 `cosignature/v1`): lines below a checkpoint by which a witness says that,
//! at a time, the log held all that it held before. Pure.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::Signature;

use crate::error::{Error, Result};
use crate::people::proof::{KEY_LENGTH, Signer};

/// The type of such a key in a note.
const COSIGNATURE_V1: u8 = 4;
/// Octets of a time before a signature.
const TIME: usize = 8;

fn typed(public: &[u8; KEY_LENGTH]) -> Vec<u8> {
    [&[COSIGNATURE_V1], public.as_slice()].concat()
}

/// The key of a witness as it is handed around: `NAME+ID+KEY`.
#[must_use]
pub fn vkey(name: &str, public: &[u8; KEY_LENGTH]) -> String {
    let typed = typed(public);
    format!("{name}+{:08x}+{}", signed_note::key_id(name, &typed), STANDARD.encode(typed))
}

/// The text of a checkpoint, which is what is signed; `None` if it is no note.
#[must_use]
pub fn text(note: &str) -> Option<&str> {
    note.find("\n\n").map(|end| &note[..=end])
}

fn message(at: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {at}\n{text}").into_bytes()
}

/// The line of a witness called `name` below a checkpoint, made at `at` (seconds since 1970), without its line end.
///
/// # Errors
/// When the checkpoint is no note, or the name is none.
pub fn line(signer: &Signer, name: &str, checkpoint: &str, at: u64) -> Result<String> {
    let text = text(checkpoint).ok_or_else(|| Error::store("no checkpoint to cosign"))?;
    let signed = [at.to_be_bytes().as_slice(), &signer.sign(&message(at, text))].concat();
    let id = signed_note::key_id(name, &typed(&signer.public()));
    let signature = Signature::new(name.to_owned(), id, signed).map_err(Error::store)?;
    String::from_utf8(signature.to_bytes()).map(|line| line.trim_end().to_owned()).map_err(Error::store)
}

/// The key of a witness, as whoever checks reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name of the witness.
    pub name: String,
    public: [u8; KEY_LENGTH],
}

impl Key {
    /// The key of a witness of that name.
    #[must_use]
    pub fn new(name: &str, public: [u8; KEY_LENGTH]) -> Self {
        Self { name: name.to_owned(), public }
    }

    /// Reads `NAME+ID+KEY`; `None` if it is none of this kind.
    #[must_use]
    pub fn read(vkey: &str) -> Option<Self> {
        let vkey_text = vkey.trim();
        let (name, rest) = vkey_text.split_once('+')?;
        let (_, key) = rest.split_once('+')?;
        let octets = STANDARD.decode(key).ok()?;
        let (kind, public) = octets.split_first()?;
        let public: [u8; KEY_LENGTH] = public.try_into().ok().filter(|_| *kind == COSIGNATURE_V1)?;
        (self::vkey(name, &public) == vkey_text).then(|| Self::new(name, public))
    }

    /// When this witness signed a checkpoint, as a line below it says and the signature proves; seconds since 1970.
    #[must_use]
    pub fn signed(&self, note: &str) -> Option<u64> {
        let text = text(note)?;
        note[text.len()..].lines().find_map(|line| self.holds(text, line))
    }

    /// Of what a witness answered, the line that is its cosignature of a checkpoint.
    #[must_use]
    pub fn signed_line(&self, checkpoint: &str, answer: &str) -> Option<String> {
        let text = text(checkpoint)?;
        answer.lines().find(|line| self.holds(text, line).is_some()).map(str::to_owned)
    }

    fn holds(&self, text: &str, line: &str) -> Option<u64> {
        let signature = Signature::from_bytes(line.as_bytes()).ok()?;
        let id = signed_note::key_id(&self.name, &typed(&self.public));
        if signature.name() != self.name || signature.id() != id {
            return None;
        }
        let (at, signed) = signature.signature().split_at_checked(TIME)?;
        let at = u64::from_be_bytes(at.try_into().ok()?);
        UnparsedPublicKey::new(&ED25519, &self.public).verify(&message(at, text), signed).ok().map(|()| at)
    }
}
