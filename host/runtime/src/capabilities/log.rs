//! `p2p:platform/log`: a feature's lines among the host's, with the ids of the call; bounded, one line each.

use crate::bindings::p2p::platform::log::{Host, Level};
use crate::state::GuestState;

/// Bytes of one line.
const LINE_MAX: usize = 8 << 10;

impl Host for GuestState {
    fn write(&mut self, level: Level, message: String, fields: Vec<u8>) -> wasmtime::Result<()> {
        let services = std::sync::Arc::clone(&self.services);
        let call = self.call()?;
        let Some(left) = call.log_lines_left.checked_sub(1) else {
            call.log_lines_dropped = call.log_lines_dropped.saturating_add(1);
            return Ok(());
        };
        call.log_lines_left = left;
        let request_id = call.context.request_id.as_str();
        let (tenant, feature) = (services.tenant().as_str(), services.feature().as_str());
        let message = clip(&message);
        let fields = String::from_utf8_lossy(fields.get(..LINE_MAX).unwrap_or(&fields));
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(target: "guest", tenant, feature, request_id, fields = &*fields, "{message}")
            };
        }
        match level {
            Level::Debug => line!(debug),
            Level::Info => line!(info),
            Level::Warn => line!(warn),
            Level::Error => line!(error),
        }
        Ok(())
    }
}

fn clip(message: &str) -> String {
    let end = message.floor_char_boundary(LINE_MAX);
    let kept = message.get(..end).unwrap_or_default();
    kept.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
