//! A run that our property list started: what nobody but it can find out, and how large its log grows.

use std::path::Path;

use super::has_full_disk_access;
use crate::host::{Host, Level};

/// Names the file that the output of the run goes to. Set by the property list.
pub(super) const LOG: &str = "BORGMATIC_LAUNCHD_LOG";

/// A log that is larger is put away when a run starts. In bytes.
const LARGEST: u64 = 4 << 20;

/// At the start of each run; nothing, where launchd did not start it.
pub fn begin(host: &Host<'_>) {
    let Some(log) = host.env.text(LOG) else {
        return;
    };
    if let Err(failure) = host.files.put_away_own_log(Path::new(log), LARGEST) {
        host.bus.failure(Level::Warning, &failure);
    }
    let may = has_full_disk_access(&host.env.home, host.files);
    if let (Some(false), Some(program)) = (may, host.files.own_path()) {
        host.bus.line(Level::Warning, "", &refused(&program));
    }
}

fn refused(program: &Path) -> String {
    format!(
        "macOS keeps mail, photos and other people's files from this run: add {} in System Settings, \
         Privacy & Security, Full Disk Access, and again after each update",
        program.display()
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::script::Stage;

    /// macOS refuses root, too; here, a mode refuses others.
    #[test]
    fn a_run_of_launchd_tells_which_program_needs_the_grant() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("Library/Safari/CloudTabs.db");
        std::fs::create_dir_all(guarded.parent().unwrap()).unwrap();
        std::fs::write(&guarded, "").unwrap();
        std::fs::set_permissions(&guarded, std::fs::Permissions::from_mode(0o000)).unwrap();
        let is_refused = std::fs::read(&guarded).is_err();
        let mut stage = Stage::new("/");
        stage.env.home = folder.path().to_owned();
        begin(&stage.host());
        assert_eq!(stage.notes.text(), "");
        stage.env.variables.insert(LOG.into(), "/none.log".into());
        begin(&stage.host());
        let own = refused(&stage.files.own_path().unwrap());
        assert_eq!(stage.notes.text().contains(&own), is_refused);
        assert!(refused(Path::new("/b/borgmatic")).contains("add /b/borgmatic in System Settings"));
    }
}
