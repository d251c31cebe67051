//! The spot check: does the latest archive hold about as many files as the source, and do some of
//! them, drawn by chance, still have the content that was stored?
//!
//! Linear in the number of files: the source is named once by a dry run of create, the archive is
//! listed once, both at the same time; and once more for the hashes of the sample, while threads read
//! the same files here. Three borgs may run at once: each is heard to its end, and a failure of any of
//! them is one of the check.

mod count;
mod hash;
mod name;
mod tally;
mod verdict;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::actions::create::{self, Runtime};
use crate::actions::{Context, extract, list, manifest};
use crate::borg::listed::Entry;
use crate::borg::pattern::{Kind, Pattern};
use crate::config::groups::{Check, CheckName};
use crate::host::{Failure, Level};
use crate::option::words;
use crate::text::Problem;
use hash::Now;
use name::Names;
use tally::Source;
use verdict::Verdict;

/// Up to here paths are arguments of `borg list`, as in the original. More of them go into a file as
/// whole paths: borg looks these up, and compares every entry with each of the others.
const ARGUMENTS: usize = 32;

/// The longest list of arguments, in words and in bytes. borgmatic 2.1.10: 5000 words, which is too
/// much for the system where paths are long.
const WORDS: usize = 1000;
const BYTES: usize = 256 << 10;

/// What is configured; numbers are percent.
struct Settings<'a> {
    check: &'a Check,
    count_tolerance: f64,
    sample: f64,
    data_tolerance: f64,
}

pub(super) fn check(context: &Context<'_>) -> Result<(), Failure> {
    let settings = settings(context)?;
    let archive = context.archive_name("latest")?;
    context.say(
        Level::Info,
        &format!("Comparing files with archive {archive} (spot check)"),
    );
    // Borg names the configuration files at once, and then reads on to the end of the archive.
    let (tell, told) = mpsc::channel();
    let (looked, compared) = thread::scope(|scope| {
        let look = scope.spawn(|| configs(context, &archive, tell));
        let compared = told
            .recv()
            .map(|configs| compare(context, &settings, &archive, &configs));
        let looked = look
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (looked, compared)
    });
    looked?;
    let Compared {
        verdict,
        sources,
        difference,
    } = compared.map_err(|_| no_manifest(&archive))??;
    verdict.tell(context, sources, difference, settings.data_tolerance)
}

struct Compared {
    verdict: Verdict,
    /// Files of the source.
    sources: usize,
    /// Between their number and that in the archive, in percent.
    difference: f64,
}

/// Tells the configuration files that the archive was made with.
fn configs(
    context: &Context<'_>,
    archive: &str,
    tell: Sender<Vec<PathBuf>>,
) -> Result<bool, Failure> {
    manifest::config_paths(
        context.host,
        context.borg,
        &context.config.run,
        context.config.archive.numeric_ids.is_on(),
        &extract::absolute(context.repository, context.working()),
        archive,
        // It is heard until the end.
        &mut move |paths| drop(tell.send(paths)),
    )
}

fn no_manifest(archive: &str) -> Failure {
    let words = format!(
        "the archive {archive} holds no bootstrap manifest, which names its configuration files"
    );
    Failure::new("borgmatic::archive::no-manifest", words)
        .help("make an archive with `borgmatic create`, without store_config_files: false below bootstrap")
}

fn settings<'a>(context: &Context<'a>) -> Result<Settings<'a>, Failure> {
    let checks = context.config.checks.checks.items();
    let Some(check) = checks
        .iter()
        .find(|check| check.name.get() == Some(&CheckName::Spot))
    else {
        return Err(Failure::new(
            "borgmatic::check::spot-settings",
            "the spot check is not configured",
        )
        .help(
            "add it to `checks`, with its three percentages: borgmatic config generate shows how",
        ));
    };
    let settings = Settings {
        check,
        count_tolerance: check.count_tolerance_percentage.or(0.0),
        sample: check.data_sample_percentage.or(0.0),
        data_tolerance: check.data_tolerance_percentage.or(0.0),
    };
    if settings.data_tolerance <= settings.sample {
        return Ok(settings);
    }
    let words = format!(
        "data_tolerance_percentage ({}) is more than data_sample_percentage ({}): the spot check could not fail",
        settings.data_tolerance, settings.sample
    );
    let mut problem = Problem::new("borgmatic::check::spot-settings", words)
        .help("compare more files, or tolerate fewer that differ");
    if let Some(origin) = check.data_tolerance_percentage.origin() {
        problem = problem.at(origin, "set here");
    }
    Err(problem.into())
}

fn compare(
    context: &Context<'_>,
    settings: &Settings<'_>,
    archive: &str,
    configs: &[PathBuf],
) -> Result<Compared, Failure> {
    let runtime = Runtime::make(context)?;
    let compared = compare_in(context, settings, archive, configs, &runtime);
    runtime.remove(context);
    compared
}

fn compare_in(
    context: &Context<'_>,
    settings: &Settings<'_>,
    archive: &str,
    configs: &[PathBuf],
    runtime: &Runtime,
) -> Result<Compared, Failure> {
    let (dry_run, patterns) = create::names(context, runtime, configs)?;
    let names = Names::of(&patterns, &context.borg.version);
    let counted = count::both(context, &dry_run, archive, &names, settings.sample)?;
    if counted.sources() == 0 {
        return Err(Failure::new(
            "borgmatic::check::spot-count",
            "there is no file in the source that could be compared",
        )
        .help("is a disk missing? See what would be stored: borgmatic create --dry-run --list"));
    }
    let (sources, difference) = (counted.sources(), counted.difference());
    if difference > settings.count_tolerance {
        let words = format!(
            "the source has {sources} files, archive {archive} has {}: they differ by {difference:.2} %, and count_tolerance_percentage is {}",
            counted.stored(),
            settings.count_tolerance
        );
        let mut failure = Failure::new("borgmatic::check::spot-count", words)
            .help("if so many files came or went since, make a backup; if not, look for a disk that is missing, or for an exclude that is too wide");
        failure.tail = counted.differences();
        return Err(failure);
    }
    let sample = counted.sample(settings.sample);
    let words = format!("Comparing {} of {sources} files", sample.len());
    context.say(Level::Info, &words);
    let verdict = hashes(context, settings, archive, &sample, &names, runtime)?;
    Ok(Compared {
        verdict,
        sources,
        difference,
    })
}

/// Reads the sample on both sides at once.
fn hashes(
    context: &Context<'_>,
    settings: &Settings<'_>,
    archive: &str,
    sample: &[Source],
    names: &Names,
    runtime: &Runtime,
) -> Result<Verdict, Failure> {
    let (files, working) = (context.host.files, context.working());
    let processes = context.host.processes;
    let paths: Vec<&str> = sample.iter().map(|source| source.path.as_str()).collect();
    let mut verdict = Verdict::of(sample);
    if let Some(text) = settings.check.xxh64sum_command.text() {
        let words = words::split(text).map_err(|why| {
            Failure::new(
                "borgmatic::check::spot-settings",
                format!("xxh64sum_command: {why}"),
            )
        })?;
        let program = hash::Program {
            processes,
            words: &words,
            cwd: context.borg.cwd.as_deref(),
            say: &|level, line| context.say(level, line),
        };
        let now = hash::with(&program, files, working, &paths)?;
        archived(context, archive, sample, names, runtime, &mut verdict)?;
        verdict.here(now);
        return Ok(verdict);
    }
    let failed = AtomicBool::new(false);
    let stopped = || failed.load(Ordering::Relaxed) || processes.stop().is_some();
    let now: Result<Vec<Now>, Failure> = thread::scope(|scope| {
        let here = scope.spawn(|| hash::all(files, working, &paths, &stopped));
        let there = archived(context, archive, sample, names, runtime, &mut verdict);
        failed.store(there.is_err(), Ordering::Relaxed);
        let now = here.join().unwrap_or_default();
        there.map(|()| now)
    });
    let now = now?;
    if let Some(signal) = processes.stop() {
        return Err(Failure::interrupted(signal));
    }
    verdict.here(now);
    Ok(verdict)
}

/// Asks borg what it stored of the sample.
fn archived(
    context: &Context<'_>,
    archive: &str,
    sample: &[Source],
    names: &Names,
    runtime: &Runtime,
    verdict: &mut Verdict,
) -> Result<(), Failure> {
    let mut ask = |patterns: Option<&str>, paths: &[String]| {
        let format = Some("{xxh64}{path}{linktarget}{target}");
        let command = list::entries(context, archive, format, patterns, paths);
        context.borg.sift(context.host, &command, &mut |line| {
            let entry = Entry::read(line);
            entry.inspect(|entry| verdict.there(entry)).is_some()
        })
    };
    // Borg cuts spaces off the ends of a pattern in a file.
    let fits = |name: &str| !name.contains(['\n', '\r']) && name.trim() == name;
    let (in_file, odd): (Vec<&Source>, Vec<&Source>) =
        sample.iter().partition(|source| fits(&source.name));
    if odd.is_empty() && in_file.len() <= ARGUMENTS {
        let paths = in_file.iter().map(|source| argument(&source.path, names));
        return ask(None, &paths.collect::<Vec<_>>());
    }
    let whole = |source: &&Source, kind| Pattern {
        kind,
        style: "pf",
        path: source.name.as_str().into(),
    };
    if !in_file.is_empty() {
        let mut patterns: Vec<_> = in_file
            .iter()
            .map(|source| whole(source, Kind::Include))
            .collect();
        patterns.push(Pattern {
            kind: Kind::Exclude,
            style: "fm",
            path: "*".into(),
        });
        let file = create::patterns_file(context, runtime, &patterns)?;
        ask(file.as_deref(), &[])?;
    }
    let odd: Vec<String> = odd
        .iter()
        .map(|source| format!("pf:{}", source.name))
        .collect();
    portions(&odd)
        .into_iter()
        .try_for_each(|some| ask(None, some))
}

/// A path as an argument of `borg list`: as the source has it, like the original's, where that is how
/// it is stored, too.
fn argument(path: &str, names: &Names) -> String {
    let name = names.stored(path);
    let has_style = path.get(2..3) == Some(":");
    if has_style {
        format!("pf:{name}")
    } else if path.trim_start_matches('/') == name {
        path.to_owned()
    } else {
        name.to_owned()
    }
}

/// Lists that the system takes as arguments of one command.
fn portions<T: AsRef<str>>(words: &[T]) -> Vec<&[T]> {
    let mut all = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let mut bytes = 0;
        let many = rest.iter().take(WORDS).take_while(|word| {
            bytes += word.as_ref().len() + 1;
            bytes <= BYTES
        });
        let (some, later) = rest.split_at(many.count().max(1));
        all.push(some);
        rest = later;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::portions;

    #[test]
    fn lists_of_arguments_are_short_enough() {
        let words = vec!["x".repeat(100_000); 5];
        assert_eq!(
            portions(&words)
                .iter()
                .map(|some| some.len())
                .collect::<Vec<_>>(),
            [2, 2, 1]
        );
        assert_eq!(portions(&vec!["y"; 1001]).len(), 2);
        assert!(portions::<&str>(&[]).is_empty());
    }
}
