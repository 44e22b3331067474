"""run.py: the newcomer's two commands."""

import ast
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
PROJECT = ("run.py", "pyproject.toml", "uv.lock", "requirements.txt", "README.md", "bot", "adapters")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def test_an_old_python_can_read_it_and_only_the_standard_library_is_needed() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("version", [(3, 6), (3, 10)])
def test_a_python_that_is_too_old_gets_one_sentence_with_the_remedy(version: tuple[int, int]) -> None:
    said = run.complaint(version, can_make_venv=True)
    assert f"Parley needs Python 3.11 or newer, and this is {version[0]}.{version[1]}: " in said
    assert "run.py`" in said or "install one" in said
    assert "\n" not in said


def test_the_oldest_python_is_the_projects_own() -> None:
    assert f'requires-python = ">={run.OLDEST[0]}.{run.OLDEST[1]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert run.complaint(run.OLDEST, can_make_venv=True) == ""


def test_a_python_without_venv_gets_one_sentence_and_status_2(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    code = "import sys, runpy; sys.modules['ensurepip'] = None; runpy.run_path('run.py', run_name='__main__')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "apt install python3-venv" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_every_input_of_the_set_up_changes_the_fingerprint(tmp_path: Path) -> None:
    seen = {run.fingerprint(tmp_path, "Python 3.11.7")}
    for name in run.INPUTS:
        for content in ("", "one", "two"):
            (tmp_path / name).write_text(content)
            seen.add(run.fingerprint(tmp_path, "Python 3.11.7"))
    seen.add(run.fingerprint(tmp_path, "Python 3.12.1"))
    assert len(seen) == 2 + 3 * len(run.INPUTS)
    elsewhere = tmp_path / "moved"
    shutil.copytree(tmp_path, elsewhere)
    assert run.fingerprint(elsewhere, "Python 3.11.7")[0] != run.fingerprint(tmp_path, "Python 3.11.7")[0]


@pytest.mark.parametrize("content", [None, "", "half a stamp\n", "a\nb\nc\n"])
def test_a_stamp_that_is_not_whole_counts_for_nothing(tmp_path: Path, content: str | None) -> None:
    stamp = tmp_path / "stamp"
    if content is not None:
        stamp.write_text(content)
    assert run.stamped(stamp) == ("", "")


@dataclass(frozen=True, slots=True)
class FirstStart:
    """A copy of the project in a folder with spaces, on a machine without a compiler, and what its first start wrote."""

    home: Path
    env: dict[str, str]
    ran: subprocess.CompletedProcess[str]

    def again(self, *args: str) -> subprocess.CompletedProcess[str]:
        """A later start, without a network."""
        return _run_py(self.home, self.env | dict.fromkeys(PROXIES, "http://127.0.0.1:9"), *args)


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    home = tmp_path_factory.mktemp("a folder with spaces")
    tools = tmp_path_factory.mktemp("tools")
    for name in PROJECT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, home / name)
    for name in ("gcc", "cc", "make"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV", "PYTHON"))}
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    ran = _run_py(home, env)
    if ran.returncode == 2 and not _online():
        pytest.skip("the first start needs the network, and there is none")
    return FirstStart(home, env, ran)


def test_a_first_start_writes_only_what_parley_writes(first_start: FirstStart) -> None:
    assert first_start.ran.returncode == 0, first_start.ran.stderr
    assert first_start.ran.stdout.startswith("Usage: parley")
    assert (first_start.home / ".venv" / "parley.stamp").exists()


def test_a_second_start_runs_no_installer(first_start: FirstStart) -> None:
    began = time.monotonic()
    second = first_start.again("--help")
    assert (second.returncode, second.stdout, second.stderr) == (0, first_start.ran.stdout, "")
    assert time.monotonic() - began < 5  # generous: the half second itself is measured by the benchmarks


def test_the_test_command_is_pytest_with_its_arguments(first_start: FirstStart) -> None:
    tested = first_start.again("test", "--version")
    assert (tested.returncode, tested.stdout.split()[0], tested.stderr) == (0, "pytest", "")


def test_the_pip_way_installs_what_the_lock_says(first_start: FirstStart) -> None:
    uv = str(first_start.home / ".venv" / "bin" / "uv")
    export = [uv, "export", "--locked", "--offline", "--no-emit-project", "--format", "requirements-txt", "--quiet", "--no-header"]
    ran = subprocess.run(export, cwd=first_start.home, env=first_start.env, capture_output=True, text=True, check=True)
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    assert "".join(line for line in ours if not line.startswith("#")) == ran.stdout


def _run_py(home: Path, env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(home / "run.py"), *(args or ("--help",))]
    return subprocess.run(command, cwd=home.parent, env=env, capture_output=True, text=True, check=False, timeout=50)


def _online() -> bool:
    try:
        socket.create_connection(("pypi.org", 443), timeout=3).close()
    except OSError:
        return False
    return True
