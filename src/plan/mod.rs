//! What a run does, as a value: configurations × repositories × actions, in order. Pure; how an
//! action goes is its own story.

mod abreast;
pub mod outline;
pub mod place;
pub mod shown;

pub use outline::{ActPart, FilePart, Outline, UnitPart, outline};
pub use place::{Share, Whole};
pub use shown::Shown;
