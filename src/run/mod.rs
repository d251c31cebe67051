//! Carries an outline out.

mod bracket;
pub mod conditions;
mod file;
pub mod metrics;
mod observe;
mod queue;
pub mod record;
mod repository;
mod turn;
pub mod verdict;
pub mod walk;

pub use conditions::{Battery, Conditions, Inhibit};
pub use observe::{Acted, Ended, Observer, Said};
pub use record::Recorder;
pub use verdict::Verdict;
pub use walk::walk;
