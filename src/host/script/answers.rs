//! Other programs, played: what each command says and how it ends.

use std::sync::Mutex;
use std::time::Duration;

use super::locked;
use crate::host::{
    Beside, Command, Exit, Failure, Fate, Fed, Feeder, Heard, Processes, Signal, Stopped,
};

/// What a command says and how it ends.
#[derive(Clone, Debug)]
pub struct Answer {
    said: Vec<(Stream, Vec<u8>)>,
    end: End,
    once: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Out,
    Err,
}

#[derive(Clone, Debug)]
enum End {
    Exit(Exit),
    Missing,
    Stopped(Signal),
}

impl Answer {
    fn ends(end: End) -> Self {
        Self {
            said: Vec::new(),
            end,
            once: false,
        }
    }

    /// Says nothing and ends well.
    pub fn fine() -> Self {
        Self::exit(0)
    }

    pub fn exit(code: i32) -> Self {
        Self::ends(End::Exit(Exit::Code(code)))
    }

    pub fn killed(signal: i32) -> Self {
        Self::ends(End::Exit(Exit::Signal(signal)))
    }

    /// The program is not there.
    pub fn missing() -> Self {
        Self::ends(End::Missing)
    }

    /// A signal tells the whole run to end while the command runs.
    pub fn stopped(signal: i32) -> Self {
        Self::ends(End::Stopped(Signal(signal)))
    }

    #[must_use]
    pub fn out(self, text: impl AsRef<[u8]>) -> Self {
        self.says(Stream::Out, text.as_ref())
    }

    #[must_use]
    pub fn err(self, text: impl AsRef<[u8]>) -> Self {
        self.says(Stream::Err, text.as_ref())
    }

    fn says(mut self, stream: Stream, text: &[u8]) -> Self {
        if text.is_empty() {
            return self;
        }
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        self.said.extend(
            text.split(|byte| *byte == b'\n')
                .map(|line| (stream, line.to_vec())),
        );
        self
    }

    /// Holds for one command; the next one like it finds the next answer.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }
}

#[derive(Default)]
pub struct Script {
    answers: Mutex<Vec<(String, Answer)>>,
    commands: Mutex<Vec<Command>>,
    stop: Mutex<Option<Signal>>,
}

impl Script {
    /// The first answer whose words occur in the shown command is taken.
    pub fn answer(&self, words: impl Into<String>, answer: Answer) -> &Self {
        locked(&self.answers).push((words.into(), answer));
        self
    }

    /// The commands so far, in order, as they are.
    pub fn commands(&self) -> Vec<Command> {
        locked(&self.commands).clone()
    }

    /// The commands so far, one in a line, as they are shown.
    pub fn transcript(&self) -> String {
        locked(&self.commands)
            .iter()
            .flat_map(|command| [command.to_string(), "\n".into()])
            .collect()
    }
}

impl Processes for Script {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        let shown = command.to_string();
        if let Some(signal) = self.stop().filter(|_| !command.anyway) {
            return Err(Failure::interrupted(signal));
        }
        locked(&self.commands).push(command.clone());
        let answer = {
            let mut answers = locked(&self.answers);
            let Some(at) = answers.iter().position(|(words, _)| shown.contains(words)) else {
                drop(answers);
                panic!("nobody answers: {shown}\nso far:\n{}", self.transcript());
            };
            if answers[at].1.once {
                answers.remove(at).1
            } else {
                answers[at].1.clone()
            }
        };
        for (stream, line) in &answer.said {
            hear(match stream {
                Stream::Out => Heard::Out(line),
                Stream::Err => Heard::Err(line),
            });
        }
        if !answer.said.is_empty() {
            hear(Heard::Idle(b""));
        }
        match answer.end {
            End::Exit(exit) => Ok(exit),
            End::Missing => Err(Failure::missing(&command.program)),
            End::Stopped(signal) => {
                *locked(&self.stop) = Some(signal);
                Err(Failure::interrupted(signal))
            }
        }
    }

    /// One after the other; where a feeder fails, the child was ended.
    fn run_fed(
        &self,
        command: &Command,
        feeders: &[Feeder],
        _fails: &dyn Fn(Exit) -> bool,
        hear: &mut dyn FnMut(Option<usize>, Heard<'_>),
    ) -> Result<Fed, Failure> {
        let mut fates = Vec::new();
        for (number, feeder) in feeders.iter().enumerate() {
            let exit = self.run(&feeder.command, &mut |heard| hear(Some(number), heard))?;
            fates.push(Fate::of(exit));
        }
        let mut reader = Fate::of(self.run(command, &mut |heard| hear(None, heard))?);
        if !fates.iter().all(Fate::is_fine) {
            reader.stopped = Some(Stopped::Other);
        }
        Ok(Fed {
            reader,
            feeders: fates,
        })
    }

    fn stop(&self) -> Option<Signal> {
        *locked(&self.stop)
    }

    fn is_above(&self, _process: u32) -> bool {
        false
    }

    /// Here it is there from the start.
    fn beside(&self, command: &Command, _longest: Duration) -> Result<Beside, Failure> {
        match self.run(command, &mut |_| {})? {
            Exit::Code(0) => Ok(Box::new(())),
            exit => Err(Failure::new(
                "borgmatic::host::beside",
                format!("ended with {exit}"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::Stage;

    #[test]
    fn answers_are_matched_in_order_and_commands_recorded() {
        let stage = Stage::new("/");
        stage
            .script
            .answer("borg --version", Answer::fine().out("borg 1.4.1\n"))
            .answer("create", Answer::exit(2).err("one\ntwo").once())
            .answer("create", Answer::stopped(15));
        let host = stage.host();
        let run = |arg: &str| {
            let mut heard = Vec::new();
            let command = Command::new("borg").arg(arg);
            let exit = host.processes.run(&command, &mut |part| match part {
                Heard::Out(line) => heard.push(format!("out {}", String::from_utf8_lossy(line))),
                Heard::Err(line) => heard.push(format!("err {}", String::from_utf8_lossy(line))),
                Heard::Idle(_) => {}
            });
            (exit.ok(), heard)
        };
        assert_eq!(
            run("--version"),
            (Some(Exit::Code(0)), vec!["out borg 1.4.1".into()])
        );
        assert_eq!(
            run("create"),
            (
                Some(Exit::Code(2)),
                vec!["err one".into(), "err two".into()]
            )
        );
        assert_eq!(host.processes.stop(), None);
        assert_eq!(run("create"), (None, vec![]));
        assert_eq!(host.processes.stop(), Some(Signal(15)));
        assert_eq!(
            stage.script.transcript(),
            "borg --version\nborg create\nborg create\n"
        );
    }

    #[test]
    #[should_panic(expected = "nobody answers: borg prune")]
    fn a_command_without_an_answer_fails_the_test() {
        let _exit = Script::default().run(&Command::new("borg").arg("prune"), &mut |_| {});
    }
}
