//! The same for Prometheus: the text format that the node exporter's textfile collector reads.

use crate::actions::history::Past;
use crate::ledger::{Action, Latest};

/// Name, help, and what it says about an action.
type OfAction = (&'static str, &'static str, fn(&Latest) -> Option<String>);

const OF_ACTIONS: [OfAction; 4] = [
    (
        "borgmatic_last_success_timestamp_seconds",
        "When the action last succeeded; 0 for a repository that was never backed up.",
        |latest| latest.success.as_ref().map(end),
    ),
    (
        "borgmatic_last_run_timestamp_seconds",
        "When the action last ended, well or not.",
        |latest| Some(end(&latest.tried)),
    ),
    (
        "borgmatic_last_run_success",
        "Whether the action succeeded the last time.",
        |latest| Some(u8::from(latest.tried.result.is_success()).to_string()),
    ),
    (
        "borgmatic_last_run_duration_seconds",
        "How long the action took the last time.",
        |latest| Some(format!("{:.3}", latest.tried.took().as_secs_f64())),
    ),
];

/// Name, help, and what it says about the newest archive.
type OfArchive = (&'static str, &'static str, fn(&Action) -> Option<u64>);

const OF_ARCHIVES: [OfArchive; 4] = [
    (
        "borgmatic_archive_files",
        "Files in the newest archive.",
        |backup| backup.sizes.files,
    ),
    (
        "borgmatic_archive_original_size_bytes",
        "Size of what the newest archive holds.",
        |backup| backup.sizes.original,
    ),
    (
        "borgmatic_archive_compressed_size_bytes",
        "The same, compressed.",
        |backup| backup.sizes.compressed,
    ),
    (
        "borgmatic_archive_deduplicated_size_bytes",
        "What the newest archive added to the repository.",
        |backup| backup.sizes.deduplicated,
    ),
];

fn end(action: &Action) -> String {
    action.end.as_second().to_string()
}

/// All metrics of these repositories.
pub fn text(pasts: &[Past<'_>]) -> String {
    let mut text = String::new();
    let version = env!("CARGO_PKG_VERSION");
    family(
        &mut text,
        "borgmatic_info",
        "The borgmatic that wrote this.",
        &[format!("{{version=\"{version}\"}} 1")],
    );
    for (name, help, value) in OF_ACTIONS {
        let mut samples = Vec::new();
        for past in pasts {
            let latest = past.history.actions.iter();
            let known = latest.filter_map(|latest| Some((&latest.tried.action, value(latest)?)));
            samples.extend(known.map(|(action, value)| {
                format!("{{{},action=\"{}\"}} {value}", place(past), escaped(action))
            }));
            if name == OF_ACTIONS[0].0 && past.history.backup().is_none() {
                samples.push(format!("{{{},action=\"create\"}} 0", place(past)));
            }
        }
        family(&mut text, name, help, &samples);
    }
    for (name, help, value) in OF_ARCHIVES {
        let samples: Vec<_> = pasts
            .iter()
            .filter_map(|past| {
                let value = value(past.history.backup()?)?;
                Some(format!("{{{}}} {value}", place(past)))
            })
            .collect();
        family(&mut text, name, help, &samples);
    }
    text
}

/// One metric, with its head; nothing where it has no sample. All are gauges.
fn family(text: &mut String, name: &str, help: &str, samples: &[String]) {
    if samples.is_empty() {
        return;
    }
    *text += &format!("# HELP {name} {help}\n# TYPE {name} gauge\n");
    for (index, sample) in samples.iter().enumerate() {
        // A repository that is named twice has one sample.
        if !samples[..index].contains(sample) {
            *text += &format!("{name}{sample}\n");
        }
    }
}

/// The labels that name a repository.
fn place(past: &Past<'_>) -> String {
    let label = past.unit.repository.label.text().unwrap_or_default();
    format!(
        "configuration=\"{}\",repository=\"{}\",label=\"{}\"",
        escaped(&past.key.configuration),
        escaped(&past.key.repository),
        escaped(label)
    )
}

/// A label's value. Prometheus: backslash, double quote and line break are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
