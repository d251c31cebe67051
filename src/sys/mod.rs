//! The machine: children, signals, the clock, the standard streams. Only `main.rs` names this room;
//! everybody else sees the ports of [`crate::host`].

mod beside;
mod clock;
mod closed;
mod descent;
mod fetch;
mod lines;
mod machine;
mod mistake;
mod network;
mod process;
mod signal;
mod socket;
mod spawn;
mod stream;
mod terminal;

pub use clock::System;
pub use fetch::Web;
pub use machine::Machine;
pub use mistake::panics_end_the_process;
pub use network::Tcp;
pub use process::Children;
pub use socket::Local;
pub use terminal::Standard;
