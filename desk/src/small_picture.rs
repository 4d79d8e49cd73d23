//! Small pictures of images that strangers sent.
//!
//! An image is decoded, made small and written anew as a JPEG: nothing but pixels comes through, so neither
//! place nor camera nor whatever else was hidden in it. What it would take is told from its head before
//! anything is decoded, so a bomb costs nothing.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// The longest side of a small picture, in pixels.
pub(super) const SIDE: u32 = 640;

/// A larger file is no photo.
pub(super) const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// No image has a longer side.
const LONGEST_SIDE: u32 = 20_000;

/// A progressive JPEG takes about ten passes over its pixels. One with thousands keeps a machine busy.
const MOST_SCANS: usize = 64;

const QUALITY: u8 = 80;

/// A small picture.
pub struct SmallPicture {
    /// A JPEG without anything but pixels.
    pub jpeg: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// The images that every browser shows.
const IMAGES: &[(&str, ImageFormat)] = &[
    ("image/png", ImageFormat::Png),
    ("image/jpeg", ImageFormat::Jpeg),
    ("image/gif", ImageFormat::Gif),
    ("image/webp", ImageFormat::WebP),
];

/// The media type of an image that every browser shows, and that may have a small picture; `None` for
/// all other files.
pub(crate) fn image_type(media_type: &str) -> Option<&'static str> {
    IMAGES.iter().find(|(known, _)| *known == media_type).map(|(known, _)| *known)
}

/// Whether a file of this type may have one.
pub(crate) fn is_image(media_type: &str) -> bool {
    image_type(media_type).is_some()
}

/// Makes a small picture of an image: of an animation, of its first frame. `None` for whatever is damaged
/// or has more than so many pixels. Takes up to twelve bytes a pixel, and a second or so for 25 million.
pub fn small_picture(contents: &[u8], media_type: &str, most_pixels: u64) -> Option<SmallPicture> {
    let (_, format) = *IMAGES.iter().find(|(known, _)| *known == media_type)?;
    if format == ImageFormat::Jpeg && scans(contents) > MOST_SCANS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(most_pixels.saturating_mul(8));
    let mut reader = ImageReader::with_format(Cursor::new(contents), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most_pixels || width == 0 || height == 0 {
        return None;
    }
    // Of 16 bits a channel, half as many.
    limits.reserve(decoder.total_bytes()).ok()?;
    decoder.set_limits(limits).ok()?;
    let orientation = decoder.orientation().ok()?;
    let image = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width <= SIDE && height <= SIDE { image } else { image.thumbnail(SIDE, SIDE) };
    small.apply_orientation(orientation);
    let (width, height) = small.dimensions();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small)).ok()?;
    Some(SmallPicture { jpeg, width, height })
}

/// A JPEG knows no transparency.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let mixed = |colour: u32| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        to.0 = [mixed(red), mixed(green), mixed(blue)];
    }
    rgb
}

/// How often the pixels are gone over. Within them FF is never followed by DA.
fn scans(jpeg: &[u8]) -> usize {
    jpeg.windows(2).filter(|pair| *pair == [0xff, 0xda]).count()
}
