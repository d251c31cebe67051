#!/bin/sh
# Fetches one released borgmatic, proves that it is the released one, and lets it install itself:
#
#   curl -fsSL ADDRESS/install.sh | sudo sh -s -- --systemd
#   sh install.sh --help
#
# POSIX sh. It asks nothing, reads no standard input, never calls sudo, and writes only below a temporary
# folder of its own: whatever changes the machine is done by `borgmatic self-install`, which can show it
# before (--dry-run) and undo it afterwards (--uninstall).

# `a && b || stop` is meant as it stands; traps call functions too.
# shellcheck disable=SC2015,SC2317

{ # The shell reads up to the last line before it runs the first: half a script does nothing.

# Filled in by scripts/release: the version, the folder that holds the folders of all versions, the public
# key, and for each program of this version a line `SHA-256 NAME`.
release_version=''
release_url=''
release_key=''
release_sums=''

usage() {
    cat <<'END'
usage: sh install.sh [--from FILE] [--sha256 HASH] [OPTION OF borgmatic self-install]…

Downloads borgmatic, compares its SHA-256 and runs its self-install with the options that are left:
  --systemd, --cron, --launchd, --no-schedule   how backups are started
  --system, --user                              for the machine (needs root), or for you
  --dry-run                                     show everything, change nothing
All of them: borgmatic self-install --help

  --from FILE      install this file; its hash stands in SHA256SUMS beside it, or in --sha256
  --sha256 HASH    the hash that the program must have
  -h, --help       this text

Environment:
  BORGMATIC_BASE_URL=URL             download from there; https, or http on this machine
  BORGMATIC_VERSION=VERSION          another version than that of this script
  BORGMATIC_UNMANAGED_INSTALL=DIR    only put the program into DIR; it will not update itself
END
}

say() { printf '%s\n' "$*" >&2; }

# die STATUS WORDS…
die() {
    status=$1
    shift
    printf 'install.sh: %s\n' "$*" >&2
    exit "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# quoted WORD…: the words as a shell takes them, a space before each.
quoted() {
    for word; do
        case $word in
        '' | *[!A-Za-z0-9%+,./:=@_-]*) printf " '%s'" "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
}

clean() { [ -z "$work" ] || rm -rf "$work"; }

# The name of the released program for this machine; sets $target. It is static, so that the kernel alone
# decides: a 64-bit one runs it under 32-bit programs too, as on many a Raspberry Pi.
find_target() {
    system=$(uname -s)
    machine=$(uname -m)
    case $system in
    Linux) ;;
    Darwin) die 1 "there is no ready program for macOS. To build it, with Rust (rustup.rs) and a copy of the source:
  cargo build --release && target/release/borgmatic self-install --launchd --user" ;;
    *) die 1 "there is no ready program for $system; there is one for Linux on x86_64 and aarch64" ;;
    esac
    case $machine in
    x86_64 | amd64) target=x86_64-linux-musl ;;
    aarch64 | arm64) target=aarch64-linux-musl ;;
    *) die 1 "there is no ready program for $machine; there is one for Linux on x86_64 and aarch64" ;;
    esac
}

# Stops unless $base is https without a password in it, or on this machine; sets $local.
check_url() {
    local=
    case $base in
    *[!]A-Za-z0-9:/._~%+[-]*) die 2 "BORGMATIC_BASE_URL: $base is no plain address" ;;
    https://?*) return ;;
    http://?*) ;;
    *) die 2 "BORGMATIC_BASE_URL: $base: an address that begins with https:// is needed" ;;
    esac
    host=${base#http://}
    host=${host%%/*}
    case $host in
    '[::1]' | '[::1]:'*) host=localhost${host#'[::1]'} ;;
    esac
    case ${host#*:} in
    "$host") ;;
    '' | *[!0-9]*) host=none ;;
    esac
    case ${host%:*} in
    127.0.0.1 | localhost) local=yes ;;
    *) die 2 "BORGMATIC_BASE_URL: $base: http is only for this machine; use https" ;;
    esac
}

# What downloads; sets $client.
find_client() {
    if have curl; then
        client=curl
    elif have wget && wget --version 2>/dev/null | grep -q 'GNU Wget'; then
        client=wget
    elif have wget; then
        client=plain
    elif have busybox && busybox wget --help >/dev/null 2>&1; then
        client=busybox
    else
        die 1 "curl or wget is needed to download. Or fetch the program by other means, then: sh install.sh --from FILE"
    fi
}

# fetch NAME: a file of this version, into $work.
fetch() {
    url=$base/$version/$1
    name=$1
    (
        # A download without end fills no disk: 64 MB, or twice that, as the shell counts.
        ulimit -f 131072 2>/dev/null || :
        case $client in
        curl)
            if [ -n "$local" ]; then
                set -- --max-redirs 0
            elif curl --proto '=https' --tlsv1.2 --version >/dev/null 2>&1; then
                set -- --proto '=https' --tlsv1.2
            else
                set --
            fi
            # Through a pipe: curl of a snap cannot write below /tmp.
            curl -fsSL --connect-timeout 30 --speed-limit 100 --speed-time 60 --retry 3 "$@" "$url" >"$work/$name"
            ;;
        wget)
            if [ -n "$local" ]; then
                wget -q -T 60 -t 3 --max-redirect=0 -O "$work/$name" "$url"
            else
                # A redirection to plain http meets a proxy that is not there.
                http_proxy=http://127.0.0.1:9/ wget -q -T 60 -t 3 -O "$work/$name" "$url"
            fi
            ;;
        # No -T: some busybox crash on it.
        plain) wget -q -O "$work/$name" "$url" ;;
        busybox) busybox wget -q -O "$work/$name" "$url" ;;
        esac
    ) || die 1 "$url could not be downloaded"
    [ -s "$work/$name" ] || die 1 "$url is empty"
}

# What computes SHA-256; sets $hasher.
find_hasher() {
    for hasher in sha256sum shasum sha256 openssl busybox; do
        if have "$hasher" && sum=$(hash_of /dev/null) && [ "$sum" = "$empty" ]; then return; fi
    done
    die 1 "nothing here computes SHA-256; install sha256sum (coreutils), shasum, or openssl"
}

empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

# hash_of FILE: its SHA-256.
hash_of() {
    case $hasher in
    sha256sum) sum=$(sha256sum <"$1") ;;
    shasum) sum=$(shasum -a 256 <"$1") ;;
    sha256) sum=$(sha256 -q <"$1") ;;
    openssl) sum=$(openssl dgst -sha256 <"$1") && sum=${sum##* } ;;
    busybox) sum=$(busybox sha256sum <"$1") ;;
    esac 2>/dev/null || return 1
    printf '%s\n' "${sum%% *}"
}

# hash_in NAME: the hash of exactly that name in the list on standard input; sets $expected.
hash_in() {
    expected=
    while read -r sum name; do
        [ "${name#\*}" = "$1" ] || continue
        [ -z "$expected" ] || [ "$expected" = "$sum" ] || die 1 "two hashes are given for $1"
        expected=$sum
    done
}

# Stops unless $expected is a SHA-256; makes its letters small.
check_expected() {
    expected=$(printf '%s' "$expected" | tr ABCDEF abcdef)
    case $expected in
    *[!0-9a-f]*) die 1 "$expected is no SHA-256" ;;
    esac
    [ ${#expected} = 64 ] || die 1 "$1"
}

# A private folder whose programs can be run; sets $work.
find_folder() {
    for place in "${TMPDIR:-/tmp}" "$bin_dir" "${HOME:-/}" /var/tmp; do
        [ -d "$place" ] && [ -w "$place" ] || continue
        work=$(mktemp -d "$place/borgmatic-install.XXXXXX" 2>/dev/null) || continue
        printf '#!/bin/sh\nexit 0\n' >"$work/try" && chmod 700 "$work/try" &&
            "$work/try" 2>/dev/null && rm "$work/try" && return
        rm -rf "$work"
        work=
    done
    die 1 "no folder was found whose programs can be run (noexec?); set TMPDIR to one"
}

# What --from names; sets $program and $expected.
take_file() {
    [ -f "$from" ] || die 1 "$from: there is no such file"
    expected=$sha256
    list=$(dirname -- "$from")/SHA256SUMS
    if [ -z "$expected" ]; then
        [ -f "$list" ] || die 1 "$from: its hash is not known: put SHA256SUMS of the release beside it, or give --sha256 HASH"
        hash_in "$(basename -- "$from")" <"$list"
    fi
    check_expected "$list has no SHA-256 of $(basename -- "$from")"
    program=$work/borgmatic
    cp -- "$from" "$program" || die 1 "$from could not be read"
}

# The hash of $file, before it is downloaded; sets $expected.
find_expected() {
    if [ -n "$sha256" ]; then
        expected=$sha256
    elif [ "$version" = "$release_version" ] && [ -n "$release_sums" ]; then
        hash_in "$file" <<END
$release_sums
END
    else
        case $local$client in
        plain | busybox) die 1 "this wget does not prove whom it talks to, so that the hash must be known before: install curl, or give --sha256 HASH" ;;
        esac
        fetch SHA256SUMS
        if [ -n "$release_key" ] && have minisign; then
            fetch SHA256SUMS.minisig
            minisign -V -q -P "$release_key" -m "$work/SHA256SUMS" -x "$work/SHA256SUMS.minisig" >&2 ||
                die 1 "the signature of SHA256SUMS is wrong; nothing was installed"
            say "the signature of SHA256SUMS is right"
        fi
        hash_in "$file" <"$work/SHA256SUMS"
    fi
    check_expected "the release has no SHA-256 of $file"
}

# Compares the program in $work with its hash, and sees that it runs.
prove() {
    sum=$(hash_of "$program") || die 1 "$program could not be read"
    [ "$sum" = "$expected" ] || die 1 "the program is not the one that was released; nothing was installed
  expected SHA-256 $expected
  found            $sum"
    chmod 755 "$program" && told=$("$program" --version </dev/null) ||
        die 1 "the program does not run on this machine ($(uname -s) $(uname -m)); nothing was installed"
    [ -n "$from" ] || [ "$told" = "$version" ] || die 1 "the program says that it is version $told, not $version; nothing was installed"
    say "borgmatic $told, SHA-256 as released"
}

# BORGMATIC_UNMANAGED_INSTALL: the program alone.
place() {
    at=$unmanaged/borgmatic
    mkdir -p -- "$unmanaged" || exit 1
    if [ -d "$at" ] || { [ -f "$at" ] && [ "$(head -c 2 -- "$at")" = '#!' ]; }; then
        die 3 "$at is there already, and another borgmatic; remove it first"
    fi
    new=$(mktemp "$unmanaged/.borgmatic.XXXXXX") || exit 1
    if cp -- "$program" "$new" && chmod 755 "$new" && mv -f -- "$new" "$at"; then
        say "installed $at"
        exit 0
    fi
    rm -f -- "$new"
    die 1 "$at could not be written"
}

# hand_over PROGRAM OPTION…: the rest is its task. Where the script itself came through a pipe, questions
# go to the terminal.
hand_over() {
    runs=$1
    shift
    if [ -t 0 ]; then
        "$runs" self-install "$@"
    elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
        "$runs" self-install "$@" </dev/tty
    else
        "$runs" self-install "$@" </dev/null
    fi
}

# Where this very program is installed already, it is not downloaded again.
already() {
    at=$bin_dir/borgmatic
    [ -z "$unmanaged$root" ] && [ -f "$at" ] && [ -x "$at" ] && [ "$(hash_of "$at")" = "$expected" ] || return 0
    say "borgmatic $version is in $bin_dir already: nothing to download"
    if [ -z "$looks" ]; then
        hand_over "$at" --check "$@"
        status=$?
        # 10: something is not as it should be.
        [ "$status" = 10 ] || exit "$status"
    fi
    hand_over "$at" "$@"
    exit $?
}

# Says what to type where the rights do not suffice.
ask_for_rights() {
    sets=
    [ -z "${BORGMATIC_BASE_URL:-}" ] || sets="$sets$(quoted "BORGMATIC_BASE_URL=$BORGMATIC_BASE_URL")"
    [ -z "${BORGMATIC_VERSION:-}" ] || sets="$sets$(quoted "BORGMATIC_VERSION=$BORGMATIC_VERSION")"
    env=${sets:+ env$sets}
    if [ -f "$0" ] && [ -r "$0" ] && [ "${0##*.}" = sh ]; then
        script=$(quoted "$0")
        as_root="sudo$env sh$script$given"
        as_user="${sets:+env$sets }sh$script --user$given"
    else
        url=${base:-ADDRESS}/${version:-VERSION}/install.sh
        as_root="curl -fsSL $url | sudo$env sh -s --$given"
        as_user="curl -fsSL $url |$env sh -s -- --user$given"
    fi
    die 4 "you are not root. To back up the whole machine:
  $as_root
to back up your own files only:
  $as_user"
}

main() {
    set -u
    work='' from='' sha256='' bin_dir='' user='' root='' looks='' client=''
    base=${BORGMATIC_BASE_URL:-$release_url}
    base=${base%/}
    version=${BORGMATIC_VERSION:-$release_version}
    unmanaged=${BORGMATIC_UNMANAGED_INSTALL:-}
    given=$(quoted "$@")

    # Takes out the options that are this script's own.
    left=$#
    while [ "$left" -gt 0 ]; do
        word=$1
        shift
        left=$((left - 1))
        case $word in
        -h | --help)
            usage
            exit 0
            ;;
        --from=*) from=${word#*=} ;;
        --sha256=*) sha256=${word#*=} ;;
        --from | --sha256 | --bin-dir | --root)
            [ "$left" -gt 0 ] || die 2 "$word: a value is missing"
            case $word in
            --from) from=$1 ;;
            --sha256) sha256=$1 ;;
            --bin-dir) bin_dir=$1 ;;
            --root) root=$1 ;;
            esac
            case $word in
            --bin-dir | --root) set -- "$@" "$word" "$1" ;;
            esac
            shift
            left=$((left - 1))
            ;;
        *)
            case $word in
            --user) user=yes ;;
            --bin-dir=*) bin_dir=${word#*=} ;;
            --root=*) root=${word#*=} ;;
            --dry-run | --dry-run=* | --check | --status | --uninstall) looks=yes ;;
            esac
            set -- "$@" "$word"
            ;;
        esac
    done
    case $version in
    .* | *[!A-Za-z0-9.+-]*) die 2 "BORGMATIC_VERSION: $version is no version" ;;
    esac
    case $from in
    '' | /*) ;;
    *) from=./$from ;;
    esac
    is_root=
    [ "$(id -u)" != 0 ] || is_root=yes
    [ -n "$is_root$user$root$looks$unmanaged" ] || ask_for_rights
    if [ -z "$bin_dir" ] && [ -n "$is_root" ] && [ -z "$user" ]; then
        bin_dir=/usr/local/bin
    fi
    bin_dir=${bin_dir:-${XDG_BIN_HOME:-${HOME:-}/.local/bin}}

    trap clean EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    find_hasher
    if [ -n "$from" ]; then
        find_folder
        take_file
    else
        find_target
        [ -n "$base" ] || die 2 "this copy of install.sh comes from no release: say where the releases are, BORGMATIC_BASE_URL=https://… sh install.sh …"
        [ -n "$version" ] || die 2 "which version? BORGMATIC_VERSION=… sh install.sh …"
        check_url
        file=borgmatic-$version-$target
        find_client
        find_folder
        find_expected
        already "$@"
        program=$work/borgmatic
        say "downloading $base/$version/$file"
        fetch "$file"
        mv -- "$work/$file" "$program"
    fi
    prove
    [ -z "$unmanaged" ] || place
    hand_over "$program" "$@"
    exit $?
}

main "$@"
}
