//! The options of the core, in the order in which a file explains them. One file for each purpose.

pub mod archive;
pub mod checks;
pub mod exclude;
pub mod output;
pub mod retention;
pub mod run;
pub mod source;

pub use archive::{Archive, FilesChanged, Recompress};
pub use checks::{Check, CheckName, Checks, Frequency};
pub use exclude::Exclude;
pub use output::{Logging, Output, Statistics, Verbosity};
pub use retention::Retention;
pub use run::Run;
pub use source::Source;
