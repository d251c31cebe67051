//! What borg understands: versions, flags, environment, repositories, archives, patterns, exit codes
//! and answers. Pure, except [`ask`], which runs borg.

pub mod archive;
pub mod ask;
pub mod environment;
pub mod exit;
pub mod feature;
pub mod line;
pub mod locate;
pub mod options;
pub mod pattern;
pub mod reply;
pub mod repository;
pub mod version;

pub use ask::Borg;
pub use feature::Feature;
pub use options::BorgOptions;
pub use repository::Repository;
pub use version::Version;
