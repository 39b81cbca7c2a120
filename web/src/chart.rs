//! Pictures, drawn here as SVG: shapes at percentage coordinates, so that they stretch without distorting a word; the
//! words themselves are the page's.
//!
//! There are four primitives: a stacked bar ([`stacked`]), [`columns`], [`dots`] and [`nodes`]. Each makes a [`Drawing`],
//! which stands in a page, in a file of its own, or on a card as a PNG ([`card`]). In a page a [`Figure`] gives it the
//! question, the finding and the numbers as a table.

use std::fmt::Write as _;

pub(crate) mod card;
pub(crate) mod columns;
pub(crate) mod dots;
mod figure;
pub(crate) mod lean;
pub(crate) mod nodes;
pub(crate) mod stacked;

pub(crate) use figure::{Figure, Key, Point, Table};

/// How wide a file of its own is, in pixels; in a page a picture is as wide as its column.
const FILE_WIDTH: u32 = 720;
/// The room for words above and below a picture in a file, a line each, in pixels.
const LINE: u32 = 22;
/// How many characters stand in a line of a file.
const LINE_LONGEST: usize = 84;

/// What a shape means: always a colour, a form and a texture together, so that it survives grey and print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// For: teal, a circle.
    For,
    /// Against: plum, hatched, a square.
    Against,
    /// Neutral: grey, striped, a bar.
    Neutral,
    /// What takes no side.
    Plain,
    /// The ground on which a part is shown.
    Track,
    /// Ink: a pin.
    Ink,
}

impl Kind {
    /// The meaning of a choice's id.
    pub(crate) fn of_choice(id: &str) -> Self {
        match id.rsplit(':').next().unwrap_or(id) {
            "for" => Self::For,
            "against" => Self::Against,
            "neutral" => Self::Neutral,
            _ => Self::Plain,
        }
    }

    /// The class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::For => "f",
            Self::Against => "a",
            Self::Neutral => "n",
            Self::Plain => "lk",
            Self::Track => "bar",
            Self::Ink => "ik",
        }
    }

    /// The colour where no style sheet is: those of the light page.
    fn colour(self) -> [u8; 3] {
        match self {
            Self::For => [0x08, 0x76, 0x6c],
            Self::Against => [0x8b, 0x2e, 0x63],
            Self::Neutral => [0x66, 0x72, 0x7d],
            Self::Plain => [0x1d, 0x44, 0x87],
            Self::Track => [0xe7, 0xeb, 0xef],
            Self::Ink => [0x16, 0x21, 0x2c],
        }
    }

    fn hex(self) -> String {
        let [r, g, b] = self.colour();
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// The pattern laid over it.
    fn texture(self) -> Option<&'static str> {
        match self {
            Self::Against => Some("ha"),
            Self::Neutral => Some("hn"),
            _ => None,
        }
    }
}

/// Where a word of a picture begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At its place.
    Start,
    /// Around it.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// How a word of a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// On an axis.
    Axis,
    /// A name.
    Name,
    /// A name that only a wide page has room for.
    Wide,
    /// Within a mark.
    Within,
}

/// A shape. What is along the picture is in percent of its width, all else in pixels.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A rectangle.
    Bar { x: f64, width: f64, y: f64, height: f64, kind: Kind },
    /// A mark: a circle, a square or a diamond, as its kind has it.
    Mark { x: f64, y: f64, size: f64, kind: Kind },
    /// A line; `weight` in pixels, dotted where nothing answers.
    Line { x: [f64; 2], y: [f64; 2], weight: f64, dotted: bool, axis: bool },
    /// A word; `dx` shifts it in pixels.
    Word { x: f64, dx: f64, y: f64, anchor: Anchor, voice: Voice, text: String },
}

/// A finished picture.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// What it shows.
    pub(crate) title: String,
    /// What it says: the finding, in a sentence.
    pub(crate) finding: String,
    /// In pixels.
    pub(crate) height: u32,
    /// Its shapes, from back to front.
    pub(crate) shapes: Vec<Shape>,
}

impl Drawing {
    /// As a part of a page: its colours are the style sheet's. `id` is used once in the page.
    pub(crate) fn inline(&self, id: &str) -> String {
        let mut svg = format!(
            "<svg class=\"plot\" height=\"{}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title>\
             <desc id=\"{id}-d\">{}</desc>",
            self.height,
            escape(&self.title),
            escape(&self.finding)
        );
        self.shapes.iter().for_each(|shape| shape.draw(&mut svg, Paint::Class));
        svg.push_str("</svg>");
        svg
    }

    /// As a thin bar beside words that say the same: read out by nobody, or once by `label`.
    pub(crate) fn slim(&self, label: Option<&str>) -> String {
        let said = match label {
            Some(label) => format!("role=\"img\" aria-label=\"{}\"", escape(label)),
            None => "aria-hidden=\"true\" focusable=\"false\"".to_owned(),
        };
        let mut svg = format!("<svg class=\"mini\" height=\"{}\" {said}>", self.height);
        self.shapes.iter().for_each(|shape| shape.draw(&mut svg, Paint::Class));
        svg.push_str("</svg>");
        svg
    }

    /// As a file of its own, readable without a page around it: no style sheet, no script, the title above, the finding
    /// below.
    pub(crate) fn file(&self) -> String {
        let (above, below) = (wrapped(&self.title), wrapped(&self.finding));
        let lines = |words: &[String]| u32::try_from(words.len()).unwrap_or_default() * LINE;
        let top = lines(&above) + LINE;
        let height = top + self.height + lines(&below) + 2 * LINE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{FILE_WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {FILE_WIDTH} {height}\" role=\"img\" aria-labelledby=\"t d\" font-family=\"sans-serif\" \
             font-size=\"14\"><title id=\"t\">{}</title><desc id=\"d\">{}</desc>{PATTERNS}\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
            escape(&self.title),
            escape(&self.finding)
        );
        write_lines(&mut svg, &above, LINE, "font-weight=\"700\" fill=\"#16212c\"");
        let _ = write!(
            svg,
            "<svg x=\"16\" y=\"{top}\" width=\"{}\" height=\"{}\" overflow=\"visible\">",
            FILE_WIDTH - 32,
            self.height
        );
        self.shapes.iter().for_each(|shape| shape.draw(&mut svg, Paint::Colour));
        svg.push_str("</svg>");
        write_lines(&mut svg, &below, top + self.height + 2 * LINE, "fill=\"#4b5864\"");
        svg.push_str("</svg>\n");
        svg
    }
}

/// The patterns of a file; a page has its own, once.
const PATTERNS: &str = "<defs><pattern id=\"ha\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
     patternTransform=\"rotate(45)\"><path d=\"M0 0v7\" stroke=\"#ffffff\" stroke-width=\"1.6\" stroke-opacity=\".55\"/></pattern>\
     <pattern id=\"hn\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 3h6\" stroke=\"#ffffff\" \
     stroke-width=\"1.6\" stroke-opacity=\".55\"/></pattern></defs>";

fn write_lines(svg: &mut String, lines: &[String], from: u32, attributes: &str) {
    for (at, line) in (0..).zip(lines) {
        let _ = write!(svg, "<text x=\"16\" y=\"{}\" {attributes}>{}</text>", from + at * LINE, escape(line));
    }
}

/// Whether colours come from the page's style sheet or stand in the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paint {
    Class,
    Colour,
}

impl Paint {
    fn fill(self, kind: Kind) -> String {
        match self {
            Self::Class => format!("class=\"{}\"", kind.class()),
            Self::Colour => format!("fill=\"{}\"", kind.hex()),
        }
    }

    fn texture(self, pattern: &str) -> String {
        match self {
            Self::Class => format!("class=\"hash-{}\"", &pattern[1..]),
            Self::Colour => format!("fill=\"url(#{pattern})\""),
        }
    }

    fn word(self, voice: Voice) -> &'static str {
        match (self, voice) {
            (Self::Class, Voice::Axis) => "",
            (Self::Class, Voice::Name) => " class=\"b\"",
            (Self::Class, Voice::Wide) => " class=\"b wide\"",
            (Self::Class, Voice::Within) => " class=\"in\"",
            (Self::Colour, Voice::Axis) => " fill=\"#4b5864\"",
            (Self::Colour, Voice::Name | Voice::Wide) => " fill=\"#16212c\" font-weight=\"650\"",
            (Self::Colour, Voice::Within) => " fill=\"#ffffff\" font-weight=\"700\"",
        }
    }
}

impl Shape {
    fn draw(&self, svg: &mut String, paint: Paint) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Bar { x, width, y, height, kind } => bar(svg, paint, [*x, *width, *y, *height], *kind),
            Self::Mark { x, y, size, kind } => mark(svg, paint, [*x, *y, *size], *kind),
            Self::Line { x, y, weight, dotted, axis } => {
                let stroke = match (paint, axis) {
                    (Paint::Class, true) => "class=\"base\"",
                    (Paint::Class, false) => "class=\"grid\"",
                    (Paint::Colour, true) => "stroke=\"#74818d\"",
                    (Paint::Colour, false) => "stroke=\"#d3dae0\"",
                };
                let dots = if *dotted { " stroke-dasharray=\"2 5\"" } else { "" };
                let heavy = if *weight > 1.0 {
                    format!(" stroke-width=\"{weight:.1}\" stroke-opacity=\".55\"")
                } else {
                    String::new()
                };
                write!(
                    svg,
                    "<line {stroke} x1=\"{:.2}%\" x2=\"{:.2}%\" y1=\"{:.1}\" y2=\"{:.1}\"{heavy}{dots}/>",
                    x[0], x[1], y[0], y[1]
                )
            }
            Self::Word { x, dx, y, anchor, voice, text } => write!(
                svg,
                "<svg x=\"{x:.2}%\" y=\"{y:.1}\" overflow=\"visible\"><text{} x=\"{dx:.0}\" text-anchor=\"{}\">{}</text></svg>",
                paint.word(*voice),
                anchor.as_str(),
                escape(text)
            ),
        };
    }
}

fn bar(svg: &mut String, paint: Paint, [x, width, y, height]: [f64; 4], kind: Kind) -> std::fmt::Result {
    let place = format!("x=\"{x:.2}%\" width=\"{width:.2}%\" y=\"{y:.1}\" height=\"{height:.1}\"");
    write!(svg, "<rect {} {place}/>", paint.fill(kind))?;
    match kind.texture() {
        Some(pattern) => write!(svg, "<rect {} {place}/>", paint.texture(pattern)),
        None => Ok(()),
    }
}

fn mark(svg: &mut String, paint: Paint, [x, y, size]: [f64; 3], kind: Kind) -> std::fmt::Result {
    let fill = paint.fill(kind);
    let place = format!("<svg x=\"{x:.2}%\" y=\"{y:.1}\" overflow=\"visible\">");
    match kind {
        Kind::Against => {
            let half = size * 0.93;
            write!(svg, "{place}<path {fill} d=\"M-{half:.1}-{half:.1}h{0:.1}v{0:.1}h-{0:.1}z\"/></svg>", half * 2.0)
        }
        Kind::Neutral => {
            let half = size * 1.2;
            write!(svg, "{place}<path {fill} d=\"M-{half:.1} 0L0-{half:.1}L{half:.1} 0L0 {half:.1}z\"/></svg>")
        }
        _ => write!(svg, "<circle {fill} cx=\"{x:.2}%\" cy=\"{y:.1}\" r=\"{size:.1}\"/>"),
    }
}

/// Text within markup.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A sentence in lines of a file.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < LINE_LONGEST => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A number as a picture needs it; its loss of precision past 2⁵³ is narrower than a pixel.
pub(crate) fn real(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_alone_and_a_word_cannot_break_out_of_it() {
        let drawing = Drawing {
            title: "Close <the> \"square\" & more?".into(),
            finding: "For 60%".into(),
            height: 44,
            shapes: stacked::bar(&[(Kind::For, 6), (Kind::Against, 4)], 44.0),
        };
        let file = drawing.file();
        assert!(file.starts_with("<svg xmlns=") && !file.contains("class=") && !file.contains("style"));
        assert!(file.contains("Close &lt;the&gt; &quot;square&quot; &amp; more?") && file.contains("For 60%"));
        assert!(file.contains("fill=\"#08766c\"") && file.contains("url(#ha)"));
        let inline = drawing.inline("bars");
        assert!(inline.contains("aria-labelledby=\"bars-t bars-d\"") && inline.contains("class=\"hash-a\""));
        assert!(!inline.contains("fill=\"#"));
    }
}
