//! Is each repository reached, with the right passphrase, and locked by nobody? Asked of borg as a run
//! would ask, with a limit in time, and without questions to anybody.

use std::thread;
use std::time::Duration;

use super::seen::Seen;
use super::{Finding, Visit, ssh};
use crate::actions::unbuilt;
use crate::borg::exit::{Meaning, judge};
use crate::borg::remote::is_ssh;
use crate::borg::run::Strictness;
use crate::borg::{Borg, Feature, Known};
use crate::config::{Unit, directories};
use crate::host::{Command, Failure, FailureKind, Heard};
use crate::option::words::{quote, split};

/// So many are asked at once.
const ABREAST: usize = 8;

pub(super) fn all(visit: &Visit<'_>) -> Vec<Finding> {
    let units: Vec<&Unit> = visit
        .alone
        .loaded
        .iter()
        .flat_map(|loaded| &loaded.units)
        .collect();
    let mut found = Vec::new();
    for some in units.chunks(ABREAST) {
        thread::scope(|scope| {
            let asked: Vec<_> = some
                .iter()
                .map(|unit| scope.spawn(move || one(visit, unit)))
                .collect();
            for one in asked {
                found.push(
                    one.join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                );
            }
        });
    }
    found
}

/// What its finding is about.
pub(super) fn about(unit: &Unit) -> String {
    format!("repository {}", unit.repository.shown_name())
}

fn one(visit: &Visit<'_>, unit: &Unit) -> Finding {
    let about = about(unit);
    if let Err(failure) = unbuilt::refuse(&unit.config, "repo-list", true) {
        return Finding::look(about, format!("not asked: {}", failure.words));
    }
    if let Some(finding) = on_disk(visit, unit, &about) {
        return finding;
    }
    match ask(visit, unit, &about) {
        Ok(finding) => finding,
        Err(failure) if failure.is_late() => {
            let place = ssh::place(unit.repository.path());
            let words = format!("no answer within {} s", visit.limit.as_secs());
            let finding = Finding::wrong(about, words);
            match place {
                Some(place) => finding.cure(format!("see where it hangs: ssh -v {place}")),
                None => finding.cure("is its disk or share still there? More time: --timeout 5m"),
            }
        }
        Err(failure) => Finding::failed(about, &failure),
    }
}

/// What is wrong with a repository on this machine before borg is asked.
fn on_disk(visit: &Visit<'_>, unit: &Unit, about: &str) -> Option<Finding> {
    let repository = &unit.repository;
    let path = repository.local_path()?;
    let (env, files) = (visit.host.env, visit.host.files);
    let base = directories::working(&unit.config.source, env).unwrap_or_else(|| env.cwd.clone());
    let path = base.join(path);
    let shown = path.display();
    if !files.is_there(&path) {
        let name = quote(repository.name());
        return Some(Finding::wrong(about, format!("{shown} does not exist")).cure(format!(
            "is its disk or share mounted? A new one is made with: borgmatic repo-create --repository {name} --encryption repokey"
        )));
    }
    if let Err(error) = files.names(&path) {
        let failure = Failure::file("look into", &path, &error);
        return Some(Finding::failed(about, &failure));
    }
    if !files.may_write(&path) {
        let cure = "mount it for writing, or run backups as the user whose it is";
        return Some(Finding::wrong(about, format!("{shown} cannot be written to")).cure(cure));
    }
    None
}

fn ask(visit: &Visit<'_>, unit: &Unit, about: &str) -> Result<Finding, Failure> {
    let host = &visit.host;
    let options = &unit.config.borg;
    let known = Known::new(true);
    let cwd = directories::working(&unit.config.source, host.env);
    let state = directories::state(&unit.config.run, host.env);
    let scope = unit.repository.name().to_owned();
    let borg = Borg::ready(host, &known, options, cwd, &state, &scope)?;
    borg.unlock(host, &known)?;
    let seen = Seen::copied(options, host.env, host.files)?;
    let command = question(visit, &borg, unit, &seen);
    let ended = borg.probe(host, &command)?;
    let said: Vec<String> = ended.tail.clone();
    let meaning = judge(ended.exit, options.borg_exit_codes.items()).0;
    if meaning != Meaning::Fine
        && let Some(place) = ssh::place(unit.repository.path())
    {
        // What ssh said may have been lost with the connection.
        let again = || ssh::explain(about, &place, &directly(visit, unit, &place));
        if let Some(found) = ssh::explain(about, &place, &said).or_else(again) {
            return Ok(found);
        }
    }
    match meaning {
        Meaning::Fine => {
            let newest = ended.out.lines().find(|line| !line.trim().is_empty());
            Ok(Finding::good(
                about,
                match newest {
                    Some(name) => format!("it answers; the newest archive is {}", name.trim()),
                    None => "it answers; it has no archive yet".to_owned(),
                },
            ))
        }
        Meaning::Warning => {
            let last = said.last().cloned().unwrap_or_default();
            Ok(Finding::look(
                about,
                format!("it answers, with a warning: {last}"),
            ))
        }
        Meaning::Error => {
            let exit = ended.exit;
            let judged = borg
                .judge(host, &command, ended, Strictness::Usual)
                .map(drop);
            let failure = judged.err().unwrap_or_else(|| {
                Failure::new("borgmatic::borg::exit", format!("borg ended with {exit}"))
                    .kind(FailureKind::Command(exit))
            });
            let mut finding = Finding::failed(about, &failure);
            if has_no_passphrase(visit, unit) && failure.words.contains("passphrase") {
                finding.words = "it needs a passphrase, and none is configured".into();
            }
            Ok(finding)
        }
    }
}

/// The list of archives: it needs the key and the lock, and leaves the cache alone.
fn question(visit: &Visit<'_>, borg: &Borg<'_>, unit: &Unit, seen: &Seen<'_>) -> Command {
    let mut command = borg
        .command(borg.renamed("repo-list", "list"))
        .args(borg.remote())
        .args(borg.umask())
        .args(["--log-json", "--lock-wait", "1", "--last", "1", "--short"])
        .args(borg.at(unit.repository.path()))
        .reads();
    if !borg.has(Feature::SeparateRepository) {
        command = command.set("BORG_SECURITY_DIR", &seen.security);
    }
    if let Some(cache) = &seen.cache {
        command = command.set("BORG_CACHE_DIR", cache);
    }
    if has_no_passphrase(visit, unit) {
        // Otherwise borg asks for it at the terminal.
        command = command.set("BORG_PASSPHRASE", "");
    }
    match ssh_command(visit, unit) {
        Some(words) => command.set("BORG_RSH", words),
        None => command,
    }
}

/// What ssh says without borg on this side.
fn directly(visit: &Visit<'_>, unit: &Unit, place: &str) -> Vec<String> {
    let words = ssh_command(visit, unit).and_then(|words| split(&words).ok());
    let mut words = words.unwrap_or_default().into_iter();
    let Some(program) = words.next() else {
        return Vec::new();
    };
    let remote = unit.config.borg.remote_path.text().unwrap_or("borg");
    let question = Command::new(program)
        .args(words)
        .args(place.split(' '))
        .arg(quote(remote))
        .arg("--version")
        .reads();
    let mut said = Vec::new();
    let asked = visit.host.processes.run(&question, &mut |heard| {
        if let Heard::Out(line) | Heard::Err(line) = heard {
            said.push(String::from_utf8_lossy(line).into_owned());
        }
    });
    if let Err(failure) = asked {
        said.push(failure.words);
    }
    said
}

fn has_no_passphrase(visit: &Visit<'_>, unit: &Unit) -> bool {
    let options = &unit.config.borg;
    let configured =
        options.encryption_passphrase.is_set() || options.encryption_passcommand.is_set();
    let names = ["BORG_PASSPHRASE", "BORG_PASSCOMMAND", "BORG_PASSPHRASE_FD"];
    !configured && names.iter().all(|name| visit.host.env.get(name).is_none())
}

/// ssh that asks nothing and does not wait for ever. Another program is left as it is.
fn ssh_command(visit: &Visit<'_>, unit: &Unit) -> Option<String> {
    let named = unit.config.borg.ssh_command.text();
    let words = named
        .or_else(|| visit.host.env.text("BORG_RSH"))
        .unwrap_or("ssh");
    let first = split(words).ok()?.into_iter().next()?;
    let patience = (visit.limit / 2).max(Duration::from_secs(1)).as_secs();
    is_ssh(&first).then(|| format!("{words} -o BatchMode=yes -o ConnectTimeout={patience}"))
}
