//! Pictures, read within bounds and written anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::Format;
use crate::error::{Error, Refusal, Result};

/// How large a picture may be: a small file can hold a huge one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// The longest side of one that is read.
    read_side: u32,
    /// The most pixels of one that is read.
    read_pixels: u64,
    /// How much room decoding may take, in octets.
    room: u64,
    /// The longest side of one as it is kept.
    kept_side: u32,
}

/// Of what people give here.
pub(super) const GIVEN: Bounds =
    Bounds { read_side: 16_000, read_pixels: 40_000_000, room: 320 * 1024 * 1024, kept_side: 2000 };
/// Of pictures of people of other servers: many may be read at once.
pub(super) const PORTRAIT: Bounds =
    Bounds { read_side: 4_096, read_pixels: 4_500_000, room: 40 * 1024 * 1024, kept_side: 128 };
/// Of an institution's mark, which stands at the head of every page.
pub(super) const LOGO: Bounds =
    Bounds { read_side: 4_096, read_pixels: 4_500_000, room: 40 * 1024 * 1024, kept_side: 176 };
/// Of a hundred: hardly to be told from the original.
const QUALITY: u8 = 85;

/// A picture as it is kept.
pub(super) struct Picture {
    pub(super) format: Format,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) octets: Vec<u8>,
}

/// Reads a picture and writes it anew: its pixels alone come through, of one that moves the first.
pub(super) fn rewrite(given: &[u8], within: Bounds) -> Result<Picture> {
    let mut picture = read(given, within)?;
    if picture.width().max(picture.height()) > within.kept_side {
        picture = picture.resize(within.kept_side, within.kept_side, image::imageops::FilterType::Triangle);
    }
    let (width, height) = (picture.width(), picture.height());
    let mut octets = Vec::new();
    let format = if is_seen_through(&picture) {
        picture.to_rgba8().write_to(&mut Cursor::new(&mut octets), ImageFormat::Png).map_err(Error::store)?;
        Format::Png
    } else {
        picture
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut octets, QUALITY))
            .map_err(Error::store)?;
        Format::Jpeg
    };
    Ok(Picture { format, width, height, octets })
}

fn read(given: &[u8], within: Bounds) -> Result<DynamicImage> {
    let unreadable = |_| Refusal::UnsupportedMedia;
    let reader = ImageReader::new(Cursor::new(given)).with_guessed_format().map_err(Error::store)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif)) {
        return Err(Refusal::UnsupportedMedia.into());
    }
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > within.read_side || u64::from(width) * u64::from(height) > within.read_pixels {
        return Err(Refusal::PictureTooLarge.into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(within.room);
    decoder.set_limits(limits).map_err(unreadable)?;
    // A picture whose notes cannot be read is taken as it lies.
    let way_up = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(way_up);
    Ok(picture)
}

fn is_seen_through(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn rewrite(given: &[u8]) -> Result<Picture> {
        super::rewrite(given, GIVEN)
    }
    use crate::testing::refused;

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut octets = Vec::new();
        picture.write_to(&mut Cursor::new(&mut octets), format).unwrap();
        octets
    }

    /// Red on the left, blue on the right, wider than high.
    fn flag(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) }).into()
    }

    /// A JPEG with an APP1 segment that says by EXIF to turn it by 90° and holds a secret.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"SECRET-PLACE");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn pixels_alone_come_through_and_the_right_way_up() {
        let given = with_exif(&written(&flag(60, 20), ImageFormat::Jpeg));
        assert!(given.windows(6).any(|some| some == b"SECRET"));
        let kept = rewrite(&given).unwrap();
        assert_eq!((kept.format, kept.width, kept.height), (Format::Jpeg, 20, 60), "turned by 90°");
        assert!(!kept.octets.windows(4).any(|some| some == b"Exif" || some == b"SECR"));
        let top = *image::load_from_memory(&kept.octets).unwrap().to_rgb8().get_pixel(10, 5);
        assert!(top.0[0] > 200 && top.0[2] < 60, "red is above: {top:?}");
    }

    #[test]
    fn large_pictures_become_smaller_and_huge_ones_are_refused() {
        let kept = rewrite(&written(&flag(4000, 1000), ImageFormat::Png)).unwrap();
        assert_eq!((kept.width, kept.height), (2000, 500));
        let wide = written(&flag(16_001, 1), ImageFormat::Png);
        assert_eq!(refused(rewrite(&wide).map(|kept| kept.width)), "picture-too-large");
        // A header alone that promises 10,000 × 10,000 pixels: refused before room is made for them.
        let mut bomb = written(&flag(8, 8), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        let crc = crc(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(refused(rewrite(&bomb).map(|kept| kept.width)), "picture-too-large");
    }

    #[test]
    fn a_portrait_is_small_and_read_within_narrower_bounds() {
        let kept = super::rewrite(&written(&flag(1000, 1000), ImageFormat::Png), PORTRAIT).unwrap();
        assert_eq!((kept.width, kept.height), (128, 128));
        let large = written(&flag(4_097, 1), ImageFormat::Png);
        assert_eq!(refused(super::rewrite(&large, PORTRAIT).map(|kept| kept.width)), "picture-too-large");
    }

    #[test]
    fn what_can_be_seen_through_stays_so_in_every_format() {
        let glass: DynamicImage = RgbaImage::from_pixel(9, 9, Rgba([0, 200, 0, 100])).into();
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let kept = rewrite(&written(&glass, format)).unwrap();
            let pixel = *image::load_from_memory(&kept.octets).unwrap().to_rgba8().get_pixel(4, 4);
            assert_eq!((kept.format, pixel), (Format::Png, Rgba([0, 200, 0, 100])));
        }
        let opaque: DynamicImage = RgbaImage::from_pixel(9, 9, Rgba([0, 200, 0, 255])).into();
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            assert_eq!(rewrite(&written(&opaque, format)).unwrap().format, Format::Jpeg);
        }
    }

    #[test]
    fn what_is_cut_short_or_of_another_kind_is_refused() {
        let whole = written(&flag(60, 20), ImageFormat::Png);
        for given in [&whole[..40], b"BM000000000000000000", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0nothing"] {
            assert_eq!(refused(rewrite(given).map(|kept| kept.width)), "unsupported-media", "{given:?}");
        }
    }

    /// PNG, annex D.
    fn crc(octets: &[u8]) -> u32 {
        !octets.iter().fold(u32::MAX, |crc, octet| {
            (0..8).fold(crc ^ u32::from(*octet), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
        })
    }
}
