//! What systemd itself says of units before they are installed: copies of them are analysed, whose
//! program is the one that runs.

use std::path::{Path, PathBuf};

use super::decide::Decided;
use super::recipe::{File, Kind, Step};
use super::self_install::Task;
use super::systemd::SERVICE;
use crate::host::{Command, Failure, Heard, Host};

/// Refuses units that systemd has anything to say about. Returns how exposed the service is, as
/// systemd counts: from 0 to 10, the less the better.
pub(super) fn units(task: &Task<'_>, decided: &[Decided<'_>]) -> Result<Option<String>, Failure> {
    let units = decided.iter().filter_map(|one| match one.item.step {
        Some(Step::File(file)) if file.kind == Kind::Unit => Some(file),
        _ => None,
    });
    let units: Vec<&File> = units.collect();
    if units.is_empty() {
        return Ok(None);
    }
    let host = task.alone.host;
    let folder = PathBuf::from(host.env.text("TMPDIR").unwrap_or("/tmp"));
    let copies = host.files.scratch(&folder, "borgmatic-units-")?;
    let answer = analysed(task, host, &copies, &units);
    // What stays does no harm.
    host.files.remove_tree(&copies).ok();
    answer
}

fn analysed(
    task: &Task<'_>,
    host: &Host<'_>,
    copies: &Path,
    units: &[&File],
) -> Result<Option<String>, Failure> {
    let program = task.setting.paths.program();
    let own = host.files.own_path().unwrap_or_else(|| program.clone());
    let mut paths = Vec::new();
    for unit in units {
        let text = String::from_utf8_lossy(&unit.bytes).replace(
            &format!("ExecStart={}", program.display()),
            &format!("ExecStart={}", own.display()),
        );
        let path = copies.join(unit.path.file_name().unwrap_or_default());
        host.files.write_whole(&path, text.as_bytes(), 0o644)?;
        paths.push(path);
    }
    let user = task.setting.managers.reach == super::job::Reach::User;
    let verify = Command::new("systemd-analyze")
        .when(user, ["--user"])
        .args(["verify", "--man=no"])
        .args(&paths)
        .reads();
    let mut said = Vec::new();
    let ended = host.processes.run(&verify, &mut |heard| {
        if let Heard::Out(line) | Heard::Err(line) = heard {
            said.push(String::from_utf8_lossy(line).into_owned());
        }
    });
    if ended.is_err() {
        // No such program here.
        return Ok(None);
    }
    let place = copies.display().to_string();
    said.retain(|line| line.contains(&place) || line.contains("borgmatic"));
    if !said.is_empty() {
        let words = "systemd does not accept the units";
        let mut failure = Failure::new("borgmatic::install::units", words)
            .help("report this as a mistake of borgmatic, with the lines above");
        failure.tail = said;
        return Err(failure);
    }
    let security = Command::new("systemd-analyze")
        .when(user, ["--user"])
        .args(["security", "--offline=true", "--no-pager"])
        .arg(copies.join(SERVICE))
        .reads();
    let text = super::programs::says(host, &security).unwrap_or_default();
    Ok(exposure(&text))
}

/// The number in «Overall exposure level for borgmatic.service: 2.3 OK».
fn exposure(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains("exposure level"))?;
    let number = line.rsplit(": ").next()?.split_whitespace().next()?;
    number.parse::<f32>().ok()?;
    Some(number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::exposure;

    #[test]
    fn the_exposure_is_read() {
        let text =
            "  NAME  DESCRIPTION\n\n→ Overall exposure level for borgmatic.service: 2.3 OK :-)\n";
        assert_eq!(exposure(text).as_deref(), Some("2.3"));
        assert_eq!(exposure("nothing"), None);
    }
}
