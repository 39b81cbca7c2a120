//! Accounts: people of this node, and the official accounts in whose name the institution speaks.

mod approval;
mod invitation;
mod password;
mod reset;
mod rows;
mod shown;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::actor::{self, Actor, Kind};
use super::link::{self, Purpose};
use super::role::{Act, Role, Standing};
use super::{name, session};
use crate::care::audit;
use crate::care::settings::{self, Registration};
use crate::clock::Instant;
use crate::count::electorate::Tier;
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::store::schema::accounts;
use crate::store::{Conn, Tx, on};
pub(crate) use approval::hold;
pub use approval::{approve, refuse, waiting};
pub use invitation::{accept, invite, invited};
pub use password::{PASSWORD_LONGEST, PASSWORD_SHORTEST, PasswordHash, password_fits};
pub use reset::{ask_reset, check_reset, reset, set_password};
use rows::save_new;
pub use rows::{administrators, by_actor, by_email, by_id, by_login, by_name, count, list};
pub use shown::Shown;

/// The longest e-mail address (RFC 5321, 4.5.3.1.3 less the brackets).
pub const EMAIL_LONGEST: usize = 254;

/// An account. Official ones have neither e-mail nor password: nobody signs in as them.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Key.
    pub id: Id<Account>,
    /// The actor that votes and comments.
    pub actor_id: Id<Actor>,
    /// The name, lower case.
    pub name: String,
    /// The address, lower case.
    pub email: Option<String>,
    /// Argon2id, as a PHC string.
    pub password_hash: Option<String>,
    /// The role on the node.
    pub role: Role,
    /// Whether it is an official account.
    pub official: bool,
    /// The language of its pages and mails (BCP 47).
    pub language: String,
    /// Since when its e-mail address is confirmed.
    pub confirmed_at: Option<Instant>,
    /// Since when it is disabled.
    pub disabled_at: Option<Instant>,
    /// When it was told that comments are copied to other servers.
    pub federation_notice_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// Since when it waits for an administrator's approval.
    pub waiting_since: Option<Instant>,
    /// The best tier in which it can vote: `open` where a provider that vouches for no more made it.
    pub tier: Tier,
}

/// Lets the owner of an account in: what sign-in asks once [`by_login`] has looked. Takes as long for a wrong name as
/// for a wrong password, and tells of a disabled or unconfirmed account only who knows the password. Run it on a thread
/// that may block.
///
/// # Errors
/// [`Refusal::WrongCredentials`], [`Refusal::Disabled`], [`Refusal::NotConfirmed`], [`Refusal::NotApproved`].
pub fn admit(account: Option<Account>, password: &str) -> Result<Account> {
    let fits = password_fits(account.as_ref(), password);
    let account = account.filter(|_| fits).ok_or(Refusal::WrongCredentials)?;
    if account.disabled_at.is_some() {
        return Err(Refusal::Disabled.into());
    }
    if account.confirmed_at.is_none() {
        return Err(Refusal::NotConfirmed.into());
    }
    if account.waiting_since.is_some() {
        return Err(Refusal::NotApproved.into());
    }
    Ok(account)
}

/// What a newcomer gives.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The name wanted.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The language of pages and mails.
    pub language: String,
}

/// What became of a sign-up. The page says the same in both cases, and the mail tells.
#[derive(Debug)]
pub enum SignUp {
    /// A new account; the secret goes into the confirmation link.
    Created {
        /// The account, not yet confirmed.
        account: Account,
        /// The secret of the confirmation link.
        secret: String,
    },
    /// The address belongs to this account already.
    AlreadyThere(Account),
}

/// Signs somebody up, unconfirmed. `next` is the page to come back to: kept with the link and never in the mail, since it can
/// hold a choice.
///
/// # Errors
/// [`Refusal::RegistrationClosed`], [`Refusal::NameTaken`] and what is wrong with a field.
pub async fn sign_up(
    tx: &mut Tx,
    now: Instant,
    new: &Newcomer,
    password: &PasswordHash,
    next: Option<&str>,
) -> Result<SignUp> {
    let registration = settings::registration(tx).await?;
    if !matches!(registration, Registration::Open | Registration::Approval) {
        return Err(Refusal::RegistrationClosed.into());
    }
    if let Some(account) = by_email(tx, &new.email).await? {
        check_form(tx, new).await?;
        // The name is taken as by any sign-up: whether it still is free must not tell whether the address was known.
        let name = name::check("name", &new.name)?;
        actor::create(tx, &actor::local(now, Kind::Person, &name, &name)).await?;
        return Ok(SignUp::AlreadyThere(account));
    }
    let mut account = create(tx, now, new, Some(password), Role::Participant, None).await?;
    if registration == Registration::Approval {
        account = approval::hold(tx, now, account.id).await?;
    }
    let detail = serde_json::json!({ "next": next });
    let secret = link::mint(tx, now, Purpose::Confirm, Some(account.id), detail).await?;
    Ok(SignUp::Created { account, secret })
}

/// Whether a newcomer's name and address can be taken.
///
/// # Errors
/// What is wrong with each.
pub async fn check_form(conn: &mut Conn, new: &Newcomer) -> Result<()> {
    let mut check = Check::default();
    let named = name::check("name", &new.name);
    check.note(&named);
    if let Ok(fine) = &named {
        let host = settings::node(conn).await?.domain.unwrap_or_default();
        let taken = name::is_reserved(fine, &host) || name::is_taken(conn, fine).await?;
        check.that(!taken, "name", "taken", "This name is taken or reserved: choose another.");
    }
    check.that(is_email(&new.email), "email", "format", "Write an e-mail address such as ana@example.org.");
    check.done()
}

/// Whether this can be an e-mail address: one `@`, a dot in what follows, nothing that ends a header line.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let text = text.trim();
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !"<>(),;:\\\"".contains(c);
    let Some((user, host)) = text.split_once('@') else { return false };
    text.len() <= EMAIL_LONGEST
        && !user.is_empty()
        && text.chars().all(fine)
        && !host.contains('@')
        && (host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
}

/// Makes an account and its actor; `confirmed` at once where an administrator vouches for the address.
pub(crate) async fn create(
    tx: &mut Tx,
    now: Instant,
    new: &Newcomer,
    password: Option<&PasswordHash>,
    role: Role,
    confirmed: Option<Instant>,
) -> Result<Account> {
    check_form(tx, new).await?;
    let email = new.email.trim().to_lowercase();
    if by_email(tx, &email).await?.is_some() {
        return Err(Error::field("email", "taken", "This address belongs to an account already."));
    }
    let account = person(tx, now, &new.name, None, &new.language).await?;
    let password_hash = password.map(|p| p.0.clone());
    let account = Account { email: Some(email), password_hash, role, confirmed_at: confirmed, ..account };
    save_new(tx, &account).await?;
    Ok(account)
}

/// Makes the account of somebody for whom a provider vouches in this tier: without a password, and without an address
/// where the provider has verified none.
pub(crate) async fn create_vouched(tx: &mut Tx, now: Instant, new: &Newcomer, tier: Tier) -> Result<Account> {
    let email = Some(new.email.trim().to_lowercase()).filter(|email| !email.is_empty());
    // A form without an address is checked with one that nobody has.
    let asked = email.clone().unwrap_or_else(|| "nobody@invalid.example".into());
    check_form(tx, &Newcomer { email: asked, ..new.clone() }).await?;
    let account = person(tx, now, &new.name, None, &new.language).await?;
    let account = Account { email, tier, ..account };
    save_new(tx, &account).await?;
    Ok(account)
}

/// Makes an official account: a public person without password, in whose name those with the role publish.
pub(crate) async fn create_official(
    tx: &mut Tx,
    now: Instant,
    name: &str,
    display_name: &str,
    language: &str,
) -> Result<Account> {
    let account = person(tx, now, name, Some(display_name), language).await?;
    let account = Account { role: Role::Author, official: true, ..account };
    save_new(tx, &account).await?;
    Ok(account)
}

/// Makes the actor of a person, public at once if it has a display name of its own, and its account, confirmed and not
/// yet saved.
async fn person(tx: &mut Tx, now: Instant, name: &str, display_name: Option<&str>, language: &str) -> Result<Account> {
    let name = name::check("name", name)?;
    let mut actor = actor::local(now, Kind::Person, &name, display_name.unwrap_or(&name));
    actor.published_at = display_name.map(|_| now);
    actor::create(tx, &actor).await?;
    Ok(Account {
        id: Id::new(now),
        actor_id: actor.id,
        name,
        email: None,
        password_hash: None,
        role: Role::Participant,
        official: false,
        language: language.to_owned(),
        confirmed_at: Some(now),
        disabled_at: None,
        federation_notice_at: None,
        created_at: now,
        waiting_since: None,
        tier: Tier::Member,
    })
}

/// An account made on the command line, or at set-up: confirmed.
///
/// # Errors
/// What is wrong with a field, or [`Refusal::NameTaken`].
pub async fn create_confirmed(
    tx: &mut Tx,
    now: Instant,
    new: &Newcomer,
    password: &PasswordHash,
    role: Role,
) -> Result<Account> {
    let account = create(tx, now, new, Some(password), role, Some(now)).await?;
    audit::note(tx, now, None, "account.create", &account.name, None).await?;
    Ok(account)
}

/// Confirms the address by the secret of the mail, and answers the page that the newcomer came from.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn confirm(tx: &mut Tx, now: Instant, secret: &str) -> Result<(Account, Option<String>)> {
    let used = link::redeem(tx, now, Purpose::Confirm, secret).await?;
    let id = used.account_id.ok_or(Refusal::LinkInvalid)?;
    let conn: &mut Conn = tx;
    let account = on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::confirmed_at.eq(now))
        .returning(Account::as_returning())
        .get_result(c)
        .await)?;
    let next = used.detail.0["next"].as_str().map(str::to_owned);
    Ok((account, next))
}

/// A new confirmation link for an account that has none left.
///
/// # Errors
/// When the database fails.
pub async fn ask_confirmation(tx: &mut Tx, now: Instant, account: &Account) -> Result<String> {
    link::mint(tx, now, Purpose::Confirm, Some(account.id), serde_json::Value::Null).await
}

/// Gives an account a role on the node.
///
/// # Errors
/// When `by` may not, or the last administrator would go.
pub async fn give_role(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Account>, role: Role) -> Result<Account> {
    by.may(Act::Administer, None)?;
    keep_an_administrator(tx, id, role).await?;
    let conn: &mut Conn = tx;
    let account: Account = on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::role.eq(role))
        .returning(Account::as_returning())
        .get_result(c)
        .await)?;
    let subject = format!("{} {role}", account.name);
    audit::note(tx, now, by.account.as_ref(), "account.role", &subject, None).await?;
    Ok(account)
}

pub(super) async fn keep_an_administrator(conn: &mut Conn, but: Id<Account>, role: Role) -> Result<()> {
    if role == Role::Administrator {
        return Ok(());
    }
    let others: i64 = on!(conn, |c| accounts::table
        .filter(accounts::role.eq(Role::Administrator).and(accounts::id.ne(but)).and(accounts::disabled_at.is_null()))
        .count()
        .get_result(c)
        .await)?;
    if others == 0 && by_id(conn, but).await?.role == Role::Administrator {
        return Err(Refusal::LastAdministrator.into());
    }
    Ok(())
}

/// Disables an account and ends its sessions; `by` is `None` on the command line.
///
/// # Errors
/// When the last administrator would go.
pub async fn disable(tx: &mut Tx, now: Instant, by: Option<&Standing>, id: Id<Account>) -> Result<()> {
    if let Some(by) = by {
        by.may(Act::Administer, None)?;
    }
    keep_an_administrator(tx, id, Role::Participant).await?;
    session::end_all(tx, id).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(accounts::table.find(id)).set(accounts::disabled_at.eq(now)).execute(c).await)?;
    let name = by_id(tx, id).await?.name;
    audit::note(tx, now, by.and_then(|b| b.account.as_ref()), "account.disable", &name, None).await
}

/// Remembers that the account was told once that its comments travel.
///
/// # Errors
/// When the database fails.
pub async fn note_federation(tx: &mut Tx, now: Instant, id: Id<Account>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::federation_notice_at.eq(now))
        .execute(c)
        .await)?;
    Ok(())
}
