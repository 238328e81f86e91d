//! The glue of a component: the platform's interfaces behind the Host port, and the exports a host calls. Compiled for
//! wasm32 only, and only with the cargo feature `component`. Holds one feature, never state of a call.

#[doc(hidden)]
pub mod bindings;
mod calls;
mod direct;
mod direct_identity;
mod grants;
mod overlapping;
#[cfg(feature = "wasi-http")]
#[doc(hidden)]
pub mod web;

pub use calls::Component;
#[doc(hidden)]
pub use calls::handle;
#[cfg(feature = "events")]
#[doc(hidden)]
pub use calls::hear;
#[cfg(feature = "schedule")]
#[doc(hidden)]
pub use calls::run;
#[doc(hidden)]
pub use grants::*;

/// Makes a component of a feature: `export!(feature, [sql, log, clock, random]);`. The list names the capabilities it
/// uses; each becomes an import, and an operator grants exactly these. Expands to nothing anywhere else.
#[macro_export]
macro_rules! export {
    ($feature:path, [$($capability:ident),* $(,)?]) => {
        #[allow(unsafe_code, missing_docs, reason = "the exports of a component are written by wit-bindgen")]
        const _: () = {
            struct Exported;

            impl $crate::guest::Component for Exported {
                fn feature() -> $crate::Feature {
                    $feature()
                }

                fn grant(host: &mut $crate::Host) {
                    $($crate::guest::$capability(host);)*
                    let _ = host;
                }
            }

            $crate::export_answers!(Exported);
            $crate::export_web_answers!(Exported);
        };
    };
}

/// The exports of a feature: it answers requests, and may hear events and have jobs.
#[doc(hidden)]
#[macro_export]
macro_rules! export_answers {
    ($component:ident) => {
        $crate::implement_handler!($component);
        $crate::implement_events!($component);
        $crate::implement_schedule!($component);
        $crate::guest::bindings::exported::export_component!(
            $component with_types_in $crate::guest::bindings::exported
        );
    };
}

/// Hears no events.
#[cfg(not(feature = "events"))]
#[doc(hidden)]
#[macro_export]
macro_rules! implement_events {
    ($component:ident) => {};
}

#[cfg(feature = "events")]
#[doc(hidden)]
#[macro_export]
macro_rules! implement_events {
    ($component:ident) => {
        impl $crate::guest::bindings::exported::exports::p2p::feature::events::Guest for $component {
            async fn on_event(
                context: $crate::guest::bindings::exported::exports::p2p::feature::events::Context,
                event: $crate::guest::bindings::exported::exports::p2p::feature::events::Delivery,
            ) -> ::core::result::Result<
                (),
                $crate::guest::bindings::exported::exports::p2p::feature::events::Error,
            > {
                $crate::guest::hear::<$component>(context, event).await
            }
        }
    };
}

/// Has no jobs.
#[cfg(not(feature = "schedule"))]
#[doc(hidden)]
#[macro_export]
macro_rules! implement_schedule {
    ($component:ident) => {};
}

#[cfg(feature = "schedule")]
#[doc(hidden)]
#[macro_export]
macro_rules! implement_schedule {
    ($component:ident) => {
        impl $crate::guest::bindings::exported::exports::p2p::feature::schedule::Guest for $component {
            async fn run(
                context: $crate::guest::bindings::exported::exports::p2p::feature::schedule::Context,
                job: ::std::string::String,
                due_at: i64,
            ) -> ::core::result::Result<
                (),
                $crate::guest::bindings::exported::exports::p2p::feature::schedule::Error,
            > {
                $crate::guest::run::<$component>(context, job, due_at).await
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! implement_handler {
    ($component:ident) => {
        impl $crate::guest::bindings::exported::exports::p2p::feature::handler::Guest for $component {
            async fn handle(
                request: $crate::guest::bindings::exported::exports::p2p::feature::handler::Request,
            ) -> $crate::guest::bindings::exported::exports::p2p::feature::handler::Response {
                $crate::guest::handle::<$component>(request).await
            }
        }
    };
}

/// No export for hosts that are not ours.
#[cfg(not(feature = "wasi-http"))]
#[doc(hidden)]
#[macro_export]
macro_rules! export_web_answers {
    ($component:ident) => {};
}

/// The export for hosts that are not ours.
#[cfg(feature = "wasi-http")]
#[doc(hidden)]
#[macro_export]
macro_rules! export_web_answers {
    ($component:ident) => {
        impl $crate::guest::bindings::web::exports::wasi::http::handler::Guest for $component {
            async fn handle(
                request: $crate::guest::bindings::web::exports::wasi::http::handler::Request,
            ) -> ::core::result::Result<
                $crate::guest::bindings::web::exports::wasi::http::handler::Response,
                $crate::guest::bindings::web::exports::wasi::http::handler::ErrorCode,
            > {
                $crate::guest::web::handle::<$component>(request).await
            }
        }

        $crate::guest::bindings::web::export_web!(
            $component with_types_in $crate::guest::bindings::web
        );
    };
}
