//! The commands, each with what it needs.

mod account;
mod backup;
mod demo;
mod doctor;
mod export;
mod import;
mod mail;
mod migrate;
mod peer;
mod serve;
mod setup;
mod token;
mod verify;

use std::io::{IsTerminal, Read};

use anyhow::Context;
use model::people::account::PasswordHash;
use model::store::{Conn, Store};

use crate::arguments::{Arguments, Command};
use crate::config::Config;
use crate::output::say;
use crate::{opening, telemetry};

/// Runs what the command line says.
///
/// # Errors
/// Everything that makes the program end with 1.
pub fn run(arguments: Arguments, environment: Vec<(String, String)>) -> anyhow::Result<()> {
    let filter = environment.iter().find(|(name, _)| name == "RUST_LOG").map(|(_, value)| value.clone());
    let config = arguments.sources(environment).read().map_err(anyhow::Error::msg)?;
    telemetry::start_log(config.log.format, filter.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(dispatch(arguments.command, config))
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve(_) => serve::run(config).await,
        Command::Setup(setup) => setup::run(&config, setup).await,
        Command::Account(account) => account::run(&config, account).await,
        Command::Token(token) => token::run(&config, token).await,
        Command::Mail(mail) => mail::run(&config, mail).await,
        Command::Migrate(print) => migrate::run(&config, print).await,
        Command::Import(import) => import::run(&config, import).await,
        Command::Export(export) => export::run(&config, export).await,
        Command::Verify(verify) => verify::run(&config, verify).await,
        Command::Backup(backup) => backup::write(&config, backup).await,
        Command::Restore(restore) => backup::restore(&config, restore).await,
        Command::Doctor(doctor) => doctor::run(config, doctor).await,
        Command::Peer(peer) => peer::run(&config, peer).await,
        Command::Demo(demo) => demo::run(config, demo).await,
    }
}

/// The database and a connection to read from, for a command.
async fn reading(config: &Config) -> anyhow::Result<(Store, Conn)> {
    let store = opening::open(config).await?;
    let conn = store.conn().await?;
    Ok((store, conn))
}

/// The longest password that is read, in octets; the rule itself is `PasswordHash`'s.
const LONGEST_INPUT: u64 = 4096;

/// A password from standard input, hashed.
async fn password() -> anyhow::Result<PasswordHash> {
    if std::io::stdin().is_terminal() {
        say("Password (it is shown while you type; then Enter and Ctrl-D):");
    }
    let mut text = String::new();
    std::io::stdin().take(LONGEST_INPUT).read_to_string(&mut text).context("reading the password")?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    Ok(tokio::task::spawn_blocking(move || PasswordHash::new(&text)).await??)
}

/// Ends the program as clap does when an argument is missing.
fn usage(message: &str) -> ! {
    use clap::CommandFactory as _;
    Arguments::command().error(clap::error::ErrorKind::MissingRequiredArgument, message).exit()
}
