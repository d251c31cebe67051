//! The logs of a run beside the console: which are wanted, opening them, and what they must not show.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Machine, configs};
use crate::cli::Invocation;
use crate::config::logging::{LogTo, Logs};
use crate::config::{Loaded, find, is_secret, load};
use crate::host::bus::is_telling;
use crate::host::{Bus, Env, Failure, Level, Secret};
use crate::report::{File, Journal, Syslog, journal, syslog};
use crate::text::{Kind, Node, Problem, secret};

/// Where this run is logged; and why that cannot be told, where files contradict each other.
pub(super) fn wanted(invocation: &Invocation, loaded: &[Loaded]) -> (Logs, Option<Box<Problem>>) {
    let configs: Vec<_> = configs::good(loaded).collect();
    // What the command line says holds even where no file could be read.
    let flags = load::flags_alone(&invocation.wishes.given);
    let files = if configs.is_empty() {
        &[&flags][..]
    } else {
        &configs
    };
    match Logs::of(files) {
        Ok(logs) => (logs, None),
        Err(problem) => (Logs::default(), Some(problem)),
    }
}

/// Opens the logs beside the console. What is not there is told once; a log file must be there.
pub(super) fn listen(logs: &Logs, bus: &Bus, machine: &Machine<'_>) -> Result<(), Box<Problem>> {
    let (env, files) = (machine.env, machine.files);
    if let Some(to) = &logs.file {
        let path = env.cwd.join(find::expand(&to.path, env));
        let log = files
            .log(&path)
            .map_err(|error| no_log(to, &path, &error))?;
        let format = Some(to.format.clone()).filter(|_| !logs.json);
        let clock = Arc::clone(&machine.clock);
        let file = File::new(log, &path, to.verbosity, format, clock, env.process);
        bus.attach(Box::new(file));
    }
    if logs.syslog > -2 {
        let sockets = Arc::clone(&machine.sockets);
        // On Linux, /var/run/log may be a directory of journald's.
        let is_socket = |path: &PathBuf| files.exists(path) && !files.is_dir(path);
        let place = |place: &str| Some(PathBuf::from(place)).filter(is_socket);
        if let Some(to) = place(journal::PLACE) {
            let journal = Journal::new(sockets, to, logs.syslog, env.process);
            bus.attach(Box::new(journal));
        } else if let Some(to) = syslog::PLACES.iter().find_map(|path| place(path)) {
            bus.attach(Box::new(Syslog::new(sockets, to, logs.syslog)));
        } else {
            let words = format!(
                "there is no system log to write to: nothing at {} and {}",
                journal::PLACE,
                syslog::PLACES.join(", ")
            );
            bus.line(Level::Warning, "", &words);
        }
    }
    Ok(())
}

/// A log file that cannot be opened. Nothing runs without it: it may be what somebody watches.
fn no_log(to: &LogTo, path: &Path, error: &io::Error) -> Box<Problem> {
    let failure = Failure::file("open the log file", path, error);
    let help = match error.kind() {
        io::ErrorKind::IsADirectory => "name a file in that directory".to_owned(),
        io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path).to_string_lossy();
            format!(
                "make its directory: mkdir -p {}",
                crate::option::words::quote(&folder)
            )
        }
        _ => match failure.help {
            Some(help) => help,
            None => "write another path".to_owned(),
        },
    };
    Box::new(
        Problem::new("borgmatic::config::log-file", failure.words)
            .at(&to.origin, "this file")
            .help(help),
    )
}

/// What nobody may hear: the secrets of all files, and those that borg takes from our environment.
pub(super) fn hide_secrets(bus: &Bus, loaded: &[Loaded], env: &Env) {
    let trees = loaded.iter().filter_map(|loaded| loaded.tree.as_ref());
    let inherited = ["BORG_PASSPHRASE", "BORG_NEW_PASSPHRASE"]
        .iter()
        .filter_map(|name| env.text(name))
        .map(Secret::new);
    for secret in trees.flat_map(secrets).chain(inherited) {
        bus.hide(&secret);
    }
}

/// The values of all secret options of a file.
fn secrets(tree: &Node) -> Vec<Secret> {
    match &tree.kind {
        Kind::List(nodes) => nodes.iter().flat_map(secrets).collect(),
        Kind::Map(pairs) => pairs
            .iter()
            .flat_map(|(key, value)| match (key.as_text(), value.as_text()) {
                (Some(name), Some(text)) if is_secret(name) => vec![Secret::new(text)],
                _ => secrets(value),
            })
            .collect(),
        Kind::Text(text) => of_address(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The password in an address; a short one with what stands before it, or it would be found in half
/// of all words.
fn of_address(text: &str) -> Option<Secret> {
    let span = secret::of_address(text)?;
    let short = !is_telling(&text[span.clone()]);
    let from = if short { 0 } else { span.start };
    Some(Secret::new(&text[from..span.end + usize::from(short)]))
}
