//! Events for people: one line each, on the stream and in the colour of their level.

use std::borrow::Cow;
use std::sync::Arc;

use nu_ansi_term::Color;

use super::json;
use super::progress::Bars;
use super::style::{Colours, Style, frame};
use super::told::{Part, told};
use super::verbosity::threshold;
use crate::host::{About, Body, Clock, Event, Level, Listener, Progress, Terminal};
use crate::text::Problem;
use crate::text::printable::{acts, printable};

pub struct Console {
    terminal: Arc<dyn Terminal>,
    threshold: Option<Level>,
    paint: Paint,
    colours: Colours,
    style: Style,
    /// JSON takes its times from here.
    json: Option<Arc<dyn Clock>>,
    /// Is the stream a terminal, which obeys control characters?
    obeys: Obeys,
    bars: Option<Bars>,
    /// The line being made; kept for its memory.
    line: Vec<u8>,
}

/// Which streams are terminals.
struct Obeys {
    out: bool,
    err: bool,
}

impl Console {
    pub fn new(terminal: Arc<dyn Terminal>, verbosity: i8, colours: Colours, style: Style) -> Self {
        Self {
            threshold: threshold(verbosity),
            paint: Paint::default(),
            colours,
            style,
            json: None,
            bars: None,
            obeys: Obeys {
                out: terminal.out_is_terminal(),
                err: terminal.err_is_terminal(),
            },
            terminal,
            line: Vec::new(),
        }
    }

    /// Draws how far children have come.
    #[must_use]
    pub fn with(mut self, bars: Option<Bars>) -> Self {
        self.bars = bars;
        self
    }

    /// Each event is a JSON object instead.
    #[must_use]
    pub fn json(mut self, clock: Arc<dyn Clock>) -> Self {
        self.json = Some(clock);
        self
    }

    fn add(&mut self, level: Level, part: Part, scope: &str, text: &str) {
        let is_err = is_for_err(level);
        let (coloured, obeys) = if is_err {
            (self.colours.err, self.obeys.err)
        } else {
            (self.colours.out, self.obeys.out)
        };
        let line = &mut self.line;
        let paint = coloured.then_some(&self.paint);
        let paint = paint.filter(|_| !matches!(part, Part::Help | Part::More));
        line.extend_from_slice(part.lead().as_bytes());
        if let Some(paint) = paint {
            line.extend_from_slice(paint.before(level).as_bytes());
        }
        if !scope.is_empty() {
            line.extend_from_slice(scope.as_bytes());
            line.extend_from_slice(b": ");
        }
        if obeys {
            line.extend_from_slice(printable(text).as_bytes());
        } else {
            line.extend_from_slice(text.as_bytes());
        }
        if let Some(paint) = paint {
            line.extend_from_slice(paint.after.as_bytes());
        }
        line.push(b'\n');
    }
}

/// A problem whose words do not steer the terminal; its frame shows the text so already.
fn plain(problem: &Problem) -> Cow<'_, Problem> {
    let steers = |letter: char| acts(letter) && letter != '\n';
    let help = problem.help.as_deref().unwrap_or_default();
    if !problem.words.contains(steers) && !help.contains(steers) {
        return Cow::Borrowed(problem);
    }
    let clean = |text: &str| {
        let lines: Vec<_> = text.split('\n').map(printable).collect();
        lines.join("\n")
    };
    let mut plain = problem.clone();
    plain.words = clean(&problem.words);
    plain.help = problem.help.as_deref().map(clean);
    Cow::Owned(plain)
}

/// Warnings and what is worse go to standard error.
fn is_for_err(level: Level) -> bool {
    level >= Level::Warning
}

impl Listener for Console {
    fn hear(&mut self, event: &Event<'_>, about: &About) {
        match event.body {
            Body::Data(text) => return self.terminal.out(text.as_bytes()),
            _ if let Some(clock) = &self.json => {
                json::write(event, about, &**clock, &mut self.line);
            }
            Body::Problem(problem) => {
                let drawn = frame(&*plain(problem), self.style);
                self.line.extend_from_slice(drawn.as_bytes());
                self.line.push(b'\n');
            }
            _ => told(event, &mut |part, scope, text| {
                self.add(event.level, part, scope, text);
            }),
        }
        let (terminal, line, is_err) = (&self.terminal, &self.line, is_for_err(event.level));
        let write = || {
            if is_err {
                terminal.err(line);
            } else {
                terminal.out(line);
            }
        };
        match &self.bars {
            // Nothing may wait that would come out over what is drawn.
            Some(bars) => bars.aside(|| {
                write();
                terminal.flush();
            }),
            None => write(),
        }
        self.line.clear();
    }

    fn draws(&self) -> bool {
        self.bars.is_some()
    }

    fn progress(&mut self, progress: Option<&Progress<'_>>, about: &About) {
        match (&mut self.bars, progress) {
            (Some(bars), Some(progress)) => bars.show(progress, about),
            (Some(bars), None) => bars.end(about),
            (None, _) => {}
        }
    }

    fn ask(&mut self, question: &str) {
        if let Some(bars) = &self.bars {
            bars.hide();
        }
        self.terminal.err(printable(question).as_bytes());
        self.terminal.err(b" ");
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
    use crate::host::script::{Collected, Still};
    use crate::host::{Bus, Failure, Passed};

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
        bus.attach(Box::new(Console::new(
            shown,
            verbosity,
            colours,
            Style::PLAIN,
        )));
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

    #[test]
    fn names_of_files_do_not_steer_a_terminal() {
        let passed = Passed {
            text: "A /a\x1b[2J\nb",
            name: Some("borg.file_status"),
            msgid: None,
        };
        let mut seen = Collected::default();
        seen.terminal = true;
        for (terminal, expected) in [
            (seen, "A /a\\x1b[2J\\nb\n"),
            (Collected::default(), "A /a\x1b[2J\nb\n"),
        ] {
            let terminal = Arc::new(terminal);
            let bus = Bus::default();
            let shown = Arc::clone(&terminal);
            let console = Console::new(shown, 1, Colours::NONE, Style::PLAIN);
            bus.attach(Box::new(console));
            bus.pass(Level::Info, passed);
            assert_eq!(terminal.out_text(), expected);
        }
    }

    #[test]
    fn the_words_of_a_mistake_do_not_steer_a_terminal() {
        let (bus, terminal) = console(0, false);
        for (words, help) in [
            ("unknown flag `\x1b[2J`", "take out `\u{9b}2J`\nor not"),
            ("unknown flag `\u{202e}x`", "take it out"),
        ] {
            let problem = Problem::new("borgmatic::cli::flag", words).help(help);
            bus.say(Event {
                level: Level::Error,
                scope: "",
                body: Body::Problem(&problem),
            });
        }
        let shown = terminal.err_text();
        for escaped in ["`\\x1b[2J`", "`\\x9b2J`", "`\\u{202e}x`"] {
            assert!(shown.contains(escaped), "{shown}");
        }
        assert!(
            !shown.contains(|it: char| acts(it) && it != '\n'),
            "{shown:?}"
        );
    }

    #[test]
    fn as_json_the_streams_are_the_same() {
        let terminal = Arc::new(Collected::default());
        let bus = Bus::default();
        let shown = Arc::clone(&terminal);
        let console = Console::new(shown, 1, Colours::NONE, Style::PLAIN);
        bus.attach(Box::new(console.json(Arc::new(Still::default()))));
        bus.line(Level::Info, "", "good");
        bus.line(Level::Info, "", "");
        bus.line(Level::Error, "", "bad");
        let message = |text: String| {
            let record: serde_json::Value = serde_json::from_str(&text).unwrap();
            record["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(message(terminal.out_text()), "good");
        assert_eq!(message(terminal.err_text()), "bad");
    }
}
