//! Small pictures of images that somebody made to break whoever shows them: nothing takes much memory or
//! long, nothing panics, and nothing but pixels comes through.

#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

use std::io::Cursor;
use std::sync::Mutex;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use peak_alloc::PeakAlloc;
use tresen_desk::{SmallPicture, small_picture};

/// Counts what is allocated.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Tests of this binary run one after the other: they share the counter.
static ALONE: Mutex<()> = Mutex::new(());

const MEGAPIXELS: u64 = 25_000_000;

fn small(contents: &[u8], media_type: &str) -> Option<SmallPicture> {
    small_picture(contents, media_type, MEGAPIXELS)
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Left red, right blue.
fn two_colours(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) }
    }))
}

fn is_red(pixel: Rgba<u8>) -> bool {
    pixel.0[0] > 150 && pixel.0[2] < 100
}

/// A JPEG with a segment of Exif: how the camera was held, and a text where the place would stand.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 30, 0, 0, 0, 38]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"GPS 52.5163 N 13.3777 E, secret");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
}

fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let checked = [kind.as_slice(), contents].concat();
    let mut crc = u32::MAX;
    for byte in &checked {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
    [&length[..], &checked, &(!crc).to_be_bytes()].concat()
}

/// A PNG that says how large it is, and has nothing of it.
fn png_of(width: u32, height: u32, depth: u8) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, 6, 0, 0, 0]].concat();
    let parts =
        [chunk(b"IHDR", &head), chunk(b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]), chunk(b"IEND", b"")];
    [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
}

fn gif_of(width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [
        b"GIF89a",
        size.as_slice(),
        &[0x80, 0, 0, 0, 0, 0, 255, 255, 255],
        &[0x2c, 0, 0, 0, 0],
        size.as_slice(),
        &[0, 2, 2, 0x4c, 0x01, 0, 0x3b],
    ]
    .concat()
}

fn webp_of(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | ((height - 1) << 14);
    let lossless = [&[0x2f][..], &bits.to_le_bytes(), &[0; 5]].concat();
    let size = u32::try_from(lossless.len()).unwrap().to_le_bytes();
    let rest = [&b"WEBPVP8L"[..], &size, &lossless].concat();
    [&b"RIFF"[..], &u32::try_from(rest.len()).unwrap().to_le_bytes(), &rest].concat()
}

#[test]
fn every_format_becomes_a_small_jpeg() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (format, media_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        for ((width, height), wanted) in
            [((1280, 320), (640, 160)), ((300, 900), (213, 640)), ((30, 20), (30, 20)), ((1, 1), (1, 1))]
        {
            let made = small(&written(&two_colours(width, height), format), media_type).unwrap();
            assert_eq!((made.width, made.height), wanted, "{media_type}");
            let shown = image::load_from_memory_with_format(&made.jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!(shown.dimensions(), wanted);
            if width > 1 {
                assert!(is_red(shown.get_pixel(wanted.0 / 4, wanted.1 / 2)), "{media_type}");
                assert!(!is_red(shown.get_pixel(wanted.0 * 3 / 4, wanted.1 / 2)), "{media_type}");
            }
        }
    }
    // What is transparent is white, not black.
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0])));
    let made = small(&written(&clear, ImageFormat::Png), "image/png").unwrap();
    let shown = image::load_from_memory(&made.jpeg).unwrap();
    assert!(shown.get_pixel(4, 4).0[0] > 250);
}

#[test]
fn nothing_but_pixels_comes_through_and_they_stand_upright() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let plain = written(&two_colours(200, 100), ImageFormat::Jpeg);
    // 6: the camera was turned, so what is left in the file belongs at the top.
    for (orientation, size, red) in
        [(1, (200, 100), (20, 50)), (6, (100, 200), (50, 20)), (3, (200, 100), (180, 50))]
    {
        let photo = with_exif(&plain, orientation);
        assert!(photo.windows(6).any(|window| window == b"secret"));
        let made = small(&photo, "image/jpeg").unwrap();
        assert_eq!((made.width, made.height), size, "{orientation}");
        let shown = image::load_from_memory(&made.jpeg).unwrap();
        assert!(is_red(shown.get_pixel(red.0, red.1)), "{orientation}");
        for hidden in [&b"secret"[..], b"GPS", b"Exif", b"MM\0*"] {
            assert!(!made.jpeg.windows(hidden.len()).any(|window| window == hidden), "{orientation}");
        }
    }
}

#[test]
fn image_bombs_cost_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let many_scans = {
        let jpeg = written(&two_colours(64, 64), ImageFormat::Jpeg);
        let start = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        [&jpeg[..jpeg.len() - 2], &jpeg[start..jpeg.len() - 2].repeat(500), &[0xff, 0xd9]].concat()
    };
    let jpeg_65k = {
        let mut jpeg = written(&two_colours(64, 64), ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        jpeg
    };
    for (what, bomb, media_type) in [
        ("a PNG of 50,000 x 50,000", png_of(50_000, 50_000, 8), "image/png"),
        ("a PNG of 4 billion columns", png_of(u32::MAX, 1, 8), "image/png"),
        ("a PNG as long as it may be", png_of(20_000, 20_000, 16), "image/png"),
        ("a PNG of no size", png_of(0, 0, 8), "image/png"),
        ("a GIF of 65,535 x 65,535", gif_of(65_535, 65_535), "image/gif"),
        ("a WebP of 16,384 x 16,384", webp_of(16_384, 16_384), "image/webp"),
        ("a JPEG of 65,535 x 65,535", jpeg_65k, "image/jpeg"),
        ("a JPEG of 500 scans", many_scans, "image/jpeg"),
        (
            "a script",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "image/svg+xml",
        ),
        ("a script that calls itself a PNG", b"<svg onload='alert(1)'/>".to_vec(), "image/png"),
        ("nothing", Vec::new(), "image/png"),
    ] {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        assert!(small(&bomb, media_type).is_none(), "{what}");
        let peak = MEMORY.peak_usage() - before;
        assert!(peak < 4_000_000, "{what}: {peak} bytes for a file of {}", bomb.len());
    }
}

#[test]
fn no_side_is_longer_than_twenty_thousand() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (width, height, made) in
        [(20_000, 1, true), (20_001, 1, false), (1, 20_000, true), (1, 20_001, false)]
    {
        let file = written(&two_colours(width, height), ImageFormat::Png);
        assert_eq!(small(&file, "image/png").is_some(), made, "{width} x {height}");
    }
}

#[test]
fn the_largest_image_takes_a_dozen_bytes_a_pixel() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Black, so that a file of some thousand bytes becomes 75 million.
    let (width, height) = (5_000, 4_000);
    let image = DynamicImage::ImageRgb8(RgbImage::new(width, height));
    for (format, media_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        let file = written(&image, format);
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let made = small(&file, media_type).unwrap();
        assert_eq!((made.width, made.height), (640, 512), "{media_type}");
        let peak = (MEMORY.peak_usage() - before) as u64;
        let pixels = u64::from(width) * u64::from(height);
        assert!(peak < 12 * pixels, "{media_type}: {peak} bytes, {} a pixel", peak / pixels);
        assert!(small_picture(&file, media_type, pixels - 1).is_none(), "one pixel too many");
    }
    // Its first pixels alone: it takes long to write a whole one.
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    drop(small(&gif_of(5_000, 4_000), "image/gif"));
    let peak = MEMORY.peak_usage() - before;
    assert!(peak < 12 * 5_000 * 4_000, "image/gif: {peak} bytes");
}

#[test]
fn a_file_that_was_cut_off_breaks_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let image = two_colours(90, 70);
    for (format, media_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        let whole = written(&image, format);
        for end in 0..whole.len() {
            // Some decoders show what there is. None may panic.
            drop(small(&whole[..end], media_type));
        }
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x55;
            drop(small(&damaged, media_type));
        }
        // A wrong name helps nobody.
        for other in ["image/png", "image/jpeg", "image/gif", "image/webp"] {
            assert_eq!(small(&whole, other).is_some(), other == media_type, "{media_type} as {other}");
        }
    }
}
