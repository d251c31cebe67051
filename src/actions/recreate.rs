//! `recreate`: writes archives anew, without what is left out by now.
//!
//! Borg takes out of an archive whatever lies outside the sources. So it is asked first, with a dry
//! run, what would go: an archive of something else is refused, and what borgmatic itself has put into
//! an archive stays. borgmatic 2.1.10 does neither, and with Borg 1 it rewrites all archives of the
//! repository, whatever `--match-archives` says.

mod left_over;

use std::path::{Path, PathBuf};

use left_over::UNFINISHED;

use super::create::{command, paths};
use super::patterns_file::PatternsFile;
use super::select::{Match, Where, only_one};
use super::{Action, Answer, Context, Info};
use crate::borg::Feature;
use crate::borg::line::Translation;
use crate::borg::pattern::{Kind, Pattern, is_glob};
use crate::config::find;
use crate::config::groups::Recompress;
use crate::host::{Command, Failure, Level};
use crate::option::Choice;
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// Flags of recreate.
    pub struct Flags {
        /// The archive: its name, or latest. Without it, all that match.
        archive: String = "NAME";
        /// Show each file.
        list: bool = "", sets = "list_details";
        /// The name of the new archive; the old one stays. Only with --archive.
        target: String = "NAME";
        /// A comment to store with the archive.
        comment: String = "TEXT";
        /// The time to store with the archive, as 2026-01-31T12:00:00.
        timestamp: String = "TIME";
        ..matching: Match;
        ..at: Where;
    }
}

pub struct Recreate;

impl Action for Recreate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "recreate",
        aliases: &[],
        about: "Write archives anew, without what is excluded by now",
    };
    const TAKES_TURN: bool = true;

    fn rules(flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["archive", "match_archives"], out);
        if let (Some(target), None) = (node.get("target"), flags.archive.text()) {
            let words = "--target needs --archive: one archive gets the new name";
            let problem = Problem::new("borgmatic::cli::conflict", words);
            out.add(
                problem
                    .on(target, "for which archive?")
                    .help("add --archive NAME"),
            );
        }
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let what = flags.archive.text().map_or_else(
            || "Writing the archives anew".to_owned(),
            |name| format!("Writing archive {name} anew"),
        );
        context.announce(Level::Answer, &what);
        let patterns = patterns(context)?;
        let targets = targets(context, flags)?;
        // All are looked at before the first one is changed.
        let looked = targets
            .iter()
            .map(|target| look(context, flags, target, &patterns));
        let own = looked.collect::<Result<Vec<_>, Failure>>()?;
        for (target, own) in targets.iter().zip(own) {
            let file = PatternsFile::write(context, &[own, patterns.clone()].concat())?;
            let list = context.config.output.list_details.is_on();
            let level = if list { Level::Answer } else { Level::Info };
            let command = write(context, flags, &file, target);
            context.borg.run(context.host, &command, level)?;
        }
        Ok(Answer::Done)
    }
}

/// What one borg command works on.
struct Target {
    /// The name of the archive, where it is one.
    name: Option<String>,
    /// The end of the command.
    at: Vec<String>,
}

impl Target {
    fn shown(&self) -> String {
        self.name.as_ref().map_or_else(
            || "the archives".to_owned(),
            |name| format!("archive {name}"),
        )
    }
}

fn targets(context: &Context<'_>, flags: &Flags) -> Result<Vec<Target>, Failure> {
    let (borg, path) = (context.borg, context.repository.path());
    if let Some(name) = flags.archive.text() {
        let name = context.archive_name(name)?;
        if let Some(whole) = name.strip_suffix(UNFINISHED) {
            return Err(left_over::unfinished(context, &name, whole));
        }
        let at = if borg.has(Feature::SeparateRepository) {
            [borg.at(path), context.matching_name(Some(&name))].concat()
        } else {
            borg.at_archive(path, &name)
        };
        let name = Some(name);
        return Ok(vec![Target { name, at }]);
    }
    if borg.has(Feature::SeparateRepository) {
        let at = [borg.at(path), context.matching()].concat();
        return Ok(vec![Target { name: None, at }]);
    }
    // Borg 1 cannot choose here by itself.
    let short = vec!["--short".to_owned()];
    let names = borg.archive_names(
        context.host,
        context.repository,
        [context.matching(), short].concat(),
    )?;
    let (unfinished, names): (Vec<_>, Vec<_>) = names
        .into_iter()
        .partition(|name| name.ends_with(UNFINISHED));
    for name in unfinished {
        let words =
            format!("Leaving out {name}: borg calls so what an interrupted recreate leaves over");
        context.say(Level::Warning, &words);
    }
    if names.is_empty() {
        let words = "No archive matches. All archives: --match-archives '*'";
        context.say(Level::Warning, words);
    }
    let target = |name: String| Target {
        at: borg.at_archive(path, &name),
        name: Some(name),
    };
    Ok(names.into_iter().map(target).collect())
}

/// What belongs into an archive by now, with what borgmatic puts there.
fn patterns(context: &Context<'_>) -> Result<Vec<Pattern>, Failure> {
    let written = paths::collect(context)?;
    let mut all = paths::expand(context, written.clone());
    paths::some_source(&all)?;
    for pattern in written.iter().filter(|pattern| pattern.kind == Kind::Root) {
        let Some(path) = pattern.path.to_str() else {
            continue;
        };
        // What a pattern of the shell meant when the archive was made may be gone by now.
        if is_glob(path) {
            let path = find::expand(path, context.host.env);
            let include = |path: PathBuf| Pattern {
                style: "sh",
                ..Pattern::include(path)
            };
            all.extend([include(path.clone()), include(path.join("**"))]);
        }
        // Borg stores what comes after the dot only.
        if let Some((_, stored)) = path.split_once("/./") {
            all.push(Pattern::root(stored));
        }
    }
    all.push(Pattern::root("/borgmatic"));
    paths::can_be_written(&all)?;
    Ok(all)
}

/// Asks borg what would go. Returns patterns for what has to stay.
fn look(
    context: &Context<'_>,
    flags: &Flags,
    target: &Target,
    patterns: &[Pattern],
) -> Result<Vec<Pattern>, Failure> {
    let borg = context.borg;
    let file = PatternsFile::write(context, patterns)?;
    let command = start(context, &file)
        .option("--target", flags.target.text())
        .args(command::excludes(&context.config.exclude))
        .args(context.extra(&borg.options.extra().recreate))
        .args(&target.at)
        .args(["--dry-run", "--list"])
        .reads();
    let (kept, gone) = if borg.has(Feature::ExcludedMinus) {
        ("+ ", "- ")
    } else {
        ("- ", "x ")
    };
    let (mut staying, mut going, mut own) = (0_u64, 0_u64, Vec::new());
    let mut translation = Translation::default();
    borg.sift(context.host, &command, &mut |line| {
        translation.read(line, Level::Info, Level::Info);
        let line = &translation.text;
        if let Some(path) = line.strip_prefix(kept) {
            staying += u64::from(!is_own(path, context.files));
        } else if let Some(path) = line.strip_prefix(gone) {
            if is_own(path, context.files) {
                own.push(Pattern {
                    style: "pf",
                    ..Pattern::include(path)
                });
            } else {
                going += 1;
            }
        } else {
            return false;
        }
        true
    })
    .map_err(|failure| match flags.target.get() {
        None => left_over::taken(context, target.name.as_deref(), failure),
        Some(_) => failure,
    })?;
    let shown = target.shown();
    if staying == 0 && going > 0 {
        let words = format!(
            "{shown} would become empty: nothing in it is within the sources of this configuration"
        );
        return Err(Failure::new("borgmatic::recreate::empty", words).help(
            "choose archives that this configuration has made, with --archive or --match-archives",
        ));
    }
    if going > 0 {
        let words = format!("Of {shown}, {staying} paths stay and {going} go");
        context.say(Level::Info, &words);
    }
    paths::can_be_written(&own)?;
    Ok(own)
}

/// Did borgmatic put it into the archive: configuration files, and what it keeps in its runtime
/// directory? Paths are those of an archive, without a leading slash.
fn is_own(path: &str, files: &[PathBuf]) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_config =
        |pair: &[&str]| matches!(pair, ["etc" | ".config", "borgmatic" | "borgmatic.d"]);
    // Before Borg 1.4, the whole path of the runtime directory is stored.
    let is_runtime = |pair: &[&str]| pair[0].starts_with("borgmatic-") && pair[1] == "borgmatic";
    parts[0] == "borgmatic"
        || parts.contains(&".borgmatic")
        || parts
            .windows(2)
            .any(|pair| is_config(pair) || is_runtime(pair))
        || files.iter().any(|file| {
            file.strip_prefix("/")
                .is_ok_and(|file| file == Path::new(path))
        })
}

fn start(context: &Context<'_>, file: &PatternsFile<'_>) -> Command {
    let borg = context.borg;
    borg.command("recreate")
        .args(borg.remote())
        .arg("--log-json")
        // borgmatic 2.1.10: here, 0 is passed on too.
        .option("--lock-wait", borg.options.lock_wait.get())
        .args(borg.verbose())
        .arg("--patterns-from")
        .arg(file.path())
}

fn write(
    context: &Context<'_>,
    flags: &Flags,
    file: &PatternsFile<'_>,
    target: &Target,
) -> Command {
    let (borg, archive) = (context.borg, &context.config.archive);
    let exclude = &context.config.exclude;
    let recompress = archive.recompress.get().copied().map(Recompress::word);
    let list = context.config.output.list_details.is_on();
    start(context, file)
        .when(list, ["--list", "--filter", borg.list_filter(context.dry)])
        .option("--target", flags.target.text())
        .option("--comment", flags.comment.text())
        .option("--timestamp", flags.timestamp.text())
        .option("--compression", archive.compression.text())
        .option("--chunker-params", archive.chunker_params.text())
        .option("--recompress", recompress)
        // Of a flag for exclude_nodump, recreate knows nothing: archives do not say which files have it.
        .args(command::excludes(exclude))
        .when(context.dry, ["--dry-run"])
        .args(context.extra(&borg.options.extra().recreate))
        .args(&target.at)
        .reads_if(context.dry)
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn what_borgmatic_has_stored_is_known() {
        let files = ["/srv/backup.yaml".into()];
        for path in [
            "borgmatic/bootstrap/manifest.json",
            "borgmatic",
            "run/user/1000/borgmatic-x1y2/borgmatic/bootstrap/manifest.json",
            "root/.borgmatic/postgresql_databases/localhost/all",
            "etc/borgmatic/config.yaml",
            "home/ann/.config/borgmatic.d/mail.yaml",
            "srv/backup.yaml",
        ] {
            assert!(is_own(path, &files), "{path}");
        }
        for path in [
            "srv/other.yaml",
            "home/ann/borgmatic/notes.txt",
            "home/ann/borgmatic-notes/letter",
            "etc/passwd",
        ] {
            assert!(!is_own(path, &files), "{path}");
        }
    }
}
