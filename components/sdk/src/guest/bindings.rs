//! What wit-bindgen makes of `wit/`. The platform twice: lowered synchronously, which is cheapest for one call, and
//! asynchronously, for calls that overlap. The host's types are the SDK's own, so nothing is copied between them.

#![allow(
    missing_docs,
    unsafe_code,
    unused_qualifications,
    dead_code,
    clippy::all,
    clippy::unwrap_used,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

macro_rules! platform {
    ($module:ident, $suffix:literal $(, $option:ident: $value:tt)?) => {
        pub mod $module {
            wit_bindgen::generate!({
                world: "p2p:feature/imports",
                path: ["../../wit/platform", "../../wit/feature"],
                type_section_suffix: $suffix,
                generate_all,
                $($option: $value,)?
                with: {
                    "p2p:platform/types@0.1.1/rows": crate::Rows,
                    "p2p:platform/types@0.1.1/event": crate::host::Event,
                    "p2p:platform/sql@0.1.1/statement": crate::host::Statement,
                    "p2p:platform/sql@0.1.1/error": crate::host::SqlError,
                    "p2p:platform/documents@0.1.1/document": crate::host::Document,
                    "p2p:platform/documents@0.1.1/filter": crate::host::Filter,
                    "p2p:platform/documents@0.1.1/order": crate::host::Order,
                    "p2p:platform/documents@0.1.1/search": crate::host::Search,
                    "p2p:platform/documents@0.1.1/change": crate::host::Change,
                    "p2p:platform/documents@0.1.1/error": crate::host::DocumentError,
                    "p2p:platform/blobs@0.1.1/blob": crate::host::Blob,
                    "p2p:platform/blobs@0.1.1/error": crate::host::BlobError,
                    "p2p:platform/blobs@0.1.1/picture": crate::host::Picture,
                    "p2p:platform/directory@0.1.1/error": crate::host::DirectoryError,
                    "p2p:platform/events@0.1.1/error": crate::host::EventsError,
                    "p2p:platform/credentials@0.1.1/error": crate::host::CredentialError,
                    "p2p:platform/credentials@0.1.1/proof": crate::host::Proof,
                    "p2p:platform/credentials@0.1.1/proven": crate::host::Proven,
                    "p2p:platform/sessions@0.1.1/issued": crate::host::Issued,
                    "p2p:platform/sessions@0.1.1/error": crate::host::SessionError,
                    "p2p:platform/sessions@0.1.1/open-session": crate::host::OpenSession,
                    "p2p:platform/callers@0.1.1/identified": crate::host::Identified,
                    "p2p:platform/callers@0.1.1/refusal": crate::host::Refusal,
                    "p2p:platform/mail@0.1.1/error": crate::host::MailError,
                    "p2p:platform/cache@0.1.1/error": crate::host::CacheError,
                },
            });
        }
    };
}

platform!(direct, "direct", sync: true);
platform!(overlapping, "overlapping");

#[cfg(not(feature = "events"))]
pub mod exported {
    wit_bindgen::generate!({
        inline: "package p2p:glue; world glue { export p2p:feature/handler@0.1.1; }",
        path: ["../../wit/platform", "../../wit/feature"],
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_component",
    });
}

#[cfg(feature = "schedule")]
pub mod exported {
    wit_bindgen::generate!({
        inline: "package p2p:glue; world glue { export p2p:feature/handler@0.1.1; \
            export p2p:feature/events@0.1.1; export p2p:feature/schedule@0.1.1; }",
        path: ["../../wit/platform", "../../wit/feature"],
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_component",
    });
}

#[cfg(all(feature = "events", not(feature = "schedule")))]
pub mod exported {
    wit_bindgen::generate!({
        inline: "package p2p:glue; world glue { export p2p:feature/handler@0.1.1; export p2p:feature/events@0.1.1; }",
        path: ["../../wit/platform", "../../wit/feature"],
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_component",
    });
}

#[cfg(feature = "wasi-http")]
pub mod web {
    wit_bindgen::generate!({
        inline: "package p2p:web; world web { import wasi:http/types@0.3.0; export wasi:http/handler@0.3.0; }",
        path: [
            "../../wit/deps/clocks.wit",
            "../../wit/deps/random.wit",
            "../../wit/deps/filesystem.wit",
            "../../wit/deps/sockets.wit",
            "../../wit/deps/cli.wit",
            "../../wit/deps/http.wit",
        ],
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_web",
    });
}
