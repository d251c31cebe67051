//! The files that every installation has, whoever starts the backups: the program, its old names, man
//! pages, completions and the schema. Pure.

use std::path::{Path, PathBuf};

use super::paths::Paths;
use super::recipe::{File, Kind, Step};
use crate::actions::completion::{BASH, FISH, ZSH};
use crate::actions::config::schema;
use crate::cli::argv::implied;
use crate::cli::man;
use crate::option::words::quote;
use crate::options;

/// The names that older versions had for some actions.
pub const OLD_NAMES: [&str; 3] = [
    "generate-borgmatic-config",
    "validate-borgmatic-config",
    "upgrade-borgmatic-config",
];

options! {
    /// What to do about old program names that something else has.
    pub enum Aliases { Auto = "auto", Force = "force", Skip = "skip" }
}

/// The program, and its old names beside it. A name that is `taken` stays with whom it belongs to.
pub fn program(paths: &Paths, bytes: Vec<u8>, aliases: Aliases, taken: &[&str]) -> Vec<Step> {
    let mut steps = vec![
        folder(paths.bin.clone()),
        file(paths.program(), bytes, 0o755, Kind::Program),
    ];
    let wanted = |name: &&str| match aliases {
        Aliases::Auto => !taken.contains(name),
        Aliases::Force => true,
        Aliases::Skip => false,
    };
    let link = |name: &str| Step::Link {
        path: paths.bin.join(name),
        to: "borgmatic".into(),
    };
    steps.extend(OLD_NAMES.into_iter().filter(wanted).map(link));
    steps
}

/// What stands in the place of an old name where a file system has no symbolic links.
pub fn wrapper(name: &Path) -> Option<String> {
    let action = implied(name.file_name()?.to_str()?);
    let program = name.with_file_name("borgmatic");
    let program = quote(program.to_str()?);
    let text = || format!("#!/bin/sh\nexec {program} {} \"$@\"\n", action.join(" "));
    (!action.is_empty()).then(text)
}

/// What makes it pleasant to use.
pub fn shared(paths: &Paths) -> Vec<Step> {
    let manual = paths.manual();
    let mut steps = vec![folder(manual.clone())];
    for (name, text) in man::pages(super::entries()) {
        steps.push(text_file(manual.join(name), text, Kind::Manual));
    }
    for (path, text) in paths.completions().into_iter().zip([BASH, ZSH, FISH]) {
        steps.extend(path.parent().map(|parent| folder(parent.to_owned())));
        steps.push(text_file(path, text, Kind::Completion));
    }
    let path = paths.schema();
    steps.extend(path.parent().map(|parent| folder(parent.to_owned())));
    steps.push(text_file(path, schema::text(), Kind::Schema));
    steps
}

fn folder(path: PathBuf) -> Step {
    Step::Folder { path, mode: 0o755 }
}

fn text_file(path: PathBuf, text: impl Into<String>, kind: Kind) -> Step {
    let mut text = text.into();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    file(path, text.into_bytes(), 0o644, kind)
}

fn file(path: PathBuf, bytes: Vec<u8>, mode: u32, kind: Kind) -> Step {
    Step::File(File {
        path,
        bytes,
        mode,
        kind,
    })
}
