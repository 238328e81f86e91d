//! Types of files and how files of a type are called. What a file is stands in its bytes; the host has looked.

/// Documents of a word processor, with its long name.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// How names of files of this type end, the usual ending first; none for a type that is not known here.
pub fn endings(media_type: &str) -> &'static [&'static str] {
    match media_type {
        "image/jpeg" => &["jpg", "jpeg"],
        "image/png" => &["png"],
        "image/webp" => &["webp"],
        "image/gif" => &["gif"],
        "video/mp4" => &["mp4", "m4v"],
        "video/webm" => &["webm"],
        "application/pdf" => &["pdf"],
        "text/plain" => &["txt"],
        DOCX => &["docx"],
        _ => &[],
    }
}

/// Whether a name ends as files of this type do.
pub fn is_called_so(filename: &str, media_type: &str) -> bool {
    let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
    endings(media_type).iter().any(|known| known.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_as_its_type_does() {
        for (filename, media_type, fits) in [
            ("a.b.JPEG", "image/jpeg", true),
            ("a.docx", DOCX, true),
            ("a.png", "image/jpeg", false),
            ("png", "image/png", false),
            ("a.exe", "application/x-msdownload", false),
        ] {
            assert_eq!(is_called_so(filename, media_type), fits, "{filename}");
        }
    }
}
