//! Columns side by side, each of one or more parts: what happened day by day, how a scale was answered.

use super::{Anchor, Drawing, Kind, Shape, Voice, real};

/// The height of the picture and where its ground lies, in pixels.
const HEIGHT: f64 = 190.0;
const GROUND: f64 = 164.0;
/// The top of the highest column.
const CEILING: f64 = 34.0;
/// The room for the numbers of the axis, in percent.
const MARGIN: f64 = 6.0;
/// How much of its step a column fills.
const FILL: f64 = 0.76;
/// How many words stand under the columns at most.
const LABELS: usize = 6;
/// A pin's radius, and where it hangs.
const PIN: f64 = 10.0;
const PIN_AT: f64 = 12.0;

/// A column: its label, and how much of each kind, from the ground up.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) label: String,
    pub(crate) parts: Vec<(Kind, u64)>,
}

impl Column {
    fn total(&self) -> u64 {
        self.parts.iter().map(|(_, count)| count).sum()
    }
}

/// An event, pinned over a column.
#[derive(Clone, Debug)]
pub(crate) struct Pin {
    /// Which column.
    pub(crate) at: usize,
    pub(crate) letter: String,
}

/// Draws them; `number` writes the numbers of the axis.
pub(crate) fn draw(
    title: String,
    finding: String,
    columns: &[Column],
    pins: &[Pin],
    number: impl Fn(u64) -> String,
) -> Drawing {
    let most = columns.iter().map(Column::total).max().unwrap_or_default().max(1);
    let tick = tick(most);
    let top = most.div_ceil(tick) * tick;
    let y = |count: u64| GROUND - real(count) / real(top) * (GROUND - CEILING);
    let step = (100.0 - MARGIN) / real(columns.len().max(1) as u64);
    let mut shapes = vec![Shape::Line { x: [0.0, 100.0], y: [GROUND; 2], weight: 1.0, dotted: false, axis: true }];
    for at in (1..=top / tick).map(|n| n * tick) {
        shapes.push(Shape::Line { x: [0.0, 100.0], y: [y(at); 2], weight: 1.0, dotted: false, axis: false });
        shapes.push(word(0.0, y(at) - 5.0, Anchor::Start, number(at)));
    }
    let every = columns.len().div_ceil(LABELS).max(1);
    for (at, column) in columns.iter().enumerate() {
        let x = MARGIN + real(at as u64) * step + step * (1.0 - FILL) / 2.0;
        let mut below = 0;
        for (kind, count) in column.parts.iter().filter(|(_, count)| *count > 0) {
            let (from, to) = (y(below), y(below + count));
            shapes.push(Shape::Bar { x, width: step * FILL, y: to, height: from - to, kind: *kind });
            below += count;
        }
        if at % every == 0 {
            shapes.push(word(x + step * FILL / 2.0, GROUND + 20.0, anchor(at, columns.len()), column.label.clone()));
        }
    }
    for pin in pins.iter().filter(|pin| pin.at < columns.len()) {
        let x = MARGIN + (real(pin.at as u64) + 0.5) * step;
        let down = y(columns[pin.at].total()) - 3.0;
        shapes.push(Shape::Line { x: [x; 2], y: [PIN_AT, down.max(PIN_AT)], weight: 1.0, dotted: false, axis: true });
        shapes.push(Shape::Mark { x, y: PIN_AT, size: PIN, kind: Kind::Ink });
        let (anchor, voice, text) = (Anchor::Middle, Voice::Within, pin.letter.clone());
        shapes.push(Shape::Word { x, dx: 0.0, y: PIN_AT + 5.0, anchor, voice, text });
    }
    Drawing { title, finding, height: HEIGHT as u32, shapes }
}

fn anchor(at: usize, of: usize) -> Anchor {
    match at {
        0 => Anchor::Start,
        last if last + 1 == of => Anchor::End,
        _ => Anchor::Middle,
    }
}

fn word(x: f64, y: f64, anchor: Anchor, text: String) -> Shape {
    Shape::Word { x, dx: 0.0, y, anchor, voice: Voice::Axis, text }
}

/// A round number that divides the axis into two to five parts: 1, 2 or 5 times a power of ten.
fn tick(most: u64) -> u64 {
    let mut unit = 1;
    loop {
        for times in [1, 2, 5] {
            if most.div_ceil(unit * times) <= 4 {
                return unit * times;
            }
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_round_and_the_highest_column_below_its_top() {
        for (most, expected) in [(1, 1), (3, 1), (5, 2), (9, 5), (129, 50), (1462, 500), (20_000, 5_000)] {
            assert_eq!(tick(most), expected, "{most}");
        }
        let column = |count| Column { label: "x".into(), parts: vec![(Kind::Plain, count), (Kind::Neutral, 1)] };
        let columns: Vec<_> = (0..30).map(column).collect();
        let pins = [Pin { at: 3, letter: "A".into() }, Pin { at: 99, letter: "B".into() }];
        let drawing = draw("t".into(), "f".into(), &columns, &pins, |n| n.to_string());
        for shape in &drawing.shapes {
            if let Shape::Bar { x, width, y, height, .. } = shape {
                assert!(*x >= MARGIN && x + width <= 100.0 && *y >= CEILING - 0.1 && y + height <= GROUND + 0.1);
            }
        }
        assert_eq!(
            drawing.shapes.iter().filter(|s| matches!(s, Shape::Mark { .. })).count(),
            1,
            "no pin beyond the end"
        );
        assert!(draw("t".into(), "f".into(), &[], &[], |n| n.to_string()).shapes.len() > 1);
    }
}
