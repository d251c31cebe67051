//! Events for people: one line each, on the stream and in the colour of their level.

use std::sync::Arc;

use nu_ansi_term::Color;

use super::style::Colours;
use crate::host::{Body, Event, Failure, Level, Listener, Terminal};

/// The quietest level of a verbosity, from -2 (nothing at all) to 2 (everything).
pub fn threshold(verbosity: i8) -> Option<Level> {
    match verbosity {
        ..=-2 => None,
        -1 => Some(Level::Error),
        0 => Some(Level::Answer),
        1 => Some(Level::Info),
        2.. => Some(Level::Debug),
    }
}

pub struct Console {
    terminal: Arc<dyn Terminal>,
    threshold: Option<Level>,
    paint: Paint,
    colours: Colours,
    /// The line being made; kept for its memory.
    line: Vec<u8>,
}

impl Console {
    pub fn new(terminal: Arc<dyn Terminal>, verbosity: i8, colours: Colours) -> Self {
        Self {
            terminal,
            threshold: threshold(verbosity),
            paint: Paint::default(),
            colours,
            line: Vec::new(),
        }
    }

    fn add(&mut self, level: Level, scope: &str, text: &str) {
        let coloured = if is_for_err(level) {
            self.colours.err
        } else {
            self.colours.out
        };
        let paint = coloured.then_some(&self.paint);
        if let Some(paint) = paint {
            self.line.extend_from_slice(paint.before(level).as_bytes());
        }
        if !scope.is_empty() {
            self.line.extend_from_slice(scope.as_bytes());
            self.line.extend_from_slice(b": ");
        }
        self.line.extend_from_slice(text.as_bytes());
        if let Some(paint) = paint {
            self.line.extend_from_slice(paint.after.as_bytes());
        }
        self.line.push(b'\n');
    }

    fn add_failure(&mut self, level: Level, scope: &str, failure: &Failure) {
        self.add(level, scope, &failure.words);
        for line in &failure.tail {
            self.line.extend_from_slice(b"  ");
            self.add(level, "", line);
        }
        for (number, line) in failure
            .help
            .iter()
            .flat_map(|help| help.lines())
            .enumerate()
        {
            let start = if number == 0 { "help: " } else { "      " };
            for part in [start, line, "\n"] {
                self.line.extend_from_slice(part.as_bytes());
            }
        }
    }
}

/// Warnings and what is worse go to standard error.
fn is_for_err(level: Level) -> bool {
    level >= Level::Warning
}

impl Listener for Console {
    fn hear(&mut self, event: &Event<'_>) {
        match event.body {
            Body::Data(text) => return self.terminal.out(text.as_bytes()),
            Body::Line(text) => self.add(event.level, event.scope, text),
            Body::Failure(failure) => self.add_failure(event.level, event.scope, failure),
        }
        if is_for_err(event.level) {
            self.terminal.err(&self.line);
        } else {
            self.terminal.out(&self.line);
        }
        self.line.clear();
    }

    fn flush(&mut self) {
        self.terminal.flush();
    }

    fn threshold(&self) -> Option<Level> {
        self.threshold
    }
}

/// What is written before and after a coloured line.
struct Paint {
    before: [String; 5],
    after: String,
}

impl Default for Paint {
    fn default() -> Self {
        let colours = [
            Color::Cyan,
            Color::Green,
            Color::Purple,
            Color::Yellow,
            Color::Red,
        ];
        Self {
            before: colours.map(|colour| colour.prefix().to_string()),
            after: Color::Red.suffix().to_string(),
        }
    }
}

impl Paint {
    fn before(&self, level: Level) -> &str {
        let [debug, info, answer, warning, error] = &self.before;
        match level {
            Level::Debug => debug,
            Level::Info => info,
            Level::Answer => answer,
            Level::Warning => warning,
            Level::Error | Level::Critical => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Bus;
    use crate::host::script::Collected;

    const LEVELS: [Level; 6] = [
        Level::Debug,
        Level::Info,
        Level::Answer,
        Level::Warning,
        Level::Error,
        Level::Critical,
    ];

    fn console(verbosity: i8, colour: bool) -> (Bus, Arc<Collected>) {
        let terminal = Arc::new(Collected::default());
        let bus = Bus::default();
        let shown = Arc::clone(&terminal);
        let colours = Colours {
            out: colour,
            err: colour,
        };
        bus.attach(Box::new(Console::new(shown, verbosity, colours)));
        (bus, terminal)
    }

    fn shown(verbosity: i8) -> (String, String) {
        let (bus, terminal) = console(verbosity, false);
        for level in LEVELS {
            bus.line(level, "", &format!("{level:?}"));
        }
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        (words(terminal.out_text()), words(terminal.err_text()))
    }

    #[test]
    fn verbosity_decides_what_is_shown_and_the_level_decides_where() {
        let loud = "Warning Error Critical".to_owned();
        assert_eq!(shown(-2), (String::new(), String::new()));
        assert_eq!(shown(-1), (String::new(), "Error Critical".into()));
        assert_eq!(shown(0), ("Answer".into(), loud.clone()));
        assert_eq!(shown(1), ("Info Answer".into(), loud.clone()));
        assert_eq!(shown(2), ("Debug Info Answer".into(), loud));
    }

    #[test]
    fn a_line_names_its_scope() {
        let (bus, terminal) = console(1, false);
        bus.line(Level::Info, "lab", "Creating archive");
        bus.line(Level::Info, "", "from borg");
        assert_eq!(terminal.out_text(), "lab: Creating archive\nfrom borg\n");
    }

    #[test]
    fn whole_lines_are_coloured() {
        let (bus, terminal) = console(2, true);
        for level in LEVELS {
            bus.line(level, "x", "y");
        }
        assert_eq!(
            terminal.out_text(),
            "\x1b[36mx: y\x1b[0m\n\x1b[32mx: y\x1b[0m\n\x1b[35mx: y\x1b[0m\n"
        );
        assert_eq!(
            terminal.err_text(),
            "\x1b[33mx: y\x1b[0m\n\x1b[31mx: y\x1b[0m\n\x1b[31mx: y\x1b[0m\n"
        );
    }

    #[test]
    fn a_document_is_passed_as_it_is_even_when_quiet() {
        let (bus, terminal) = console(-2, true);
        bus.say(Event {
            level: Level::Answer,
            scope: "lab",
            body: Body::Data("[{}]"),
        });
        assert_eq!(terminal.out_text(), "[{}]");
    }

    #[test]
    fn a_failure_shows_what_was_said_and_what_to_do() {
        let (bus, terminal) = console(0, false);
        let mut failure = Failure::new("borgmatic::borg::exit", "borg create: exit status 2")
            .help("first\nsecond");
        failure.tail = vec!["no space".into(), "giving up".into()];
        bus.say(Event {
            level: Level::Critical,
            scope: "lab",
            body: Body::Failure(&failure),
        });
        assert_eq!(
            terminal.err_text(),
            "lab: borg create: exit status 2\n  no space\n  giving up\nhelp: first\n      second\n"
        );
    }

    /// `cargo test --release -- --ignored lines_per_second --nocapture`
    #[test]
    #[ignore = "a measurement"]
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    fn lines_per_second() {
        struct Nowhere;
        impl Terminal for Nowhere {
            fn out(&self, bytes: &[u8]) {
                std::hint::black_box(bytes);
            }
            fn err(&self, _: &[u8]) {}
            fn flush(&self) {}
            fn out_is_terminal(&self) -> bool {
                false
            }
            fn err_is_terminal(&self) -> bool {
                false
            }
            fn width(&self) -> usize {
                80
            }
        }
        let bus = Bus::default();
        let colours = Colours {
            out: true,
            err: true,
        };
        bus.attach(Box::new(Console::new(Arc::new(Nowhere), 1, colours)));
        let start = std::time::Instant::now();
        for _ in 0..5_000_000 {
            bus.line(
                Level::Info,
                "lab",
                "A srv/data/some/where/in/a/tree/of/files/name.txt",
            );
        }
        println!(
            "{:.1} million lines per second",
            5.0 / start.elapsed().as_secs_f64()
        );
    }
}
