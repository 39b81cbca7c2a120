//! Columns side by side, each of one or more parts: what happened day by day, how a scale was answered.

use super::{Anchor, Drawing, Kind, Shape, Voice, real};

/// The height of the picture and where its ground lies, in pixels.
const HEIGHT: f64 = 190.0;
const GROUND: f64 = 164.0;
/// The top of the highest column.
const CEILING: f64 = 34.0;
/// The room for the numbers of the axis, in percent.
const MARGIN: f64 = 6.0;
/// How much of its step a column fills, and how wide it is at most, in percent of the picture.
const FILL: f64 = 0.76;
const WIDEST: f64 = 12.0;
/// The narrowest page that shows a picture, in pixels: there too no word runs into another.
const NARROWEST: f64 = 288.0;
/// About how wide a character of a word is there, and how far apart words are at least, in pixels.
const CHARACTER: f64 = 8.6;
const BETWEEN: f64 = 6.0;
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
    let width = (step * FILL).min(WIDEST);
    for (at, column) in columns.iter().enumerate() {
        let x = MARGIN + (real(at as u64) + 0.5) * step - width / 2.0;
        let mut below = 0;
        for (kind, count) in column.parts.iter().filter(|(_, count)| *count > 0) {
            let (from, to) = (y(below), y(below + count));
            shapes.push(Shape::Bar { x, width, y: to, height: from - to, kind: *kind });
            below += count;
        }
    }
    shapes.extend(labels(columns, step, width));
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

/// The words under the columns: each in the middle of its own, or flush with it at an end of the picture; one that would
/// run into the word before it is left out.
fn labels(columns: &[Column], step: f64, width: f64) -> Vec<Shape> {
    let every = columns.len().div_ceil(LABELS).max(1);
    let mut words = Vec::new();
    let mut free = f64::NEG_INFINITY;
    for (at, column) in columns.iter().enumerate().step_by(every) {
        let middle = MARGIN + (real(at as u64) + 0.5) * step;
        let long = real(column.label.chars().count() as u64) * CHARACTER;
        let place = |x: f64| x / 100.0 * NARROWEST;
        let (anchor, x, from) = match place(middle) {
            narrow if narrow < long / 2.0 => (Anchor::Start, middle - width / 2.0, place(middle - width / 2.0)),
            narrow if narrow + long / 2.0 > NARROWEST => {
                (Anchor::End, middle + width / 2.0, place(middle + width / 2.0) - long)
            }
            narrow => (Anchor::Middle, middle, narrow - long / 2.0),
        };
        if from >= free {
            words.push(word(x, GROUND + 20.0, anchor, column.label.clone()));
            free = from + long + BETWEEN;
        }
    }
    words
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

    #[test]
    fn no_word_under_the_columns_runs_into_another_on_the_narrowest_page() {
        for count in [1, 2, 6, 7, 30, 60] {
            for label in ["7", "19 Nov", "19 November", "a word that is longer than it is useful"] {
                let column = Column { label: label.into(), parts: vec![(Kind::Plain, 3)] };
                let drawing = draw("t".into(), "f".into(), &vec![column; count], &[], |n| n.to_string());
                let long = label.len() as f64 * CHARACTER;
                let mut free = f64::NEG_INFINITY;
                let mut said = 0;
                for shape in &drawing.shapes {
                    let Shape::Word { x, anchor, text, .. } = shape else { continue };
                    if text != label {
                        continue;
                    }
                    let at = x / 100.0 * NARROWEST;
                    let from = match anchor {
                        Anchor::Start => at,
                        Anchor::Middle => at - long / 2.0,
                        Anchor::End => at - long,
                    };
                    assert!(from >= free, "{label} among {count}");
                    assert!(
                        long > NARROWEST / 2.0 || (from >= 0.0 && from + long <= NARROWEST),
                        "{label} of {count} is cut"
                    );
                    (free, said) = (from + long, said + 1);
                }
                assert!(said >= 1, "{label} is nowhere among {count}");
            }
        }
    }
}
