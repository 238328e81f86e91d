//! A GIF as it is, frame by frame, without what is no picture: comments, texts, and what programs left in it. Decodes
//! nothing.

const HEADER: usize = 6;
const SCREEN: usize = 7;
const IMAGE: usize = 10;
const TRAILER: u8 = 0x3b;

/// Extensions that belong to the picture: how long a frame stands, and how often all of them are shown.
const FRAME_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// The same picture without the rest; none for what is no whole GIF.
pub fn bare(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut left = bytes;
    let mut bare = Vec::with_capacity(bytes.len());
    if !matches!(bytes.get(..HEADER)?, b"GIF87a" | b"GIF89a") {
        return None;
    }
    let head = HEADER + SCREEN;
    bare.extend_from_slice(take(&mut left, head + table(*bytes.get(HEADER + 4)?))?);
    loop {
        match *left.first()? {
            TRAILER => {
                bare.push(TRAILER);
                return Some(bare);
            }
            0x2c => {
                let colours = table(*left.get(IMAGE - 1)?);
                // The size of codes stands between the colours and the pixels.
                bare.extend_from_slice(take(&mut left, IMAGE + colours + 1)?);
                bare.extend_from_slice(pieces(&mut left)?);
            }
            0x21 => {
                let (label, name) = (*left.get(1)?, left.get(3..14));
                let head = take(&mut left, 2)?;
                let content = pieces(&mut left)?;
                let loops = label == APPLICATION && name.is_some_and(|name| LOOPS.contains(&name));
                if label == FRAME_CONTROL || loops {
                    bare.extend_from_slice(head);
                    bare.extend_from_slice(content);
                }
            }
            _ => return None,
        }
    }
}

/// Bytes of the table of colours that these flags announce.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn take<'a>(left: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = left.split_at_checked(length)?;
    *left = rest;
    Some(taken)
}

/// Pieces that each say how long they are, up to an empty one.
fn pieces<'a>(left: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut end = 0;
    loop {
        let length = usize::from(*left.get(end)?);
        end += 1 + length;
        if length == 0 {
            return take(left, end);
        }
    }
}

#[cfg(test)]
pub mod tests {
    use std::io::Cursor;

    use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
    use image::{AnimationDecoder as _, Delay, Frame, Rgba, RgbaImage};

    use super::*;

    /// Two frames, a comment and a note of some program.
    pub fn moving() -> Vec<u8> {
        let mut bytes = Vec::new();
        {
            let mut encoder = GifEncoder::new(&mut bytes);
            encoder.set_repeat(Repeat::Infinite).unwrap();
            for red in [10, 200] {
                let picture = RgbaImage::from_pixel(30, 20, Rgba([red, 20, 30, 255]));
                let delay = Delay::from_numer_denom_ms(120, 1);
                encoder.encode_frame(Frame::from_parts(picture, 0, 0, delay)).unwrap();
            }
        }
        let note = [&b"\x21\xff\x0bXMP DataXMP\x0cSECRET-PLACE\0"[..], b"\x21\xfe\x06SECRET\0"].concat();
        let at = HEADER + SCREEN + table(bytes[HEADER + 4]);
        bytes.splice(at..at, note);
        bytes
    }

    /// The first pixel of each frame, and how long it stands.
    pub fn frames(bytes: &[u8]) -> Vec<(u8, u32)> {
        let frames = GifDecoder::new(Cursor::new(bytes)).unwrap().into_frames().collect_frames().unwrap();
        let seen = |frame: &Frame| (frame.buffer().get_pixel(0, 0)[0], frame.delay().numer_denom_ms().0);
        frames.iter().map(seen).collect()
    }

    #[test]
    fn frames_stay_and_words_go() {
        let bytes = moving();
        let bare = bare(&bytes).unwrap();
        assert_eq!((frames(&bare), frames(&bare).len()), (frames(&bytes), 2));
        let has = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(has(&bytes, b"SECRET") && !has(&bare, b"SECRET") && has(&bare, b"NETSCAPE2.0"));
        assert_eq!(super::bare(&bare).unwrap(), bare, "nothing more to take away");
    }

    #[test]
    fn what_hangs_behind_goes_and_what_breaks_off_is_none() {
        let bytes = moving();
        let longer = [&bytes, &b"<script>"[..]].concat();
        assert_eq!(bare(&longer), bare(&bytes));
        for end in 0..bytes.len() {
            assert_eq!(bare(&bytes[..end]), None, "{end}");
        }
        assert_eq!(bare(b"GIF89a\x01\0\x01\0\0\0\0\x99"), None);
    }
}
