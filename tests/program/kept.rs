//! Texts that are kept beside the tests and compared with what the program says now.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Compares many texts at once; all that differ are shown.
#[derive(Default)]
pub(crate) struct Kept(Vec<String>);

impl Kept {
    pub(crate) fn same(&mut self, path: &Path, text: &str) {
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        } else if fs::read_to_string(path).unwrap_or_default() != text {
            self.0.push(format!("{}\n{text}", path.display()));
        }
    }

    pub(crate) fn end(self) {
        assert!(
            self.0.is_empty(),
            "{} changed (UPDATE=1 keeps it):\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

/// The files of a folder below `tests`, sorted, with this start and ending.
pub(crate) fn files(folder: &str, start: &str, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(tests().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(start) && name.ends_with(ending)
        })
        .collect();
    found.sort();
    found
}
