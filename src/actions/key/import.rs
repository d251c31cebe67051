//! `key import`: puts a copy of its key back into a repository.

use crate::actions::select::Where;
use crate::actions::{Action, Answer, Context, Info};
use crate::host::{Failure, Level, Streams};
use crate::options;

options! {
    /// Flags of key import.
    pub struct Flags {
        /// Type in what key export --paper has printed.
        paper: bool = "";
        /// The file that key export has written.
        path: String = "FILE", default = "-, which is standard input";
        ..at: Where;
    }
}

pub struct Import;

impl Action for Import {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "key import",
        aliases: &[],
        about: "Put a copy of its key back into a repository",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let path = flags.path.text();
        let named = path.filter(|path| *path != "-");
        if let Some(path) = named.filter(|path| {
            let files = context.host.files;
            !files.exists(&context.working().join(path))
        }) {
            let words = format!("there is no key to import at {path}");
            return Err(Failure::new("borgmatic::key::missing", words)
                .help("name the file that `borgmatic key export --path FILE` has written"));
        }
        if context.dry {
            context.say(Level::Info, "Not importing the key (dry run)");
            return Ok(Answer::Done);
        }
        context.say(Level::Info, "Importing a key into the repository");
        // Borg asks for each line of a key on paper; a path beside it is a mistake to it.
        let asks = flags.paper.is_on() && path.is_none();
        let borg = context.borg;
        let mut command = borg
            .command("key")
            .arg("import")
            .args(borg.shared(!asks))
            .args(borg.verbose())
            .when(flags.paper.is_on(), ["--paper"])
            .args(context.extra(&borg.options.extra().key_import))
            .args(borg.at(context.repository.path()))
            .when(!asks, [path.unwrap_or("-")])
            .on_terminal_if(asks);
        if named.is_none() && !asks {
            command.streams = Streams::Asking;
        }
        borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}
