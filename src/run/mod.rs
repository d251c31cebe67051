//! Carries an outline out.

mod queue;
pub mod verdict;
pub mod walk;

pub use verdict::Verdict;
pub use walk::walk;
