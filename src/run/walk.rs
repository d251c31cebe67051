//! The interpreter of an outline: each file, each repository, each action, in order. What fails in
//! one repository does not keep the others from their backup.

use super::verdict::{FileVerdict, Verdict};
use crate::actions::{Answer, Context, Run};
use crate::borg::Borg;
use crate::borg::ask::Known;
use crate::config::directories;
use crate::host::{Failure, FailureKind, Host, Level};
use crate::plan::{FilePart, Outline, UnitPart};

pub fn walk(host: &Host<'_>, outline: &Outline<'_>, dry: bool) -> Verdict {
    let known = Known::default();
    let mut verdict = Verdict::default();
    for part in &outline.files {
        let file = file(host, &known, part, dry);
        verdict.files.push(file);
        verdict.stopped = host.processes.stop();
        if verdict.stopped.is_some() {
            break;
        }
    }
    verdict
}

fn file(host: &Host<'_>, known: &Known, part: &FilePart<'_>, dry: bool) -> FileVerdict {
    let mut verdict = FileVerdict {
        path: part.loaded.path.clone(),
        failures: Vec::new(),
        answers: Vec::new(),
    };
    for unit in &part.units {
        let scope = unit.unit.repository.name();
        if let Err(failure) = repository(host, known, part, unit, dry, &mut verdict.answers) {
            host.bus.line(Level::Error, scope, &failure.words);
            failure
                .tail
                .iter()
                .for_each(|line| host.bus.line(Level::Error, "", line));
            let stops = matches!(failure.kind, FailureKind::Interrupted(_));
            verdict.failures.push((scope.to_owned(), failure));
            if stops {
                break;
            }
        }
    }
    if !verdict.failures.is_empty() {
        verdict.answers.clear();
    }
    verdict
}

fn repository(
    host: &Host<'_>,
    known: &Known,
    file: &FilePart<'_>,
    part: &UnitPart<'_>,
    dry: bool,
    answers: &mut Vec<serde_json::Value>,
) -> Result<(), Failure> {
    let (config, repository) = (&part.unit.config, &part.unit.repository);
    let cwd = directories::working(&config.source, host.env);
    if let Some(cwd) = cwd.as_ref().filter(|cwd| !host.files.is_dir(cwd)) {
        let words = format!("the working directory {} does not exist", cwd.display());
        return Err(Failure::new("borgmatic::run::working-directory", words)
            .help("correct the option working_directory"));
    }
    let borg = Borg::ready(host, known, &config.borg, cwd)?;
    let context = Context {
        host,
        borg: &borg,
        config,
        repository,
        files: &file.loaded.files,
        dry,
    };
    for act in &part.acts {
        let Run::OnRepository(run) = act.entry.run else {
            continue;
        };
        if let Answer::Json(document) = run(&context, &act.flags)? {
            answers.push(document);
        }
        if let Some(signal) = host.processes.stop() {
            return Err(Failure::interrupted(signal));
        }
    }
    Ok(())
}
