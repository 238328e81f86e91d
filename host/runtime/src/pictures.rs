//! Pictures that people upload: decoded within bounds, set upright, cut square, made small, written without what a
//! camera put beside the pixels. Knows no store.

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

/// Decoded pictures are large: one at a time.
static TURN: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// One at work and a few that wait; whoever waits holds a place of the feature meanwhile.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(4)));

/// A picture that is ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// Width and height, pixels.
    pub side: u32,
    /// MIME type of the bytes.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there are no squares.
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
pub async fn squares(bytes: Vec<u8>, sides: Vec<u32>) -> Result<Vec<Square>, PictureFault> {
    let permits = permits().await?;
    let work = move || {
        let _permits = permits;
        make(&bytes, &sides)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| NotAPicture)?
}

async fn permits() -> Result<Permits, PictureFault> {
    let place = Arc::clone(&PLACES).try_acquire_owned().map_err(|_| PictureFault::Busy)?;
    let turn = Arc::clone(&TURN).acquire_owned().await.map_err(|_| PictureFault::Busy)?;
    Ok((place, turn))
}

fn make(bytes: &[u8], sides: &[u32]) -> Result<Vec<Square>, PictureFault> {
    let picture = cut(decode(bytes)?);
    sides.iter().map(|side| square(&picture, *side)).collect()
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

/// Never larger than the picture is; PNG where something shows through, else JPEG.
fn square(picture: &DynamicImage, side: u32) -> Result<Square, PictureFault> {
    let side = side.min(picture.width());
    let small = picture.resize_exact(side, side, FilterType::Lanczos3);
    let mut bytes = Cursor::new(Vec::new());
    let has_alpha = small.color().has_alpha() && small.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let media_type = if has_alpha {
        small.write_to(&mut bytes, ImageFormat::Png).map_err(|_| NotAPicture)?;
        "image/png"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        small.to_rgb8().write_with_encoder(encoder).map_err(|_| NotAPicture)?;
        "image/jpeg"
    };
    Ok(Square { side, media_type, bytes: bytes.into_inner() })
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
        assert_eq!(squares.iter().map(|square| square.side).collect::<Vec<_>>(), [64, 16, 100]);
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
        }
        assert_eq!(make(&vec![0; BYTES_MAX + 1], &[64]), Err(NotAPicture));
    }
}
