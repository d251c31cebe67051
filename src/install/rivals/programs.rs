//! The programs called borgmatic: ours, Python's, others.

use std::path::{Path, PathBuf};

use super::owners::{self, Owner};
use crate::host::Host;

/// Stands in each of our binaries, and in no other: what they are told by.
pub const MARK: &str = "borgmatic static binary 6f1c2f0e-5b0f-4c8a-9d0e-7a1b";

/// The largest program that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Where borgmatic is looked for beside PATH. `/opt/*/bin` too.
const USUAL: [&str; 5] = [
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/root/.local/bin",
    "~/.local/bin",
];

/// A program called borgmatic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub path: PathBuf,
    /// The file that it is, links followed.
    pub real: PathBuf,
    pub sort: Sort,
    pub owner: Option<Owner>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// This program, of any version.
    Ours,
    /// The start of Python borgmatic.
    Python,
    /// Some binary, such as Python borgmatic compiled.
    Binary,
    /// A script, or what cannot be read.
    Other,
}

impl Sort {
    pub fn words(self) -> &'static str {
        match self {
            Self::Ours => "this program",
            Self::Python => "Python borgmatic",
            Self::Binary => "another binary",
            Self::Other => "another program",
        }
    }
}

impl Program {
    /// The one command that removes it, if that is known.
    pub fn remove(&self) -> Option<String> {
        self.owner.as_ref().map(|owner| owner.remove.clone())
    }
}

/// All programs called borgmatic, those on PATH first. `asks`: package managers are asked who owns
/// them; they know nothing of another root.
pub fn programs(host: &Host<'_>, asks: bool) -> Vec<Program> {
    let mut found: Vec<Program> = Vec::new();
    for folder in folders(host) {
        let path = folder.join("borgmatic");
        let Some(real) = host
            .files
            .real(&path)
            .filter(|real| host.files.is_file(real))
        else {
            continue;
        };
        // `/bin` is often a link to `/usr/bin`.
        let home = |path: &Path| path.parent().and_then(|folder| host.files.real(folder));
        if found
            .iter()
            .any(|known| known.real == real && home(&known.path) == home(&path))
        {
            continue;
        }
        found.push(program(host, path, real, asks));
    }
    found
}

/// What stands at a path.
fn program(host: &Host<'_>, path: PathBuf, real: PathBuf, asks: bool) -> Program {
    let bytes = host.files.read(&real, LARGEST).unwrap_or_default();
    let sort = sort(&bytes);
    let owner = if sort == Sort::Ours {
        owners::package(host, &path, &real, asks)
    } else {
        owners::of(host, &path, &real, &bytes, asks)
    };
    Program {
        path,
        real,
        sort,
        owner,
    }
}

fn folders(host: &Host<'_>) -> Vec<PathBuf> {
    let path = host.env.get("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .collect();
    folders.extend(USUAL.iter().map(|place| match place.strip_prefix("~/") {
        Some(below) => host.env.home.join(below),
        None => PathBuf::from(place),
    }));
    let opt = Path::new("/opt");
    let names = host.files.names(opt).unwrap_or_default();
    folders.extend(names.into_iter().map(|name| opt.join(name).join("bin")));
    folders
}

/// By its bytes.
pub fn sort(bytes: &[u8]) -> Sort {
    const MAGIC: [&[u8]; 4] = [
        b"\x7fELF",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\xfe\xed\xfa\xcf",
    ];
    if MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        let mark = MARK.as_bytes();
        let ours = bytes.windows(mark.len()).any(|part| part == mark);
        return if ours { Sort::Ours } else { Sort::Binary };
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let python = head.starts_with("#!")
        && ["python", "uv"]
            .iter()
            .any(|word| head.lines().next().unwrap_or_default().contains(word));
    if (python || head.contains("exec' ")) && head.contains("borgmatic") {
        Sort::Python
    } else {
        Sort::Other
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::testing::{link, stage};
    use super::*;
    use crate::host::script::Answer;

    const PYTHON: &str = "#!/usr/bin/python3\nfrom borgmatic.commands.borgmatic import main\n";

    fn shown(programs: &[Program]) -> String {
        programs.iter().fold(String::new(), |mut text, program| {
            writeln!(text, "{}: {}", program.path.display(), program.sort.words()).unwrap();
            if let Some(owner) = &program.owner {
                writeln!(text, "  {}: {}", owner.words, owner.remove).unwrap();
            }
            text
        })
    }

    #[test]
    fn this_very_binary_is_ours_and_a_text_with_the_mark_is_not() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(sort(&own), Sort::Ours);
        assert_eq!(sort(MARK.as_bytes()), Sort::Other);
        assert_eq!(sort(b"\x7fELF"), Sort::Binary);
        assert_eq!(sort(PYTHON.as_bytes()), Sort::Python);
        assert_eq!(sort(b"#!/bin/sh\nexec borg"), Sort::Other);
    }

    #[test]
    fn each_owner_has_its_own_command() {
        let uv = "#!/root/.local/share/uv/tools/borgmatic/bin/python\nfrom borgmatic.commands.borgmatic import main\n";
        let venv = "#!/opt/borgmatic/bin/python3\nfrom borgmatic.commands.borgmatic import main\n";
        let (folder, mut stage) = stage(&[
            ("usr/bin/borgmatic", PYTHON),
            ("usr/local/bin/borgmatic", PYTHON),
            (
                "usr/local/lib/python3.11/dist-packages/borgmatic-2.1.10.dist-info/RECORD",
                "../../../bin/borgmatic,,\n",
            ),
            ("root/.local/share/uv/tools/borgmatic/bin/borgmatic", uv),
            (
                "home/ann/.local/share/pipx/venvs/borgmatic/bin/borgmatic",
                PYTHON,
            ),
            ("opt/borgmatic/bin/borgmatic", venv),
            ("opt/borgmatic/pyvenv.cfg", "home = /usr/bin\n"),
            ("opt/own/bin/borgmatic", "\x7fELF"),
            ("opt/empty/bin/other", ""),
        ]);
        link(folder.path(), "bin", "usr/bin");
        link(
            folder.path(),
            "root/.local/bin/borgmatic",
            "../share/uv/tools/borgmatic/bin/borgmatic",
        );
        link(
            folder.path(),
            "home/ann/.local/bin/borgmatic",
            "../share/pipx/venvs/borgmatic/bin/borgmatic",
        );
        stage
            .env
            .variables
            .insert("PATH".into(), "/usr/bin:/home/ann/.local/bin".into());
        stage
            .script
            .answer(
                "dpkg -S /usr/bin/borgmatic",
                Answer::fine().out("borgmatic: /usr/bin/borgmatic\n"),
            )
            .answer("dpkg -S", Answer::exit(1).err("no path found"))
            .answer("rpm", Answer::missing())
            .answer("apk", Answer::missing())
            .answer("pacman", Answer::missing());
        insta::assert_snapshot!(shown(&programs(&stage.host(), true)), @r"
        /usr/bin/borgmatic: Python borgmatic
          the package borgmatic (dpkg): sudo apt remove borgmatic
        /home/ann/.local/bin/borgmatic: Python borgmatic
          pipx: sudo -u ann -i pipx uninstall borgmatic
        /usr/local/bin/borgmatic: Python borgmatic
          pip, in /usr/local: sudo /usr/bin/python3 -m pip uninstall borgmatic
        /root/.local/bin/borgmatic: Python borgmatic
          uv: sudo uv tool uninstall borgmatic
        /opt/borgmatic/bin/borgmatic: Python borgmatic
          pip, in /opt/borgmatic: sudo /opt/borgmatic/bin/python3 -m pip uninstall borgmatic
        /opt/own/bin/borgmatic: another binary
        ");
        let asked = stage.script.commands().len();
        let silent = programs(&stage.host(), false);
        assert_eq!(stage.script.commands().len(), asked);
        assert_eq!(silent.len(), 6);
    }
}
