//! The ledger as Prometheus reads it: one line per tenant, feature and route (or topic, or job), and per outcome.

use std::fmt;
use std::sync::Arc;

use p2p_tenants::ledger::Account;
use p2p_tenants::{CallKind, Ledger, Outcome};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the ledger at each scrape.
#[derive(Debug)]
pub struct LedgerFigures(pub Arc<Ledger>);

type Labels<'a> = Vec<(&'static str, &'a str)>;

impl Collector for LedgerFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.calls(&mut encoder)?;
        self.sums(
            &mut encoder,
            "p2p_call_cpu_microseconds",
            "Time on a thread, without waiting",
            Account::cpu_us,
        )?;
        self.sums(
            &mut encoder,
            "p2p_host_call_microseconds",
            "Time inside host calls, waiting included",
            Account::host_call_us,
        )?;
        self.peaks(&mut encoder)
    }
}

impl LedgerFigures {
    fn calls(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut family =
            encoder.encode_descriptor("p2p_calls", "Calls of features", None, MetricType::Counter)?;
        self.each(|labels, account| {
            for outcome in Outcome::ALL {
                let count = account.calls(outcome);
                if count > 0 {
                    let labels: Labels<'_> =
                        labels.iter().copied().chain([("outcome", outcome.as_str())]).collect();
                    ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
                }
            }
            Ok(())
        })
    }

    fn sums(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        read: impl Fn(&Account) -> u64,
    ) -> fmt::Result {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        self.each(|labels, account| ConstCounter::new(read(account)).encode(family.encode_family(&labels)?))
    }

    fn peaks(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Largest linear memory of one call";
        let mut family = encoder.encode_descriptor("p2p_peak_memory_bytes", help, None, MetricType::Gauge)?;
        self.each(|labels, account| {
            let peak = i64::try_from(account.peak_memory()).unwrap_or(i64::MAX);
            ConstGauge::new(peak).encode(family.encode_family(&labels)?)
        })
    }

    fn each(&self, mut encode: impl FnMut(Labels<'_>, &Account) -> fmt::Result) -> fmt::Result {
        let mut result = Ok(());
        self.0.each(|tenant, feature, kind, account| {
            let route = match kind {
                CallKind::Route(route) => route,
                CallKind::Event(topic) => topic,
                CallKind::Job(job) => job,
            };
            let labels = vec![("tenant", tenant.as_str()), ("feature", feature.as_str()), ("route", route)];
            if result.is_ok() {
                result = encode(labels, account);
            }
        });
        result
    }
}
