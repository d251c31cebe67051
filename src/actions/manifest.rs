//! Finds the bootstrap manifest of an archive: which configuration files it holds.

use std::path::PathBuf;

use super::extract;
use crate::borg::run::Strictness;
use crate::borg::{Borg, Version};
use crate::config::{directories, groups};
use crate::hooks::manifest;
use crate::host::{Env, Exit, Failure, Host};

/// Hands out, once, the paths of the configuration files in an archive; `false` where it does not tell.
/// That is as soon as borg has named them: it still reads on then to the end of the archive, and may
/// fail. `repository` is to be found from any directory.
pub(super) fn config_paths(
    host: &Host<'_>,
    borg: &Borg<'_>,
    run: &groups::Run,
    numeric: bool,
    repository: &str,
    archive: &str,
    found: &mut dyn FnMut(Vec<PathBuf>),
) -> Result<bool, Failure> {
    for folder in folders(run, host.env, &borg.version)? {
        let wants = extract::Wants {
            numeric,
            stdout: true,
            ..extract::Wants::default()
        };
        let mut command = extract::command(borg, repository, archive, wants)
            .arg(format!("sh:{}/bootstrap/manifest.json", folder.display()));
        command.cwd = None;
        let mut told = false;
        let ended = borg.probe_early(host, &command, &mut |text| {
            if !told && let Ok(paths) = manifest::read(text) {
                told = true;
                found(paths);
            }
        })?;
        let text = match ended.exit {
            // A pattern that matched nothing is a warning of borg's, and an answer here.
            Exit::Code(1 | 101) => ended.out,
            _ => borg.judge(host, &command, ended, Strictness::Usual)?,
        };
        if !told && !text.trim().is_empty() {
            found(manifest::read(&text)?);
            told = true;
        }
        if told {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Below which directories of an archive the manifest may lie: today's place, the whole path of a
/// runtime directory (before Borg 1.4), and that of borgmatic before 1.9. An old borg most likely has
/// it at the second one, so we look there first: each look reads all of the archive's list.
fn folders(run: &groups::Run, env: &Env, version: &Version) -> Result<Vec<PathBuf>, Failure> {
    let runtime = directories::runtime(run, env)?;
    let runtime: PathBuf = runtime
        .iter()
        .map(|part| {
            if part.as_encoded_bytes().starts_with(b"borgmatic-") {
                "*".as_ref()
            } else {
                part
            }
        })
        .collect();
    let mut folders = vec![
        PathBuf::from("borgmatic"),
        runtime.join("*/borgmatic"),
        directories::old_source(run, env),
    ];
    if *version < Version::new(1, 4, 0) {
        folders.swap(0, 1);
        // The archive may be another user's, or another machine's.
        folders.push("**/borgmatic-*/borgmatic".into());
    }
    Ok(folders)
}
