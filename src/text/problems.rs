//! All that was found wrong, together: in order, each once.

use std::collections::HashMap;

use super::problem::{Problem, Severity};

/// Every problem found so far; nothing stops at the first.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// How many problems of a file are drawn: nobody reads more at once.
    pub const DRAWN: usize = 50;

    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// Adds those that have not been told yet.
    pub fn extend_new(&mut self, problems: impl IntoIterator<Item = Problem>) {
        let mut problems = problems.into_iter().peekable();
        if problems.peek().is_none() {
            return;
        }
        let mut told: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, problem) in self.0.iter().enumerate() {
            told.entry(problem.place()).or_default().push(index);
        }
        for problem in problems {
            let here = told.entry(problem.place()).or_default();
            if !here
                .iter()
                .any(|&index| self.0[index].words == problem.words)
            {
                here.push(self.0.len());
                self.0.push(problem);
            }
        }
    }

    /// In the order of the text, as a person goes through it.
    pub fn sort(&mut self) {
        fn place(problem: &Problem) -> Option<(&str, usize)> {
            let (origin, _) = problem.labels.first()?;
            Some((&origin.source.name, origin.span.start))
        }
        self.0.sort_by(|one, other| place(one).cmp(&place(other)));
    }

    /// Takes secrets out of the words of all: see [`Problem::redact`].
    pub fn redact(&mut self) {
        self.0.iter_mut().for_each(Problem::redact);
    }

    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.0
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
    }

    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
