//! What we may ask of the world: values and narrow traits. Only [`files`] acts by itself.

pub mod bus;
pub mod command;
pub mod dry;
pub mod event;
pub mod feeder;
pub mod files;
pub mod line_format;
pub mod outcome;
pub mod passwords;
pub mod ports;
pub mod progress;
pub mod script;
pub mod tail;

pub use crate::option::Secret;
pub use bus::Bus;
pub use command::{Command, Effect, Streams};
pub use event::{About, Body, Event, Level, Listener, Passed, Scope};
pub use feeder::{Fate, Fed, Feeder, Stopped, Writes};
pub use files::{Files, LogFile};
pub use line_format::LineFormat;
pub use outcome::{Child, Exit, Failure, FailureKind, Signal};
pub use ports::{Beside, Clock, Env, Fetch, Heard, Host, Network, Processes, Sockets, Terminal};
pub use progress::Progress;
pub use tail::Tail;
