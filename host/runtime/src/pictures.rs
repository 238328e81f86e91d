//! Pictures that people upload: decoded within bounds, set upright, cut square or left whole, made small, written without
//! what a camera put beside the pixels. Knows no store.

mod gif;

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a picture that is decoded at all.
pub const BYTES_MAX: usize = 5 << 20;
/// Pixels of a picture that is decoded at all: a small file can claim to be a wall.
const PIXELS_MAX: u64 = 24_000_000;
/// Memory that decoding one may take.
const DECODE_MEMORY: u64 = 100 << 20;
/// The largest side that a picture may claim.
const SIDE_MAX: u32 = 20_000;
const JPEG_QUALITY: u8 = 85;
/// Of a picture that is not made smaller: it has been through this before.
const WHOLE_QUALITY: u8 = 92;

/// Decoded pictures are large: one at a time.
static TURN: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// One at work and a few that wait; whoever waits holds a place of the feature meanwhile.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(4)));

/// A picture that is ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// MIME type of the bytes.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// Not a picture, or too large to be decoded.
    #[error("not a picture, or too large")]
    NotAPicture,
    /// Too many at once.
    #[error("too many pictures at once")]
    Busy,
}

use PictureFault::NotAPicture;

/// Held until the work is over, also when nobody waits for its outcome any more.
type Permits = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// The middle of a picture as squares of these sides, off the async threads.
pub async fn squares(bytes: Vec<u8>, sides: Vec<u32>) -> Result<Vec<Drawn>, PictureFault> {
    drawn(move || make(&bytes, &sides)).await
}

/// A whole picture, and for each side a copy whose longer side it is, off the async threads.
pub async fn whole(bytes: Vec<u8>, sides: Vec<u32>) -> Result<Vec<Drawn>, PictureFault> {
    drawn(move || draw(&bytes, &sides)).await
}

async fn drawn(
    work: impl FnOnce() -> Result<Vec<Drawn>, PictureFault> + Send + 'static,
) -> Result<Vec<Drawn>, PictureFault> {
    let permits = permits().await?;
    let work = move || {
        let _permits = permits;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| NotAPicture)?
}

async fn permits() -> Result<Permits, PictureFault> {
    let place = Arc::clone(&PLACES).try_acquire_owned().map_err(|_| PictureFault::Busy)?;
    let turn = Arc::clone(&TURN).acquire_owned().await.map_err(|_| PictureFault::Busy)?;
    Ok((place, turn))
}

fn make(bytes: &[u8], sides: &[u32]) -> Result<Vec<Drawn>, PictureFault> {
    let picture = cut(decode(bytes)?);
    sides.iter().map(|side| square(&picture, *side)).collect()
}

fn draw(bytes: &[u8], sides: &[u32]) -> Result<Vec<Drawn>, PictureFault> {
    let picture = decode(bytes)?;
    let whole = match image::guess_format(bytes).map_err(|_| NotAPicture)? {
        // Its frames would be lost by drawing it anew; it cannot lie on its side.
        ImageFormat::Gif => Drawn {
            width: picture.width(),
            height: picture.height(),
            media_type: "image/gif",
            bytes: gif::bare(bytes).ok_or(NotAPicture)?,
        },
        ImageFormat::Png => written(&picture, None)?,
        _ => written(&picture, Some(WHOLE_QUALITY))?,
    };
    let is_small = |side: u32| picture.width().max(picture.height()) <= side;
    let copies = sides.iter().map(|side| {
        let small = (!is_small(*side)).then(|| picture.resize(*side, *side, FilterType::Lanczos3));
        written(small.as_ref().unwrap_or(&picture), Some(JPEG_QUALITY))
    });
    std::iter::once(Ok(whole)).chain(copies).collect()
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureFault> {
    if bytes.len() > BYTES_MAX {
        return Err(NotAPicture);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| NotAPicture)?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(DECODE_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NotAPicture)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    // Pixels of the file may be wider than those of a screen: what they take is bounded too.
    if pixels == 0 || pixels > PIXELS_MAX || decoder.total_bytes() > DECODE_MEMORY {
        return Err(NotAPicture);
    }
    let orientation = decoder.orientation().map_err(|_| NotAPicture)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NotAPicture)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The middle square.
fn cut(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    picture.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// Never larger than the picture is.
fn square(picture: &DynamicImage, side: u32) -> Result<Drawn, PictureFault> {
    let side = side.min(picture.width());
    written(&picture.resize_exact(side, side, FilterType::Lanczos3), Some(JPEG_QUALITY))
}

/// PNG where something shows through or no quality is given, else JPEG.
fn written(picture: &DynamicImage, quality: Option<u8>) -> Result<Drawn, PictureFault> {
    let mut bytes = Cursor::new(Vec::new());
    let shows_through =
        picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let media_type = match quality {
        Some(quality) if !shows_through => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            picture.to_rgb8().write_with_encoder(encoder).map_err(|_| NotAPicture)?;
            "image/jpeg"
        }
        _ => {
            picture.write_to(&mut bytes, ImageFormat::Png).map_err(|_| NotAPicture)?;
            "image/png"
        }
    };
    let (width, height) = (picture.width(), picture.height());
    Ok(Drawn { width, height, media_type, bytes: bytes.into_inner() })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Red on the left, green in the middle, blue on the right.
    fn flag() -> DynamicImage {
        let colour = |x: u32| match x / 100 {
            0 => Rgb([255, 0, 0]),
            1 => Rgb([0, 255, 0]),
            _ => Rgb([0, 0, 255]),
        };
        DynamicImage::from(RgbImage::from_fn(300, 100, |x, _| colour(x)))
    }

    #[test]
    fn the_middle_is_cut_and_made_small() {
        let squares = make(&png(&flag()), &[64, 16, 1024]).unwrap();
        assert_eq!(squares.iter().map(|square| square.width).collect::<Vec<_>>(), [64, 16, 100]);
        let middle = image::load_from_memory(&squares[0].bytes).unwrap().to_rgb8();
        assert_eq!(squares[0].media_type, "image/jpeg");
        let Rgb([red, green, blue]) = *middle.get_pixel(32, 32);
        assert!(green > 230 && red < 40 && blue < 40, "{red} {green} {blue}");
    }

    #[test]
    fn what_shows_through_stays_so() {
        let glass = DynamicImage::from(RgbaImage::from_pixel(40, 40, Rgba([1, 2, 3, 100])));
        let squares = make(&png(&glass), &[20]).unwrap();
        assert_eq!(squares[0].media_type, "image/png");
        assert_eq!(image::load_from_memory(&squares[0].bytes).unwrap().to_rgba8().get_pixel(3, 3)[3], 100);
    }

    /// A JPEG that says it lies on its side, and where it was taken.
    fn on_its_side(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        let mut bytes = bytes.into_inner();
        let tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0SECRET-PLACE";
        let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
        let segment = [&b"\xff\xe1"[..], &length, tiff].concat();
        bytes.splice(2..2, segment);
        bytes
    }

    #[test]
    fn a_whole_picture_stands_upright_and_says_nothing_else() {
        let bytes = on_its_side(&flag());
        let [whole, small, same] = draw(&bytes, &[60, 1024]).unwrap().try_into().unwrap();
        assert_eq!((whole.width, whole.height, whole.media_type), (100, 300, "image/jpeg"));
        assert_eq!((small.width, small.height, same.width, same.height), (20, 60, 100, 300));
        let has = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(has(&bytes, b"SECRET-PLACE"));
        for drawn in [&whole, &small, &same] {
            assert!(!has(&drawn.bytes, b"SECRET-PLACE") && !has(&drawn.bytes, b"Exif"));
            let read = image::load_from_memory(&drawn.bytes).unwrap();
            assert_eq!((read.width(), read.height()), (drawn.width, drawn.height));
        }
    }

    #[test]
    fn png_stays_png_and_gif_keeps_its_frames() {
        let whole = draw(&png(&flag()), &[]).unwrap().remove(0);
        assert_eq!((whole.media_type, whole.width), ("image/png", 300));
        assert_eq!(image::load_from_memory(&whole.bytes).unwrap().to_rgb8(), flag().to_rgb8());
        let bytes = gif::tests::moving();
        let [whole, small] = draw(&bytes, &[16]).unwrap().try_into().unwrap();
        assert_eq!((whole.media_type, whole.width, whole.height), ("image/gif", 30, 20));
        assert_eq!((small.media_type, small.width, small.height), ("image/jpeg", 16, 11));
        assert_eq!(gif::tests::frames(&whole.bytes), gif::tests::frames(&bytes));
    }

    #[test]
    fn webp_becomes_jpeg_or_png_where_something_shows_through() {
        for (picture, media_type) in [
            (flag(), "image/jpeg"),
            (DynamicImage::from(RgbaImage::from_pixel(40, 40, Rgba([1, 2, 3, 100]))), "image/png"),
        ] {
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, ImageFormat::WebP).unwrap();
            assert_eq!(draw(&bytes.into_inner(), &[]).unwrap()[0].media_type, media_type);
        }
    }

    #[tokio::test]
    async fn too_many_at_once_are_told_to_come_back() {
        let held: Vec<_> = std::iter::from_fn(|| Arc::clone(&PLACES).try_acquire_owned().ok()).collect();
        assert_eq!(squares(png(&flag()), vec![16]).await, Err(PictureFault::Busy));
        drop(held);
        assert!(squares(png(&flag()), vec![16]).await.is_ok());
    }

    #[test]
    fn what_is_no_picture_or_claims_to_be_a_wall_is_refused() {
        let mut bomb = png(&flag());
        // The size stands behind the signature, the chunk's length and its name.
        bomb.splice(16..24, [0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        for bytes in [&b"GIF89a"[..], b"<svg/>", b"", &png(&flag())[..60], &bomb] {
            assert_eq!(make(bytes, &[64]), Err(NotAPicture));
            assert_eq!(draw(bytes, &[64]), Err(NotAPicture));
        }
        assert_eq!(make(&vec![0; BYTES_MAX + 1], &[64]), Err(NotAPicture));
    }
}
