//! What we may ask of the world: values and narrow traits. Only [`files`] acts by itself.

pub mod command;
pub mod dry;
pub mod event;
pub mod files;
pub mod outcome;
pub mod ports;
pub mod script;
pub mod tail;

pub use crate::option::Secret;
pub use command::{Command, Effect, Streams};
pub use event::{Body, Bus, Event, Level, Listener, Scope};
pub use files::Files;
pub use outcome::{Child, Exit, Failure, FailureKind, Signal};
pub use ports::{Clock, Env, Heard, Host, Processes, Terminal};
pub use tail::Tail;
