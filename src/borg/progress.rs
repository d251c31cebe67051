//! Progress that we draw: borg tells it as JSON instead of drawing it itself.

use super::line::Translation;
use crate::host::{Command, Host, Progress, Streams};

/// A command that shows how far it has come, where somebody draws that: borg's log comes as JSON to
/// us, while its standard input stays the terminal, for the answers to its questions. Otherwise it
/// stays as it is. borgmatic 2.1.10: always on the terminal, without `--log-json`.
pub(super) fn told(host: &Host<'_>, command: &Command) -> Option<Command> {
    if !command.progress || command.streams != Streams::Terminal || !host.bus.draws() {
        return None;
    }
    let mut command = command.clone();
    command.streams = Streams::Asking;
    if !command.args.iter().any(|arg| arg == "--log-json") {
        let after_verb = command.args.len().min(1);
        command.args.insert(after_verb, "--log-json".into());
    }
    Some(command)
}

/// What was read last, for those who draw it.
pub(super) fn of(translation: &Translation, expected: Option<u64>) -> Option<Progress<'_>> {
    let step = translation.step?;
    Some(Progress {
        files: step.files,
        original: step.original,
        deduplicated: step.deduplicated,
        at: &translation.text,
        share: step.share,
        expected,
    })
}
