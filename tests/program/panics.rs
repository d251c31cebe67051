//! The built program over every strange file there is: it ends with 0 or 1, and never panics.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;

use crate::kept::files;

/// Runs `config validate` over these files at once.
fn validate(paths: &[PathBuf]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_borgmatic"));
    command.env_clear().args(["config", "validate"]);
    for path in paths {
        command.arg("--config").arg(path);
    }
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), shown)
}

fn survives(paths: &[PathBuf]) {
    let (code, shown) = validate(paths);
    assert!(matches!(code, Some(0 | 1)), "{paths:?}: {code:?}\n{shown}");
    assert!(!shown.contains("panicked"), "{paths:?}:\n{shown}");
}

#[test]
fn no_configuration_makes_it_panic() {
    let mut all = files("yaml/cases", "", "");
    assert!(all.len() > 400, "the cases were not found");
    all.extend(files("invalid", "", ".yaml"));
    all.extend(files("invalid", "", ".txt"));
    // Few at a time, so that a message names few; some alone, so that one thread loads.
    for some in all.chunks(25) {
        survives(some);
    }
    for one in all.iter().step_by(20) {
        survives(std::slice::from_ref(one));
    }
}

#[test]
fn what_is_no_text_at_all_is_refused() {
    let program = fs::read(env!("CARGO_BIN_EXE_borgmatic")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    fs::write(&path, &program[..1 << 20]).unwrap();
    let (code, shown) = validate(&[path]);
    assert_eq!(code, Some(1));
    assert!(!shown.contains("panicked"), "{shown}");
    assert!(shown.len() < 10_000, "{} bytes of error", shown.len());
}
