//! Reads files of the source and hashes them: in threads of our own, or with the program that the
//! option `xxh64sum_command` names.

use std::hash::Hasher;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use twox_hash::XxHash64;

use super::portions;
use crate::host::files::Sort;
use crate::host::outcome::reason;
use crate::host::{Command, Exit, Failure, Files, Heard, Level, Processes};

/// Read at once, in bytes.
const BUFFER: usize = 256 << 10;

/// So many files are read at once: most of the time each waits for the disk, not for a processor.
const THREADS: usize = 8;

/// What a file of the source is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Now {
    /// The hash of its content, in hexadecimal.
    Hash(String),
    /// A symbolic link, and what it leads to.
    Link(String),
    /// It could not be read.
    Lost(String),
}

/// All of them, in their order. Ends early, with what is not true, once `stopped`.
pub(super) fn all(
    files: &Files,
    base: &Path,
    paths: &[&str],
    stopped: &(dyn Fn() -> bool + Sync),
) -> Vec<Now> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0; BUFFER];
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(at).filter(|_| !stopped()) else {
                return done;
            };
            done.push((at, one(files, &base.join(path), &mut buffer, stopped)));
        }
    };
    let mut all: Vec<Now> = paths
        .iter()
        .map(|_| Now::Lost("not read".to_owned()))
        .collect();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS.min(paths.len()))
            .map(|_| scope.spawn(work))
            .collect();
        for worker in workers {
            for (at, now) in worker.join().unwrap_or_default() {
                all[at] = now;
            }
        }
    });
    all
}

fn one(files: &Files, path: &Path, buffer: &mut [u8], stopped: &(dyn Fn() -> bool + Sync)) -> Now {
    if let Some(now) = link(files, path) {
        return now;
    }
    let mut hash = || -> io::Result<u64> {
        let mut file = files.open(path)?;
        let mut hasher = XxHash64::with_seed(0);
        loop {
            match file.read(buffer) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(count) => hasher.write(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if stopped() {
                return Err(ErrorKind::Interrupted.into());
            }
        }
    };
    match hash() {
        Ok(hash) => Now::Hash(format!("{hash:016x}")),
        Err(error) => lost(&error),
    }
}

/// Is it a link?
fn link(files: &Files, path: &Path) -> Option<Now> {
    match files.sort(path) {
        Ok(Sort::Link) => {
            let target = files.read_link(path)?;
            Some(Now::Link(target.to_string_lossy().into_owned()))
        }
        Ok(_) => None,
        Err(error) => Some(lost(&error)),
    }
}

fn lost(error: &io::Error) -> Now {
    Now::Lost(match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "it is gone".to_owned(),
        _ => format!("it cannot be read: {}", reason(error)),
    })
}

/// The same with a program that prints a hash, two spaces and the path for each file.
pub(super) fn with(
    program: &Program<'_>,
    files: &Files,
    base: &Path,
    paths: &[&str],
) -> Result<Vec<Now>, Failure> {
    let mut all: Vec<Option<Now>> = paths
        .iter()
        .map(|path| link(files, &base.join(path)))
        .collect();
    let plain: Vec<usize> = (0..paths.len()).filter(|at| all[*at].is_none()).collect();
    let names: Vec<&str> = plain.iter().map(|at| paths[*at]).collect();
    let mut places = plain.iter();
    for names in portions(&names) {
        let some: Vec<usize> = places.by_ref().take(names.len()).copied().collect();
        match program.hashes(names)? {
            Ok(hashes) => some
                .iter()
                .zip(hashes)
                .for_each(|(at, hash)| all[*at] = Some(Now::Hash(hash))),
            // One of them may be gone: which one shows when each is asked for alone.
            Err(_) => {
                for at in some {
                    let hash = program.hashes(&[paths[at]])?;
                    all[at] = Some(match hash.map(|hashes| hashes.into_iter().next()) {
                        Ok(Some(hash)) => Now::Hash(hash),
                        Ok(None) => Now::Lost("its hash was not told".to_owned()),
                        Err(words) => Now::Lost(words),
                    });
                }
            }
        }
    }
    Ok(all.into_iter().flatten().collect())
}

/// A configured program.
pub(super) struct Program<'a> {
    pub(super) processes: &'a dyn Processes,
    pub(super) words: &'a [String],
    pub(super) cwd: Option<&'a Path>,
    /// Hears what it says about errors.
    pub(super) say: &'a dyn Fn(Level, &str),
}

impl Program<'_> {
    /// A hash for each path; or why that cannot be.
    fn hashes(&self, paths: &[&str]) -> Result<Result<Vec<String>, String>, Failure> {
        let (Some(first), rest) = (self.words.first(), self.words.get(1..).unwrap_or_default())
        else {
            return Ok(Err("xxh64sum_command is empty".to_owned()));
        };
        // A name that starts with a dash is no flag.
        let paths_of_files = paths.iter().map(|path| {
            let dash = if path.starts_with('-') { "./" } else { "" };
            format!("{dash}{path}")
        });
        let mut command = Command::new(first).args(rest).args(paths_of_files).reads();
        command.cwd = self.cwd.map(Path::to_owned);
        let (mut hashes, mut said) = (Vec::new(), String::new());
        let exit = self.processes.run(&command, &mut |heard| match heard {
            Heard::Out(line) => {
                let line = String::from_utf8_lossy(line);
                let hash = line.split("  ").next().unwrap_or_default();
                hashes.push(hash.trim_start_matches('\\').to_owned());
            }
            Heard::Err(line) => {
                said = String::from_utf8_lossy(line).into_owned();
                (self.say)(Level::Warning, &said);
            }
            Heard::Idle(_) => {}
        })?;
        if exit != Exit::Code(0) {
            return Ok(Err(format!("{first} ended with {exit}: {said}")));
        }
        if hashes.len() != paths.len() {
            return Ok(Err(format!(
                "{first} told {} hashes for {} files",
                hashes.len(),
                paths.len()
            )));
        }
        Ok(Ok(hashes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::{Answer, Script};

    fn folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "hello\n").unwrap();
        std::fs::write(folder.path().join("large"), vec![7; 3 * BUFFER + 1]).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        (folder, Files::new("/"))
    }

    #[test]
    fn files_are_hashed_and_links_are_read() {
        let (folder, files) = folder();
        let now = all(
            &files,
            folder.path(),
            &["a", "link", "none", "large"],
            &|| false,
        );
        assert_eq!(now[0], Now::Hash("e4c191d091bd8853".into()));
        assert_eq!(now[1], Now::Link("nowhere".into()));
        assert_eq!(now[2], Now::Lost("it is gone".into()));
        assert!(matches!(&now[3], Now::Hash(hash) if hash.len() == 16));
    }

    #[test]
    fn a_program_that_fails_for_some_is_asked_for_each() {
        let (folder, files) = folder();
        let script = Script::default();
        script
            .answer("xxh64sum a large", Answer::exit(1).err("large: no"))
            .answer("xxh64sum a", Answer::fine().out("\\12  a"))
            .answer("xxh64sum large", Answer::exit(1).err("large: no"));
        let words = ["xxh64sum".to_owned()];
        let program = Program {
            processes: &script,
            words: &words,
            cwd: None,
            say: &|_, _| (),
        };
        let now = with(&program, &files, folder.path(), &["a", "link", "large"]).unwrap();
        assert_eq!(now[0], Now::Hash("12".into()));
        assert_eq!(now[1], Now::Link("nowhere".into()));
        assert_eq!(
            now[2],
            Now::Lost("xxh64sum ended with exit status 1: large: no".into())
        );
    }
}
