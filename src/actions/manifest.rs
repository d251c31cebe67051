//! Reads the bootstrap manifest of an archive: which configuration files it holds.

use serde::Deserialize;

use super::extract;
use crate::borg::exit::{self, Meaning};
use crate::borg::hear::Strictness;
use crate::borg::{Borg, Version, reply};
use crate::config::{directories, groups};
use crate::host::{Env, Exit, Failure, Host};

#[derive(Deserialize)]
struct Manifest {
    config_paths: Vec<String>,
}

/// Below which directories of an archive the manifest may lie: today's place, the whole path of a
/// runtime directory (before Borg 1.4), and that of borgmatic before 1.9. borgmatic 2.1.10: the same;
/// an old borg has it at the second one, so we look there first: each look reads all of the archive's
/// list.
pub(super) fn folders(
    run: &groups::Run,
    env: &Env,
    version: &Version,
) -> Result<[String; 3], Failure> {
    let base = directories::runtime(run, env)?;
    let parts: Vec<_> = base
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .map(|name| {
            if name.starts_with("borgmatic-") {
                "*".into()
            } else {
                name
            }
        })
        .collect();
    let mut folders = [
        "borgmatic".to_owned(),
        [parts.join("/").as_str(), "*", "borgmatic"].join("/"),
        directories::old_source(run, env)
            .to_string_lossy()
            .into_owned(),
    ];
    if *version < Version::new(1, 4, 0) {
        folders.swap(0, 1);
    }
    Ok(folders)
}

/// The paths of the configuration files in an archive. `repository` is absolute where it is a path.
pub(super) fn config_paths(
    host: &Host<'_>,
    borg: &Borg<'_>,
    numeric_ids: bool,
    repository: &str,
    archive: &str,
    folders: &[String],
) -> Result<Vec<String>, Failure> {
    for folder in folders {
        let wants = extract::Wants {
            numeric: numeric_ids,
            stdout: true,
            ..extract::Wants::default()
        };
        let mut command = extract::command(borg, repository, archive, wants)
            .arg(format!("sh:{folder}/bootstrap/manifest.json"));
        command.cwd = None;
        let ended = borg.probe(host, &command)?;
        if ended.out.trim().is_empty() {
            let (meaning, _) = exit::judge(ended.exit, borg.options.borg_exit_codes.items());
            // A pattern that matched nothing is a warning of borg's, and an answer here.
            if meaning == Meaning::Error && !matches!(ended.exit, Exit::Code(1 | 100..=127)) {
                borg.judge(host, &command, ended, Strictness::Usual)?;
            }
            continue;
        }
        let out = borg.judge(host, &command, ended, Strictness::Usual)?;
        let manifest: Manifest = reply::read(&command, &out)?;
        return Ok(manifest.config_paths);
    }
    let words = format!(
        "the archive {archive} holds no bootstrap manifest, which names its configuration files"
    );
    Err(Failure::new("borgmatic::archive::no-manifest", words)
        .help("make an archive with `borgmatic create`, without store_config_files: false below bootstrap"))
}
