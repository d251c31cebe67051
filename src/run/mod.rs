//! Carries an outline out.

mod bracket;
mod file;
mod observe;
mod queue;
pub mod record;
mod repository;
pub mod verdict;
pub mod walk;

pub use observe::{Acted, Ended, Observer, Said};
pub use record::Recorder;
pub use verdict::Verdict;
pub use walk::walk;
