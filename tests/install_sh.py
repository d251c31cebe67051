#!/usr/bin/env python3
"""Runs install.sh as people do: in several shells, from a file and through a pipe, against a server of its own
on the loopback address, with a stand-in for the released program that writes down how it was called.

    install_sh.py [--only WORD]

Each test has a folder of its own for home, temporary files, releases, and the programs on PATH. A test that
needs root, or a tool that is not here, prints `SKIP: why`. The last line is `N passed, N failed`.
"""

import argparse
import hashlib
import http.server
import os
import pathlib
import pty
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SCRIPT = pathlib.Path(__file__).parent.parent / 'install.sh'
TEXT = SCRIPT.read_text()
VERSION = '2031.5.0'
NAME = f'borgmatic-{VERSION}-x86_64-linux-musl'

# What the script may use, but for what downloads and what hashes.
TOOLS = 'sh cat cp mv rm mkdir mktemp chmod dirname basename sed tr head grep id uname env true printf'.split()
CLIENTS = ('curl', 'wget', 'busybox')
HASHERS = ('sha256sum', 'shasum', 'openssl', 'busybox')

STAND_IN = f'''#!/bin/sh
case $1 in
--version) echo "${{STAND_IN_VERSION:-{VERSION}}}" ;;
self-install)
    for word; do printf '%s\\n' "$word"; done >>"$STAND_IN_LOG"
    if [ -t 0 ]; then echo stdin=terminal; else echo "stdin=$(cat)"; fi >>"$STAND_IN_LOG"
    echo "umask=$(umask) program=$0" >>"$STAND_IN_LOG"
    echo 'what self-install says'
    case $2 in --check) exit "${{STAND_IN_CHECK:-0}}" ;; esac
    exit "${{STAND_IN_STATUS:-0}}"
    ;;
esac
'''


class Skip(Exception):
    """Why a test cannot run here."""


def shells():
    candidates = [['dash'], ['bash', '--posix'], ['busybox', 'ash'], ['mksh'], ['zsh', '--emulate', 'sh']]
    return [[shutil.which(words[0]), *words[1:]] for words in candidates if shutil.which(words[0])]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class World:
    """A folder for everything, a release, and a server for it."""

    def __init__(self, name='world'):
        self.kept = tempfile.TemporaryDirectory(prefix='install-sh-')
        self.dir = pathlib.Path(self.kept.name) / name
        for folder in ('home', 'tmp', 'bin', f'www/{VERSION}'):
            (self.dir / folder).mkdir(parents=True)
        for folder in (self.kept.name, self.dir, self.dir / 'home', self.dir / 'tmp'):
            os.chmod(folder, 0o777)
        self.www = self.dir / 'www' / VERSION
        self.log = self.dir / 'tmp-log' / 'calls'
        self.log.parent.mkdir()
        os.chmod(self.log.parent, 0o777)
        self.shell = [shutil.which('dash') or 'sh']
        self.environment = {}
        self.servers = []
        self.asked = []
        self.tools(*TOOLS, 'curl', 'sha256sum')
        self.release(NAME, STAND_IN)
        self.sums()
        self.url = self.serve()

    def tools(self, *names):
        """These programs and no others are on PATH."""
        shutil.rmtree(self.dir / 'bin')
        (self.dir / 'bin').mkdir()
        for name in names:
            found = shutil.which(name)
            if not found:
                raise Skip(f'{name} is not here')
            (self.dir / 'bin' / name).symlink_to(found)

    def tool(self, name, text):
        """A program of the test's own on PATH."""
        path = self.dir / 'bin' / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def release(self, name, text):
        (self.www / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def sums(self, more=''):
        names = sorted(path for path in self.www.iterdir() if not path.name.startswith('SHA256SUMS'))
        lines = ''.join(f'{sha256(path.read_bytes())}  {path.name}\n' for path in names)
        (self.www / 'SHA256SUMS').write_text(more + lines)

    def serve(self, answer=None, certificate=None):
        """The release folder, or a test's own answer; returns its address."""
        world = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(world.dir / 'www'))

            def do_GET(self):
                world.asked.append(self.path)
                if not (answer and answer(self)):
                    super().do_GET()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        port = server.server_address[1]
        return f'https://localhost:{port}' if certificate else f'http://127.0.0.1:{port}'

    def variables(self):
        return {
            'PATH': str(self.dir / 'bin'),
            'HOME': str(self.dir / 'home'),
            'TMPDIR': str(self.dir / 'tmp'),
            'BORGMATIC_BASE_URL': self.url,
            'BORGMATIC_VERSION': VERSION,
            'STAND_IN_LOG': str(self.log),
            'LC_ALL': 'C.UTF-8',
            **self.environment,
        }

    def run(self, *arguments, text=TEXT, piped=False, around=(), cwd=None):
        """Runs the script; the result has code, out, err and calls."""
        self.log.unlink(missing_ok=True)
        path = self.dir / 'install.sh'
        path.write_text(text)
        words = [*around, *self.shell, '-s', '--'] if piped else [*around, *self.shell, str(path)]
        environment = {name: value for name, value in self.variables().items() if value is not None}
        done = subprocess.run(
            [*words, *arguments],
            input=text.encode() if piped else b'typed by nobody\n',
            capture_output=True,
            env=environment,
            cwd=cwd or self.dir,
            start_new_session=True,
            timeout=60,
        )
        return Outcome(self, [*words, *arguments], done.returncode, done.stdout.decode(), done.stderr.decode())

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.kept.cleanup()


class Outcome:
    def __init__(self, world, words, code, out, err):
        self.world, self.words, self.code, self.out, self.err = world, words, code, out, err
        self.calls = world.calls()

    def __str__(self):
        return f'{self.words}\nexit {self.code}\nout: {self.out}\nerr: {self.err}\ncalls: {self.calls}'

    def handed(self, *arguments):
        """It ended well, and self-install got exactly these arguments."""
        words = [line for line in self.calls if not line.startswith(('stdin=', 'umask='))]
        assert self.code == 0 and words == ['self-install', *arguments], self
        return self

    def stopped(self, code, *words):
        """It ended so, said this, started nothing, and left nothing."""
        assert self.code == code and self.calls == [], self
        for word in words:
            assert word in self.err, f'{word!r} is missing: {self}'
        return self.clean()

    def clean(self):
        left = list((self.world.dir / 'tmp').iterdir()) + list((self.world.dir / 'home').iterdir())
        assert left == [], f'{left} was left: {self}'
        return self


TESTS = []


def test(function):
    TESTS.append((function.__name__, function))
    return function


def each(**choices):
    """A test for each of the choices."""
    [(name, values)] = choices.items()

    def decorate(function):
        for value in values:
            label = pathlib.Path(value[0]).name if isinstance(value, list) else value
            TESTS.append((f'{function.__name__}[{label}]', lambda world, value=value: function(world, value)))
        return function

    assert name
    return decorate


@each(shell=shells())
def downloads_and_hands_over(world, shell):
    world.shell = shell
    odd = ['--systemd', '--schedule', "Mon 02:30 'x' \"y\" $HOME `id`", '', '*', 'two\nlines']
    outcome = world.run(*odd)
    assert outcome.code == 0, outcome
    expected = '\n'.join(['self-install', *odd]).split('\n')
    assert outcome.calls[: len(expected)] == expected, outcome
    # The person's standard input is not read, and files will not be more private than the person wants.
    assert outcome.calls[len(expected)] == 'stdin=', outcome
    assert f'umask={os.umask(0o022):04o}' in outcome.calls[-1], outcome
    # Only self-install speaks on standard output.
    assert outcome.out == 'what self-install says\n', outcome
    outcome.clean()


@each(shell=shells())
def comes_through_a_pipe(world, shell):
    world.shell = shell
    outcome = world.run('--cron', '--system', piped=True)
    outcome.handed('--cron', '--system').clean()
    assert 'stdin=' in outcome.calls, outcome


@each(shell=shells())
def half_a_script_does_nothing(world, shell):
    world.shell = shell
    data = TEXT.encode()
    ends = [match.end() for match in re.finditer(rb'\n}\n|main "\$@"\n', data)]
    places = {*range(0, len(data), 512), *(end + step for end in ends for step in (-2, -1, 0, 1))}
    places.update(range(len(data) - 20, len(data) - 2))
    for place in sorted(place for place in places if place < len(data) - 2):
        part = data[:place].decode(errors='ignore')
        outcome = world.run('--systemd', text=part, piped=place % 2 == 0)
        assert outcome.calls == [] and world.asked == [], f'cut at {place}: {outcome}'
        assert outcome.out == '', f'cut at {place}: {outcome}'
        outcome.clean()
        # All but the comments at the top: the shell itself says that something is missing.
        assert outcome.code != 0 or place <= data.index(b'\n{ #') + 1, f'cut at {place}: {outcome}'


@test
def asks_on_the_terminal_behind_a_pipe(world):
    """`curl … | sh` at a terminal: self-install can ask, and is not given the script to read."""
    path = world.dir / 'install.sh'
    path.write_text(TEXT)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.dir)
        os.execve('/bin/sh', ['/bin/sh', '-c', f'cat {path} | {world.shell[0]} -s -- --user'], world.variables())
    shown = b''
    try:
        while data := os.read(terminal, 1000):
            shown += data
    except OSError:
        pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert world.calls()[:3] == ['self-install', '--user', 'stdin=terminal'], (shown, world.calls())


@test
def a_pipe_ends_where_the_script_ends(world):
    """Lines behind the script are not run."""
    world.run('--user', text=TEXT + '\necho behind >"$STAND_IN_LOG.behind"\n', piped=True).handed('--user')
    assert not pathlib.Path(f'{world.log}.behind').exists()


@test
def its_status_is_that_of_self_install(world):
    for status in ('1', '3', '5', '10'):
        world.environment['STAND_IN_STATUS'] = status
        outcome = world.run('--systemd')
        assert outcome.code == int(status) and outcome.calls, outcome
        outcome.clean()


@each(client=CLIENTS)
def each_client(world, client):
    world.tools(*TOOLS, client, 'sha256sum')
    world.run('--systemd').handed('--systemd').clean()


@test
def busybox_as_wget(world):
    world.tools(*TOOLS, 'sha256sum')
    busybox = shutil.which('busybox')
    if not busybox:
        raise Skip('busybox is not here')
    (world.dir / 'bin' / 'wget').symlink_to(busybox)
    world.run('--systemd').handed('--systemd').clean()
    # It does not prove whom it talks to: the hash must be known.
    world.url = 'https://localhost:1'
    asked = len(world.asked)
    world.run('--systemd').stopped(1, 'does not prove', '--sha256')
    assert len(world.asked) == asked


@test
def no_client(world):
    world.tools(*TOOLS, 'sha256sum')
    world.run('--systemd').stopped(1, 'curl or wget is needed', '--from')


@each(hasher=HASHERS)
def each_hasher(world, hasher):
    world.tools(*TOOLS, 'curl', hasher)
    world.run('--systemd').handed('--systemd').clean()
    world.release(NAME, STAND_IN + '# changed\n')
    world.run('--systemd').stopped(1, 'not the one that was released')


@test
def the_hasher_of_bsd(world):
    world.tools(*TOOLS, 'curl')
    real = shutil.which('sha256sum')
    world.tool('sha256', f'#!/bin/sh\n[ "$*" = -q ] || exit 1\nsum=$({real})\necho "${{sum%% *}}"\n')
    world.run('--systemd').handed('--systemd').clean()


@test
def no_hasher(world):
    world.tools(*TOOLS, 'curl')
    world.run('--systemd').stopped(1, 'nothing here computes SHA-256')
    world.tool('sha256sum', '#!/bin/sh\necho 0000000000000000000000000000000000000000000000000000000000000000\n')
    world.run('--systemd').stopped(1, 'nothing here computes SHA-256')
    assert world.asked == []


@test
def a_wrong_hash_stops(world):
    world.release(NAME, STAND_IN.replace('self-install', 'self-destroy'))
    outcome = world.run('--systemd').stopped(1, 'not the one that was released', 'nothing was installed')
    assert sha256(STAND_IN.encode()) in outcome.err, outcome


@test
def missing_sums_stop(world):
    (world.www / 'SHA256SUMS').unlink()
    world.run('--systemd').stopped(1, 'SHA256SUMS could not be downloaded')
    (world.www / 'SHA256SUMS').write_text('')
    world.run('--systemd').stopped(1, 'empty')
    (world.www / 'SHA256SUMS').write_text('<html>sign in to the hotel network</html>\n')
    world.run('--systemd').stopped(1, f'no SHA-256 of {NAME}')


@test
def only_the_exact_name_counts(world):
    right = sha256(STAND_IN.encode())
    for lines in (
        f'{right}  {NAME}.tar.gz\n',
        f'{right}  x{NAME}\n',
        f'{right}  {NAME.replace(".", "x")}\n',
        f'{right}  other/{NAME}\n',
        f'{right[:-1]}  {NAME}\n',
        f'{right}0  {NAME}\n',
        f'{"g" * 64}  {NAME}\n',
        f'{right}  {NAME}\n{"0" * 64}  {NAME}\n',
    ):
        (world.www / 'SHA256SUMS').write_text(lines)
        world.run('--systemd').stopped(1)
    for lines in (f'{right} *{NAME}\n', f'{right.upper()}  {NAME}\n', f'{"0" * 64}  {NAME}.tar.gz\n{right}  {NAME}\n'):
        (world.www / 'SHA256SUMS').write_text(lines)
        world.run('--systemd').handed('--systemd')


@test
def a_hash_by_hand(world):
    (world.www / 'SHA256SUMS').unlink()
    world.run('--sha256', sha256(STAND_IN.encode()), '--systemd').handed('--systemd').clean()
    world.run(f'--sha256={"0" * 64}', '--systemd').stopped(1, 'not the one that was released')
    world.run('--systemd', '--sha256').stopped(2, 'a value is missing')


@each(client=CLIENTS)
def a_download_that_breaks_off(world, client):
    world.tools(*TOOLS, client, 'sha256sum')

    def answer(request):
        if not request.path.endswith(NAME):
            return False
        request.send_response(200)
        request.send_header('Content-Length', str(len(STAND_IN)))
        request.end_headers()
        request.wfile.write(STAND_IN.encode()[:200])
        request.wfile.flush()
        request.close_connection = True
        return True

    world.url = world.serve(answer)
    world.run('--systemd').stopped(1)


@each(client=CLIENTS)
def a_download_without_end(world, client):
    world.tools(*TOOLS, client, 'sha256sum')
    sent = []

    def answer(request):
        if not request.path.endswith(NAME):
            return False
        request.send_response(200)
        request.end_headers()
        try:
            while len(sent) < 4096:
                request.wfile.write(bytes(1 << 20))
                sent.append(1)
        except OSError:
            pass
        request.close_connection = True
        return True

    world.url = world.serve(answer)
    world.run('--systemd').stopped(1, 'could not be downloaded')
    # In pieces of 1 MiB; the client takes some more before its end is noticed, and wget tries again.
    assert len(sent) < 1024, len(sent)


@test
def a_server_that_falls_silent(world):
    silence = threading.Event()

    def answer(request):
        request.send_response(200)
        request.send_header('Content-Length', '1000')
        request.end_headers()
        request.wfile.flush()
        silence.wait(60)
        request.close_connection = True
        return True

    world.url = world.serve(answer)
    text = TEXT.replace('--speed-time 60', '--speed-time 2').replace('--retry 3', '--retry 0')
    assert text != TEXT
    world.run('--systemd', text=text).stopped(1, 'could not be downloaded')
    silence.set()


@test
def an_unknown_version(world):
    world.environment['BORGMATIC_VERSION'] = '2031.6.0'
    world.run('--systemd').stopped(1, f'{world.url}/2031.6.0/SHA256SUMS could not be downloaded')
    for wrong in ('../2031.5.0', 'a b', '-x/', '..'):
        world.environment['BORGMATIC_VERSION'] = wrong
        world.run('--systemd').stopped(2, 'is no version')


@test
def another_version_inside(world):
    world.environment['STAND_IN_VERSION'] = '2030.1.0'
    world.run('--systemd').stopped(1, f'says that it is version 2030.1.0, not {VERSION}')


@test
def a_program_of_another_machine(world):
    world.release(NAME, b'\x7fELF\x02\x01\x01' + bytes(60))
    world.sums()
    world.run('--systemd').stopped(1, 'does not run on this machine')


@test
def only_https_and_this_machine(world):
    for url in (
        'http://example.com',
        'http://127.0.0.1.example.com',
        'http://localhost.example.com:80',
        'http://localhost:80@example.com',
        'http://127.0.0.1:x',
        'http://127.0.0.1:1:2',
        'http://[::1].example.com',
        'http://127.0.0.1\\@example.com',
        'https://person:password@example.com',
        'ftp://127.0.0.1',
        'file:///etc',
        '127.0.0.1:80',
        'https://',
        'http://',
        "https://example.com/'$(id)",
        'https://example.com/a b',
        'https://example.com/?x',
    ):
        world.url = url
        world.run('--systemd').stopped(2, 'BORGMATIC_BASE_URL')
    port = world.servers[0].server_address[1]
    for url in (f'http://localhost:{port}', f'http://127.0.0.1:{port}/', f'http://127.0.0.1:{port}/.'):
        world.url = url
        world.run('--systemd').handed('--systemd')
    assert all(f'/{VERSION}/' in path for path in world.asked), world.asked


@each(client=('curl', 'wget'))
def https(world, client):
    """A certificate that nobody vouches for stops it; a known one does not; a way out of https does."""
    if not shutil.which('openssl'):
        raise Skip('openssl is not here')
    world.tools(*TOOLS, client, 'sha256sum')
    certificate, plain = world.dir / 'own.pem', world.url
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
        + ['-addext', 'subjectAltName=DNS:localhost', '-keyout', certificate, '-out', world.dir / 'ca.pem'],
        check=True,
        capture_output=True,
    )
    with certificate.open('a') as file:
        file.write((world.dir / 'ca.pem').read_text())
    world.url = world.serve(certificate=certificate)
    world.run('--systemd').stopped(1, 'could not be downloaded')
    (world.dir / 'wgetrc').write_text(f'ca_certificate={world.dir}/ca.pem\n')
    world.environment |= {'CURL_CA_BUNDLE': f'{world.dir}/ca.pem', 'WGETRC': f'{world.dir}/wgetrc'}
    world.run('--systemd').handed('--systemd')

    def leave(request):
        request.send_response(302)
        request.send_header('Location', plain + request.path)
        request.end_headers()
        return True

    world.url = world.serve(leave, certificate)
    before = len(world.asked)
    world.run('--systemd').stopped(1, 'could not be downloaded')
    assert world.asked[before:] and len(set(world.asked[before:])) == 1, world.asked


@test
def curl_without_the_newer_flags(world):
    real = shutil.which('curl')
    world.tool(
        'curl',
        f'#!/bin/sh\nfor word; do case $word in --proto|--tlsv1.2) exit 2;; esac; done\nexec {real} "$@"\n',
    )
    world.run('--systemd').handed('--systemd')


@test
def no_redirection_on_this_machine(world):
    other = World()
    try:

        def leave(request):
            request.send_response(302)
            request.send_header('Location', other.url + request.path)
            request.end_headers()
            return True

        world.url = world.serve(leave)
        world.run('--systemd').stopped(1, 'could not be downloaded')
        assert other.asked == []
    finally:
        other.close()


@test
def no_address(world):
    world.url = None
    world.run('--systemd').stopped(2, 'BORGMATIC_BASE_URL')
    world.url, world.environment['BORGMATIC_VERSION'] = 'http://127.0.0.1:1', None
    world.run('--systemd').stopped(2, 'BORGMATIC_VERSION')


def baked(world, key=''):
    """The script as scripts/release makes it."""
    values = {
        'release_version': VERSION,
        'release_url': world.url or '',
        'release_key': key,
        'release_sums': (world.www / 'SHA256SUMS').read_text().rstrip(),
    }
    text = TEXT
    for name, value in values.items():
        assert f"\n{name}=''\n" in text
        text = text.replace(f"\n{name}=''\n", f"\n{name}='{value}'\n")
    return text


@each(client=CLIENTS)
def a_released_script_knows_the_hash(world, client):
    world.tools(*TOOLS, client, 'sha256sum')
    text = baked(world)
    (world.www / 'SHA256SUMS').unlink()
    world.environment |= {'BORGMATIC_VERSION': None, 'BORGMATIC_BASE_URL': None}
    world.run('--systemd', text=text, piped=True).handed('--systemd').clean()
    assert world.asked == [f'/{VERSION}/{NAME}'], world.asked
    # A mirror may lie; the hash stays.
    world.release(NAME, STAND_IN + '# another\n')
    world.sums()
    world.environment['BORGMATIC_BASE_URL'] = world.url
    world.run('--systemd', text=text).stopped(1, 'not the one that was released')


@test
def a_signature_counts_where_it_can_be_checked(world):
    if not shutil.which('minisign'):
        raise Skip('minisign is not here')
    for name in ('right', 'other'):
        files = ['-p', world.dir / f'{name}.pub', '-s', world.dir / f'{name}.key']
        subprocess.run(['minisign', '-G', '-W', '-f', *files], check=True, capture_output=True)
    key = (world.dir / 'right.pub').read_text().splitlines()[1]
    text = baked(world, key).replace(f"release_version='{VERSION}'", "release_version='2031.4.0'")
    world.tools(*TOOLS, 'curl', 'sha256sum', 'minisign')
    world.run('--systemd', text=text).stopped(1, 'SHA256SUMS.minisig could not be downloaded')
    for name, good in (('other', False), ('right', True)):
        sign = ['minisign', '-S', '-s', world.dir / f'{name}.key', '-m', world.www / 'SHA256SUMS']
        subprocess.run(sign, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        outcome = world.run('--systemd', text=text)
        if good:
            outcome.handed('--systemd').clean()
        else:
            outcome.stopped(1, 'signature', 'wrong')


@each(shell=shells())
def from_a_file(world, shell):
    world.shell, world.url = shell, None
    folder = world.dir / 'a disk'
    folder.mkdir()
    file = folder / NAME
    file.write_text(STAND_IN)
    right = sha256(STAND_IN.encode())
    world.run('--from', str(file), '--systemd').stopped(1, 'its hash is not known')
    world.run('--systemd', f'--from={file}', '--sha256', right).handed('--systemd').clean()
    world.run('--from', f'a disk/{NAME}', '--sha256', right).handed()
    (folder / 'SHA256SUMS').write_text(f'{right}  {NAME}\n')
    world.run('--from', NAME, '--user', cwd=folder).handed('--user').clean()
    shutil.copy(file, folder / '-odd')
    world.run('--from', '-odd', '--sha256', right, cwd=folder).handed()
    file.write_text(STAND_IN + '#\n')
    world.run('--from', str(file), '--systemd').stopped(1, 'not the one that was released')
    world.run('--from', f'{file}.missing').stopped(1, 'there is no such file')
    world.run('--from').stopped(2, 'a value is missing')
    assert world.asked == []


@test
def spaces_everywhere(world):
    world.close()
    world.__init__("ann's home; id")
    world.run('--user', '--bin-dir', str(world.dir / 'home' / 'my programs')).handed(
        '--user', '--bin-dir', str(world.dir / 'home' / 'my programs')
    ).clean()


@test
def a_temporary_folder_without_programs(world):
    """noexec: another folder is taken, or it says so."""
    if os.geteuid() != 0 or not shutil.which('unshare'):
        raise Skip('a file system without programs needs root')
    mount = f'{shutil.which("mount")} -t tmpfs -o noexec,mode=1777 none {world.dir}/tmp && exec "$@"'
    outcome = world.run('--user', around=[shutil.which('unshare'), '-m', '/bin/sh', '-c', mount, 'sh'])
    if 'mount' in outcome.err or 'unshare' in outcome.err:
        raise Skip(f'no file system of its own: {outcome.err.strip()}')
    outcome.handed('--user').clean()
    assert f'program={world.dir}/home/' in outcome.calls[-1], outcome


@test
def no_folder_at_all(world):
    world.tool('mktemp', '#!/bin/sh\nexit 1\n')
    world.run('--user').stopped(1, 'TMPDIR')


def nobody():
    """The words before a command that make it nobody's."""
    if os.geteuid() != 0:
        return []
    if not shutil.which('setpriv'):
        raise Skip('setpriv is not here')
    return [shutil.which('setpriv'), '--reuid=65534', '--regid=65534', '--clear-groups']


@each(shell=shells())
def without_rights_it_says_what_to_type(world, shell):
    world.shell = shell
    given = ['--systemd', '--schedule', "it's 02:30"]
    for piped in (False, True):
        outcome = world.run(*given, around=nobody(), piped=piped).stopped(4, 'you are not root')
        as_root, as_user = [line.strip() for line in outcome.err.splitlines() if line.startswith('  ')]
        assert ' sudo ' in f' {as_root} ' and '--user' in as_user and 'sudo' not in as_user, outcome
        assert ('curl -fsSL ' in as_root) == piped, outcome
        assert world.asked == [], world.asked
        if not piped:
            # What it says works, word for word.
            (world.dir / 'copy.sh').write_text(TEXT)
            typed = as_user.replace('install.sh', 'copy.sh') + '\n'
            world.run(text=typed, around=nobody()).handed('--user', *given).clean()
            world.asked.clear()


@test
def a_dry_run_as_nobody(world):
    """It writes nothing that stays, and talks to the release only."""
    real, log = shutil.which('curl'), world.log.parent / 'urls'
    world.tool('curl', f'#!/bin/sh\nprintf "%s\\n" "$@" >>{log}\nexec {real} "$@"\n')

    def tree():
        return sorted(str(path) for path in world.dir.rglob('*') if path.name not in ('calls', 'urls', 'install.sh'))

    before = tree()
    world.run('--systemd', '--dry-run', around=nobody()).handed('--systemd', '--dry-run').clean()
    assert tree() == before
    urls = [line for line in log.read_text().splitlines() if '://' in line]
    assert urls and all(url.startswith(world.url + '/') for url in urls), urls


@test
def only_the_program(world):
    """BORGMATIC_UNMANAGED_INSTALL"""
    folder = world.dir / 'in here' / 'bin'
    world.environment['BORGMATIC_UNMANAGED_INSTALL'] = str(folder)
    for _ in range(2):
        outcome = world.run(around=[])
        assert outcome.code == 0 and outcome.calls == [], outcome
        outcome.clean()
        assert (folder / 'borgmatic').read_text() == STAND_IN
        assert (folder / 'borgmatic').stat().st_mode & 0o7777 == 0o755
        assert [path.name for path in folder.iterdir()] == ['borgmatic']
        world.release(NAME, STAND_IN)
        (folder / 'borgmatic').write_bytes(b'\x7fELF of last year')
    (folder / 'borgmatic').write_text('#!/usr/bin/python3\nfrom borgmatic.commands import borgmatic\n')
    world.run().stopped(3, 'another borgmatic')
    assert 'python3' in (folder / 'borgmatic').read_text()
    world.release(NAME, STAND_IN + '#\n')
    (folder / 'borgmatic').unlink()
    world.run().stopped(1, 'not the one that was released')
    assert list(folder.iterdir()) == []


@each(shell=shells())
def what_is_there_is_not_downloaded_again(world, shell):
    world.shell = shell
    folder = world.dir / 'own bin'
    folder.mkdir()
    own = folder / 'borgmatic'
    own.write_text(STAND_IN)
    own.chmod(0o755)
    given = ['--user', '--bin-dir', str(folder)]
    outcome = world.run(*given).handed('--check', *given).clean()
    assert 'nothing to download' in outcome.err and f'program={own}' in outcome.calls[-1], outcome
    # Something else is not as it should be: it is mended.
    world.environment['STAND_IN_CHECK'] = '10'
    world.run(*given).handed('--check', *given, 'self-install', *given)
    world.environment['STAND_IN_CHECK'] = '5'
    assert world.run(*given).code == 5
    world.run(*given, '--dry-run').handed(*given, '--dry-run')
    assert set(world.asked) == {f'/{VERSION}/SHA256SUMS'}, world.asked
    own.write_text(STAND_IN + '# older\n')
    outcome = world.run(*given).handed(*given)
    assert f'/{VERSION}/{NAME}' in world.asked, outcome


@each(machine=['Linux x86_64', 'Linux amd64', 'Linux aarch64', 'Linux arm64', 'Linux aarch64 32'])
def machines_that_have_a_program(world, machine):
    system, hardware, *bits = machine.split()
    world.tool('uname', f'#!/bin/sh\ncase $1 in -s) echo {system};; -m) echo {hardware};; esac\n')
    world.tool('getconf', f'#!/bin/sh\necho {bits[0] if bits else 64}\n')
    name = NAME if hardware in ('x86_64', 'amd64') else NAME.replace('x86_64', 'aarch64')
    world.release(name, STAND_IN)
    world.sums()
    world.run('--systemd').handed('--systemd')
    assert world.asked[-1] == f'/{VERSION}/{name}', world.asked


@each(machine=['Darwin arm64', 'Linux i686', 'Linux armv7l', 'Linux riscv64', 'FreeBSD amd64'])
def machines_that_have_none(world, machine):
    system, hardware = machine.split()
    world.tool('uname', f'#!/bin/sh\ncase $1 in -s) echo {system};; -m) echo {hardware};; esac\n')
    outcome = world.run('--user').stopped(1, 'there is no ready program for')
    assert ('cargo build --release' in outcome.err) == (system == 'Darwin'), outcome
    assert world.asked == []


@each(sent=['TERM', 'INT', 'HUP'])
def a_signal_leaves_nothing(world, sent):
    waiting = threading.Event()

    def answer(request):
        if not request.path.endswith(NAME):
            return False
        waiting.set()
        time.sleep(2)
        return True

    world.url = world.serve(answer)
    path = world.dir / 'install.sh'
    path.write_text(TEXT)
    script = subprocess.Popen(
        [*world.shell, str(path), '--systemd'],
        env=world.variables(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Below nohup, or in some CI, it would be ignored.
        preexec_fn=lambda: signal.signal(getattr(signal, f'SIG{sent}'), signal.SIG_DFL),
    )
    assert waiting.wait(30)
    os.killpg(script.pid, getattr(signal, f'SIG{sent}'))
    _, err = script.communicate(timeout=30)
    Outcome(world, [sent], script.returncode, '', err.decode()).stopped(128 + getattr(signal, f'SIG{sent}'))


@test
def it_has_help(world):
    outcome = world.run('--help', around=nobody())
    assert outcome.code == 0 and '--from FILE' in outcome.out and outcome.calls == [], outcome


@test
def it_is_small_and_never_calls_sudo(_):
    assert len(TEXT) < 20_000
    for line in TEXT.splitlines():
        code = re.sub(r'"[^"]*"', '""', line.split('#')[0])
        assert not re.search(r'(^|[;&|(]|then|do)\s*(sudo|su|doas|eval)\b', code), line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--only', default='', help='only tests with this word in their name')
    wanted = parser.parse_args().only
    os.umask(0o022)
    passed = failed = 0
    for name, function in TESTS:
        if wanted not in name:
            continue
        world = World()
        try:
            function(world)
            passed += 1
        except Skip as why:
            # scripts/test counts it as skipped, not as passed.
            print(f'SKIP: {name}: {why}')
            passed += 1
        except Exception:
            failed += 1
            print(f'FAIL {name}')
            traceback.print_exc(file=sys.stdout)
        finally:
            world.close()
    print(f'install.sh in {len(shells())} shells: {", ".join(pathlib.Path(words[0]).name for words in shells())}')
    print(f'{passed} passed, {failed} failed')
    return failed != 0 or passed == 0


if __name__ == '__main__':
    sys.exit(main())
