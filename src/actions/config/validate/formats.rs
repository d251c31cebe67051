//! The report for tools: JSON of our own, SARIF 2.1.0, and the lines that GitHub reads from a job's
//! output. Pure functions; secrets are in none of them, for no problem quotes any.

use serde_json::{Value, json};

use super::report::Report;
use crate::actions::explain;
use crate::text::{Fix, Origin, Problem, Severity, Span};

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

pub(super) fn json(report: &Report<'_>) -> String {
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

/// SARIF 2.1.0. What GitHub asks for besides: a description and help of each rule, a region for each
/// result (GitHub docs: «SARIF support for code scanning»).
pub(super) fn sarif(report: &Report<'_>) -> String {
    let mut codes: Vec<&str> = all(report).map(|(_, problem)| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let explained = explain::all();
    let rules = codes.iter().map(|code| {
        let mut rule = json!({ "id": code });
        if let Some(entry) = explained.iter().find(|entry| entry.code == *code) {
            rule["shortDescription"] = json!({ "text": entry.summary });
            rule["fullDescription"] = json!({ "text": entry.summary });
            rule["help"] = json!({ "text": entry.text });
        }
        rule
    });
    let region = |origin: &Origin, span: &Span| {
        let region = Region::of(origin, span);
        json!({
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        })
    };
    let artifact = |name: &str| json!({ "uri": uri(name) });
    let location = |(origin, words): &(Origin, String)| {
        json!({
            "message": { "text": words },
            "physicalLocation": {
                "artifactLocation": artifact(&origin.source.name),
                "region": region(origin, &origin.span),
            },
        })
    };
    let results = all(report).map(|(name, problem)| {
        let mut result = json!({
            "ruleId": problem.code,
            "level": level(problem),
            "message": { "text": told(problem) },
        });
        let (first, others) = match problem.labels.split_first() {
            Some((first, others)) => (Some(first), others),
            None => (None, [].as_slice()),
        };
        result["locations"] = match first {
            Some(first) => json!([location(first)]),
            None => json!([{ "physicalLocation": {
                "artifactLocation": artifact(name),
                "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 },
            } }]),
        };
        if !others.is_empty() {
            result["relatedLocations"] = others.iter().map(location).collect();
        }
        if let Some(((origin, _), fix)) = first.zip(problem.fix.as_ref()) {
            let replacements: Vec<Value> = fix
                .edits
                .clone()
                .sorted()
                .into_iter()
                .map(|(span, text)| {
                    json!({
                        "deletedRegion": region(origin, &span),
                        "insertedContent": { "text": text },
                    })
                })
                .collect();
            result["fixes"] = json!([{
                "description": { "text": problem.help.as_deref().unwrap_or("mend it") },
                "artifactChanges": [{
                    "artifactLocation": artifact(&origin.source.name),
                    "replacements": replacements,
                }],
            }]);
        }
        result
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "borgmatic",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    pretty(&document)
}

/// GitHub docs: «Workflow commands», `::error file=…,line=…::words`.
pub(super) fn github(report: &Report<'_>) -> String {
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

/// SARIF 2.1.0, 3.4.3: an absolute path is a `file` URI; RFC 3986: all but a few characters are
/// written as their bytes.
fn uri(name: &str) -> String {
    let scheme = if name.starts_with('/') { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in name.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

/// What is wrong and what to do.
fn told(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{}\n{help}", problem.words),
        None => problem.words.clone(),
    }
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

fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_of_files_are_uris() {
        assert_eq!(uri("/etc/b b/é#.yaml"), "file:///etc/b%20b/%C3%A9%23.yaml");
        assert_eq!(uri("command line"), "command%20line");
    }
}
