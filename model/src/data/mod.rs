//! Data in and out: imports and exports.

pub mod export;
pub mod import_polis;
pub mod upkeep;
