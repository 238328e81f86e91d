//! What the types of a feature look like from outside. Without the cargo feature `describe` every type may stand on a
//! route and nothing is kept; with it, a type brings its schema along.

#[cfg(feature = "describe")]
mod answers;
#[cfg(feature = "describe")]
mod manifest;
#[cfg(feature = "describe")]
mod mistakes;
#[cfg(feature = "describe")]
mod openapi;
#[cfg(feature = "describe")]
mod schema;

#[cfg(feature = "describe")]
pub use manifest::{main, manifest};
#[cfg(feature = "describe")]
pub(crate) use schema::{RouteSchemas, SchemaOf};

/// A type that may stand on a route.
#[cfg(not(feature = "describe"))]
pub trait Described {}
#[cfg(not(feature = "describe"))]
impl<T> Described for T {}

/// A type that may stand on a route: `#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]`.
#[cfg(feature = "describe")]
pub trait Described: utoipa::ToSchema {}
#[cfg(feature = "describe")]
impl<T: utoipa::ToSchema> Described for T {}
