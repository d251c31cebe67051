//! Was standard output closed when the program began? Rust opens `/dev/null` in its place before
//! `main`, so that what is written there vanishes without an error; this looks before that.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio::stdout;

static CLOSED: AtomicBool = AtomicBool::new(false);

pub(super) fn out_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

extern "C" fn look() {
    let closed = fcntl_getfd(stdout()) == Err(Errno::BADF);
    CLOSED.store(closed, Ordering::Relaxed);
}

/// The loader calls what stands in this section before anything of Rust's own.
#[used]
#[expect(unsafe_code, reason = "std offers no moment before its own first one")]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
// SAFETY: the section is an array of such functions; this one makes one system call and needs
// nothing of the runtime.
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;
