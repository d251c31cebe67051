//! What we may ask of the world: values and narrow traits. Only [`files`] acts by itself.

pub mod command;
pub mod dry;
pub mod event;
pub mod files;
pub mod layout;
pub mod outcome;
pub mod ports;
pub mod progress;
pub mod script;
pub mod tail;

pub use crate::option::Secret;
pub use command::{Command, Effect, Streams};
pub use event::{About, Body, Bus, Event, Level, Listener, Passed, Scope};
pub use files::{Files, LogFile};
pub use layout::Layout;
pub use outcome::{Child, Exit, Failure, FailureKind, Signal};
pub use ports::{Clock, Env, Heard, Host, Processes, Sockets, Terminal};
pub use progress::Progress;
pub use tail::Tail;
