//! A picture as a PNG, for previews elsewhere: the shapes alone. What it says stands in the words beside it and in its
//! alternative text; letters would need a font, and none is shipped.

use std::io::Cursor;

use image::{ImageError, ImageFormat, Rgb, RgbImage};

use super::{Drawing, Kind, Shape, real};

/// What previews ask for: 1200 by 630 pixels.
pub(crate) const WIDTH: u32 = 1200;
pub(crate) const HEIGHT: u32 = 630;
/// The room around the shapes.
const MARGIN: u32 = 90;
/// No shape is drawn taller than so many times its size in a page.
const TALLEST: f64 = 6.0;
/// The strip of the institution's colour at the top.
const STRIP: u32 = 36;
/// How far apart the lines of a texture are, and how thick.
const TEXTURE: u32 = 22;
const TEXTURE_LINE: u32 = 5;

/// The picture on a card; `brand` is the colour of its strip.
///
/// # Errors
/// When it cannot be encoded.
pub(crate) fn png(drawing: &Drawing, brand: [u8; 3]) -> Result<Vec<u8>, ImageError> {
    let mut card = Card::new(drawing, brand);
    drawing.shapes.iter().for_each(|shape| card.draw(shape));
    let mut bytes = Cursor::new(Vec::new());
    card.image.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

struct Card {
    image: RgbImage,
    scale: f64,
    top: f64,
}

impl Card {
    fn new(drawing: &Drawing, brand: [u8; 3]) -> Self {
        let mut image = RgbImage::from_pixel(WIDTH, HEIGHT, Rgb([255; 3]));
        (0..STRIP).for_each(|y| (0..WIDTH).for_each(|x| image.put_pixel(x, y, Rgb(brand))));
        let room = f64::from(HEIGHT - STRIP - 2 * MARGIN);
        let scale = (room / f64::from(drawing.height.max(1))).min(TALLEST);
        let top = f64::from(STRIP + MARGIN) + (room - f64::from(drawing.height) * scale) / 2.0;
        Self { image, scale, top }
    }

    fn x(&self, percent: f64) -> f64 {
        f64::from(MARGIN) + percent / 100.0 * f64::from(WIDTH - 2 * MARGIN)
    }

    fn y(&self, pixels: f64) -> f64 {
        self.top + pixels * self.scale
    }

    fn draw(&mut self, shape: &Shape) {
        match *shape {
            Shape::Bar { x, width, y, height, kind } => {
                let (left, right, top, bottom) = (self.x(x), self.x(x + width), self.y(y), self.y(y + height));
                self.fill([left, right, top, bottom], kind, |_, _| true);
            }
            Shape::Mark { x, y, size, kind } => {
                let (x, y, size) = (self.x(x), self.y(y), size * self.scale);
                let inside = move |px: f64, py: f64| match kind {
                    Kind::Against => true,
                    Kind::Neutral => (px - x).abs() + (py - y).abs() <= size,
                    _ => (px - x).hypot(py - y) <= size,
                };
                self.fill([x - size, x + size, y - size, y + size], kind, inside);
            }
            Shape::Line { x, y, weight, .. } => {
                self.line([self.x(x[0]), self.x(x[1])], [self.y(y[0]), self.y(y[1])], weight)
            }
            Shape::Word { .. } => {}
        }
    }

    /// Fills what lies within the bounds and `inside`.
    fn fill(&mut self, [left, right, top, bottom]: [f64; 4], kind: Kind, inside: impl Fn(f64, f64) -> bool) {
        let across = |from: f64, to: f64, most: u32| (from.max(0.0) as u32)..(to.max(0.0).round() as u32).min(most);
        for y in across(top, bottom, HEIGHT) {
            for x in across(left, right, WIDTH) {
                if inside(f64::from(x) + 0.5, f64::from(y) + 0.5) {
                    self.image.put_pixel(x, y, Rgb(textured(kind, x, y)));
                }
            }
        }
    }

    fn line(&mut self, x: [f64; 2], y: [f64; 2], weight: f64) {
        let steps = (x[1] - x[0]).hypot(y[1] - y[0]).max(1.0) as u64;
        let half = (weight * self.scale / 2.0).max(1.0);
        for step in 0..=steps {
            let part = real(step) / real(steps);
            let (x, y) = (x[0] + (x[1] - x[0]) * part, y[0] + (y[1] - y[0]) * part);
            self.fill([x - half, x + half, y - half, y + half], Kind::Neutral, |_, _| true);
        }
    }
}

/// The colour of a pixel: of the kind, or lighter where its texture runs.
fn textured(kind: Kind, x: u32, y: u32) -> [u8; 3] {
    let on_line = match kind {
        Kind::Against => (x + y) % TEXTURE < TEXTURE_LINE,
        Kind::Neutral => y % TEXTURE < TEXTURE_LINE,
        _ => false,
    };
    let colour = kind.colour();
    if on_line { colour.map(|part| part + (255 - part) / 2) } else { colour }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::stacked;

    #[test]
    fn a_card_shows_each_part_in_its_colour() {
        let shapes = stacked::bar(&[(Kind::For, 1), (Kind::Neutral, 1), (Kind::Against, 2)], 44.0);
        let drawing = Drawing { title: String::new(), finding: String::new(), height: 44, shapes };
        let card = image::load_from_memory(&png(&drawing, [1, 2, 3]).expect("a PNG")).expect("an image").to_rgb8();
        assert_eq!((card.width(), card.height()), (WIDTH, HEIGHT));
        assert_eq!(card.get_pixel(5, 5).0, [1, 2, 3]);
        assert_eq!(card.get_pixel(5, HEIGHT - 5).0, [255; 3]);
        let held = |kind: Kind| card.pixels().filter(|pixel| pixel.0 == kind.colour()).count();
        let (pro, contra, neutral) = (held(Kind::For), held(Kind::Against), held(Kind::Neutral));
        assert!(pro > 20_000 && contra > pro && neutral > 5_000 && neutral < pro, "{pro} {contra} {neutral}");
    }
}
