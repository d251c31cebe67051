//! JSON of our own.

use serde_json::json;

use super::{Region, all, level, pretty};
use crate::actions::config::validate::report::Report;
use crate::text::{Fix, Origin};

pub(in super::super) fn json(report: &Report<'_>) -> String {
    let place = |origin: &Origin| {
        let region = Region::of(origin, &origin.span);
        json!({
            "path": origin.source.name,
            "line": region.line,
            "column": region.column,
            "end_line": region.end_line,
            "end_column": region.end_column,
        })
    };
    let fix = |origin: &Origin, fix: &Fix| {
        let edits = fix.edits.clone().sorted().into_iter().map(|(span, text)| {
            let region = Region::of(origin, &span);
            json!({
                "line": region.line,
                "column": region.column,
                "end_line": region.end_line,
                "end_column": region.end_column,
                "text": text,
            })
        });
        json!({ "safe": fix.sure, "edits": edits.collect::<Vec<_>>() })
    };
    let problems = all(report).map(|(name, problem)| {
        let first = problem.labels.first();
        let labels = problem.labels.iter().map(|(origin, words)| {
            let mut label = place(origin);
            label["message"] = words.as_str().into();
            label
        });
        let proposed = first.zip(problem.fix.as_ref());
        json!({
            "code": problem.code,
            "severity": level(problem),
            "message": problem.words,
            "help": problem.help,
            "file": name,
            "place": first.map(|(origin, _)| place(origin)),
            "labels": labels.collect::<Vec<_>>(),
            "fix": proposed.map(|((origin, _), proposed)| fix(origin, proposed)),
        })
    });
    let document = json!({
        "problems": problems.collect::<Vec<_>>(),
        "errors": report.errors,
        "warnings": report.warnings,
    });
    pretty(&document)
}
