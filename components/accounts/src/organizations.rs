//! Organizations: whom people belong to.

pub mod domain;
mod row;

use std::ops::RangeInclusive;

pub use row::{Organization, organization_insert};

/// How large an organization may call itself.
pub const SIZES: &[&str] = &["startup", "small", "medium", "large", "enterprise"];
/// Characters of its name.
pub const NAME: RangeInclusive<usize> = 2..=200;
/// Characters of its industry, country and city.
pub const LABEL: RangeInclusive<usize> = 2..=100;
