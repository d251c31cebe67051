//! SARIF 2.1.0. What GitHub asks for besides: a description and help of each rule, a region for each
//! result (GitHub docs: «SARIF support for code scanning»).

use serde_json::{Value, json};

use super::{Region, all, level, pretty, told};
use crate::actions::config::validate::report::Report;
use crate::actions::explain;
use crate::text::{Fix, Origin, Problem, Span};

pub(in super::super) fn sarif(report: &Report<'_>) -> String {
    let results = all(report).map(|(name, problem)| result(name, problem));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "borgmatic",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules(report),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    pretty(&document)
}

/// Each code once, with what `explain` says of it.
fn rules(report: &Report<'_>) -> Vec<Value> {
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
    rules.collect()
}

/// A problem of the configuration `name`.
fn result(name: &str, problem: &Problem) -> Value {
    let mut result = json!({
        "ruleId": problem.code,
        "level": level(problem),
        "message": { "text": told(problem) },
    });
    let Some((first, others)) = problem.labels.split_first() else {
        result["locations"] = json!([{ "physicalLocation": {
            "artifactLocation": artifact(name),
            "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 },
        } }]);
        return result;
    };
    result["locations"] = json!([location(first)]);
    if !others.is_empty() {
        result["relatedLocations"] = others.iter().map(location).collect();
    }
    if let Some(proposed) = &problem.fix {
        let mut fix = fix(&first.0, proposed);
        let words = problem.help.as_deref().unwrap_or("mend it");
        fix["description"] = json!({ "text": words });
        result["fixes"] = json!([fix]);
    }
    result
}

fn fix(origin: &Origin, fix: &Fix) -> Value {
    let replacements = fix.edits.clone().sorted().into_iter().map(|(span, text)| {
        json!({
            "deletedRegion": region(origin, &span),
            "insertedContent": { "text": text },
        })
    });
    json!({
        "artifactChanges": [{
            "artifactLocation": artifact(&origin.source.name),
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn location((origin, words): &(Origin, String)) -> Value {
    json!({
        "message": { "text": words },
        "physicalLocation": {
            "artifactLocation": artifact(&origin.source.name),
            "region": region(origin, &origin.span),
        },
    })
}

fn region(origin: &Origin, span: &Span) -> Value {
    let region = Region::of(origin, span);
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

fn artifact(name: &str) -> Value {
    json!({ "uri": uri(name) })
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

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_of_files_are_uris() {
        assert_eq!(uri("/etc/b b/é#.yaml"), "file:///etc/b%20b/%C3%A9%23.yaml");
        assert_eq!(uri("command line"), "command%20line");
    }
}
