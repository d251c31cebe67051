//! A light look at the lines of a YAML text that need not parse: what each line begins inside of,
//! where the tabs are. Serves diagnostics and repairs only; the values come from the parser.

use super::scalar::run;

/// What the first byte of a line lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing: names, items, comments.
    Block,
    /// The rest of an unquoted value of the line before.
    Plain,
    /// Brackets that opened at this byte.
    Flow(usize),
    /// Quotes that opened at this byte.
    Quote(usize),
    /// The lines after `|` or `>`.
    Scalar,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) start: usize,
    /// Without the line break.
    pub(super) end: usize,
    pub(super) inside: Inside,
}

/// All lines of a text.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) lines: Vec<Line>,
    /// Tabs that both of the original's readers refuse.
    pub(super) tabs: Vec<usize>,
    /// Tabs that stand for a space.
    pub(super) gaps: Vec<usize>,
    /// A quote or bracket that nothing closes.
    pub(super) open: Option<usize>,
}

/// What is open at the end of a line.
#[derive(Clone, Copy, Debug)]
enum State {
    Block,
    /// An unquoted value whose name or dash is in this column.
    Plain(usize),
    /// `outer` is the opening bracket.
    Flow {
        outer: usize,
        depth: usize,
    },
    Quote {
        open: usize,
        mark: u8,
        outer: Option<(usize, usize)>,
    },
    /// The column of its name, and that of its text once known.
    Scalar {
        parent: Option<usize>,
        indent: Option<usize>,
    },
}

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            layout: Self::default(),
            state: State::Block,
            parent: None,
        };
        let mut start = 0;
        while start < text.len() {
            let end = reader.bytes[start..]
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))
                .map_or(text.len(), |len| start + len);
            reader.line(start, end);
            let crlf = reader.bytes[end..].starts_with(b"\r\n");
            start = end + if crlf { 2 } else { 1 };
        }
        reader.layout.open = match reader.state {
            State::Flow { outer, .. } => Some(outer),
            State::Quote { open, .. } => Some(open),
            _ => None,
        };
        reader.layout
    }

    /// The index of the line of a byte.
    pub(super) fn line_at(&self, byte: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= byte)
            .saturating_sub(1)
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    layout: Layout,
    state: State,
    /// The column of the innermost name or dash so far on this line or above.
    parent: Option<usize>,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, end: usize) {
        let spaces = run(&self.bytes[start..end], |byte| byte == b' ');
        let content = &self.bytes[start + spaces..end];
        let blank = content.iter().all(|byte| is_gap(*byte));
        if let State::Scalar { parent, indent } = self.state {
            let least = parent.map_or(0, |column| column + 1);
            let goes_on = match indent {
                Some(indent) => spaces >= indent || content.is_empty(),
                None => spaces >= least || content.is_empty(),
            };
            if goes_on {
                self.state = State::Scalar {
                    parent,
                    indent: indent.or((!content.is_empty()).then_some(spaces)),
                };
                self.push(start, end, Inside::Scalar);
                return;
            }
            self.state = State::Block;
        }
        if let State::Plain(parent) = self.state {
            let deeper = spaces > parent;
            let ends = !deeper || content.first() == Some(&b'#');
            if ends && (!blank || content.first() == Some(&b'\t')) {
                self.state = State::Block;
            }
            if blank && content.is_empty() {
                self.push(start, end, Inside::Plain);
                return;
            }
        }
        let inside = match self.state {
            State::Block | State::Scalar { .. } => Inside::Block,
            State::Plain(_) => Inside::Plain,
            State::Flow { outer, .. } => Inside::Flow(outer),
            State::Quote { open, .. } => Inside::Quote(open),
        };
        self.push(start, end, inside);
        match inside {
            Inside::Block => self.block(start, start + spaces, end),
            Inside::Plain => {
                if content.first() == Some(&b'\t') {
                    self.layout.gaps.push(start + spaces);
                }
                self.plain(start, start + spaces, end, false);
            }
            Inside::Flow(_) => self.flow(start, start, end),
            Inside::Quote(_) => self.quote(start, start, end),
            Inside::Scalar => {}
        }
    }

    /// A line of names and items. `content`: where its spaces end.
    fn block(&mut self, start: usize, content: usize, end: usize) {
        self.parent = None;
        if self.bytes[..end].get(content) == Some(&b'\t') {
            self.layout.tabs.push(content);
        }
        if self.bytes[start..end].starts_with(b"---") {
            let rest = start + 3;
            if rest == end || is_gap(self.bytes[rest]) {
                let value = self.skip_gap(rest, end);
                self.token(start, value, end, false);
                return;
            }
        }
        let tabs = run(&self.bytes[content..end], is_gap);
        self.token(start, content + tabs, end, true);
    }

    fn push(&mut self, start: usize, end: usize, inside: Inside) {
        self.layout.lines.push(Line { start, end, inside });
    }

    /// Steps over white space between tokens, noting its tabs.
    fn skip_gap(&mut self, mut at: usize, end: usize) -> usize {
        while at < end && is_gap(self.bytes[at]) {
            if self.bytes[at] == b'\t' {
                self.layout.gaps.push(at);
            }
            at += 1;
        }
        at
    }

    fn space_follows(&self, at: usize, end: usize) -> bool {
        at + 1 >= end || is_gap(self.bytes[at + 1])
    }

    /// At the start of a token of a block. `key`: a name may stand here.
    fn token(&mut self, line: usize, mut at: usize, end: usize, mut key: bool) {
        loop {
            let Some(&byte) = self.bytes[..end].get(at) else {
                self.state = State::Block;
                return;
            };
            match byte {
                b'#' => {
                    self.state = State::Block;
                    return;
                }
                b'-' | b'?' | b':' if key && self.space_follows(at, end) => {
                    self.parent = Some(at - line);
                    let spaces = run(&self.bytes[at + 1..end], |byte| byte == b' ');
                    at += 1 + spaces;
                    if self.bytes[..end].get(at) == Some(&b'\t') {
                        self.layout.tabs.push(at);
                        at += run(&self.bytes[at..end], is_gap);
                    }
                }
                b'&' | b'!' | b'*' => {
                    let word = run(&self.bytes[at..end], |byte| !is_gap(byte));
                    let next = self.skip_gap(at + word, end);
                    if byte == b'*' && self.bytes[..end].get(next) == Some(&b':') {
                        self.parent = Some(at - line);
                        at = self.skip_gap(next + 1, end);
                        key = false;
                    } else {
                        at = next;
                    }
                }
                b'"' | b'\'' => {
                    if key {
                        self.parent = self.parent.max(Some(at - line));
                    }
                    self.state = State::Quote {
                        open: at,
                        mark: byte,
                        outer: None,
                    };
                    self.quote(line, at + 1, end);
                    return;
                }
                b'[' | b'{' => {
                    self.state = State::Flow {
                        outer: at,
                        depth: 0,
                    };
                    self.flow(line, at, end);
                    return;
                }
                b'|' | b'>' if self.is_header(at + 1, end) => {
                    let digit = self.bytes[at + 1..end]
                        .iter()
                        .take(2)
                        .find(|byte| byte.is_ascii_digit());
                    let parent = self.parent;
                    let from = parent.unwrap_or(0);
                    self.state = State::Scalar {
                        parent,
                        indent: digit.map(|digit| from + usize::from(digit - b'0')),
                    };
                    return;
                }
                _ => {
                    self.plain(line, at, end, key);
                    return;
                }
            }
        }
    }

    /// `|`, `>-`, `|2 # words`.
    fn is_header(&self, at: usize, end: usize) -> bool {
        let rest = &self.bytes[at..end];
        let marks = run(rest, |byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'+')
        });
        let rest = rest[marks..].trim_ascii_start();
        marks <= 2 && (rest.is_empty() || rest[0] == b'#')
    }

    /// Inside an unquoted word.
    fn plain(&mut self, line: usize, from: usize, end: usize, key: bool) {
        let mut at = from;
        while at < end {
            let after_space = at == from || is_gap(self.bytes[at - 1]);
            match self.bytes[at] {
                b'#' if after_space => {
                    self.state = State::Block;
                    return;
                }
                b':' if self.space_follows(at, end) && key => {
                    self.parent = Some(from - line);
                    let next = self.skip_gap(at + 1, end);
                    self.token(line, next, end, false);
                    return;
                }
                b'\t' if key => self.layout.gaps.push(at),
                _ => {}
            }
            at += 1;
        }
        let parent = match self.state {
            State::Plain(parent) => Some(parent),
            _ => self.parent,
        };
        self.state = parent.map_or(State::Block, State::Plain);
    }

    /// Inside quotes.
    fn quote(&mut self, line: usize, mut at: usize, end: usize) {
        let State::Quote { open, mark, outer } = self.state else {
            return;
        };
        while at < end {
            let byte = self.bytes[at];
            if byte == b'\\' && mark == b'"' {
                at += 2;
                continue;
            }
            if byte != mark {
                at += 1;
                continue;
            }
            if mark == b'\'' && self.bytes[..end].get(at + 1) == Some(&b'\'') {
                at += 2;
                continue;
            }
            if let Some((outer, depth)) = outer {
                self.state = State::Flow { outer, depth };
                self.flow(line, at + 1, end);
            } else {
                self.after(line, open, at + 1, end);
            }
            return;
        }
    }

    /// Inside brackets.
    fn flow(&mut self, line: usize, mut at: usize, end: usize) {
        let State::Flow { outer, mut depth } = self.state else {
            return;
        };
        let mut fresh = true;
        while at < end {
            let byte = self.bytes[at];
            let after_space = at == line || is_gap(self.bytes[at - 1]);
            match byte {
                b'#' if after_space => break,
                b'[' | b'{' => {
                    depth += 1;
                    fresh = true;
                }
                b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.after(line, outer, at + 1, end);
                        return;
                    }
                }
                b',' | b':' => fresh = true,
                b'"' | b'\'' if fresh => {
                    self.state = State::Quote {
                        open: at,
                        mark: byte,
                        outer: Some((outer, depth)),
                    };
                    self.quote(line, at + 1, end);
                    return;
                }
                byte if is_gap(byte) => {}
                _ => fresh = false,
            }
            at += 1;
        }
        self.state = State::Flow { outer, depth };
    }

    /// After quotes or brackets of a block: the end of a value, or of a name.
    fn after(&mut self, line: usize, open: usize, at: usize, end: usize) {
        let next = self.skip_gap(at, end);
        self.state = State::Block;
        if next < end && self.bytes[next] == b':' && self.space_follows(next, end) {
            self.parent = Some(open.saturating_sub(line));
            let value = self.skip_gap(next + 1, end);
            self.token(line, value, end, false);
        }
    }
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insides(text: &str) -> Vec<Inside> {
        Layout::of(text)
            .lines
            .iter()
            .map(|line| line.inside)
            .collect()
    }

    #[test]
    fn lines_know_what_they_begin_in() {
        use Inside::{Block, Flow, Plain, Quote, Scalar};
        assert_eq!(
            insides("a: |\n  x\n\n  y\nb: 1\n"),
            [Block, Scalar, Scalar, Scalar, Block]
        );
        assert_eq!(insides("a: \"x\ny\"\nb: 1\n"), [Block, Quote(3), Block]);
        assert_eq!(
            insides("a: [\n'x]',\n]\nb: 1\n"),
            [Block, Flow(3), Flow(3), Block]
        );
        assert_eq!(insides("a: x\n  it's\nb: 'y\n"), [Block, Plain, Block]);
        assert_eq!(insides("- a: |\n    x\n  b: y\n"), [Block, Scalar, Block]);
    }

    #[test]
    fn only_tabs_of_indentation_are_wrong() {
        let wrong = |text: &str| Layout::of(text).tabs;
        assert_eq!(wrong("a:\n\tb: 1\n"), [3]);
        assert_eq!(wrong("-\ta\n- b\n"), [1]);
        assert_eq!(wrong("a: |\n  x\n\ty\n"), [9]);
        assert_eq!(wrong("a:\tb\nc: x\ty\n"), [0; 0]);
        assert_eq!(wrong("a: [\n\t1\n]\n"), [0; 0]);
        assert_eq!(wrong("a: x\n \ty\n"), [0; 0]);
        assert_eq!(wrong("a: \"x\n\ty\"\n"), [0; 0]);
    }

    #[test]
    fn what_is_never_closed_is_named() {
        assert_eq!(Layout::of("a: [1,\nb: 2\n").open, Some(3));
        assert_eq!(Layout::of("a: 'x\nb: 2\n").open, Some(3));
        assert_eq!(Layout::of("a: 'x'\n").open, None);
    }
}
