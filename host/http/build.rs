//! Takes the files of Swagger UI that the page at `/docs` needs out of the zip they come in. They are compressed there
//! already, so that each only gets the head and the tail of gzip. Fetches nothing.

use std::error::Error;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::{env, fs};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// Names below `<version>/dist/`.
const WANTED: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];
/// Deflate, no flags, no time, packed tightly, by an unknown system.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for wanted in WANTED {
        let gzip = gzip(&mut archive, wanted)?.ok_or_else(|| format!("the zip holds no dist/{wanted}"))?;
        fs::write(Path::new(&folder).join(format!("{wanted}.gz")), gzip)?;
    }
    Ok(())
}

/// One file as gzip; none when the archive has no such file.
fn gzip(archive: &mut ZipArchive<Cursor<&[u8]>>, wanted: &str) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    for index in 0..archive.len() {
        let mut file = archive.by_index_raw(index)?;
        if file.name()?.split_once('/').is_none_or(|(_, below)| below != format!("dist/{wanted}")) {
            continue;
        }
        // A file that was put in as it is would need no unpacking; that it does, a test of `docs` sees.
        if file.compressed_size() >= file.size() {
            return Err(format!("{wanted} is not packed").into());
        }
        let (crc, size) = (file.crc32(), u32::try_from(file.size())?);
        let mut deflated = Vec::new();
        file.read_to_end(&mut deflated)?;
        return Ok(Some([&GZIP_HEAD[..], &deflated, &crc.to_le_bytes(), &size.to_le_bytes()].concat()));
    }
    Ok(None)
}
