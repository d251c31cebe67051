//! What a log could not keep: told once, to the other listeners.

#[derive(Debug, Default)]
pub(super) enum Trouble {
    #[default]
    None,
    New(String),
    Told,
}

impl Trouble {
    pub(super) fn note(&mut self, words: impl FnOnce() -> String) {
        if matches!(self, Self::None) {
            *self = Self::New(words());
        }
    }

    /// The words, the first time that they are asked for.
    pub(super) fn take(&mut self) -> Option<String> {
        match std::mem::replace(self, Self::Told) {
            Self::New(words) => Some(words),
            other => {
                *self = other;
                None
            }
        }
    }
}
