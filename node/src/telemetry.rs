//! What the node tells its operator: a structured log on standard error, and numbers at `/metrics`.

use std::io;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;

use crate::config::LogFormat;

/// What is logged unless `RUST_LOG` says otherwise: our own acts, others' warnings, but not that a cookie has expired.
const DEFAULT_FILTER: &str = "warn,tower_sessions_core=error,palabre=info,model=info,federation=info,web=info";

/// The times in which requests are counted, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts the log. `filter` is `RUST_LOG`, if set.
///
/// # Errors
/// When the filter cannot be read, or a log was started already.
pub fn start_log(format: LogFormat, filter: Option<&str>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter.unwrap_or(DEFAULT_FILTER)).context("RUST_LOG")?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    }
    .context("starting the log")
}

/// Starts counting; the handle renders what `/metrics` shows.
///
/// # Errors
/// When counting was started already.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(BUCKETS).context("metrics")?;
    let handle = builder.install_recorder().context("metrics")?;
    metrics::describe_counter!("palabre_http_requests_total", "Requests answered, by method and status");
    metrics::describe_histogram!("palabre_http_request_seconds", metrics::Unit::Seconds, "How long requests took");
    metrics::describe_counter!("palabre_jobs_total", "Jobs run, by kind and outcome");
    Ok(handle)
}
