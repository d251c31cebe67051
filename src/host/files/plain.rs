//! Plain files that are only read, some of them large.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use super::{Files, held};

/// What a path is, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    File,
    Directory,
    Link,
    /// A FIFO, a socket, a device.
    Special,
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// What a path is, if it is there.
    pub fn sort(&self, path: &Path) -> io::Result<Sort> {
        let kind = fs::symlink_metadata(self.at(path))?.file_type();
        Ok(match kind {
            kind if kind.is_file() => Sort::File,
            kind if kind.is_dir() => Sort::Directory,
            kind if kind.is_symlink() => Sort::Link,
            _ => Sort::Special,
        })
    }

    /// Is it a FIFO or a device, or a link to one?
    pub fn is_special(&self, path: &Path) -> bool {
        fs::metadata(self.at(path)).is_ok_and(|meta| {
            let kind = meta.file_type();
            kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
        })
    }

    /// Opens a plain file. A link in its place is refused, and whatever else could block.
    pub fn open(&self, path: &Path) -> io::Result<impl Read + use<>> {
        let file = held::options().open(self.at(path))?;
        if file.metadata()?.is_file() {
            return Ok(file);
        }
        Err(io::Error::other("not a regular file"))
    }

    /// The first bytes of a plain file, at most so many.
    pub fn head(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("plain"), "text").unwrap();
        std::os::unix::fs::symlink("plain", at("link")).unwrap();
        assert_eq!(files.head(&at("plain"), 2).unwrap(), b"te");
        files.head(&at("link"), 2).unwrap_err();
        files.head(&at(""), 2).unwrap_err();
        assert_eq!(files.sort(&at("link")).unwrap(), Sort::Link);
        assert_eq!(files.sort(&at("")).unwrap(), Sort::Directory);
        assert_eq!(files.sort(&at("plain")).unwrap(), Sort::File);
        files.sort(&at("none")).unwrap_err();
    }
}
