//! The lines that GitHub reads from a job's output.

use super::{Region, all, level, told};
use crate::actions::config::validate::report::Report;

/// GitHub docs: «Workflow commands», `::error file=…,line=…::words`.
pub(in super::super) fn github(report: &Report<'_>) -> String {
    let mut text = String::new();
    for (name, problem) in all(report) {
        text += &format!("::{} file={}", level(problem), property(name));
        if let Some((origin, _)) = problem.labels.first() {
            let region = Region::of(origin, &origin.span);
            text += &format!(
                ",line={},col={},endLine={}",
                region.line, region.column, region.end_line
            );
        }
        text += &format!(
            ",title={}::{}\n",
            property(problem.code),
            escaped(&told(problem))
        );
    }
    text
}

fn escaped(words: &str) -> String {
    words
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(words: &str) -> String {
    escaped(words).replace(':', "%3A").replace(',', "%2C")
}
