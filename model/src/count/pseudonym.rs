//! Names for voters that only one consultation uses: keyed, so nobody outside can link two of them.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::address::Address;
use crate::care::settings;
use crate::debate::consultation::{Ballots, Consultation};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::{Actor, Kind};
use crate::store::Conn;

/// What a pseudonym stands beside: one person has another name for each, so that a ballot leads neither to an opinion
/// nor, through a signed comment, to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Ballots.
    Ballot,
    /// Agreement with comments.
    Opinion,
    /// Comments.
    Author,
}

impl Purpose {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ballot => "ballot",
            Self::Opinion => "opinion",
            Self::Author => "author",
        }
    }
}

/// Octets of a pseudonym, which is written as hex.
const LENGTH: usize = 10;

/// Makes the pseudonyms of one consultation.
pub struct Pseudonyms {
    /// Begun with the key: what is the same for every name is hashed once.
    key: Hmac<Sha256>,
    consultation: Id<Consultation>,
}

/// For one consultation.
///
/// # Errors
/// When the node is not set up or the database fails.
pub async fn of(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Pseudonyms> {
    let key = settings::pseudonym_key(conn).await?;
    Ok(Pseudonyms { key: Hmac::new_from_slice(&key).map_err(Error::store)?, consultation })
}

impl Pseudonyms {
    /// The name of this person for this purpose.
    #[must_use]
    pub fn name(&self, purpose: Purpose, person: Id<Actor>) -> String {
        let mut keyed = self.key.clone();
        keyed.update(self.consultation.uuid().as_bytes());
        keyed.update(person.uuid().as_bytes());
        keyed.update(purpose.word().as_bytes());
        hex::encode(&keyed.finalize().into_bytes()[..LENGTH])
    }
}

/// Somebody with a name, here or elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Who.
    pub id: Id<Actor>,
    /// The name in the handle.
    pub name: &'a str,
    /// The other server; `None` for this node.
    pub host: Option<&'a str>,
    /// What it is: who voted where a consultation was imported from keeps the name that it had there.
    pub kind: Kind,
}

impl<'a> From<&'a Actor> for Person<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { id: actor.id, name: &actor.name, host: actor.host.as_deref(), kind: actor.kind }
    }
}

impl<'a> From<&'a Account> for Person<'a> {
    fn from(account: &'a Account) -> Self {
        Self { id: account.actor_id, name: &account.name, host: None, kind: Kind::Person }
    }
}

/// What the voters of one consultation are called in public: a pseudonym, or their handle where ballots are public.
pub struct Voters {
    pseudonyms: Pseudonyms,
    /// The host of local voters, where they are named.
    named: Option<String>,
}

impl Voters {
    /// Of this consultation.
    ///
    /// # Errors
    /// When the node is not set up or the database fails.
    pub async fn of(conn: &mut Conn, on: &Consultation, here: &Address) -> Result<Self> {
        let named = (on.ballots == Ballots::Public).then(|| here.host().to_owned());
        Ok(Self { pseudonyms: self::of(conn, on.id).await?, named })
    }

    /// What this voter is called.
    #[must_use]
    pub fn name(&self, voter: Person<'_>) -> String {
        match &self.named {
            _ if voter.kind == Kind::Imported => voter.name.to_owned(),
            Some(here) => format!("@{}@{}", voter.name, voter.host.unwrap_or(here)),
            None => self.pseudonyms.name(Purpose::Ballot, voter.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    #[test]
    fn a_persons_names_cannot_be_joined() {
        let now = Instant::from_microsecond(0);
        let key = || Hmac::new_from_slice(&[7; 32]).unwrap();
        let (one, two) = (Id::new(now), Id::new(now));
        let (here, there) =
            (Pseudonyms { key: key(), consultation: one }, Pseudonyms { key: key(), consultation: two });
        let ana = Id::new(now);
        let names = [
            here.name(Purpose::Ballot, ana),
            here.name(Purpose::Opinion, ana),
            here.name(Purpose::Author, ana),
            there.name(Purpose::Ballot, ana),
        ];
        let different: std::collections::HashSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        assert_eq!(here.name(Purpose::Ballot, ana), names[0]);
    }

    #[test]
    fn a_name_stays_what_it_was() {
        let [one, ana] = [1, 2].map(uuid::Uuid::from_u128);
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 32]);
        let said = [one.as_bytes(), ana.as_bytes(), b"ballot".as_slice()].concat();
        let same = hex::encode(&aws_lc_rs::hmac::sign(&key, &said).as_ref()[..LENGTH]);
        let names = Pseudonyms { key: Hmac::new_from_slice(&[7; 32]).unwrap(), consultation: Id::from_uuid(one) };
        assert_eq!(names.name(Purpose::Ballot, Id::from_uuid(ana)), same);
    }
}
