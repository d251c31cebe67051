//! Puts the public keys of `keys/` into the program, and where its releases are: what `self-update`
//! believes. It can be set when the program is built, never when it runs.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "this is how a build script reads and speaks"
)]

use std::path::PathBuf;
use std::{env, fs};

/// Instead of the files: tests build with a key of their own.
const KEY: &str = "BORGMATIC_RELEASE_KEY";
/// What `scripts/release --base-url` names.
const URL: &str = "BORGMATIC_RELEASE_URL";

fn main() {
    println!("cargo:rerun-if-changed=keys");
    println!("cargo:rerun-if-env-changed={KEY}");
    println!("cargo:rerun-if-env-changed={URL}");
    let keys = env::var(KEY).unwrap_or_else(|_| files());
    println!("cargo:rustc-env=BORGMATIC_KEYS={keys}");
    let url = env::var(URL).unwrap_or_default();
    println!("cargo:rustc-env=BORGMATIC_URL={url}");
}

/// The keys of all files, a space between them.
fn files() -> String {
    let mut files: Vec<PathBuf> = fs::read_dir("keys")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pub"))
        .collect();
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|path| {
            println!("cargo:rerun-if-changed={}", path.display());
            fs::read_to_string(path).unwrap_or_default()
        })
        .collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let keys: Vec<&str> = lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("untrusted comment:"))
        .collect();
    keys.join(" ")
}
