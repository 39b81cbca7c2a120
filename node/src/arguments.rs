//! What can be said to the program on its command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Sources, parse_duration};

mod data;

pub use data::*;

/// Palabre: consultations on the fediverse.
#[derive(Debug, Parser)]
#[command(name = "palabre", version, about, max_term_width = 100)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that stand before or after the command.
#[derive(Debug, Args)]
pub struct Common {
    /// The configuration file; without it `palabre.toml`, if there
    #[arg(long, global = true, value_name = "F")]
    pub config: Option<PathBuf>,
    /// One configuration key over file and environment, as in `--set log.format=json`
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE", value_parser = read_setting)]
    pub set: Vec<(String, String)>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the node
    Serve(Serve),
    /// Name the institution and its administrator, as the first-run pages do
    Setup(Setup),
    /// People who have an account here
    #[command(subcommand)]
    Account(Account),
    /// Tokens for the API
    #[command(subcommand)]
    Token(Token),
    /// Mails kept because no `[mail]` is configured
    #[command(subcommand)]
    Mail(Mail),
    /// Bring the database to this program's version
    Migrate(Print),
    /// Take in what another platform exported
    #[command(subcommand)]
    Import(Import),
    /// Write out one consultation
    Export(Export),
    /// Count a consultation's ballots again, from public files alone
    Verify(Verify),
    /// Write the whole node into one file, while it runs; the file holds its keys
    Backup(Backup),
    /// Bring a node back from a backup, into an empty database
    Restore(Restore),
    /// Look whether all is well, from inside and from outside, and say how to mend what is not
    Doctor(Doctor),
    /// Other servers: how each is treated and how it fares
    #[command(subcommand)]
    Peer(Peer),
    /// A node on loopback filled with real and example consultations
    Demo(Demo),
}

/// `--json`
#[derive(Debug, Clone, Copy, Args)]
pub struct Print {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `palabre doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Mend what can be mended: apply migrations, try again what was given up or waits for a server that failed
    #[arg(long)]
    pub fix: bool,
    /// `--json`
    #[command(flatten)]
    pub print: Print,
}

/// `palabre peer`
#[derive(Debug, Subcommand)]
pub enum Peer {
    /// The servers known here
    List {
        /// `--json`
        #[command(flatten)]
        print: Print,
    },
    /// Treat a server, and all below its name, in this way
    Set {
        /// Its host name
        host: String,
        /// allow, silence, block or partner
        policy: String,
    },
    /// Treat a server as any other
    Forget {
        /// Its host name
        host: String,
    },
    /// Take a list in, as Mastodon writes it: CSV, or one domain a line
    Import {
        /// The list
        file: PathBuf,
        /// `--json`
        #[command(flatten)]
        print: Print,
    },
    /// Write out what is blocked and silenced, as Mastodon reads it
    Export,
}

/// `palabre serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// HOST:PORT, or unix:/path for a socket
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `palabre setup`
#[derive(Debug, Args)]
pub struct Setup {
    /// The institution's name
    #[arg(long)]
    pub name: Option<String>,
    /// The administrator's account
    #[arg(long, value_name = "NAME")]
    pub admin: Option<String>,
    /// The administrator's address
    #[arg(long)]
    pub email: Option<String>,
    /// Read the administrator's password from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// The host name of all addresses; without it federation is off
    #[arg(long)]
    pub domain: Option<String>,
    /// The institution's time zone, as in Europe/Paris
    #[arg(long)]
    pub time_zone: Option<String>,
    /// The institution's language
    #[arg(long)]
    pub language: Option<String>,
    #[command(flatten)]
    pub print: Print,
}

/// `palabre account`
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make a confirmed account
    Create {
        /// Its name, as in @NAME@HOST
        name: String,
        /// Its address
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// Its role on the node
        #[arg(long, value_enum, default_value_t)]
        role: Role,
        #[command(flatten)]
        print: Print,
    },
    /// List the accounts
    List(Print),
    /// Shut an account out
    Disable {
        /// Its name
        name: String,
    },
    /// Give an account another password, read from standard input, or print a link that lets its owner choose one
    ResetPassword {
        /// Its name
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What an account may do on the whole node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything
    Admin,
    /// Look after debates
    Moderator,
    /// Propose consultations
    Author,
    /// Take part
    #[default]
    Participant,
}

/// `palabre token`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token and print it, alone, once
    Create {
        /// The account that it stands for
        #[arg(long)]
        account: String,
        /// How long it is good for, as in 90d; without it for ever
        #[arg(long, value_parser = parse_duration)]
        expires: Option<Duration>,
    },
}

/// `palabre mail`
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// List kept mails, the latest first
    List {
        /// Only those to this address
        #[arg(long)]
        to: Option<String>,
        #[command(flatten)]
        print: Print,
    },
    /// Show one mail
    Show {
        /// Its id, from the list
        id: String,
        #[command(flatten)]
        print: Print,
    },
}

/// `palabre verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The address of the consultation, https://HOST/c/SLUG, or an archive of it: a folder or a ZIP; or the page of a node that
    /// carries it, https://MIRROR/remote/HOST/c/SLUG, whose text is then held against what its author signed
    #[arg(value_name = "ADDRESS-or-ARCHIVE")]
    pub what: String,
    /// A receipt whose ballot must be in the log
    #[arg(long, value_name = "F")]
    pub receipt: Option<PathBuf>,
    /// The key that must have signed the log, as in log/vkey; else the node's actor is asked
    #[arg(long, value_name = "VKEY")]
    pub key: Option<String>,
    /// An earlier checkpoint of the same log: nothing that it signed may have changed
    #[arg(long, value_name = "F")]
    pub since: Option<PathBuf>,
    /// The key of a witness that must have signed the log; may be given several times
    #[arg(long = "witness", value_name = "VKEY")]
    pub witnesses: Vec<String>,
    /// How many of these witnesses are enough; all, if not given
    #[arg(long, value_name = "K")]
    pub quorum: Option<usize>,
    #[command(flatten)]
    pub print: Print,
}

/// `palabre demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where its data lives
    #[arg(long, default_value = "./data/demo", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// The port of the first of its three nodes, if free; else another
    #[arg(long, default_value_t = 4001)]
    pub port: u16,
    /// Take a tour that does everything and checks it, then stop
    #[arg(long)]
    pub script: bool,
}

fn read_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value))
            if key.split_once('.').is_some_and(|(section, key)| !section.is_empty() && !key.is_empty()) =>
        {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("write SECTION.KEY=VALUE".to_owned()),
    }
}

impl Arguments {
    /// What the configuration is read from: `environment` is the process's.
    pub fn sources(&self, environment: Vec<(String, String)>) -> Sources {
        let mut flags = self.common.set.clone();
        if let Command::Serve(Serve { listen: Some(listen) }) = &self.command {
            flags.push(("node.listen".to_owned(), listen.clone()));
        }
        Sources { file: self.common.config.clone(), environment, flags }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_configuration_is_named_before_or_after_the_command() {
        for line in [["palabre", "--config", "f", "migrate"], ["palabre", "migrate", "--config", "f"]] {
            assert_eq!(Arguments::parse_from(line).common.config, Some(PathBuf::from("f")));
        }
    }

    #[test]
    fn a_flag_wins_over_a_setting() {
        let read = Arguments::parse_from(["palabre", "serve", "--set", "node.listen=a:1", "--listen", "b:2"]);
        assert_eq!(read.sources(Vec::new()).flags.last(), Some(&("node.listen".to_owned(), "b:2".to_owned())));
    }
}
