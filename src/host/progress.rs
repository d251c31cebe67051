//! How far a child has come, as an event that is drawn and never logged.

/// What a child has done so far; what it does not tell is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress<'a> {
    pub files: Option<u64>,
    /// Bytes read, before compression.
    pub original: Option<u64>,
    /// Bytes that were new to the repository.
    pub deduplicated: Option<u64>,
    /// What it works on.
    pub at: &'a str,
    /// Done, of all; in the child's own units.
    pub share: Option<(u64, u64)>,
    /// The bytes that an earlier run read.
    pub expected: Option<u64>,
}

impl Progress<'_> {
    /// Done, of all: as the child tells it, else by what an earlier run read. Nothing where there is
    /// more than then.
    pub fn share(&self) -> Option<(u64, u64)> {
        let by_bytes = self.original.zip(self.expected);
        self.share
            .or(by_bytes)
            .filter(|(done, all)| *all > 0 && done <= all)
    }
}
