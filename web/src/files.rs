//! Which files stand beside a page.

/// Whether consultations offer their CSV files.
pub(crate) const SERVED: bool = true;
