//! A map: one in the middle, those it deals with around it, and how much passes between them.

use super::{Anchor, Drawing, Kind, Shape, Voice, real};

/// The height of the picture, in pixels.
const HEIGHT: f64 = 360.0;
/// The middle, and how far from it the others stand: in percent along, in pixels across.
const MIDDLE: (f64, f64) = (50.0, 180.0);
const REACH: (f64, f64) = (40.0, 138.0);
/// The radius of the one in the middle, and of the others.
const CENTRE: f64 = 22.0;
const OTHER: f64 = 16.0;
/// The width of the thinnest and the thickest line.
const THIN: f64 = 1.5;
const THICK: f64 = 8.0;
/// More than these crowd the picture: the rest stand in the table alone.
pub(crate) const MOST: usize = 12;

/// One that the middle deals with.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) label: String,
    /// Its mark: a circle, or a diamond ([`Kind::Neutral`]) for a relay that only passes on.
    pub(crate) kind: Kind,
    /// How much passes between it and the middle, in whatever unit the caption names.
    pub(crate) weight: u64,
    /// Whether it only listens: its line is dotted.
    pub(crate) silent: bool,
}

/// Draws them, numbered in the order given; only the first [`MOST`].
pub(crate) fn draw(title: String, finding: String, middle: &str, around: &[Node]) -> Drawing {
    let around = &around[..around.len().min(MOST)];
    let most = around.iter().map(|node| node.weight).max().unwrap_or_default().max(1);
    let mut shapes = Vec::new();
    for (node, (x, y)) in around.iter().zip(places(around.len())) {
        let weight = THIN + (THICK - THIN) * (real(node.weight) / real(most)).sqrt();
        let weight = if node.silent { THIN } else { weight };
        shapes.push(Shape::Line { x: [MIDDLE.0, x], y: [MIDDLE.1, y], weight, dotted: node.silent, axis: true });
    }
    shapes.push(Shape::Mark { x: MIDDLE.0, y: MIDDLE.1, size: CENTRE, kind: Kind::Plain });
    // Below its mark: on a narrow page there is more room around the middle than beside it.
    let (anchor, voice) = (Anchor::Middle, Voice::Name);
    shapes.push(Shape::Word {
        x: MIDDLE.0,
        dx: 0.0,
        y: MIDDLE.1 + CENTRE + 18.0,
        anchor,
        voice,
        text: middle.to_owned(),
    });
    for (at, (node, (x, y))) in around.iter().zip(places(around.len())).enumerate() {
        shapes.push(Shape::Mark { x, y, size: OTHER, kind: node.kind });
        let (voice, text) = (Voice::Within, (at + 1).to_string());
        shapes.push(Shape::Word { x, dx: 0.0, y: y + 5.0, anchor: Anchor::Middle, voice, text });
        shapes.push(name(node, x, y));
    }
    Drawing { title, finding, height: HEIGHT as u32, shapes }
}

/// The name beside its mark, on the side where there is room.
fn name(node: &Node, x: f64, y: f64) -> Shape {
    let (anchor, dx, dy) = match x {
        x if x < 25.0 => (Anchor::Start, -OTHER, if y > MIDDLE.1 { 36.0 } else { -24.0 }),
        x if x > 75.0 => (Anchor::End, OTHER, if y > MIDDLE.1 { 36.0 } else { -24.0 }),
        _ => (Anchor::Start, OTHER + 10.0, 5.0),
    };
    Shape::Word { x, dx, y: y + dy, anchor, voice: Voice::Wide, text: node.label.clone() }
}

/// Evenly around the middle, from the top.
fn places(count: usize) -> Vec<(f64, f64)> {
    let turn = std::f64::consts::TAU / real(count.max(1) as u64);
    let place = |at: usize| {
        let angle = real(at as u64) * turn - std::f64::consts::FRAC_PI_2;
        (MIDDLE.0 + REACH.0 * angle.cos(), MIDDLE.1 + REACH.1 * angle.sin())
    };
    (0..count).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_has_its_own_place_within_the_picture() {
        for count in [0, 1, 2, 7, MOST, 40] {
            let node = |n: usize| Node { label: format!("n{n}"), kind: Kind::Plain, weight: n as u64, silent: n == 0 };
            let drawing = draw("t".into(), "f".into(), "here", &(0..count).map(node).collect::<Vec<_>>());
            let mut places = std::collections::HashSet::new();
            for shape in &drawing.shapes {
                match shape {
                    Shape::Mark { x, y, .. } => {
                        assert!((0.0..=100.0).contains(x) && (OTHER..HEIGHT - OTHER).contains(y));
                        assert!(places.insert(format!("{x:.1} {y:.1}")));
                    }
                    Shape::Line { weight, .. } => assert!((THIN..=THICK).contains(weight)),
                    _ => {}
                }
            }
            assert_eq!(places.len(), count.min(MOST) + 1);
        }
    }
}
