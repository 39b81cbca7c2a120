//! The public log: what the sequencer writes into it, and what `verify` finds.

mod checks;
mod entries;
pub(crate) mod host;
mod methods;
mod receipts;
mod tampering;
