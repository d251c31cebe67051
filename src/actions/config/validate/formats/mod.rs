//! The report for tools, a file for each form. Pure functions; secrets are in none of them, for no
//! problem quotes any.

mod github;
mod json;
mod sarif;

use serde_json::Value;

use super::report::Report;
use crate::text::{Origin, Problem, Severity, Span};

pub(super) use github::github;
pub(super) use json::json;
pub(super) use sarif::sarif;

/// Where a span stands; lines and columns count from one, columns in characters.
struct Region {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    fn of(origin: &Origin, span: &Span) -> Self {
        let (line, column) = origin.source.line_column(span.start);
        let (end_line, end_column) = origin.source.line_column(span.end);
        Self {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

fn level(problem: &Problem) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Deprecation | Severity::Warning => "warning",
    }
}

/// Every problem with its group's name.
fn all<'r>(report: &'r Report<'_>) -> impl Iterator<Item = (&'r str, &'r Problem)> {
    report.groups.iter().flat_map(|group| {
        let problems = group.problems.iter().copied();
        problems.map(|problem| (group.name.as_str(), problem))
    })
}

/// What is wrong and what to do.
fn told(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{}\n{help}", problem.words),
        None => problem.words.clone(),
    }
}

fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}
