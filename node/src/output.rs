//! What a command says: answers on standard output, everything else on standard error.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;

/// Prints one line.
pub fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    finish(writeln!(io::stdout().lock(), "{text}"))
}

/// Prints a value as indented JSON.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value).context("writing JSON")?)
}

/// Says something to whoever runs the command.
pub fn say(text: impl std::fmt::Display) {
    // Nobody reads standard error any more: there is nobody left to tell.
    let _gone = writeln!(io::stderr().lock(), "{text}");
}

/// A reader that has seen enough (`palabre export … | head`) is no failure.
fn finish(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("writing to standard output"),
        _ => Ok(()),
    }
}

/// Standard output, to write to.
pub struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
