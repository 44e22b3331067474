#!/usr/bin/env python3
"""The newcomer's way in: `python3 run.py …` is `parley …`, `python3 run.py test …` is `pytest …`.

The first start makes .venv and installs the locked dependencies; later ones see by a stamp that nothing changed.
Only the standard library, and only syntax that an old Python can read: it must live to say that it is too old.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
UV = "uv>=0.13,<1"  # older ones do not read our lock file
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "parley.stamp"
INPUTS = ("uv.lock", "pyproject.toml", "requirements.txt")


class SetupFailed(Exception):
    """It cannot go on; the message is one sentence with the remedy."""


def complaint(version: "tuple[int, int]", can_make_venv: bool) -> str:
    """What is wrong with this Python and what to do about it; empty when nothing is."""
    if version < OLDEST:
        names = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)]
        newer = next((name for name in names if shutil.which(name)), "")
        remedy = f"run `{newer} run.py`" if newer else "install one from your system's packages or https://www.python.org"
        return f"Parley needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is {version[0]}.{version[1]}: {remedy}."
    if not can_make_venv:
        return "This Python comes without venv: install it (on Debian and Ubuntu `sudo apt install python3-venv`) and run this again."
    return ""


def fingerprint(root: Path, python: str) -> "tuple[str, str]":
    """What the environment is made with (another one: made anew) and what is installed into it (another one: brought up to date)."""
    digest = hashlib.sha256()
    for path in (root / name for name in INPUTS):
        digest.update(path.read_bytes() if path.exists() else b"absent")
        digest.update(b"\0")
    return f"{python} in {root}", digest.hexdigest()


def stamped(stamp: Path) -> "tuple[str, str]":
    """The fingerprint at the last complete set-up; empty parts when there was none."""
    with contextlib.suppress(OSError, ValueError):
        made_with, installed = stamp.read_text(encoding="utf-8").splitlines()
        return made_with, installed
    return "", ""


def program(name: str) -> str:
    """The path of a program in the environment."""
    return str(BIN / (name + ".exe" if os.name == "nt" else name))


def done(*command: str) -> bool:
    """Whether an installer did its work. It reads nothing, and standard output belongs to Parley's answer."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=str(VENV))
    # where Python may keep no compiled modules of its own, every start would compile two thousand anew
    environment["UV_COMPILE_BYTECODE"] = "1" if os.environ.get("PYTHONDONTWRITEBYTECODE") else "0"
    environment.pop("VIRTUAL_ENV", None)  # another project's, of which uv would warn
    try:
        finished = subprocess.run(command, cwd=str(ROOT), env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    except OSError:  # not there, or not made for this machine
        return False
    return finished.returncode == 0


def say(text: str) -> None:
    print("parley: " + text, file=sys.stderr, flush=True)


def make_environment(made_with: str) -> None:
    """An environment with pip; the one that stands is kept when it is of this very Python and place."""
    before = stamped(STAMP)[0]
    with contextlib.suppress(OSError):
        STAMP.unlink()
    same_python = f"import sys; sys.exit(sys.version_info[:3] != {tuple(sys.version_info[:3])})"
    keep = before in ("", made_with) and done(program("python"), "-c", same_python)
    if keep and done(program("python"), "-c", "import importlib.util; exit(not importlib.util.find_spec('pip'))"):
        return
    say("making .venv …")
    maker = getattr(sys, "_base_executable", sys.executable)  # not the environment's own, which it may be about to clear
    if not done(maker, "-m", "venv", *([] if keep else ["--clear"]), str(VENV)):
        raise SetupFailed(f"Could not make a virtual environment in {VENV}: see the lines above.")


def install() -> None:
    """The locked dependencies and Parley itself: by uv, or by pip where uv cannot be had."""
    say("installing the locked dependencies …")
    pip = (program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    uv = program("uv")
    if done(uv, "--quiet", "self", "version") or (done(*pip, UV) and done(uv, "--quiet", "self", "version")):
        complete = done(uv, "sync", "--locked", "--quiet", "--python", program("python"))
    else:
        say("uv cannot be had here; pip does it, which takes longer …")
        complete = done(*pip, "--require-hashes", "-r", "requirements.txt") and done(*pip, "--no-deps", "--editable", ".")
    if not complete:
        raise SetupFailed("Could not install the dependencies: see the lines above, check the network, and run this again.")


@contextlib.contextmanager
def alone() -> "Iterator[None]":  # type: ignore[name-defined]  # noqa: F821  # importing typing costs every start 10 ms
    """Two first starts at once take turns, where the system can lock files."""
    with Path(__file__).open() as ours:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(ours, fcntl.LOCK_EX)
        yield


def set_up() -> None:
    """Return when the environment is complete; at once when the stamp says that nothing changed since."""
    problem = complaint(sys.version_info[:2], all(map(importlib.util.find_spec, ("venv", "ensurepip"))))
    if problem:
        raise SetupFailed(problem)
    wanted = fingerprint(ROOT, f"Python {sys.version.split()[0]} at {sys.base_prefix}")
    if stamped(STAMP) != wanted:
        with alone():
            if stamped(STAMP) != wanted:  # somebody else may just have done it
                make_environment(wanted[0])
                install()
                STAMP.write_text("\n".join(wanted) + "\n", encoding="utf-8")  # last: what fails before is done again


def main(args: "list[str]") -> None:
    os.chdir(str(ROOT))  # .env and the data folder are here
    try:
        set_up()
    except (SetupFailed, OSError) as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    command = [program("python"), "-m", "pytest", *args[1:]] if args[:1] == ["test"] else [program("parley"), *args]
    if os.name == "nt":  # which cannot replace a process
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)  # noqa: S606  # no shell is meant


if __name__ == "__main__":
    main(sys.argv[1:])
