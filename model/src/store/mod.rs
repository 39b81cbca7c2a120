//! The pool, connections and transactions over SQLite and PostgreSQL. The only place that knows how they differ.

pub mod bell;
pub mod conn;
pub mod dialect;
mod ends;
pub mod migrate;
pub mod open;
pub mod portable;
#[allow(missing_docs, reason = "the table macros make items that cannot carry a text")]
pub mod schema;
pub mod snapshot;
pub mod together;
pub mod tx;
pub mod types;

pub use conn::Conn;
pub(crate) use conn::on;
pub use ends::Teller;
pub use open::{Options, Store};
pub use snapshot::Snapshot;
pub use tx::Tx;
pub use types::Json;
