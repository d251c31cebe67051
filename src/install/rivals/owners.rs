//! Who put a program where it is, and how it goes away again.

use std::path::{Path, PathBuf};

use crate::host::{Command, Host};
use crate::install::programs::says;
use crate::option::words::quote;

/// Who owns a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `the package borgmatic (dpkg)`
    pub words: String,
    /// The one command that removes it.
    pub remove: String,
}

/// A package manager, what it is asked, and how it removes.
struct Manager {
    ask: &'static [&'static str],
    remove: &'static str,
    /// The package in what it prints.
    read: fn(&str) -> Option<&str>,
}

const MANAGERS: [Manager; 4] = [
    Manager {
        ask: &["dpkg", "-S"],
        remove: "sudo apt remove",
        // `borgmatic: /usr/bin/borgmatic`; a diversion is none.
        read: |line| line.split_once(": /")?.0.split([',', ':']).next(),
    },
    Manager {
        ask: &["rpm", "-qf", "--qf", "%{NAME}\\n"],
        remove: "sudo dnf remove",
        read: |line| Some(line),
    },
    Manager {
        ask: &["apk", "info", "--quiet", "--who-owns"],
        remove: "sudo apk del",
        read: |line| Some(line),
    },
    Manager {
        ask: &["pacman", "-Qqo"],
        remove: "sudo pacman -R",
        read: |line| Some(line),
    },
];

/// The package manager that owns a file.
pub(super) fn package(host: &Host<'_>, path: &Path, real: &Path, asks: bool) -> Option<Owner> {
    if let Some(owner) = by_place(real) {
        return Some(owner);
    }
    if !asks {
        return None;
    }
    for manager in &MANAGERS {
        for place in [path, real] {
            let question = Command::new(manager.ask[0])
                .args(&manager.ask[1..])
                .arg(place)
                .reads();
            let answer = says(host, &question).unwrap_or_default();
            let name = answer.lines().next().and_then(manager.read).map(str::trim);
            if let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(' ')) {
                return Some(Owner {
                    words: format!("the package {name} ({})", manager.ask[0]),
                    remove: format!("{} {}", manager.remove, quote(name)),
                });
            }
            if path == real {
                break;
            }
        }
    }
    None
}

/// Whoever owns it.
pub(super) fn of(
    host: &Host<'_>,
    path: &Path,
    real: &Path,
    bytes: &[u8],
    asks: bool,
) -> Option<Owner> {
    package(host, path, real, asks).or_else(|| by_python(host, path, bytes))
}

/// What the way to it tells.
fn by_place(real: &Path) -> Option<Owner> {
    let text = real.to_string_lossy();
    let known = [
        ("/uv/tools/borgmatic/", "uv", "uv tool uninstall borgmatic"),
        ("/pipx/venvs/borgmatic/", "pipx", "pipx uninstall borgmatic"),
        ("/Cellar/borgmatic/", "Homebrew", "brew uninstall borgmatic"),
        ("/nix/store/", "Nix", "nix profile remove borgmatic"),
        ("/snap/", "snap", "sudo snap remove borgmatic"),
    ];
    let (_, name, remove) = known.into_iter().find(|(part, ..)| text.contains(part))?;
    Some(Owner {
        words: name.to_owned(),
        remove: format!("{}{remove}", as_whom(&text, remove)),
    })
}

/// Tools of a user work on what that user has.
fn as_whom(place: &str, remove: &str) -> String {
    if remove.starts_with("sudo ") || remove.starts_with("brew ") {
        return String::new();
    }
    let mut parts = place.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some("root" | "opt" | "usr"), _) => "sudo ".to_owned(),
        (Some("home"), Some(user)) => format!("sudo -u {} -i ", quote(user)),
        _ => String::new(),
    }
}

/// The Python that its first line names: a virtual environment, or a system's with pip's list of files.
fn by_python(host: &Host<'_>, path: &Path, bytes: &[u8]) -> Option<Owner> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let first = head.lines().next()?.strip_prefix("#!")?.trim();
    let python = PathBuf::from(first.split_whitespace().next()?);
    if !python.file_name()?.to_string_lossy().starts_with("python") {
        return None;
    }
    let shown = quote(&python.to_string_lossy());
    let sudo = as_whom(&path.to_string_lossy(), "");
    let home = python.parent().and_then(Path::parent)?;
    if host.files.is_file(&home.join("pyvenv.cfg")) {
        return Some(Owner {
            words: format!("pip, in {}", home.display()),
            remove: format!("{sudo}{shown} -m pip uninstall borgmatic"),
        });
    }
    let prefix = path.parent().and_then(Path::parent)?;
    let recorded = records(host, prefix);
    recorded.then(|| Owner {
        words: format!("pip, in {}", prefix.display()),
        remove: format!("{sudo}{shown} -m pip uninstall borgmatic"),
    })
}

/// Is there a list of pip's below a prefix that names borgmatic?
fn records(host: &Host<'_>, prefix: &Path) -> bool {
    let lib = prefix.join("lib");
    let pythons = host.files.names(&lib).unwrap_or_default();
    pythons.iter().any(|python| {
        ["site-packages", "dist-packages"].iter().any(|packages| {
            let folder = lib.join(python).join(packages);
            let names = host.files.names(&folder).unwrap_or_default();
            names.iter().any(|name| {
                let name = name.to_string_lossy();
                name.starts_with("borgmatic-")
                    && host.files.is_file(&folder.join(&*name).join("RECORD"))
            })
        })
    })
}
