//! `key export`: a copy of the repository's key, to be kept elsewhere.

use crate::actions::select::Where;
use crate::actions::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of key export.
    pub struct Flags {
        /// A form to print on paper and to type in again.
        paper: bool = "";
        /// A web page with a QR code.
        qr_html: bool = "";
        /// The file to write, which must not be there yet.
        path: String = "FILE", default = "-, which is standard output";
        ..at: Where;
    }
}

pub struct Export;

impl Action for Export {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "key export",
        aliases: &[],
        about: "Print the key of a repository, or write it to a file",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let path = flags.path.text().filter(|path| *path != "-");
        if let Some(path) = path.filter(|path| {
            let files = context.host.files;
            files.is_there(&context.working().join(path))
        }) {
            let words = format!("{path} is there already: the key is not written over it");
            return Err(Failure::new("borgmatic::key::exists", words)
                .help("name another file, or move that one away"));
        }
        if context.dry {
            context.say(Level::Info, "Not exporting the key (dry run)");
            return Ok(Answer::Done);
        }
        context.say(Level::Info, "Exporting the key of the repository");
        let borg = context.borg;
        let command = borg
            .command("key")
            .arg("export")
            .args(borg.shared(path.is_some()))
            .args(borg.verbose())
            .when(flags.paper.is_on(), ["--paper"])
            .when(flags.qr_html.is_on(), ["--qr-html"])
            .args(context.extra(&borg.options.extra().key_export))
            .args(borg.at(context.repository.path()))
            .args(path)
            .on_terminal_if(path.is_none());
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}
