//! How things look: colour or not, which characters, how wide; and diagnostics drawn that way.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};
use miette::{ThemeCharacters, ThemeStyles};

use crate::host::{Env, Terminal};

/// Frames are not drawn wider than this.
const WIDEST: usize = 100;
/// A frame needs some room, whatever the terminal says.
const NARROWEST: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Lines and arrows beyond ASCII.
    pub unicode: bool,
    /// Sentences instead of frames.
    pub narrated: bool,
    pub width: usize,
}

impl Style {
    /// Without colour, in ASCII.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self {
        colour: false,
        unicode: false,
        narrated: false,
        width: 80,
    };

    pub fn new(env: &Env, terminal: &dyn Terminal, colour: bool) -> Self {
        Self {
            colour,
            unicode: env.speaks_utf8(),
            narrated: env.refuses_graphics(),
            width: terminal.width().clamp(NARROWEST, WIDEST),
        }
    }
}

/// Which streams take colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    pub out: bool,
    pub err: bool,
}

impl Colours {
    pub const NONE: Self = Self {
        out: false,
        err: false,
    };

    /// By the rule of [`colour`], for each stream by itself: what goes into a file has no colour
    /// because the other stream is a terminal.
    pub fn of(env: &Env, structured: bool, refused: bool, terminal: &dyn Terminal) -> Self {
        let on = |on_terminal| colour(env, structured, refused, on_terminal);
        let err = terminal.err_is_terminal();
        Self {
            out: on(err && terminal.out_is_terminal()),
            err: on(err),
        }
    }
}

/// Is output coloured? `structured`: some action writes JSON, or the log is JSON. `refused`: some
/// configuration says `color: false`.
fn colour(env: &Env, structured: bool, refused: bool, on_terminal: bool) -> bool {
    let set = |name: &str| env.get(name).map(std::ffi::OsStr::to_string_lossy);
    if structured || refused || set("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return false;
    }
    match set("PY_COLORS") {
        Some(choice) => ["yes", "on", "1", "true"]
            .iter()
            .any(|word| choice.eq_ignore_ascii_case(word)),
        None => on_terminal && set("TERM").is_none_or(|kind| kind != "dumb"),
    }
}

/// A mistake with the text around it. Ends with a line end.
pub fn frame(problem: &dyn Diagnostic, style: Style) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail; the words alone are better than nothing.
    let drawn = if style.narrated {
        NarratableReportHandler::new().render_report(&mut text, problem)
    } else {
        let theme = GraphicalTheme {
            characters: if style.unicode {
                ThemeCharacters::unicode()
            } else {
                ThemeCharacters::ascii()
            },
            styles: if style.colour {
                ThemeStyles::ansi()
            } else {
                ThemeStyles::none()
            },
        };
        GraphicalReportHandler::new_themed(theme)
            .with_width(style.width)
            .with_links(false)
            .with_break_words(false)
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
            .render_report(&mut text, problem)
    };
    if drawn.is_err() {
        text = problem.to_string();
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::Collected;
    use crate::text::{Origin, Problem, Source};

    fn env(variables: &[(&str, &str)]) -> Env {
        Env {
            variables: variables
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ..Env::default()
        }
    }

    #[test]
    fn colour_follows_the_rule() {
        let on =
            |variables: &[(&str, &str)], terminal| colour(&env(variables), false, false, terminal);
        assert!(on(&[], true));
        assert!(!on(&[], false));
        assert!(on(&[("TERM", "xterm")], true));
        assert!(!on(&[("TERM", "dumb")], true));
        assert!(!on(&[("NO_COLOR", "1")], true));
        assert!(on(&[("NO_COLOR", "")], true));
        for word in ["yes", "ON", "1", "True"] {
            assert!(on(&[("PY_COLORS", word)], false), "{word}");
            assert!(on(&[("PY_COLORS", word), ("TERM", "dumb")], false));
            assert!(!on(&[("PY_COLORS", word), ("NO_COLOR", "x")], true));
            assert!(!colour(&env(&[("PY_COLORS", word)]), true, false, true));
            assert!(!colour(&env(&[("PY_COLORS", word)]), false, true, true));
        }
        for word in ["no", "0", "", "2"] {
            assert!(!on(&[("PY_COLORS", word)], true), "{word}");
        }
    }

    #[test]
    fn each_stream_is_coloured_by_itself() {
        let mut terminal = Collected::default();
        terminal.terminal = true;
        let both = Colours {
            out: true,
            err: true,
        };
        let of = |variables: &[(&str, &str)], end: &Collected| {
            Colours::of(&env(variables), false, false, end)
        };
        assert_eq!(of(&[], &terminal), both);
        let mut into_file = Collected::default();
        (into_file.terminal, into_file.out_is_file) = (true, true);
        assert_eq!(of(&[], &into_file), Colours { out: false, ..both });
        assert_eq!(of(&[("PY_COLORS", "1")], &into_file), both);
        assert_eq!(of(&[("NO_COLOR", "1")], &terminal), Colours::NONE);
    }

    #[test]
    fn the_locale_decides_the_characters() {
        let unicode = |variables: &[(&str, &str)]| {
            Style::new(&env(variables), &Collected::default(), false).unicode
        };
        assert!(unicode(&[("LANG", "de_DE.UTF-8")]));
        assert!(unicode(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]));
        assert!(!unicode(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]));
        assert!(unicode(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")]));
        assert!(!unicode(&[]));
    }

    fn tab() -> Problem {
        let source = Source::plain("config.yaml", "retention:\n\tkeep_daily: 7\n");
        let origin = Origin {
            source,
            span: 11..12,
        };
        Problem::new("borgmatic::yaml::tab", "a tab indents this line")
            .at(&origin, "here")
            .help("use spaces")
    }

    #[test]
    fn a_frame_points_to_the_place_without_colour() {
        let style = Style {
            colour: false,
            unicode: true,
            narrated: false,
            width: 80,
        };
        insta::assert_snapshot!(frame(&tab(), style), @r"
        borgmatic::yaml::tab

          × a tab indents this line
           ╭─[config.yaml:2:1]
         1 │ retention:
         2 │     keep_daily: 7
           · ──┬─
           ·   ╰── here
           ╰────
          help: use spaces
        ");
        let ascii = frame(
            &tab(),
            Style {
                unicode: false,
                ..style
            },
        );
        assert!(ascii.is_ascii(), "{ascii}");
        let coloured = frame(
            &tab(),
            Style {
                colour: true,
                ..style
            },
        );
        assert!(coloured.contains("\x1b["));
    }

    #[test]
    fn without_graphics_it_is_told_in_words() {
        let style = Style::new(&env(&[("NO_GRAPHICS", "1")]), &Collected::default(), false);
        insta::assert_snapshot!(frame(&tab(), style), @r"
        a tab indents this line
            Diagnostic severity: error
        Begin snippet for config.yaml starting at line 1, column 1

        snippet line 1: retention:
        snippet line 2: 	keep_daily: 7
            label at line 2, column 1: here
        diagnostic help: use spaces
        diagnostic code: borgmatic::yaml::tab
        ");
    }
}
