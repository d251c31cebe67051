//! Files that are handed over by another process, as the shell's `<(…)` does: a FIFO or a pipe, read
//! once.

use std::fs;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use super::Files;

/// How often somebody who writes may leave us waiting, in seconds: a passphrase is typed meanwhile.
const SILENT: u32 = 600;

/// How long we wait for somebody to write at all.
const NOBODY: u32 = if cfg!(test) { 1 } else { 10 };

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Is it a FIFO or a pipe?
    pub fn is_stream(&self, path: &Path) -> bool {
        fs::metadata(self.at(path)).is_ok_and(|meta| meta.file_type().is_fifo())
    }

    /// All that comes out of a FIFO or a pipe. Nobody waits for ever for one who never writes.
    pub fn read_stream(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(i32::try_from(flags.bits()).unwrap_or(0))
            .open(self.at(path))?;
        let (mut bytes, mut part) = (Vec::new(), vec![0; 1 << 16]);
        let mut waited = 0;
        loop {
            match file.read(&mut part) {
                Ok(0) if !bytes.is_empty() || has_ended(&file) => return Ok(bytes),
                Ok(0) if waited >= NOBODY => {
                    let words = "nobody writes to it";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, words));
                }
                Ok(0) => {}
                Ok(count) => {
                    bytes.extend_from_slice(&part[..count]);
                    if bytes.len() as u64 > limit {
                        return Err(io::ErrorKind::FileTooLarge.into());
                    }
                    waited = 0;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Err(_) if waited >= SILENT => {
                    let words = "who writes to it does not end";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, words));
                }
                Err(_) => {}
            }
            if !wakes(&file, 1) {
                waited += 1;
            }
        }
    }
}

/// Is something to be read, within so many seconds?
fn wakes(file: &fs::File, seconds: i64) -> bool {
    let longest = Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let mut asked = [PollFd::from_borrowed_fd(file.as_fd(), PollFlags::IN)];
    !matches!(poll(&mut asked, Some(&longest)), Ok(0))
}

/// Did somebody write, and has gone?
fn has_ended(file: &fs::File) -> bool {
    let mut asked = [PollFd::from_borrowed_fd(file.as_fd(), PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    matches!(poll(&mut asked, Some(&now)), Ok(1..)) && asked[0].revents().contains(PollFlags::HUP)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_fifo_is_read_to_its_end_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        let mode = rustix::fs::Mode::RWXU;
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        let files = Files::new("/");
        assert!(files.is_stream(&path) && !files.is_stream(folder.path()));
        let nobody = files.read_stream(&path, 100).unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::TimedOut);
        let writes = |text: &'static str| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
                for part in text.split('|') {
                    file.write_all(part.as_bytes()).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            })
        };
        let writer = writes("one\n|two\n");
        assert_eq!(files.read_stream(&path, 100).unwrap(), b"one\ntwo\n");
        writer.join().unwrap();
        let writer = writes("more than ten bytes");
        let large = files.read_stream(&path, 10).unwrap_err();
        assert_eq!(large.kind(), io::ErrorKind::FileTooLarge);
        writer.join().unwrap();
    }
}
