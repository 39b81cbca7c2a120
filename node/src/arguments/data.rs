//! What can be said of data in and out.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Print;

/// `palabre import`
#[derive(Debug, Subcommand)]
pub enum Import {
    /// A conversation exported by Polis
    Polis {
        /// The folder with summary.csv, comments.csv and votes.csv
        dir: PathBuf,
        /// The forum that it comes into
        #[arg(long, value_name = "SLUG")]
        forum: String,
        /// Leave it open for comments
        #[arg(long)]
        open: bool,
        #[command(flatten)]
        print: Print,
    },
    /// Comments exported by DemocracyOS, and its topics: each topic becomes a consultation
    #[command(name = "democracyos")]
    DemocracyOs {
        /// Its comments CSV, its topics CSV, or both
        #[arg(required = true, num_args = 1..=2)]
        file: Vec<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
    /// Comments as `palabre export --format csv` writes them
    Csv {
        /// comments.csv, or the folder with it and votes.csv
        file: PathBuf,
        /// The question; else the name that it had there
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// A consultation as `palabre export --format json` writes it
    Json {
        /// The document
        file: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// A consultation as `palabre export --format archive` writes it; its ballot log is checked first
    Archive {
        /// The ZIP
        file: PathBuf,
        #[command(flatten)]
        target: Target,
    },
}

/// Where an import goes.
#[derive(Debug, Args)]
pub struct Target {
    /// The forum that it comes into; without it the node's only one
    #[arg(long, value_name = "SLUG")]
    pub forum: Option<String>,
    /// Leave a debate open for comments
    #[arg(long)]
    pub open: bool,
    #[command(flatten)]
    pub print: Print,
}

/// `palabre export`
#[derive(Debug, Args)]
pub struct Export {
    /// Its slug or address
    pub consultation: String,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Which table of `--format csv`; without it all into a folder, or the comments into a file
    #[arg(long, value_enum)]
    pub table: Option<Table>,
    /// In whose columns `--format csv` writes: a folder for Polis, comments for DemocracyOS
    #[arg(long, value_enum, conflicts_with = "table")]
    pub profile: Option<Profile>,
    /// The file to write, or the folder (a name without extension); without it standard output
    #[arg(short, long, value_name = "F")]
    pub output: Option<PathBuf>,
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The tables of open data
    #[default]
    Csv,
    /// The consultation, its results and its comments
    Json,
    /// The documents that other servers fetch, in one collection
    Activitystreams,
    /// A ZIP of everything, readable without this program
    Archive,
}

/// The columns of other platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// summary.csv, comments.csv and votes.csv
    Polis,
    /// comments.csv
    Democracyos,
}

/// The tables of open data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Table {
    /// What was said
    Comments,
    /// What people think of it
    Votes,
    /// The ballots that stand
    Ballots,
    /// The totals
    Results,
    /// The comments as Polis has them
    PolisComments,
    /// The votes as Polis has them
    PolisVotes,
    /// The comments as DemocracyOS has them
    DemocracyosComments,
}

/// `palabre backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write, a ZIP; one that is there is replaced once the new one is complete
    #[arg(short, long, value_name = "F")]
    pub output: PathBuf,
    #[command(flatten)]
    pub print: Print,
}

/// `palabre restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    #[arg(value_name = "F")]
    pub file: PathBuf,
    /// Check everything and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub print: Print,
}
