//! What a recreate that was interrupted leaves behind, and what to do with it.

use crate::actions::Context;
use crate::borg::Feature;
use crate::borg::exit::TAKEN;
use crate::host::{Child, Failure};
use crate::option::words::quote;

/// How borg ends the name of an archive that it has not finished.
pub(super) const UNFINISHED: &str = ".recreate";

/// Why borg will not touch an archive, and what to do: the only one of that name must not get lost.
pub(super) fn unfinished(context: &Context<'_>, name: &str, whole: &str) -> Failure {
    let at = if context.borg.has(Feature::SeparateRepository) {
        name.to_owned()
    } else {
        format!("::{name}")
    };
    let words = format!("archive {name} is left over from a recreate that was interrupted");
    Failure::new("borgmatic::recreate::unfinished", words).help(format!(
        "is {whole} there, too? Then it is whole, and this one can go: {}. Is this the only one, \
         give it that name: borgmatic borg --repository {} rename {} {}",
        delete(context, name),
        quote(context.repository.name()),
        quote(&at),
        quote(whole)
    ))
}

fn delete(context: &Context<'_>, name: &str) -> String {
    let repository = quote(context.repository.name());
    let name = quote(name);
    format!("borgmatic delete --repository {repository} --archive {name}")
}

/// Borg 1 writes NAME.recreate first, then removes NAME. Killed in between, it leaves both, whole, and
/// refuses the next recreate of NAME. Seen with 1.2.4 and 1.4.5.
pub(super) fn taken(context: &Context<'_>, name: Option<&str>, failure: Failure) -> Failure {
    let is_taken = |child: &Child| child.cause == Some(TAKEN);
    match name {
        Some(name) if failure.child.as_deref().is_some_and(is_taken) => {
            let left = format!("{name}{UNFINISHED}");
            let delete = delete(context, &left);
            failure.help(format!(
                "{left} is left over from a recreate that was interrupted; {name} is whole. \
                 Delete the first: {delete}; then try again"
            ))
        }
        _ => failure,
    }
}
