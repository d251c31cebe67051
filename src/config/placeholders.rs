//! Names in braces that nobody will fill in: borg's placeholders, and the variables of command hooks.

use super::Config;
use crate::borg::archive::PLACEHOLDERS;
use crate::hooks::command::words;
use crate::text::near::nearest;
use crate::text::{Origin, Problem, Problems};

/// Borg stops at a name that it does not know. One that is near to a known one is a mistake; another
/// one may be known to a newer borg.
pub(super) fn rules(config: &Config, out: &mut Problems) {
    let archive = &config.archive;
    let texts = [&archive.archive_name_format, &archive.match_archives];
    let paths = config.repositories.repositories.items();
    let paths = paths.iter().map(|repository| &repository.path);
    for option in texts.into_iter().chain(paths) {
        let (Some(text), Some(origin)) = (option.get(), option.origin()) else {
            continue;
        };
        for name in names(text).filter(|name| !PLACEHOLDERS.contains(name)) {
            // A constant that could not be filled in is told of already.
            if constants(config).any(|own| own == name) {
                continue;
            }
            out.add(unknown(
                config,
                origin,
                name,
                &PLACEHOLDERS,
                "borg fills in no `{",
            ));
        }
    }
    for hook in config.commands.commands.items() {
        let Some(origin) = hook.run.origin() else {
            continue;
        };
        let lines = hook.run.items().iter();
        for name in lines.flat_map(|line| names(line)) {
            // The shell has braces of its own: only a slip is told.
            let known = words::NAMES.contains(&name) || PLACEHOLDERS.contains(&name);
            if !known && nearest(name, words::NAMES).is_some() {
                let what = "a command hook has no `{";
                out.add(unknown(config, origin, name, &words::NAMES, what).warning());
            }
        }
    }
}

fn constants(config: &Config) -> impl Iterator<Item = &str> {
    let all = config.run.constants.get();
    let all = all.into_iter().flat_map(|constants| &constants.0);
    all.map(|(name, _)| name.as_str())
}

fn unknown(config: &Config, origin: &Origin, name: &str, known: &[&str], what: &str) -> Problem {
    let mut place = origin.clone();
    if let Some(at) = origin.text().find(&format!("{{{name}")) {
        let start = origin.span.start + at;
        place.span = start..start + name.len() + 2;
        place.span.end = place.span.end.min(origin.span.end);
    }
    let problem = Problem::new("borgmatic::config::placeholder", format!("{what}{name}}}`"))
        .at(&place, "no such name");
    match nearest(name, known.iter().copied().chain(constants(config))) {
        Some(near) => problem.help(format!("did you mean `{{{near}}}`?")),
        None => problem
            .help(format!("names that are filled in: {}", known.join(", ")))
            .warning(),
    }
}

/// The names in braces; `{{` is a brace, `${NAME}` a variable, and what stands after a colon a format.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find('{')?;
            let (before, after) = (&rest[..at], &rest[at + 1..]);
            if let Some(after) = after.strip_prefix('{') {
                rest = after;
                continue;
            }
            rest = after;
            let is_name = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
            let end = after.find(|letter| !is_name(letter)).unwrap_or(after.len());
            let closed = after[end..].starts_with(['}', ':', '!', '.']);
            if end > 0 && closed && !before.ends_with(['$', '\\']) {
                return Some(&after[..end]);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_stand_in_single_braces() {
        let all = |text| names(text).collect::<Vec<_>>();
        assert_eq!(
            all("{hostname}-{now:%Y-%m}x{pid!r}{now.year}"),
            ["hostname", "now", "pid", "now"]
        );
        assert_eq!(
            all("${NAME} {{x}} \\{y\\} {} { a } awk '{print $1}' {open"),
            [""; 0]
        );
    }
}
