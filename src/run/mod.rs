//! Carries an outline out.

pub mod verdict;
pub mod walk;

pub use verdict::Verdict;
pub use walk::walk;
