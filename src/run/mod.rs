//! Carries an outline out.

mod bracket;
mod file;
mod observe;
mod queue;
mod repository;
pub mod verdict;
pub mod walk;

pub use observe::{Acted, Ended, Nobody, Observer};
pub use verdict::Verdict;
pub use walk::walk;
