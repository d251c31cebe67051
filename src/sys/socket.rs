//! Local sockets of log daemons.

use std::io::{self, IoSlice, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;

use crate::host::Sockets;

/// How long a daemon may leave a message waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens its socket with the first message.
#[derive(Default)]
pub struct Local(Mutex<Option<UnixDatagram>>);

impl Local {
    fn with(&self, send: impl FnOnce(&UnixDatagram) -> io::Result<usize>) -> io::Result<()> {
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if own.is_none() {
            let socket = UnixDatagram::unbound()?;
            socket.set_write_timeout(Some(PATIENCE))?;
            *own = Some(socket);
        }
        own.as_ref().map_or(Ok(()), |socket| send(socket).map(drop))
    }
}

impl Sockets for Local {
    fn send(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        // Named anew for each message: a daemon that was started again is found.
        match self.with(|socket| socket.send_to(message, to)) {
            // Some daemons listen for streams; there, a zero byte ends a message.
            Err(error) if error.raw_os_error() == Some(Errno::PROTOTYPE.raw_os_error()) => {
                let mut stream = UnixStream::connect(to)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.write_all(&[message, b"\0"].concat())
            }
            sent => sent,
        }
    }

    fn send_any(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        match self.send(to, message) {
            Err(error) if is_too_large(&error) => {
                let memory = sealed(message)?;
                self.with(|socket| send_descriptor(socket, &memory, to))
            }
            sent => sent,
        }
    }
}

fn is_too_large(error: &io::Error) -> bool {
    [Errno::MSGSIZE, Errno::NOBUFS]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Memory that nobody can change any more, which is how journald takes a large entry.
#[cfg(target_os = "linux")]
fn sealed(message: &[u8]) -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let flags = MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC;
    let memory = memfd_create("borgmatic", flags)?;
    let mut rest = message;
    while !rest.is_empty() {
        let count = rustix::io::write(&memory, rest)?;
        rest = &rest[count..];
    }
    fcntl_add_seals(
        &memory,
        SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL,
    )?;
    Ok(memory)
}

#[cfg(not(target_os = "linux"))]
fn sealed(_: &[u8]) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

fn send_descriptor(socket: &UnixDatagram, memory: &OwnedFd, to: &Path) -> io::Result<usize> {
    use rustix::net::{
        SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix, sendmsg_addr,
    };
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = [memory.as_fd()];
    control.push(SendAncillaryMessage::ScmRights(&descriptors));
    let to = SocketAddrUnix::new(to)?;
    let nothing: [IoSlice<'_>; 0] = [];
    Ok(sendmsg_addr(
        socket,
        &to,
        &nothing,
        &mut control,
        // Rust's programs ignore SIGPIPE.
        SendFlags::empty(),
    )?)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::os::unix::net::UnixListener;

    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

    use super::*;

    #[test]
    fn a_daemon_that_was_started_again_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("log");
        let local = Local::default();
        for _ in 0..2 {
            let daemon = UnixDatagram::bind(&at).unwrap();
            local.send(&at, b"<14>borgmatic: hello").unwrap();
            let mut taken = [0; 99];
            let count = daemon.recv(&mut taken).unwrap();
            assert_eq!(&taken[..count], b"<14>borgmatic: hello");
            drop(daemon);
            let refused = local.send(&at, b"x").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            std::fs::remove_file(&at).unwrap();
        }
    }

    #[test]
    fn a_daemon_that_takes_streams_gets_its_zero_byte() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("log");
        let daemon = UnixListener::bind(&at).unwrap();
        Local::default().send(&at, b"hello").unwrap();
        let mut taken = Vec::new();
        daemon.accept().unwrap().0.read_to_end(&mut taken).unwrap();
        assert_eq!(taken, b"hello\0");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_no_datagram_holds_goes_as_sealed_memory() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("socket");
        let daemon = UnixDatagram::bind(&at).unwrap();
        let message = vec![b'x'; 3 << 20];
        Local::default().send_any(&at, &message).unwrap();
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        recvmsg(&daemon, &mut [], &mut control, RecvFlags::empty()).unwrap();
        let memory = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        let memory = memory.unwrap();
        let seals = rustix::fs::fcntl_get_seals(&memory).unwrap();
        assert!(seals.contains(rustix::fs::SealFlags::WRITE), "{seals:?}");
        let (mut file, mut taken) = (std::fs::File::from(memory), Vec::new());
        file.rewind().unwrap();
        file.read_to_end(&mut taken).unwrap();
        assert!(taken == message, "{} bytes", taken.len());
    }
}
