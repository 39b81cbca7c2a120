//! `palabre setup`

use std::io::{BufRead, IsTerminal};

use anyhow::Context;
use model::care::setup::{self, SetUp};
use model::clock::Clock;
use serde_json::json;

use crate::arguments::Setup;
use crate::config::Config;
use crate::{opening, output};

/// Where no zone is named and the machine knows none.
const DEFAULT_ZONE: &str = "UTC";
/// Where no language is named.
const DEFAULT_LANGUAGE: &str = "en";

/// Sets the node up. On a terminal it asks for what no flag says; elsewhere a missing flag is wrong usage.
pub async fn run(config: &Config, flags: Setup) -> anyhow::Result<()> {
    let name = answer(flags.name, "--name", "The institution's name")?;
    let admin = answer(flags.admin, "--admin", "The administrator's account")?;
    let email = answer(flags.email, "--email", "The administrator's e-mail address")?;
    if !flags.password_stdin && !std::io::stdin().is_terminal() {
        super::usage("--password-stdin is missing: the password is read from standard input");
    }
    let password = super::password().await?;
    let configured = config.node.domain.as_ref().map(ToString::to_string);
    let zone = || jiff::tz::TimeZone::system().iana_name().unwrap_or(DEFAULT_ZONE).to_owned();
    let wanted = SetUp {
        name,
        admin,
        email,
        domain: flags.domain.or(configured),
        time_zone: flags.time_zone.unwrap_or_else(zone),
        language: flags.language.unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned()),
    };
    let store = opening::make(config).await?;
    let mut tx = store.begin().await?;
    let account = setup::run(&mut tx, Clock::System.now(), &wanted, &password).await?;
    tx.commit().await?;
    if wanted.domain.is_none() {
        output::say("Without a domain federation is off. Set one at /admin, while nothing is published elsewhere.");
    }
    match flags.print.json {
        true => output::json(&json!({ "name": wanted.name, "admin": account.name, "domain": wanted.domain })),
        false => {
            output::say(format_args!("{} is set up; {} is its administrator.", wanted.name, account.name));
            Ok(())
        }
    }
}

/// The flag's value; without it, on a terminal, what is typed.
fn answer(given: Option<String>, flag: &str, question: &str) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !std::io::stdin().is_terminal() {
        super::usage(&format!("{flag} is missing"));
    }
    output::say(format_args!("{question}:"));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("reading the answer")?;
    Ok(line.trim().to_owned())
}
