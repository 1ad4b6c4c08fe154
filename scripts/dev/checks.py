# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is checked, with which tool, in which order: the cheap before the dear."""

from __future__ import annotations

import os
import sys

from .project import NAME, NAMESPACE, Project
from .stages import Stage

COLLECTION = f"{NAMESPACE}.{NAME}"
PACKAGE = f"ansible_collections.{COLLECTION}"
TYPED = ("plugins", "scripts.dev")
DRILL = "scripts/drill"
BENCH = f"{PACKAGE}.scripts.bench"
FIDELITY = f"{PACKAGE}.scripts.fidelity"
MUTATION = f"{PACKAGE}.scripts.mutation"
PYTEST_END = r"^=+ .*\bin [0-9.]+s"


def lint(project: Project) -> list[Stage]:
    """The checks that read files."""
    python, root, copy = str(project.python), project.root, project.copy
    packages = [word for name in TYPED for word in ("-p", f"{PACKAGE}.{name}")]
    docs = ("--plugin-docs", "--validate-collection-refs", "self", "--check-extra-docs-refs")
    return [
        Stage("ruff check", ("ruff", "check", "."), root),
        Stage("ruff format", ("ruff", "format", "--check", "--diff", "."), root),
        Stage("mypy", (python, "-m", "mypy", *packages), root),
        # The drill is run as a folder: its files see each other by plain names.
        Stage("mypy drill", (python, "-m", "mypy", DRILL), root, environment=with_drill(project)),
        # The bench uses files of the drill.
        Stage("mypy bench", (python, "-m", "mypy", "-p", BENCH), root, environment=with_drill(project)),
        Stage("mypy fidelity", (python, "-m", "mypy", "-p", FIDELITY), root),
        Stage("mypy mutation", (python, "-m", "mypy", "-p", MUTATION), root),
        Stage("shellcheck", ("shellcheck", ".ci/run", "scripts/dev.sh"), root),
        Stage("yamllint", ("yamllint", "--strict", "."), copy),
        Stage("changelog lint", ("antsibull-changelog", "lint"), copy),
        Stage(
            "ansible-lint",
            ("ansible-lint", "--offline", "--nocolor"),
            copy,
            proof=r"^Passed: .* in [1-9]\d* files",
            environment=among_copies(project),
        ),
        Stage("antsibull-docs lint", ("antsibull-docs", "lint-collection-docs", *docs, "."), copy),
    ]


def tests(project: Project) -> list[Stage]:
    """The tests of this repository that keep all processors busy, by folder.

    A test that waits for a twin's statuses leaves its processor to others: there are two workers for each.
    """
    workers = str(2 * max(1, min(os.cpu_count() or 1, 4)))
    # Runs of playbooks are long and few, so a worker that has none left takes over what waits for another one.
    dist = {"integration": ("--dist", "worksteal")}
    names = ("unit", "contract", "integration")
    return [stage for name in names for stage in pytest_stage(project, name, "-n", workers, *dist.get(name, ()))]


def host_tests(project: Project) -> list[Stage]:
    """Those on real servers, which they change: those of one file run one by one, each worker has its own servers."""
    return pytest_stage(project, "hosts", "-n", "2", "--dist", "loadfile")


def client_tests(project: Project) -> list[Stage]:
    """The tests with clients that are not ours. Each file keeps to one twin, so the files are what is spread."""
    return pytest_stage(project, "clients", "-n", "2", "--dist", "loadfile")


def pytest_stage(project: Project, name: str, *options: str) -> list[Stage]:
    """The tests of one folder, which run every time; nothing where there are none."""
    if not any((project.root / "tests" / name).rglob("test_*.py")):
        return []
    pytest = (str(project.python), "-m", "pytest", "-o", "cache_dir=.build/cache/pytest")
    command = (*pytest, *options, f"tests/{name}")
    return [Stage(f"{name} tests", command, project.root, repeat=True, summary=PYTEST_END, limit=1800.0)]


def package(project: Project) -> list[Stage]:
    """Whether the collection can be built as it would be released, and the scenarios of its roles on the copy.

    molecule keeps its state in HOME, and may install a copy of the collection there: it has one of its own.
    """
    out, home = project.build / "dist", project.build / "molecule"
    alone = (("HOME", str(home)), ("ANSIBLE_HOME", str(home / ".ansible")), ("NO_COLOR", "1"))
    build = ("ansible-galaxy", "collection", "build", "--force", "--output-path", str(out))
    return [
        Stage("galaxy build", build, project.copy),
        Stage(
            "molecule",
            ("molecule", "test", "--all"),
            project.copy,
            proof=r"\bsuccessful=[1-9]",
            environment=(*among_copies(project), *alone),
        ),
    ]


def sanity(project: Project) -> list[Stage]:
    """ansible-test's own checks. It wants a real path, and finds its pip by the stand-in beside this file."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = ("ansible-test", "sanity", "--python", version, "--color", "no")
    proof = "^Running sanity test .validate-modules"
    return [Stage("ansible-test sanity", command, project.copy, proof=proof, environment=among_copies(project))]


def docs(project: Project) -> list[Stage]:
    """The documentation as HTML, with what Sphinx itself finds wrong in it."""
    pages, html = project.build / "docs-pages", project.build / "docs"
    # antsibull-docs writes only into folders that exist and that nobody else may write to.
    pages.mkdir(mode=0o755, exist_ok=True)
    write = ("antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error")
    clean = ("--cleanup", "everything", "--dest-dir", str(pages))
    sphinx = ("sphinx-build", "-W", "--keep-going", "-q", "-c", "docs/sphinx", str(pages), str(html))
    return [
        Stage("docs: pages", (*write, *clean, COLLECTION), project.root, repeat=True),
        Stage("docs: html", sphinx, project.root, repeat=True),
    ]


def among_copies(project: Project) -> tuple[tuple[str, str], ...]:
    """The environment of tools that must meet the copy only, not the checkout under the same name."""
    return (("ANSIBLE_COLLECTIONS_PATH", str(project.copies)), ("PYTHONPATH", str(project.copies)))


def with_drill(project: Project) -> tuple[tuple[str, str], ...]:
    """The environment of a mypy that finds the drill's files by their plain names."""
    return (("MYPYPATH", os.pathsep.join([str(project.tree), str(project.root / DRILL)])),)


def place_pip_stand_in(project: Project) -> None:
    """Put the stand-in where ansible-test looks for its get-pip script before it downloads one."""
    template = (project.root / "scripts" / "dev" / "pip_stand_in.py").read_text(encoding="utf-8")
    cache = project.home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "get_pip_24_2.py").write_text(template.replace("@python@", str(project.python)), encoding="utf-8")
