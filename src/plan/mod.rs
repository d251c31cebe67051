//! What a run does, as a value: configurations × repositories × actions, in order. Pure; how an
//! action goes is its own story.

pub mod outline;
pub mod shown;

pub use outline::{FilePart, Outline, UnitPart, outline};
pub use shown::Shown;
