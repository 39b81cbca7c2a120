//! The real time, for signatures and for what is made relative to now.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// Now. Nodes under test are real processes and live by the real clock, so their tests do too.
#[expect(clippy::disallowed_methods, reason = "a real process is tested, on its own clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The instant `hours` from now (negative: ago), RFC 3339.
pub fn in_hours(hours: i64) -> String {
    (now() + SignedDuration::from_hours(hours)).to_string()
}

/// `at` as the HTTP `Date` header has it (RFC 9110 § 5.6.7, IMF-fixdate).
pub fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A clock of real processes that is moved: it goes on by itself, and later than the real one. Made of a library that is
/// preloaded (`clock/later.c`), so that no program has to know of it.
#[derive(Clone)]
pub struct Later(Arc<TempDir>);

impl Later {
    /// A clock that shows the real time.
    ///
    /// # Panics
    /// Without a C compiler; `./check` installs one.
    pub fn now() -> Self {
        let it = Self(Arc::new(TempDir::new().expect("a temporary folder")));
        it.set(0);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("clock/later.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(it.library()).arg(source);
        let built = compiler.output().expect("cc runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        it
    }

    /// So many seconds pass at once.
    pub fn by(&self, seconds: i64) {
        let held = std::fs::read(self.file()).expect("the clock");
        let before = i64::from_ne_bytes(held.try_into().expect("eight octets"));
        self.set(before + seconds);
    }

    /// What a process lives by it with.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", self.library()), ("PALABRE_TEST_LATER", self.file())]
    }

    fn library(&self) -> PathBuf {
        self.0.path().join("later.so")
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("later")
    }

    /// In its place, since processes have it before their eyes.
    fn set(&self, seconds: i64) {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(false).open(self.file()).expect("the clock");
        file.write_all(&seconds.to_ne_bytes()).expect("the clock is set");
    }
}
