//! The files and directories that runs read and write. Facts: borg's own places are those of its
//! manual, «Environment variables».

use std::path::{Path, PathBuf};

use super::{Needs, Place, add};
use crate::borg::Repository;
use crate::borg::pattern::{self, Kind, Pattern};
use crate::config::{Config, directories, find};
use crate::host::files::lexical;
use crate::option::Opt;

/// The largest file of patterns that is looked at, in bytes.
const LARGEST: u64 = 16 << 20;

impl Place<'_> {
    /// A path of the configuration, absolute and without `~`.
    pub(super) fn path(&self, text: &str, config: &Config) -> PathBuf {
        let base = directories::working(&config.source, self.env);
        let base = base.unwrap_or_else(|| self.env.cwd.clone());
        lexical(&base.join(find::expand(text, self.env)))
    }
}

impl Needs {
    /// A file that is written to: it may be made anew, or get another one in its place.
    pub(super) fn write_file(&mut self, path: &Path, why: String) {
        let folder = path.parent().unwrap_or(path);
        add(&mut self.writes, folder.to_owned(), why);
    }

    fn read(&mut self, path: &Path, why: String) {
        // What comes before a glob.
        let is_plain = |part: &&Path| !pattern::is_glob(&part.to_string_lossy());
        let plain = path.ancestors().find(is_plain).unwrap_or(path);
        add(&mut self.reads, plain.to_owned(), why);
    }
}

pub(super) fn repository(
    repository: &Repository,
    config: &Config,
    place: Place<'_>,
    needs: &mut Needs,
) {
    if let Some(path) = repository.local_path() {
        let why = format!("repositories: {path}");
        add(&mut needs.writes, place.path(path, config), why);
    }
}

pub(super) fn find(config: &Config, place: Place<'_>, needs: &mut Needs) {
    own(config, place, needs);
    of_borg(config, place, needs);
    let logging = &config.logging;
    for (name, option) in [
        ("log_file", &logging.log_file),
        ("metrics_file", &logging.metrics_file),
    ] {
        if let Some(text) = option.text() {
            needs.write_file(&place.path(text, config), format!("{name}: {text}"));
        }
    }
    sources(config, place, needs);
}

/// What the program itself keeps.
fn own(config: &Config, place: Place<'_>, needs: &mut Needs) {
    let run = &config.run;
    let state = directories::state(run, place.env);
    let why = said(&run.user_state_directory, "user_state_directory");
    add(&mut needs.keeps, state, why);
    if let Some(text) = run.user_runtime_directory.text() {
        let why = format!("user_runtime_directory: {text}");
        let path = find::expand(text, place.env);
        add(&mut needs.writes, path.clone(), why.clone());
        add(&mut needs.keeps, path, why);
    }
    if place.env.user == 0 {
        add(&mut needs.writes, "/run/lock".into(), "the locks of runs");
    }
    if let Some(text) = run.borgmatic_source_directory.text() {
        let why = format!("borgmatic_source_directory: {text}");
        needs.read(&place.path(text, config), why);
    }
}

fn of_borg(config: &Config, place: Place<'_>, needs: &mut Needs) {
    let borg = &config.borg;
    let base = match borg.borg_base_directory.text() {
        Some(text) => place.path(text, config),
        None => place.env.home.clone(),
    };
    for (name, option, usual) in [
        (
            "borg_cache_directory",
            &borg.borg_cache_directory,
            ".cache/borg",
        ),
        (
            "borg_config_directory",
            &borg.borg_config_directory,
            ".config/borg",
        ),
    ] {
        let path = option.text().map(|text| place.path(text, config));
        let why = match (option.text(), borg.borg_base_directory.text()) {
            (None, Some(text)) => format!("borg_base_directory: {text}"),
            _ => said(option, name),
        };
        add(
            &mut needs.keeps,
            path.unwrap_or_else(|| base.join(usual)),
            why,
        );
    }
    let why = match borg.borg_base_directory.text() {
        Some(text) => format!("borg_base_directory: {text}"),
        None => "borg_security_directory of Borg 2 (default)".into(),
    };
    add(&mut needs.of_borg_2, base.join(".local/share/borg"), why);
    for (name, option) in [
        ("borg_security_directory", &borg.borg_security_directory),
        ("borg_keys_directory", &borg.borg_keys_directory),
    ] {
        if let Some(text) = option.text() {
            let why = format!("{name}: {text}");
            add(&mut needs.keeps, place.path(text, config), why);
        }
    }
    if let Some(text) = borg.temporary_directory.text() {
        let why = format!("temporary_directory: {text}");
        add(&mut needs.writes, place.path(text, config), why);
    }
    if let Some(text) = borg.borg_key_file.text() {
        let why = format!("borg_key_file: {text}");
        needs.read(&place.path(text, config), why);
    }
}

fn said(option: &Opt<String>, name: &str) -> String {
    match option.text() {
        Some(text) => format!("{name}: {text}"),
        None => format!("{name} (default)"),
    }
}

/// What is backed up.
fn sources(config: &Config, place: Place<'_>, needs: &mut Needs) {
    for text in config.source.source_directories.items() {
        let why = format!("source_directories: {text}");
        needs.read(&place.path(text, config), why);
    }
    let lines = config.exclude.patterns.items().iter();
    roots(
        lines.map(|line| line.0.as_str()),
        "patterns",
        config,
        place,
        needs,
    );
    for name in config.exclude.patterns_from.items() {
        let path = place.path(name, config);
        needs.read(&path, format!("patterns_from: {name}"));
        let bytes = place.files.read(&path, LARGEST).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        roots(text.lines(), name, config, place, needs);
    }
    for name in config.exclude.exclude_from.items() {
        needs.read(&place.path(name, config), format!("exclude_from: {name}"));
    }
}

/// The roots among lines of patterns.
fn roots<'a>(
    lines: impl Iterator<Item = &'a str>,
    of: &str,
    config: &Config,
    place: Place<'_>,
    needs: &mut Needs,
) {
    for line in lines.filter_map(pattern::meant) {
        if let Ok(pattern) = Pattern::parse(line)
            && pattern.kind == Kind::Root
        {
            let path = place.path(&pattern.path.to_string_lossy(), config);
            needs.read(&path, format!("{of}: {line}"));
        }
    }
}
