//! How many statements the database is sent.

use std::cell::Cell;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

thread_local! {
    static SENT: Cell<usize> = const { Cell::new(0) };
}

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            SENT.set(SENT.get() + 1);
        }
    }
}

/// Counts from now on what connections send that are made from now on.
///
/// # Panics
/// When a connection is being made meanwhile.
pub fn watch() {
    set_default_instrumentation(|| Some(Box::new(Counter))).expect("connections are to be counted");
}

/// How many were sent to SQLite on this thread, where a test's own statements run.
#[must_use]
pub fn sent() -> usize {
    SENT.get()
}
