//! What borg understands: versions, flags, environment, repositories, archives, patterns, exit codes
//! and answers. Pure, except [`ready`], [`run`], `fed`, [`ask`] and [`verify`], which run borg, and
//! [`remote`], which asks ssh.

pub mod archive;
pub mod ask;
pub mod environment;
pub mod exit;
pub mod feature;
mod fed;
mod hear;
pub mod line;
pub mod listed;
pub mod locate;
pub mod made;
pub mod options;
mod passphrase;
pub mod pattern;
mod progress;
pub mod ready;
mod recall;
pub mod remote;
pub mod reply;
pub mod repository;
pub mod run;
pub mod trust;
pub mod verify;
pub mod version;

pub use feature::Feature;
pub use made::Made;
pub use options::BorgOptions;
pub use ready::{Borg, Known};
pub use repository::Repository;
pub use run::Warned;
pub use verify::Verified;
pub use version::Version;
