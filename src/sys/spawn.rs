//! Starts a child: its surroundings, its streams, its secret. Holds an `unsafe` block, the only
//! one beside that of [`super::closed`].
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door to other programs"
)]

use std::ffi::OsStr;
use std::io::{self, PipeReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command as Builder, Stdio};

use rustix::fs::{Mode, RawMode};
use rustix::io::FdFlags;
use rustix::process::Pid;

use crate::host::outcome::reason;
use crate::host::{Command, Failure, FailureKind, Secret, Streams};

pub(super) fn start(command: &Command) -> Result<Child, Failure> {
    if let Some(cwd) = &command.cwd {
        enter(cwd)?;
    }
    let mut builder = Builder::new(&command.program);
    builder.args(&command.args);
    if command.cleared {
        builder.env_clear();
    }
    for (name, value) in &command.env {
        match value {
            Some(value) => builder.env(name, value),
            None => builder.env_remove(name),
        };
    }
    if let Some(cwd) = &command.cwd {
        builder.current_dir(cwd);
    }
    match command.streams {
        Streams::Heard => drop(builder.stdin(Stdio::null())),
        Streams::Beside => drop(builder.stdin(Stdio::piped()).process_group(0)),
        Streams::Asking | Streams::Answering | Streams::Terminal => {}
    }
    if command.streams != Streams::Terminal {
        builder.stdout(Stdio::piped());
    }
    if !matches!(command.streams, Streams::Terminal | Streams::Answering) {
        builder.stderr(Stdio::piped());
    }
    let mut secret = None;
    if let Some((name, text)) = &command.secret {
        let pipe = filled(text).map_err(|error| {
            Failure::new(
                "borgmatic::host::secret",
                format!("could not hand over a secret: {}", reason(&error)),
            )
        })?;
        builder.env(name, pipe.as_raw_fd().to_string());
        secret = Some(pipe);
    }
    prepare(&mut builder, command.umask, secret);
    builder.spawn().map_err(|error| refused(command, &error))
}

/// A pipe with the whole secret in it and no writer, so that the reader sees its end.
fn filled(secret: &Secret) -> io::Result<PipeReader> {
    let (reader, mut writer) = io::pipe()?;
    rustix::io::ioctl_fionbio(&writer, true)?;
    match writer.write_all(secret.reveal().as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(io::Error::other("it is too long for a pipe"))
        }
        other => other.map(|()| reader),
    }
}

/// What only the child does, between fork and exec. The builder owns the reading end of the secret,
/// so it is closed here when the builder goes.
fn prepare(builder: &mut Builder, umask: Option<u32>, secret: Option<PipeReader>) {
    let parent = rustix::process::getpid();
    let umask = umask.map(|bits| Mode::from_bits_truncate(bits as RawMode));
    let prepare = move || {
        end_with(parent)?;
        if let Some(umask) = umask {
            rustix::process::umask(umask);
        }
        if let Some(secret) = &secret {
            rustix::io::fcntl_setfd(secret, FdFlags::empty())?;
        }
        Ok(())
    };
    #[expect(unsafe_code, reason = "std offers no other way into the child")]
    // SAFETY: the closure makes a few system calls and neither allocates nor locks.
    unsafe {
        builder.pre_exec(prepare);
    }
}

/// Where a kill takes us, a child that nobody watches any more gets TERM: borg gives back its locks, and
/// no archive comes about without its dumps. Known on Linux only.
#[cfg_attr(
    not(target_os = "linux"),
    expect(unused_variables, clippy::unnecessary_wraps)
)]
fn end_with(parent: Pid) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?;
        if rustix::process::getppid() != Some(parent) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
    Ok(())
}

/// A missing working directory would look like a missing program.
fn enter(cwd: &Path) -> Result<(), Failure> {
    let wrong = match std::fs::metadata(cwd) {
        Ok(meta) if meta.is_dir() => return Ok(()),
        Ok(_) => "is not a directory".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "does not exist".to_owned(),
        Err(error) => format!("cannot be entered: {}", reason(&error)),
    };
    Err(Failure::new(
        "borgmatic::host::working-directory",
        format!("the working directory {} {wrong}", cwd.display()),
    )
    .kind(FailureKind::File)
    .help("make that directory, or correct `working_directory` in the configuration"))
}

fn refused(command: &Command, error: &io::Error) -> Failure {
    let program = command.program.to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound if present(&command.program, command.cwd.as_deref()) => {
            Failure::new(
                "borgmatic::host::missing-program",
                format!("could not start {program}: the interpreter in its first line, or its loader, is missing"),
            )
            .kind(FailureKind::Missing)
        }
        io::ErrorKind::NotFound => Failure::missing(&command.program),
        io::ErrorKind::PermissionDenied => Failure::new(
            "borgmatic::host::forbidden-program",
            format!("could not start {program}: permission denied"),
        )
        .kind(FailureKind::Missing)
        .help(format!(
            "make {program} executable for this user, or run as a user who may (often: sudo borgmatic …)"
        )),
        _ => Failure::new(
            "borgmatic::host::start",
            format!("could not start {program}: {}", reason(error)),
        )
        .kind(FailureKind::Missing),
    }
}

/// Is there such a file, if the program is named by a path?
fn present(program: &OsStr, cwd: Option<&Path>) -> bool {
    let path = Path::new(program);
    path.components().count() > 1 && cwd.unwrap_or(Path::new("")).join(path).is_file()
}
