//! `palabre account`

use anyhow::{Context, bail};
use model::address::Address;
use model::clock::Clock;
use model::error::Error;
use model::people::account::{self, Newcomer};
use model::people::role::Role;
use model::store::Conn;

use crate::arguments::{self, Print};
use crate::config::Config;
use crate::{opening, output};

/// Accounts read at once.
const PAGE: i64 = 500;

/// Makes, lists, disables, gives a new password.
pub async fn run(config: &Config, command: arguments::Account) -> anyhow::Result<()> {
    match command {
        arguments::Account::Create { name, email, password_stdin, role, print } => {
            if !password_stdin {
                super::usage("--password-stdin is missing: the password is read from standard input");
            }
            create(config, name, email, role.into(), print).await
        }
        arguments::Account::List(print) => list(config, print).await,
        arguments::Account::Disable { name } => disable(config, &name).await,
        arguments::Account::ResetPassword { name, password_stdin } => reset(config, &name, password_stdin).await,
    }
}

/// The account with this name, or words for its absence.
pub async fn named(conn: &mut Conn, name: &str) -> anyhow::Result<account::Account> {
    match account::by_name(conn, name).await {
        Err(Error::NotFound) => bail!("there is no account named {name}"),
        found => Ok(found?),
    }
}

async fn create(config: &Config, name: String, email: String, role: Role, print: Print) -> anyhow::Result<()> {
    let password = super::password().await?;
    let store = opening::open(config).await?;
    let here = opening::address(&store, config, &Clock::System, None).await?;
    let mut tx = store.begin().await?;
    let language = model::care::settings::node(&mut tx).await?.language;
    let new = Newcomer { name, email, language };
    let account = account::create_confirmed(&mut tx, Clock::System.now(), &new, &password, role).await?;
    tx.commit().await?;
    show(&account, &here, print)
}

fn show(account: &account::Account, here: &Address, print: Print) -> anyhow::Result<()> {
    match print.json {
        true => output::json(&account.shown(here)),
        false => output::line(row(account)),
    }
}

/// Name, role, address, and what keeps the account from signing in; apart by tabs.
fn row(account: &account::Account) -> String {
    let state = match (account.disabled_at, account.confirmed_at, account.official) {
        (Some(_), ..) => "disabled",
        (_, _, true) => "official",
        (_, None, _) => "unconfirmed",
        _ => "",
    };
    let email = account.email.as_deref().unwrap_or("-");
    format!("{}\t{}\t{email}\t{state}", account.name, account.role).trim_end().to_owned()
}

async fn list(config: &Config, print: Print) -> anyhow::Result<()> {
    let (store, mut conn) = super::reading(config).await?;
    let here = opening::address(&store, config, &Clock::System, None).await?;
    let mut all: Vec<account::Account> = Vec::new();
    loop {
        let page = account::list(&mut conn, all.last().map(|account| account.name.as_str()), PAGE).await?;
        let full = i64::try_from(page.len()).unwrap_or(PAGE) == PAGE;
        all.extend(page);
        if !full {
            break;
        }
    }
    if print.json {
        return output::json(&all.iter().map(|account| account.shown(&here)).collect::<Vec<_>>());
    }
    all.iter().try_for_each(|account| output::line(row(account)))
}

async fn disable(config: &Config, name: &str) -> anyhow::Result<()> {
    let store = opening::open(config).await?;
    let mut tx = store.begin().await?;
    let account = named(&mut tx, name).await?;
    account::disable(&mut tx, Clock::System.now(), None, account.id).await?;
    tx.commit().await?;
    output::say(format_args!("{name} is disabled and signed out everywhere."));
    Ok(())
}

async fn reset(config: &Config, name: &str, password_stdin: bool) -> anyhow::Result<()> {
    let password = if password_stdin { Some(super::password().await?) } else { None };
    let now = Clock::System.now();
    let store = opening::open(config).await?;
    let here = opening::address(&store, config, &Clock::System, None).await?;
    let mut tx = store.begin().await?;
    let account = named(&mut tx, name).await?;
    let email =
        account.email.as_deref().with_context(|| format!("{name} is an official account: nobody signs in as it"))?;
    let link = match &password {
        Some(password) => {
            account::set_password(&mut tx, now, account.id, password).await?;
            None
        }
        None => {
            let asked = account::ask_reset(&mut tx, now, email).await?;
            let (_, secret) = asked.with_context(|| format!("{name} is disabled"))?;
            Some(secret)
        }
    };
    tx.commit().await?;
    match link {
        Some(secret) => output::line(here.path(&format!("reset?token={secret}"))),
        None => {
            output::say(format_args!("{name} has a new password and is signed out everywhere."));
            Ok(())
        }
    }
}

impl From<arguments::Role> for Role {
    fn from(role: arguments::Role) -> Self {
        match role {
            arguments::Role::Admin => Self::Administrator,
            arguments::Role::Moderator => Self::Moderator,
            arguments::Role::Author => Self::Author,
            arguments::Role::Participant => Self::Participant,
        }
    }
}
