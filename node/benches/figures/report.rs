//! A figure beside its reference.

use std::fmt;

/// What was measured, both a second.
pub struct Figure {
    pub name: String,
    pub ours: f64,
    pub reference: f64,
    /// What the reference does.
    pub beside: String,
    /// The share of the reference that is aimed at.
    pub target: f64,
}

impl Figure {
    pub fn reached(&self) -> bool {
        self.ours >= self.target * self.reference
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, ours, reference, beside, target } = self;
        let verdict = if self.reached() { "reached" } else { "MISSED" };
        let ratio = ours / reference;
        write!(f, "{name}: {ours:.0}/s; {beside}: {reference:.0}/s; ratio {ratio:.2}, target {target} {verdict}")
    }
}

/// Something that may not be more than a bound.
pub struct Most {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub most: f64,
}

impl Most {
    pub fn reached(&self) -> bool {
        self.value <= self.most
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, unit, most } = self;
        let verdict = if self.reached() { "reached" } else { "MISSED" };
        write!(f, "{name}: {value:.1} {unit}, at most {most} {unit} {verdict}")
    }
}

/// The best of several rounds: what else the machine does only takes away.
pub fn best(rates: &[f64]) -> f64 {
    rates.iter().copied().fold(0.0, f64::max)
}
