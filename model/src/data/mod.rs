//! Data in and out: imports and exports.

pub mod archive;
pub mod backup;
pub mod export;
pub mod import;
pub mod import_polis;
pub mod upkeep;
