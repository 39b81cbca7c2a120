//! The program `palabre`: its commands, its configuration, and the wiring of the crates into one node.
//!
//! It knows which door leads where, when a job is due and how the process starts and stops. It knows no rule of a
//! consultation, no SQL and no document of the fediverse: those live in `model` and `federation`.

mod arguments;
mod collection;
mod commands;
mod config;
mod courier;
mod door;
mod listener;
mod machines;
mod mailer;
mod node;
mod noted;
mod opening;
mod output;
mod progress;
mod router;
mod telemetry;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;

/// Refused or failed.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    // clap itself ends the process with 2 on wrong usage.
    let arguments = Arguments::parse();
    match commands::run(arguments, environment()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::say(format_args!("palabre: {error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

/// The one place where the environment is read; what is not UTF-8 is none of ours.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
