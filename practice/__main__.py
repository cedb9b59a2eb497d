"""`python3 -m practice demo` and `python3 -m practice test`, from a bare checkout.

Standard library only, and written so that an old Python can read it: it must live long enough to say what is missing.
Where the running Python already has what pyproject.toml pins, the command runs here and nothing is made. Otherwise
`.venv` is made beside this folder, filled once, and the command starts again inside it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "practice-installed.json")
LOG = os.path.join(VENV, "practice-install.log")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")

USAGE = """The back office of a massage practice.

  {python} -m practice demo      a practice filled with made-up people, to look around in
  {python} -m practice test      the whole test suite
  {python} -m practice serve     the real thing
"""

NEED_TEST_TOOLS = [["check", "trust"], ["parts", "audit"]]

OFFLINE = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "getaddrinfo failed",
    "ProxyError",
    "Network is unreachable",
    "(from versions: none)",
)


def main(arguments):
    """Run one command, in this Python if it has everything, else in .venv."""
    if sys.version_info < OLDEST:
        stop(too_old())
    extras = extras_for(arguments)
    wanted = pins(extras)
    if not missing(wanted, installed()):
        run_here(arguments)
        return
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE.format(python="py" if WINDOWS else "python3"))
        return
    with one_at_a_time():
        if not is_ready(extras, wanted):
            make_environment()
            install(extras, wanted)
    hand_over(arguments)


def extras_for(arguments):
    """The optional dependencies this command needs: the test tools, the PostgreSQL driver, or none."""
    extras = []
    if (arguments and arguments[0] in ("test", "locks", "matrix", "bench", "soak")) or arguments[:2] in NEED_TEST_TOOLS:
        extras.append("test")
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        extras.append("postgres")
    return extras


def pins(extras):
    """{package: version} of every exact pin in pyproject.toml, with the extras asked for."""
    import tomllib

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    wanted = {}
    for line in lines:
        name, exact, version = line.split(";")[0].partition("==")
        if exact:
            wanted[plain(name.split("[")[0])] = version.strip()
    return wanted


def plain(name):
    """One spelling for one package: Flask_Admin and flask-admin are the same."""
    return name.strip().lower().replace("_", "-").replace(".", "-")


def installed(folders=None):
    """{package: version} of what this Python can import, or of what lies in the given site-packages folders."""
    from importlib import metadata

    found = {}
    for distribution in metadata.distributions(**({"path": folders} if folders is not None else {})):
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(plain(name), distribution.version)
    return found


def missing(wanted, found):
    """The pins that are not met, as lines for people."""
    return sorted("%s==%s" % pin for pin in wanted.items() if found.get(pin[0]) != pin[1])


def site_packages():
    """Where .venv keeps its packages: one folder for each Python it was ever made with."""
    if WINDOWS:
        return [os.path.join(VENV, "Lib", "site-packages")]
    library = os.path.join(VENV, "lib")
    if not os.path.isdir(library):
        return []
    return [os.path.join(library, name, "site-packages") for name in sorted(os.listdir(library))]


def is_ready(extras, wanted):
    """Whether an earlier install finished, for this place and these extras, and what it left still fits the pins."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return False
    if stamp.get("root") != ROOT or stamp.get("project") != fingerprint() or not os.path.exists(PYTHON):
        return False
    return set(extras) <= set(stamp.get("extras", [])) and not missing(wanted, installed(site_packages()))


def fingerprint():
    """Changes whenever pyproject.toml or one of the lists of hashes does."""
    seen = hashlib.sha256()
    for path in [os.path.join(ROOT, "pyproject.toml")] + [pins_file(extras) for extras in ([], ["postgres"], ["test"])]:
        with open(path, "rb") as file:
            seen.update(file.read())
    return seen.hexdigest()


def pins_file(extras):
    """The list with the SHA-256 of every file that may be installed, the dependencies of dependencies included."""
    name = "test" if "test" in extras else "postgres" if "postgres" in extras else "shipped"
    return os.path.join(ROOT, ".pins", name + ".txt")


@contextlib.contextmanager
def one_at_a_time():
    """Two terminals may start at once on a fresh checkout: the second waits for the first."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder = os.path.join(ROOT, "instance")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        file = open(os.path.join(folder, "install.lock"), "w")
    except OSError as error:
        stop("Cannot write in %s: %s." % (folder, error.strerror))
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment():
    """A virtual environment beside this folder; a broken one is made anew, a sound one is kept."""
    from importlib.util import find_spec

    if os.path.exists(PYTHON) and any(os.path.isdir(os.path.join(f, "pip")) for f in site_packages()):
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        stop(
            "This Python lacks its venv module. On Debian: sudo apt install python%d.%d-venv, then run this again."
            % sys.version_info[:2]
        )
    print("Making .venv …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        sys.stderr.write(made.stdout.decode("utf-8", "replace"))
        stop("Could not make %s; the reason is above." % VENV)


def install(extras, wanted):
    """Fill .venv with what .pins lists. Keeps pip's words in a log and shows them only when it fails."""
    # What an earlier command added stays: `demo` after `test` must not make the next `test` install again.
    extras = sorted(set(extras) | set(earlier_extras()))
    again = os.path.exists(STAMP)
    if again:
        os.remove(STAMP)
    print("Installing what changed …" if again else "Installing (first run, about a minute) …", flush=True)
    began = time.monotonic()
    with open(LOG, "wb") as log:
        for what in what_to_install(extras):
            done = subprocess.run([PYTHON, "-m", "pip", "install", *what], stdout=log, stderr=subprocess.STDOUT)
            if done.returncode:
                break
    with open(LOG, encoding="utf-8", errors="replace") as file:
        words = file.read()
    lacking = missing(wanted, installed(site_packages()))
    if done.returncode or lacking:
        if any(sign in words for sign in OFFLINE):
            stop("Could not reach the package index: is this machine online? pip's own words are in %s." % LOG)
        sys.stderr.write(words)
        stop("Installing failed: pip's words are above. Still missing: %s." % (", ".join(lacking) or "nothing"))
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump({"root": ROOT, "project": fingerprint(), "extras": extras}, file)
    print("Installed in %d s." % (time.monotonic() - began), flush=True)


def what_to_install(extras):
    """What pip is asked for, in order: files of known hashes, none of them built here, and then the project itself."""
    return [
        ["--require-hashes", "--only-binary", ":all:", "-r", pins_file(extras)],
        ["--no-deps", "--no-build-isolation", "-e", ROOT],
    ]


def earlier_extras():
    """The extras of the last install that finished here."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return [extra for extra in json.load(file)["extras"] if extra in ("postgres", "test")]
    except (OSError, ValueError, KeyError):
        return []


def hand_over(arguments):
    """Start the command in .venv.

    On POSIX this process becomes it: a wrapper would take the kill meant for the server.
    """
    command = [PYTHON, "-m", "practice"] + arguments
    if not WINDOWS:
        os.execve(PYTHON, command, os.environ)
    try:
        sys.exit(subprocess.call(command))
    except KeyboardInterrupt:  # the child got it too and has said what there was to say
        sys.exit(130)


def run_here(arguments):
    """Everything is there: hand the words to the command line proper."""
    from practice.cli.commands import main as command_line

    command_line(args=arguments, prog_name="practice")


def too_old():
    """The sentence for an old Python, with a newer one named if the machine has it."""
    sentence = "practice needs Python %d.%d or newer; this is Python %d.%d." % (OLDEST + sys.version_info[:2])
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = "python3.%d" % minor
        if shutil.which(newer) and subprocess.call([newer, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return "%s This machine has a newer one: %s -m practice %s" % (sentence, newer, " ".join(sys.argv[1:]))
    return sentence


def stop(sentence):
    """Leave with one sentence and a failing exit code."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
