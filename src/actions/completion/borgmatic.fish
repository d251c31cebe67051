# Completion of borgmatic for fish. It asks borgmatic what may stand at the cursor, so it does not
# grow old. Goes to ~/.config/fish/completions/borgmatic.fish, or into a shell:
#     borgmatic completion fish | source

function __borgmatic_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    command -q -- $program; or set program borgmatic
    set -l current (commandline -ct)
    set -l answer (command $program __complete fish $words "$current" </dev/null 2>/dev/null)
    set -l kind $answer[1]
    set -e answer[1]
    string join \n -- $answer
    contains -- "$kind" files folders; or return 0
    # After --flag= comes the path alone.
    set -l before (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    set -l found
    if test "$kind" = files
        set found (__fish_complete_path "$path")
    else
        set found (__fish_complete_directories "$path" '')
    end
    for one in $found
        echo -- "$before$one"
    end
end

complete -c borgmatic -f -k -a '(__borgmatic_complete)'
