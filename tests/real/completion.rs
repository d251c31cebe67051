//! The completion scripts in real shells, as a user gets them: in a terminal with bash and zsh, and
//! by fish's own question for what it would offer.

use std::path::Path;
use std::process::Command;

use crate::terminal::Terminal;
use crate::world::{World, binary, outcome, skip};

const CONFIG: &str = "    - path: ssh://me@host/./two.borg\n      label: 'über usb'\n";

/// What is typed before the key TAB, and the line that it makes.
const LINES: [(&str, &str); 13] = [
    ("borgmatic cre", "borgmatic create "),
    ("borgmatic prune comp", "borgmatic prune compact "),
    ("borgmatic config val", "borgmatic config validate "),
    ("borgmatic create --comme", "borgmatic create --comment "),
    ("borgmatic --keep-da", "borgmatic --keep-daily "),
    ("borgmatic --nt", "borgmatic --ntfy."),
    ("borgmatic --ntfy.top", "borgmatic --ntfy.topic "),
    (
        "borgmatic check --only ext",
        "borgmatic check --only extract ",
    ),
    ("borgmatic --log-file sour", "borgmatic --log-file source/"),
    (
        "borgmatic list --repository üb",
        "borgmatic list --repository über\\ usb ",
    ),
    (
        "borgmatic list --repository ssh:",
        "borgmatic list --repository ssh://me@host/./two.borg ",
    ),
    ("borgmatic --log-file=sour", "borgmatic --log-file=source/"),
    (
        "borgmatic check --only=ext",
        "borgmatic check --only=extract ",
    ),
];

fn world() -> World {
    let world = World::new("1.4");
    std::os::unix::fs::symlink(binary(), world.path("bin/borgmatic")).unwrap();
    world.configure(&["one.borg"], CONFIG);
    for (shell, file) in [
        ("bash", "borgmatic.bash"),
        ("zsh", "_borgmatic"),
        ("fish", "borgmatic.fish"),
    ] {
        let script = world.ok(&["completion", shell]).out;
        world.write(&format!("home/{file}"), &script);
    }
    world
}

fn shell(world: &World, name: &str) -> Option<Command> {
    let found = ["/usr/bin", "/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists());
    if found.is_none() {
        skip(&format!("no {name} is here"));
    }
    Some(world.program(&found?))
}

/// Types each line and the key TAB; a key of ours then shows what the line has become.
fn typed(terminal: &mut Terminal, lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        terminal.type_in(&format!("{line}\t"));
        terminal.type_in("\u{18}");
        terminal.sees("<<");
        let became = terminal.sees(">>");
        assert_eq!(became.trim_end_matches(">>"), *expected, "{line}");
        terminal.type_in("\u{15}");
    }
}

#[test]
fn bash_completes() {
    let world = world();
    let Some(mut bash) = shell(&world, "bash") else {
        return;
    };
    bash.args(["--norc", "--noprofile", "-i"])
        .env("TERM", "dumb")
        .env("PS1", "$ ");
    let mut terminal = Terminal::run(&bash, 200);
    terminal.sees("$ ");
    terminal.type_in("bind 'set enable-bracketed-paste off'; bind -x '\"\\C-x\": echo \"<\"\"<$READLINE_LINE>\"\">\"'; . home/borgmatic.bash; echo rea''dy\n");
    terminal.sees("ready");
    typed(&mut terminal, &LINES);
    typed(
        &mut terminal,
        &[
            (
                "borgmatic --repositories[3].lab",
                "borgmatic --repositories[3].label ",
            ),
            ("borgmatic --bogus=", "borgmatic --bogus="),
        ],
    );
    terminal.type_in("exit\n");
    assert_eq!(terminal.ends().0, Some(0));
}

#[test]
fn zsh_completes() {
    let world = world();
    let Some(mut zsh) = shell(&world, "zsh") else {
        return;
    };
    zsh.args(["-f", "-i"]).env("TERM", "dumb").env("PS1", "$ ");
    let mut terminal = Terminal::run(&zsh, 200);
    terminal.sees("$ ");
    terminal.type_in("autoload -U compinit; compinit -u -D; . home/_borgmatic; unsetopt zle_bracketed_paste; show() { print -r -- \"<\"\"<$BUFFER>\"\">\" }; zle -N show; bindkey '^X' show; bindkey '^U' kill-whole-line; echo rea''dy\n");
    terminal.sees("ready");
    typed(&mut terminal, &LINES);
    typed(
        &mut terminal,
        &[(
            "borgmatic --repositories\\[3\\].lab",
            "borgmatic --repositories\\[3\\].label ",
        )],
    );
    terminal.type_in("exit\n");
    assert_eq!(terminal.ends().0, Some(0));
}

#[test]
fn fish_completes() {
    let world = world();
    if shell(&world, "fish").is_none() {
        return;
    }
    let offered = |line: &str| {
        let mut fish = shell(&world, "fish").unwrap();
        let ask = format!("source home/borgmatic.fish; complete -C '{line}'");
        outcome(fish.args(["--no-config", "-c", &ask]))
            .ends_with(0)
            .out
    };
    assert_eq!(offered("borgmatic cre"), "create\tMake a backup\n");
    assert_eq!(
        offered("borgmatic prune comp").split('\t').next(),
        Some("compact")
    );
    assert_eq!(offered("borgmatic check --only ext"), "extract\n");
    assert_eq!(offered("borgmatic check --only=ext"), "--only=extract\n");
    assert_eq!(offered("borgmatic --nt"), "--ntfy.\n");
    assert!(offered("borgmatic --repositories[3].lab").starts_with("--repositories[3].label\t"));
    assert_eq!(
        offered("borgmatic list --repository üb"),
        "über usb\tssh://me@host/./two.borg\n"
    );
    assert!(offered("borgmatic --log-file sour").starts_with("source/"));
    assert!(offered("borgmatic --log-file=sour").starts_with("--log-file=source/"));
    assert!(offered("borgmatic extract --destination sour").starts_with("source/"));
    assert_eq!(offered("borgmatic --comment sour"), "");
}

#[test]
fn a_question_is_answered_whatever_the_files_are() {
    let world = world();
    for (content, known) in [
        (
            "repositories:\n    - path: one\n      label: yes\nbogus: [",
            false,
        ),
        (
            "repositories:\n    - path: one\n      label: usb\nbogus: 1\n",
            true,
        ),
        ("", false),
    ] {
        world.write("config/borgmatic/config.yaml", content);
        let answer = world.ok(&["__complete", "zsh", "list", "--repository", ""]);
        assert_eq!(
            (answer.out.contains("usb"), answer.err.as_str()),
            (known, "")
        );
    }
    outcome(Command::new("mkfifo").arg(world.path("pipe"))).ends_with(0);
    world.ok(&[
        "__complete",
        "fish",
        "-c",
        "pipe",
        "list",
        "--repository",
        "",
    ]);
    world.ok(&["__complete"]);
}
