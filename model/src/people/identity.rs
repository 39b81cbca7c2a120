//! Accounts as OpenID Connect providers know them. `web` speaks with the provider; what it vouched for comes in here.

mod claims;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::{self, Account, Newcomer};
use crate::care::audit;
use crate::care::settings::Registration;
use crate::clock::Instant;
use crate::count::electorate::{Tier, list};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::store::schema::{accounts, identities};
use crate::store::{Conn, Json, Tx, on};

pub use claims::{Mapping, Rule};

/// What a provider has vouched for, once its signature is checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Vouched {
    /// The provider's name in the configuration.
    pub provider: String,
    /// Its address: with the subject, who this is.
    pub issuer: String,
    /// Whom it vouches for, in its own words.
    pub subject: String,
    /// The tier that its claims lead to.
    pub tier: Tier,
    /// The lists that its claims lead to, by name.
    pub lists: Vec<String>,
    /// What identifies the person on lists of identifiers, where it tells.
    pub identifier: Option<String>,
    /// The e-mail address, where it says that it is verified.
    pub email: Option<String>,
    /// A name to begin with, for somebody new; may be empty.
    pub name: String,
}

/// An account as a provider knows it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = identities)]
pub struct Identity {
    /// Key.
    pub id: Id<Identity>,
    /// Whose.
    pub account_id: Id<Account>,
    /// The provider's name.
    pub provider: String,
    /// The provider's address.
    pub issuer: String,
    /// Who this is there.
    pub subject: String,
    /// The tier that its claims led to last.
    pub tier: Tier,
    /// The lists that its claims led to last.
    pub lists: Json<Vec<String>>,
    /// The keyed hash of the identifier told last.
    pub identifier: Option<String>,
    /// When it was linked.
    pub created_at: Instant,
    /// When it was last vouched for.
    pub seen_at: Instant,
    /// Since when the account is no longer linked with it. It comes back to this account or to none.
    pub ended_at: Option<Instant>,
}

/// What a provider's word leads to.
#[derive(Debug)]
pub enum Arrival {
    /// This account.
    Known(Box<Account>),
    /// Nobody known here: to make an account, [`join`].
    Newcomer,
}

/// Somebody comes back from a provider. Linked to `signed_in` where somebody is signed in; else to the account that has
/// confirmed the address which the provider calls verified, if it vouches for members: the word of another opens nobody's
/// account.
///
/// # Errors
/// [`Refusal::IdentityTaken`] when it belongs to another account; [`Refusal::AddressUnproven`] when an account has the
/// address and has not confirmed it, or the provider is not believed that far; [`Refusal::Disabled`], [`Refusal::NotApproved`].
pub async fn arrive(tx: &mut Tx, now: Instant, signed_in: Option<&Account>, it: &Vouched) -> Result<Arrival> {
    if let Some(known) = by_subject(tx, it).await? {
        let own = signed_in.map(|account| account.id == known.account_id);
        if own == Some(false) || (known.ended_at.is_some() && own.is_none()) {
            return Err(Refusal::IdentityTaken.into());
        }
        let account = admitted(account::by_id(tx, known.account_id).await?)?;
        return refresh(tx, now, &known, it, account).await.map(|account| Arrival::Known(Box::new(account)));
    }
    let account = match (signed_in, &it.email) {
        (Some(account), _) => Some(account.clone()),
        (None, Some(email)) => account::by_email(tx, email).await?,
        (None, None) => None,
    };
    let Some(account) = account else { return Ok(Arrival::Newcomer) };
    let believed = signed_in.is_some() || it.tier == Tier::Member;
    if account.confirmed_at.is_none() || !believed {
        return Err(Refusal::AddressUnproven.into());
    }
    let account = admitted(account)?;
    link(tx, now, &account, it).await?;
    Ok(Arrival::Known(Box::new(account)))
}

fn admitted(account: Account) -> Result<Account> {
    if account.disabled_at.is_some() {
        return Err(Refusal::Disabled.into());
    }
    if account.waiting_since.is_some() {
        return Err(Refusal::NotApproved.into());
    }
    Ok(account)
}

/// Makes an account for somebody whom a provider vouches for. The address is taken over only where it is verified.
///
/// # Errors
/// [`Refusal::RegistrationClosed`], [`Refusal::NameTaken`], what is wrong with the name, and where an account has come to
/// the identity or the address meanwhile. An account that has to wait for approval is answered, and waits.
pub async fn join(
    tx: &mut Tx,
    now: Instant,
    registration: Registration,
    it: &Vouched,
    name: &str,
    language: &str,
) -> Result<Account> {
    if !matches!(registration, Registration::Open | Registration::Approval) {
        return Err(Refusal::RegistrationClosed.into());
    }
    if by_subject(tx, it).await?.is_some() {
        return Err(Refusal::IdentityTaken.into());
    }
    if let Some(email) = &it.email
        && account::by_email(tx, email).await?.is_some()
    {
        return Err(Refusal::AddressUnproven.into());
    }
    // The word of a provider that anybody can join proves no address: it is not taken over.
    let email = it.email.clone().filter(|_| it.tier == Tier::Member).unwrap_or_default();
    let new = Newcomer { name: name.to_owned(), email, language: language.to_owned() };
    let mut account = account::create_vouched(tx, now, &new, it.tier).await?;
    if registration == Registration::Approval {
        account = account::hold(tx, now, account.id).await?;
    }
    link(tx, now, &account, it).await?;
    Ok(account)
}

async fn link(tx: &mut Tx, now: Instant, account: &Account, it: &Vouched) -> Result<()> {
    let row = Identity {
        id: Id::new(now),
        account_id: account.id,
        provider: it.provider.clone(),
        issuer: it.issuer.clone(),
        subject: it.subject.clone(),
        tier: it.tier,
        lists: Json(it.lists.clone()),
        identifier: identifier(tx, it).await?,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(identities::table).values(&row).execute(c).await)?;
    if let Some(hash) = &row.identifier {
        list::claim_told(tx, account.id, hash).await?;
    }
    raise(tx, account, it.tier).await?;
    let subject = format!("{} {}", account.name, it.provider);
    audit::note(tx, now, Some(account), "account.link", &subject, None).await
}

async fn refresh(tx: &mut Tx, now: Instant, known: &Identity, it: &Vouched, account: Account) -> Result<Account> {
    let identifier = identifier(tx, it).await?;
    if let Some(hash) = &identifier {
        list::claim_told(tx, account.id, hash).await?;
    }
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(identities::table.find(known.id))
        .set((
            identities::provider.eq(&it.provider),
            identities::tier.eq(it.tier),
            identities::lists.eq(Json(it.lists.clone())),
            identities::identifier.eq(identifier),
            identities::seen_at.eq(now),
            identities::ended_at.eq(None::<Instant>),
        ))
        .execute(c)
        .await)?;
    raise(tx, &account, it.tier).await?;
    account::by_id(tx, account.id).await
}

/// An account for which one provider vouches in `member` is as good as one whose address we confirmed.
async fn raise(conn: &mut Conn, account: &Account, tier: Tier) -> Result<()> {
    if tier == Tier::Member && account.tier != Tier::Member {
        let it = accounts::table.find(account.id);
        on!(conn, |c| diesel::update(it).set(accounts::tier.eq(Tier::Member)).execute(c).await)?;
    }
    Ok(())
}

async fn identifier(conn: &mut Conn, it: &Vouched) -> Result<Option<String>> {
    match &it.identifier {
        Some(text) => list::identifier(conn, text).await,
        None => Ok(None),
    }
}

async fn by_subject(conn: &mut Conn, it: &Vouched) -> Result<Option<Identity>> {
    Ok(on!(conn, |c| identities::table
        .filter(identities::issuer.eq(&it.issuer).and(identities::subject.eq(&it.subject)))
        .select(Identity::as_select())
        .first(c)
        .await
        .optional())?)
}

/// What providers know of an account, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, account: Id<Account>) -> Result<Vec<Identity>> {
    Ok(on!(conn, |c| identities::table
        .filter(identities::account_id.eq(account).and(identities::ended_at.is_null()))
        .order(identities::id)
        .select(Identity::as_select())
        .load(c)
        .await)?)
}

/// The keyed hashes by which providers know accounts on lists, who is linked longest first.
pub(crate) async fn told(conn: &mut Conn) -> Result<Vec<(String, Id<Account>)>> {
    let told: Vec<(Option<String>, Id<Account>)> = on!(conn, |c| identities::table
        .filter(identities::identifier.is_not_null().and(identities::ended_at.is_null()))
        .order(identities::id)
        .select((identities::identifier, identities::account_id))
        .load(c)
        .await)?;
    Ok(told.into_iter().filter_map(|(hash, account)| Some((hash?, account))).collect())
}

/// Whether a provider, or the one of that name, vouches for an account in the tier `member`.
///
/// # Errors
/// When the database fails.
pub async fn vouches(conn: &mut Conn, account: Id<Account>, provider: Option<&str>) -> Result<bool> {
    let all = of(conn, account).await?;
    Ok(all.iter().any(|it| it.tier == Tier::Member && provider.is_none_or(|name| name == it.provider)))
}

/// Ends the link with a provider.
///
/// # Errors
/// [`Error::NotFound`]; [`Refusal::NotAllowed`] where the account would have no other way in.
pub async fn unlink(tx: &mut Tx, now: Instant, account: &Account, id: Id<Identity>) -> Result<()> {
    let all = of(tx, account.id).await?;
    let it = all.iter().find(|identity| identity.id == id).ok_or(Error::NotFound)?;
    if account.password_hash.is_none() && all.len() == 1 {
        return Err(Refusal::NotAllowed.into());
    }
    let conn: &mut Conn = tx;
    let ended = diesel::update(identities::table.find(id)).set(identities::ended_at.eq(now));
    on!(conn, |c| ended.execute(c).await)?;
    let subject = format!("{} {}", account.name, it.provider);
    audit::note(tx, now, Some(account), "account.unlink", &subject, None).await
}
