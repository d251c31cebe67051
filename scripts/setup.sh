# shellcheck shell=sh
# Set-up that the other scripts share: each `need_…` finds a tool or installs it, says so in one
# line before it does, and leaves its path in a variable. To be sourced, not run.
#
# What is not a system package goes to a private folder that later runs and other checkouts find
# again: $BORGMATIC_TOOLS, or borgmatic-tools in the user's cache folder.

# The variables are for the sourcing script; `a && b || die` is meant as it stands.
# shellcheck disable=SC2034,SC2015

export LC_ALL="${LC_ALL:-C.UTF-8}"
tools=${BORGMATIC_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/borgmatic-tools}

say() { printf '== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# packages WHY PACKAGE…: installs what is missing of these Debian packages. Where there is no apt,
# nothing is done: what then fails is reported by `build_failed`, or by the caller.
packages() {
    why=$1
    shift
    have dpkg-query && have apt-get || return 0
    missing=
    for package; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || die "$why: packages are missing; install them with: sudo apt-get install$missing"
    say "$why: installing the system packages$missing"
    if [ -z "${package_lists_are_new:-}" ]; then
        apt-get update -qq || say "the package lists could not be renewed; trying with the old ones"
        package_lists_are_new=yes
    fi
    # RUNLEVEL=1 keeps a server's package from starting its service.
    # shellcheck disable=SC2086  # a list of words
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "$why: apt-get install$missing failed"
}

# need_python: python3 with venv and pip.
need_python() {
    if have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; then return 0; fi
    packages "Python" python3 python3-venv
    python3 -c 'import ensurepip, venv' 2>/dev/null || die "python3 with its venv module is needed; install it with your package manager"
}

# venv NAME REQUIREMENT…: a private Python environment in $tools/NAME, made once.
venv() {
    venv=$tools/$1
    shift
    if [ -e "$venv/ready" ] && "$venv/bin/python" -c '' 2>/dev/null; then return 0; fi
    need_python
    say "making a private Python environment with $* in $venv"
    rm -rf "$venv"
    mkdir -p "$tools"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" || return 1
    : >"$venv/ready"
}

# borg_is PATH SERIES: whether PATH is a borg of that series, such as 1.2; "any" is 1.1 or newer 1.x.
borg_is() {
    have "$1" || return 1
    case $2:$("$1" --version 2>/dev/null) in
    any:'borg 1.0.'*) return 1 ;;
    any:'borg 1.'* | "$2:borg $2."*) return 0 ;;
    esac
    return 1
}

# borg_from_source SERIES: builds a borg of that series in a private environment; sets $borg.
borg_from_source() {
    borg=$tools/borg-$1/bin/borg
    if borg_is "$borg" "$1"; then return 0; fi
    packages "borg $1 is built from source" \
        gcc python3 python3-dev python3-venv pkg-config libacl1-dev libssl-dev liblz4-dev libzstd-dev libxxhash-dev
    venv "borg-$1" "borgbackup==$1.*" || die "borg $1 could not be built: it needs a C compiler, pkg-config, and the \
headers of Python, libacl, openssl, lz4, zstd and xxhash, from your package manager"
}

# find_borg SERIES: the borg of that series that is there already, or the system's package; sets $borg.
find_borg() {
    for borg in borg /usr/bin/borg /usr/local/bin/borg "$tools/borg-$1/bin/borg"; do
        if borg_is "$borg" "$1"; then
            borg=$(command -v "$borg")
            return 0
        fi
    done
    if [ "$(id -u)" = 0 ] && have apt-get && ! [ -e /usr/bin/borg ]; then
        packages "borg $1" borgbackup
        borg=/usr/bin/borg
        borg_is "$borg" "$1" && return 0
    fi
    return 1
}

# need_borg: any borg that borgmatic can work with; sets BORG.
need_borg() {
    find_borg any || borg_from_source 1.4
    BORG=$borg
}

# need_borg_12, need_borg_14: the two series that the tests run against; set BORG_12 and BORG_14.
need_borg_12() {
    borg_is "${BORG_12:-}" 1.2 && return 0
    find_borg 1.2 || borg_from_source 1.2
    BORG_12=$borg
}

need_borg_14() {
    borg_is "${BORG_14:-}" 1.4 && return 0
    find_borg 1.4 || borg_from_source 1.4
    BORG_14=$borg
}

# need_fuse: what borg mounts with. Where it cannot be had, the tests of mount are skipped and say so.
need_fuse() {
    [ -e /dev/fuse ] && [ "$(id -u)" = 0 ] && have apt-get || return 0
    [ "$BORG_12" != /usr/bin/borg ] || packages "borg mount" fuse3 python3-pyfuse3
    own=$tools/borg-1.4/bin/pip
    if [ -x "$own" ] && ! "$tools/borg-1.4/bin/python" -c 'import pyfuse3' 2>/dev/null; then
        packages "borg mount, built from source" fuse3 libfuse3-dev pkg-config gcc python3-dev
        say "adding pyfuse3 to borg 1.4"
        "$own" install --quiet --disable-pip-version-check pyfuse3 || say "pyfuse3 could not be built"
    fi
}

# need_borg_2: a beta of Borg 2; sets BORG_2, or leaves it empty where it cannot be built.
need_borg_2() {
    BORG_2=$tools/borg-2/bin/borg
    "$BORG_2" --version >/dev/null 2>&1 && return 0
    packages "borg 2 is built from source" \
        gcc python3 python3-dev python3-venv pkg-config libacl1-dev libssl-dev liblz4-dev libzstd-dev libxxhash-dev
    venv borg-2 borgbackup==2.0.0b22 && "$BORG_2" --version >/dev/null 2>&1 || {
        say "borg 2.0.0b22 could not be built: its tests are skipped"
        BORG_2=
    }
}

# need_sshd: a real SSH server and client for the tests on loopback; sets SSHD.
need_sshd() {
    SSHD=/usr/sbin/sshd
    if [ -x "$SSHD" ] && have ssh && have ssh-keygen; then return 0; fi
    packages "an SSH server, which only the tests start" openssh-server openssh-client
    [ -x "$SSHD" ] && have ssh || die "ssh and $SSHD are needed; install the OpenSSH server with your package manager"
}

# need_shells: the shells whose completion is tested, and the reader of man pages.
need_shells() {
    have bash && have zsh && have fish && have groff || packages "the shells that completion is tested in" bash zsh fish groff
    have bash && have zsh && have fish || die "bash, zsh and fish are needed; install them with your package manager"
    have groff || die "groff is needed; install it with your package manager"
}

# need_shellcheck: the linter of install.sh and of these scripts.
need_shellcheck() {
    have shellcheck || packages "the linter of shell scripts" shellcheck
    have shellcheck || die "shellcheck is needed; install it with your package manager"
}

# need_downloads: the shells that install.sh is tested in, and what it downloads and proves with.
need_downloads() {
    packages "the tests of install.sh" dash mksh busybox curl wget openssl minisign
    have curl && have dash || die "curl and dash are needed; install them with your package manager"
}

# need_python_borgmatic: the original that this program is compared with; sets PYTHON_BORGMATIC.
need_python_borgmatic() {
    venv original-2.1.10 borgmatic==2.1.10 || die "Python borgmatic 2.1.10 could not be installed"
    PYTHON_BORGMATIC=$venv/bin/borgmatic
}

# need_machine: what the tests boot a machine of their own from, with a systemd and a cron that are
# real, in a container; sets MACHINE_ROOT, empty where it cannot be: their tests are skipped.
need_machine() {
    MACHINE_ROOT=
    [ "$(id -u)" = 0 ] && grep -qs '^ID=debian$' /etc/os-release || return 0
    packages "a machine for the tests, in a container" systemd-container systemd debootstrap util-linux
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    root=$tools/machine-$codename-3
    if ! [ -d "$root" ]; then
        say "making the machine that tests boot, in $root"
        rm -rf "$root.part"
        mkdir -p "$tools"
        # From where this machine's packages come.
        # shellcheck disable=SC2016  # for apt-get
        mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' | sed -n "s/^$codename //p" | head -n 1)
        # shellcheck disable=SC2016,SC2086  # for apt-get; no word where there is none
        debootstrap --variant=minbase --include="systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,cron,\
borgbackup,openssh-server,busybox-static,strace,btrfs-progs" "$codename" "$root.part" $mirror >"$tools/machine.log" 2>&1 ||
            die "debootstrap failed; what it said is in $tools/machine.log"
        for folder in var/cache/apt var/lib/apt/lists usr/share/doc usr/share/man usr/share/locale; do
            rm -rf "$root.part/${folder:?}"
        done
        mv "$root.part" "$root"
    fi
    MACHINE_ROOT=$root
}

# need_yaml: a Python, 3.11 or newer, that reads YAML, for the oracle; sets PYTHON_YAML.
need_yaml() {
    PYTHON_YAML=python3
    python3 -c 'import yaml' 2>/dev/null || {
        venv yaml-6 'pyyaml==6.*' || die "PyYAML could not be installed"
        PYTHON_YAML=$venv/bin/python
    }
    "$PYTHON_YAML" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "the oracle needs Python 3.11 or newer"
}

# need_rust: cargo with its formatter and linter.
need_rust() {
    have cargo || die "cargo is needed: install a Rust toolchain"
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
        die "rustfmt and clippy are needed: rustup component add rustfmt clippy"
    have cc || packages "the linker that Rust uses" gcc libc6-dev
}

# need_zig TARGET: Debian's compiler with its standard library's source, and zig as linker; sets ZIG_BIN.
need_zig() {
    packages "a Rust compiler with the source of its standard library" rustc-web cargo-web rust-web-src
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] ||
        die "neither rustup's musl target nor Debian's rustc-web is here; with rustup: rustup target add $1"
    venv zig-0.17.1 ziglang==0.17.1 cargo-zigbuild==0.24.0 || die "zig could not be installed"
    ZIG_BIN=$venv/bin
}

# need_packaging: what makes packages, signatures and the list of materials; PACKAGING is the folder of its programs.
need_packaging() {
    packages "packages and their signature" minisign gzip
    PACKAGING=$tools/packaging/bin
    for crate in cargo-deb@3.8.0 cargo-generate-rpm@0.21.1 cargo-cyclonedx@0.5.9; do
        [ -x "$PACKAGING/${crate%@*}" ] && continue
        say "installing $crate in $tools/packaging: some minutes"
        cargo install --quiet --locked --root "$tools/packaging" "$crate" || die "$crate could not be installed"
    done
}

# need_fuzz: cargo-fuzz and the C++ compiler that its engine is built with; sets CARGO_FUZZ.
need_fuzz() {
    have c++ || packages "the fuzzing engine is built from source" g++
    CARGO_FUZZ=$(command -v cargo-fuzz || echo "$tools/cargo-fuzz/bin/cargo-fuzz")
    [ -x "$CARGO_FUZZ" ] && return 0
    say "installing cargo-fuzz in $tools/cargo-fuzz"
    cargo install --quiet --locked --root "$tools/cargo-fuzz" cargo-fuzz@0.13.1 ||
        die "cargo-fuzz could not be installed"
}
