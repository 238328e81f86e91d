//! `p2p:platform/text`: Markdown and HTML for people, made safe by the host.

use std::sync::Arc;

use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::text::{Host, HostWithStore};
use crate::content;
use crate::state::GuestState;

/// Bytes of all sources of one call.
const SOURCES_MAX: usize = 1 << 20;
/// Sources larger than this are rendered beside the executor, so that no other call waits for them.
const INLINE_MAX: usize = 16 << 10;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn markdown(caller: &Caller<T>, sources: Vec<String>) -> wasmtime::Result<Vec<String>> {
        bounded(&sources)?;
        let services = caller.with(|mut access| Arc::clone(&access.get().services));
        // Most are known, and to look for them takes no other thread.
        let find = |source: &String| services.renderings.find(services.tenant(), source);
        let mut found: Vec<_> = timed(caller, async { sources.iter().map(find).collect() }).await?;
        let unknown = found.iter().zip(sources).filter(|(found, _)| found.is_none());
        let unknown: Vec<_> = unknown.map(|(_, source)| source).collect();
        if !unknown.is_empty() {
            let each = move |source: &str| services.renderings.render(services.tenant(), source);
            let mut rendered = render(caller, unknown, each).await?.into_iter();
            found.iter_mut().filter(|found| found.is_none()).for_each(|found| *found = rendered.next());
        }
        Ok(found.into_iter().map(Option::unwrap_or_default).collect())
    }

    async fn sanitize(caller: &Caller<T>, html: String) -> wasmtime::Result<String> {
        let mut clean = render(caller, vec![html], content::sanitize).await?;
        Ok(clean.pop().unwrap_or_default())
    }

    async fn excerpt(caller: &Caller<T>, sources: Vec<String>, max: u32) -> wasmtime::Result<Vec<String>> {
        let max = max.clamp(1, 2_000) as usize;
        render(caller, sources, move |source| content::excerpt(source, max)).await
    }
}

async fn render<T: Send>(
    caller: &Caller<T>,
    sources: Vec<String>,
    each: impl Fn(&str) -> String + Send + 'static,
) -> wasmtime::Result<Vec<String>> {
    let bytes = bounded(&sources)?;
    let work = move || sources.iter().map(|source| each(source)).collect::<Vec<_>>();
    if bytes <= INLINE_MAX {
        return timed(caller, async { work() }).await;
    }
    Ok(timed(caller, tokio::task::spawn_blocking(work)).await??)
}

/// How many bytes they are together.
fn bounded(sources: &[String]) -> wasmtime::Result<usize> {
    let bytes = sources.iter().map(String::len).sum();
    wasmtime::ensure!(bytes <= SOURCES_MAX, "text: at most {SOURCES_MAX} bytes in one call");
    Ok(bytes)
}
