# Completion of borgmatic for bash. It asks borgmatic what may stand at the cursor, so it does not
# grow old. Goes to /usr/share/bash-completion/completions/borgmatic, or into a shell:
#     source <(borgmatic completion bash)

_borgmatic() {
    local program=${COMP_WORDS[0]/#\~/$HOME} kind= word
    type -P -- "$program" >/dev/null || program=borgmatic
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        if [[ -z $kind ]]; then
            kind=$word
        elif [[ -n $word ]]; then
            COMPREPLY+=("$word")
        fi
    done < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" </dev/null 2>/dev/null)
    # What an option holds comes after its dot.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *. ]]; then
        compopt -o nospace 2>/dev/null
    fi
    case $kind in
    files) compopt -o default -o bashdefault 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    esac
    return 0
}

complete -F _borgmatic borgmatic
