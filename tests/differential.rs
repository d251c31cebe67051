//! Our side of the differential test: reads the documents that `tests/differential.py` makes and
//! writes what they mean, one line each. Without such a file there is nothing to do.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may read files, and may fail"
)]

#[path = "yaml/shown.rs"]
mod shown;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use borgmatic::config::include::Includes;
use borgmatic::host::{Env, Files};
use borgmatic::text::{self, Problem, Problems, Within};

use crate::shown::show;

fn read(folder: &Path, document: &str) -> String {
    let path = folder.join("document.yaml");
    let env = Env {
        cwd: folder.to_owned(),
        home: folder.to_owned(),
        ..Env::default()
    };
    let files = Files::new("/");
    let mut includes = Includes::of(&path, &files, &env);
    let mut problems = Problems::default();
    let source = text::decode(&path.to_string_lossy(), document.into(), |_| false).unwrap();
    match text::parse_with(&source, &mut includes, Within::default(), &mut problems) {
        Some(node) => show(&node),
        None => {
            let all: Vec<String> = problems.errors().map(Problem::line).collect();
            format!("ERR {}", all.join("; ").replace('\n', " "))
        }
    }
}

#[test]
fn documents_mean_what_they_mean_to_the_original() {
    let Some(documents) = std::env::var_os("BORGMATIC_DOCUMENTS") else {
        println!("SKIP: tests/differential.py makes the documents");
        return;
    };
    let documents = Path::new(&documents);
    let folder = documents.parent().unwrap();
    let mut all = String::new();
    for line in fs::read_to_string(documents).unwrap().lines() {
        let document: String = serde_json::from_str(line).unwrap();
        writeln!(all, "{}", read(folder, &document)).unwrap();
    }
    fs::write(folder.join("trees"), all).unwrap();
}
