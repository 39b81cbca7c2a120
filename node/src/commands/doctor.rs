//! `palabre doctor`: whether all is well with this node, and how to mend what is not.

mod inside;
mod outside;

use anyhow::bail;
use serde::Serialize;

use crate::arguments;
use crate::config::Config;
use crate::output;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Well.
    Ok,
    /// It works, and should be looked at.
    Warn,
    /// It does not work.
    Fail,
    /// It could not be looked at, or need not be.
    Skipped,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    /// How it is.
    state: State,
    /// What was seen.
    detail: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, state: State::Ok, detail: detail.into(), mend: None }
    }

    fn skipped(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, state: State::Skipped, detail: detail.into(), mend: None }
    }

    fn warn(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Warn, detail: detail.into(), mend: Some(mend.into()) }
    }

    fn fail(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Fail, detail: detail.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything, mending what it may where `--fix` says so, and fails if something does not work.
pub async fn run(config: Config, doctor: arguments::Doctor) -> anyhow::Result<()> {
    let mut findings = inside::look(&config, doctor.fix).await;
    findings.extend(outside::look(&config, &findings).await);
    let failed = findings.iter().filter(|finding| finding.state == State::Fail).count();
    if doctor.print.json {
        output::json(&findings)?;
    } else {
        findings.iter().try_for_each(print)?;
    }
    match failed {
        0 => Ok(()),
        1 => bail!("one check failed"),
        more => bail!("{more} checks failed"),
    }
}

fn print(finding: &Finding) -> anyhow::Result<()> {
    let word = match finding.state {
        State::Ok => "ok  ",
        State::Warn => "warn",
        State::Fail => "FAIL",
        State::Skipped => "–   ",
    };
    output::line(format_args!("{word}  {}: {}", finding.check, finding.detail))?;
    match &finding.mend {
        Some(mend) => output::line(format_args!("      → {mend}")),
        None => Ok(()),
    }
}
