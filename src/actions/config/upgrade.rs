//! `upgrade-config`: old configuration files to today's form, with all that people wrote beside the
//! options.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::tell;
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::find::{self, expand};
use crate::config::include::Texts;
use crate::config::is_secret;
use crate::config::load::LARGEST;
use crate::config::upgrade::files::{Planned, order, plan};
use crate::config::upgrade::{apply, ini};
use crate::host::{Failure, Level};
use crate::options;
use crate::text::printable::printable;
use crate::text::{self, Problems, Source};

/// Where borgmatic 1.0 had its files.
const OLD_CONFIG: &str = "/etc/borgmatic/config";
const OLD_EXCLUDES: &str = "/etc/borgmatic/excludes";
const DESTINATION: &str = "/etc/borgmatic/config.yaml";

options! {
    /// Flags of upgrade-config.
    pub struct Flags {
        /// Show what would change, and change nothing; --dry-run does the same.
        diff: bool = "";
        /// Tell what each change means for backups.
        explain: bool = "";
        /// A file in the format of borgmatic 1.0, to make a new one from.
        source_config: String = "FILE", short = 's', default = "/etc/borgmatic/config, if there is no newer file";
        /// The file of excludes that belongs to it.
        source_excludes: String = "FILE", short = 'e', default = "/etc/borgmatic/excludes, if it is there";
        /// The file to make from them.
        destination_config: String = "FILE", short = 'd', default = "/etc/borgmatic/config.yaml";
    }
}

pub struct Upgrade;

impl AloneAction for Upgrade {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "upgrade-config",
        aliases: &["config upgrade"],
        about: "Bring old configuration files to today's form",
    };

    const LOADS: bool = false;
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = alone.host;
        let shows_only = alone.dry || flags.diff.is_on();
        let paths = find::files(alone.configs, host.env, host.files);
        let old = flags.source_config.text();
        let no_newer = paths.is_empty() && host.files.exists(Path::new(OLD_CONFIG));
        if old.is_some() || no_newer && alone.configs.is_empty() {
            return from_ini(alone, flags, old.unwrap_or(OLD_CONFIG), shows_only);
        }
        if let Some((flag, _)) = [
            ("--source-excludes", &flags.source_excludes),
            ("--destination-config", &flags.destination_config),
        ]
        .into_iter()
        .find(|(_, value)| value.is_set())
        {
            let words = "--source-excludes and --destination-config belong to --source-config";
            let failure = Failure::new("borgmatic::cli::conflict", words);
            return Err(failure.help(format!("add --source-config, or leave {flag} out")));
        }
        if paths.is_empty() {
            let words = "there is no configuration file to upgrade";
            return Err(Failure::new("borgmatic::upgrade::none", words)
                .help("name one: borgmatic upgrade-config --config FILE"));
        }
        upgrade(alone, &paths, shows_only, flags.explain.is_on())
    }
}

/// Upgrades files and what they include.
fn upgrade(
    alone: &Alone<'_>,
    paths: &[PathBuf],
    shows_only: bool,
    explains: bool,
) -> Result<Answer, Failure> {
    let mut bad = 0;
    let mut wrong = false;
    let all = plan(paths, &Texts::new(), alone.host.files, alone.host.env);
    let mut together = if shows_only {
        Ok(Vec::new())
    } else {
        joined(alone, &all)
    };
    for one in &all {
        let written = match &one.result {
            Err(problems) => {
                tell(alone, problems);
                wrong |= problems
                    .iter()
                    .any(|it| it.code != "borgmatic::config::file");
                Err(None)
            }
            Ok(_) if one.joined && one.new_text().is_some() && !shows_only => match &mut together {
                Ok(copies) => {
                    upgraded(alone, &one.path, &copies.remove(0));
                    Ok(())
                }
                Err(failure) => Err(failure.take()),
            },
            Ok(_) => file(alone, one, shows_only).map_err(Some),
        };
        if let Err(failure) = written {
            bad += 1;
            if let Some(failure) = failure {
                alone.host.bus.failure(Level::Error, &failure);
            }
            continue;
        }
        rest(alone, one, explains);
    }
    if bad == 0 {
        return Ok(Answer::Done);
    }
    let words = format!("{bad} of {} files could not be upgraded", all.len());
    let failure = Failure::new("borgmatic::upgrade::bad", words);
    if !wrong {
        return Err(failure);
    }
    Err(failure.help("see what is wrong: borgmatic config validate"))
}

/// Writes one file, or shows what would change in it.
fn file(alone: &Alone<'_>, one: &Planned, shows_only: bool) -> Result<(), Failure> {
    let path = &one.path;
    let shown = path.display();
    let Some(new) = one.new_text() else {
        say(alone, &format!("{shown}: nothing to upgrade"));
        return Ok(());
    };
    if shows_only {
        show_change(alone, path, &one.old, new);
        return Ok(());
    }
    let files = alone.host.files;
    let real = files.real(path).unwrap_or_else(|| path.clone());
    let now = files.read(&real, LARGEST);
    if now.is_ok_and(|now| now == new.as_bytes()) {
        let words = format!("{shown}: upgraded already, by another name of the same file");
        say(alone, &words);
        return Ok(());
    }
    let copies = files.replace_all(&[(path, new.as_bytes())])?;
    copies.iter().for_each(|copy| upgraded(alone, path, copy));
    Ok(())
}

/// Writes the files that include each other, for half of them could mean something else; where the
/// old texts are.
fn joined(alone: &Alone<'_>, all: &[Planned]) -> Result<Vec<PathBuf>, Option<Failure>> {
    let order = order(all, alone.host.files, alone.host.env);
    let texts: Vec<_> = order
        .iter()
        .filter_map(|at| Some((all[*at].path.as_path(), all[*at].new_text()?.as_bytes())))
        .collect();
    let written = alone.host.files.replace_all(&texts);
    let copies = written.map_err(|failure| {
        let words = "files that include each other stay as they are, all of them";
        alone.host.bus.line(Level::Warning, "", words);
        Some(failure)
    })?;
    let mut placed: Vec<_> = order.into_iter().zip(copies).collect();
    placed.sort_unstable();
    Ok(placed.into_iter().map(|(_, copy)| copy).collect())
}

fn upgraded(alone: &Alone<'_>, path: &Path, copy: &Path) {
    let (shown, copy) = (path.display(), copy.display());
    let words = format!("{shown}: upgraded; the old text is in {copy}");
    say(alone, &words);
}

/// Shows what would change in a file.
pub(super) fn show_change(alone: &Alone<'_>, path: &Path, old: &str, new: &str) {
    let document = diff(&path.to_string_lossy(), old, new);
    alone.host.bus.data(&document);
}

/// What was done to a file and why, and what stays.
fn rest(alone: &Alone<'_>, one: &Planned, explains: bool) {
    let Ok(rewritten) = &one.result else { return };
    let shown = one.path.display();
    if explains {
        for same in rewritten
            .done
            .chunk_by(|one, next| one.effect == next.effect)
        {
            let names: Vec<_> = same.iter().map(|rule| rule.at).collect();
            say(
                alone,
                &format!("  {}: {}", names.join(", "), same[0].effect),
            );
        }
    }
    for left in &rewritten.left {
        let (line, rule) = (left.line, left.rule);
        let words = format!(
            "{shown}:{line}: `{}` stays: {}. By hand: {}",
            rule.at, left.why, rule.words
        );
        alone.host.bus.line(Level::Warning, "", &words);
        if explains {
            say(alone, &format!("  {}: {}", rule.at, rule.effect));
        }
    }
    if one.included && one.new_text().is_some() {
        let words =
            format!("{shown} is included: files that were not named here may include it too");
        say(alone, &words);
    }
}

/// The differences, as `patch` reads them; secrets are asterisks.
pub fn diff(name: &str, old: &str, new: &str) -> String {
    let (old, new) = (masked(old), masked(new));
    let diff = TextDiff::from_lines(&old, &new);
    let name = printable(name);
    let (before, after) = (format!("a{name}"), format!("b{name}"));
    let mut text = diff.unified_diff().header(&before, &after).to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A text without its secrets; those of old forms too, which only reading it tells.
fn masked(text: &str) -> String {
    let source = Source::new("", text, is_secret);
    let mut ignored = Problems::default();
    if let Some(mut node) = text::parse(&source, &mut ignored) {
        apply(&mut node, &mut ignored);
    }
    source.masked()
}

/// Makes a file from those of borgmatic 1.0.
fn from_ini(
    alone: &Alone<'_>,
    flags: &Flags,
    old: &str,
    shows_only: bool,
) -> Result<Answer, Failure> {
    let host = alone.host;
    let at = |path: &str| host.env.cwd.join(expand(path, host.env));
    let read = |path: &Path| {
        let bytes = host.files.read(path, LARGEST);
        let bytes = bytes.map_err(|error| Failure::file("read", path, &error))?;
        let source = text::decode(&path.to_string_lossy(), bytes, is_secret);
        source
            .map(|source| source.text.clone())
            .map_err(|problem| Failure::from(*problem))
    };
    let config = at(old);
    let excludes = match flags.source_excludes.text() {
        Some(path) => Some(at(path)),
        None => Some(PathBuf::from(OLD_EXCLUDES)).filter(|path| host.files.exists(path)),
    };
    let destination = at(flags.destination_config.text().unwrap_or(DESTINATION));
    let shown = destination.display();
    let listed = excludes.as_deref().map(read).transpose()?;
    let made = ini::convert(
        &config.to_string_lossy(),
        &read(&config)?,
        listed.as_deref(),
    );
    let made = match made {
        Ok(made) => made,
        Err(problems) => {
            tell(alone, &problems);
            let words = format!("{} could not be upgraded", config.display());
            return Err(Failure::new("borgmatic::upgrade::bad", words));
        }
    };
    if shows_only {
        host.bus.data(&masked(&made));
        return Ok(Answer::Done);
    }
    if host.files.is_there(&destination) {
        let words = format!("{shown} exists already");
        return Err(Failure::new("borgmatic::upgrade::destination", words)
            .help("choose another --destination-config, or move that file away"));
    }
    host.files
        .make_dir(destination.parent().unwrap_or(Path::new("/")), 0o700)?;
    host.files.write_private(&destination, made.as_bytes())?;
    say(alone, &format!("Wrote {shown}"));
    let sources: Vec<_> = [Some(config), excludes].into_iter().flatten().collect();
    let sources: Vec<_> = sources
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    say(
        alone,
        &format!(
            "Next: read it, run borgmatic config validate, then delete {}",
            sources.join(" and ")
        ),
    );
    Ok(Answer::Done)
}

fn say(alone: &Alone<'_>, words: &str) {
    alone.host.bus.line(Level::Answer, "", words);
}
