//! `status`: how each repository stands, from what earlier runs wrote down. Asks no repository.

pub mod metrics;
mod table;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::history::{Past, of_all};
use super::next_run::NextRun;
use super::{Alone, AloneAction, Answer, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of status.
    pub struct Flags {
        /// Print JSON.
        json: bool = "";
        /// Print metrics for Prometheus, as its node exporter reads them from a file.
        prometheus: bool = "";
    }
}

pub struct Status;

impl AloneAction for Status {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "status",
        aliases: &[],
        about: "Show how old the last backups are, without asking borg",
    };
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = alone.host;
        let pasts = of_all(alone)?;
        let now = host.clock.now();
        let next = NextRun::find(host);
        let document = match (flags.json.is_on(), flags.prometheus.is_on()) {
            (true, true) => {
                let words = "status prints either --json or --prometheus";
                return Err(Failure::new("borgmatic::cli::conflict", words).help("leave one out"));
            }
            (true, false) => {
                let rows: Vec<_> = pasts
                    .iter()
                    .map(|past| row(past, next.as_ref(), now.timestamp()))
                    .collect();
                Value::Array(rows).to_string()
            }
            (false, true) => metrics::text(&pasts),
            (false, false) => {
                pasts.iter().for_each(|past| past.warn_of_clock(alone));
                for line in table::lines(&pasts, &now, next.as_ref(), table::may_draw(host.env)) {
                    host.bus.line(Level::Answer, "", &line);
                }
                return Ok(Answer::Done);
            }
        };
        host.bus.data(&document);
        Ok(Answer::Done)
    }
}

/// A repository for programs.
fn row(past: &Past<'_>, next: Option<&NextRun>, now: Timestamp) -> Value {
    let next = next.filter(|next| next.reads(past.key.configuration.as_ref()));
    let backup = past.history.backup();
    json!({
        "configuration": past.key.configuration,
        "repository": past.key.repository,
        "label": past.unit.repository.label.text(),
        "last_success": backup,
        "age_seconds": backup.map(|backup| backup.age(now).as_secs()),
        "sizes": past.history.sizes,
        "last_run": past.history.newest_run,
        "next_run": next.map(|next| next.at.timestamp()),
        "next_run_by": next.map(|next| &next.by),
    })
}
