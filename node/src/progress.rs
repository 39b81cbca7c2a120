//! How far a long command has come: one line on standard error, on a terminal alone.

use std::io::{IsTerminal as _, Read};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle};

/// How often a line whose end nobody knows moves.
const TICK: Duration = Duration::from_millis(150);

/// The line; it goes when it is dropped or [`Progress::done`].
pub struct Progress(ProgressBar);

impl Progress {
    /// Of rows or things that are counted; how many there are is said later.
    pub fn counted(what: &str) -> Self {
        Self::drawn(&format!("{{wide_bar}} {{human_pos}}/{{human_len}} {what} {{eta}}"), Some(0))
    }

    /// Of octets read from a file.
    pub fn of_file(path: &Path) -> Self {
        // A file that cannot be looked at is refused when it is opened.
        let length = path.metadata().map_or(0, |held| held.len());
        Self::drawn("{wide_bar} {bytes}/{total_bytes} {eta}", Some(length))
    }

    /// Of octets written, whose end nobody knows.
    pub fn written() -> Self {
        Self::drawn("{spinner} {bytes} written, {elapsed}", None)
    }

    /// Of steps that have names.
    pub fn named() -> Self {
        Self::drawn("{spinner} {msg}, {elapsed}", None)
    }

    /// Of what is done beside something else that is shown.
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    fn drawn(template: &str, length: Option<u64>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden()));
        }
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr()).with_style(style);
        if length.is_none() {
            bar.enable_steady_tick(TICK);
        }
        Self(bar)
    }

    /// So many of so many.
    pub fn reach(&self, done: usize, all: usize) {
        self.0.set_length(u64::try_from(all).unwrap_or(u64::MAX));
        self.0.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }

    /// How many there are.
    pub fn all(&self, all: u64) {
        self.0.set_length(all);
    }

    /// So many more.
    pub fn more(&self, by: usize) {
        self.0.inc(u64::try_from(by).unwrap_or_default());
    }

    /// The step that is taken now.
    pub fn step(&self, name: &str) {
        self.0.set_message(name.to_owned());
        self.0.tick();
    }

    /// The same reader, which tells how far it was read.
    pub fn read<R: Read>(&self, from: R) -> ProgressBarIter<R> {
        self.0.wrap_read(from)
    }

    /// A view of it for who tells of it elsewhere; the line stays with its owner.
    pub fn place(&self) -> Place {
        Place(self.0.clone())
    }

    /// Takes the line away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}

/// How far something has come.
#[derive(Clone)]
pub struct Place(ProgressBar);

impl Place {
    /// How much is done, and of how much; 0 where nobody knows.
    pub fn read(&self) -> (i64, i64) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let done = whole(self.0.position());
        (done, self.0.length().map_or(0, |all| whole(all).max(done)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}
