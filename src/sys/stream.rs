//! The reading end of one output stream of a child.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use super::lines::Lines;

pub(super) struct Stream {
    pipe: OwnedFd,
    lines: Lines,
}

impl Stream {
    /// Reading from it never waits.
    pub(super) fn of(pipe: Option<impl Into<OwnedFd>>) -> Option<Self> {
        let pipe = pipe?.into();
        rustix::io::ioctl_fionbio(&pipe, true).ok()?;
        Some(Self {
            pipe,
            lines: Lines::new(),
        })
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }

    /// Reads once and hands out whole lines; `true` if there may be more. At the end of the stream it
    /// becomes `None`.
    pub(super) fn read(stream: &mut Option<Self>, hand: &mut dyn FnMut(&[u8])) -> bool {
        let Some(open) = stream else {
            return false;
        };
        let space = open.lines.space();
        let most = space.len();
        match rustix::io::read(&open.pipe, space) {
            Ok(count @ 1..) => {
                open.lines.take(count, hand);
                count == most
            }
            Err(Errno::AGAIN) => false,
            Err(Errno::INTR) => true,
            Ok(0) | Err(_) => {
                open.finish(hand);
                *stream = None;
                false
            }
        }
    }

    /// What is there of a line that has no end yet.
    pub(super) fn unfinished(&self) -> &[u8] {
        self.lines.unfinished()
    }

    pub(super) fn finish(&mut self, hand: &mut dyn FnMut(&[u8])) {
        self.lines.finish(hand);
    }
}
