//! Names for voters that only one consultation uses: keyed, so nobody outside can link two of them.

use aws_lc_rs::hmac;

use crate::care::settings;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::Conn;

/// Characters of a pseudonym: 80 bits as hex.
const LENGTH: usize = 20;

/// Makes the pseudonyms of one consultation.
pub struct Pseudonyms {
    key: hmac::Key,
    consultation: Id<Consultation>,
}

/// For one consultation.
///
/// # Errors
/// When the node is not set up or the database fails.
pub async fn of(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Pseudonyms> {
    let key = settings::pseudonym_key(conn).await?;
    Ok(Pseudonyms { key: hmac::Key::new(hmac::HMAC_SHA256, &key), consultation })
}

impl Pseudonyms {
    /// The name of this voter.
    #[must_use]
    pub fn name(&self, voter: Id<Actor>) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(self.consultation.uuid().as_bytes());
        context.update(voter.uuid().as_bytes());
        hex::encode(context.sign().as_ref()).chars().take(LENGTH).collect()
    }
}
