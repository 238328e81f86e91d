//! Pictures of people and organizations. The host makes squares of what was uploaded; each upload has a name of its own,
//! so that an address never shows another picture than it did, and dropping an old one never meets a new one.
//!
//! Stored is the name. Shown is an address that lasts, `/api/v1/pictures/…`, which leads on to a link of the host that
//! does not: it can stand in lists, cards and letters without anybody signing links for each of them.

mod replacement;
mod show;

use std::fmt;

use p2p_sdk::{Access, Cell, Feature, FromCell, Param, Params, Uploads, get};
use serde::{Serialize, Serializer};

pub use replacement::Replacement;

use crate::organizations::count;
use show::Wanted;

/// A file is there and takes room.
pub const FILE_KEPT: &str = "accounts.file.kept";
/// Nothing names a file any more.
pub const FILE_DROPPED: &str = "accounts.file.dropped";

/// What a route takes that sets a picture.
pub const UPLOADS: Uploads =
    Uploads { max_files: 1, max_bytes: 5 << 20, media_types: &["image/jpeg", "image/png", "image/webp"] };

/// Pixels of each square; the first is shown when no size is asked for.
const SIDES: [u32; 2] = [256, 64];

/// Where a picture is shown: a square of 256 pixels, or of 64 with `?size=64`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Picture(String);

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/api/v1/pictures/{}", self.0)
    }
}

impl Serialize for Picture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl FromCell<'_> for Picture {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        String::from_cell(cell).map(Self)
    }
}

impl Param for Picture {
    fn put(&self, out: &mut Params) {
        out.push(&self.0);
    }
}

/// The name of one of a picture's squares.
fn square(name: &str, side: u32) -> String {
    format!("{name}-{side}")
}

/// What pictures add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.on_event(FILE_KEPT, count).on_event(FILE_DROPPED, replacement::drop_file).route(
        get("/pictures/{kind}/{owner}/{file}", show::show)
            .access(Access::Public)
            .summary("Lead on to a picture of a person or an organization.")
            .query::<Wanted>()
            .answers_empty(302),
    )
}
