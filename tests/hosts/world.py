# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small world of its own: two hypervisor hosts, a controller and two storage servers on two networks.

All of it lies in namespaces of one process: network, mounts and processes. Nothing of it can be reached from outside or
reaches anything there, the machine's files stay as they are, and with the one process all of it is gone.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.modules.host_storage_probe import ISCSI, NFS, OPTIONS

NODES = {"ctl": 5, "host1": 10, "host2": 20, "stor": 40, "nas4": 50}
"""The network namespaces, and the last number of their addresses on both networks."""
HOSTS = ("host1", "host2")
TOOLS = ("ip", "nft", "nsenter", "setpriv", "unshare")
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
TREE = next(path for path in sys.path if pathlib.Path(path or ".", "ansible_collections", "ovirt_dr").is_dir())
"""The folder from which this collection is imported."""
PROBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.probe import probe
options = json.load(sys.stdin)
print(json.dumps(probe(options["options"], options["check_mode"])))
"""


class NotHere(Exception):
    """This machine does not allow such a world; the text is the reason."""


def address(node: str, network: int = 1, version: int = 4) -> str:
    """The address of a node on one of the two networks."""
    return f"10.99.{network}.{NODES[node]}" if version == 4 else f"fd99:{network}::{NODES[node]}"


def initiator(host: str) -> str:
    """The name by which a host signs in."""
    return f"iqn.2026-11.test.dr:{host}"


def _script() -> Iterator[str]:
    """What makes the world, line by line, for a shell within the namespaces."""
    yield "set -e"
    yield "mount -t tmpfs -o mode=755 tmpfs /run"
    yield "mkdir -p /run/netns /run/sshd /run/etc /var/lib/nfs"
    # Programs write below /etc and /var/lib/nfs: what they write there goes with the world.
    yield "cp -a /etc/. /run/etc/"
    yield "mount --bind /run/etc /etc"
    # The secure shell lets nobody in whose account is locked; a key alone opens it.
    yield "sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow"
    yield "mount -t tmpfs tmpfs /var/lib/nfs"
    yield "mkdir -p /var/lib/nfs/ganesha /etc/iscsi"
    yield "ip link set lo up"
    for network in (1, 2):
        yield f"ip link add br{network} type bridge"
        yield f"ip link set br{network} up"
    for node in NODES:
        yield f"ip netns add {node}"
        yield f"ip -n {node} link set lo up"
        for network in (1, 2):
            yield f"ip link add {node}-{network} type veth peer name net{network} netns {node}"
            yield f"ip link set {node}-{network} master br{network} up"
            yield f"ip -n {node} addr add {address(node, network)}/24 dev net{network}"
            yield f"ip -n {node} addr add {address(node, network, 6)}/64 dev net{network} nodad"
            yield f"ip -n {node} link set net{network} up"
    for host in HOSTS:
        own = f"/etc/netns/{host}"
        yield f"mkdir -p {own}/iscsi"
        yield f"echo InitiatorName={initiator(host)} > {own}/iscsi/initiatorname.iscsi"
        names = [f"{address('stor')} nas", f"{address('stor', 1, 6)} nas", f"{address('stor', 1, 6)} nas6"]
        yield "printf '%s\\n' '127.0.0.1 localhost' " + " ".join(f"'{name}'" for name in names) + f" > {own}/hosts"
    yield "touch /run/made"
    yield "exec sleep infinity"


class World:
    """The namespaces, after construction; raises NotHere. stop() ends everything in them."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        without = missing(TOOLS)
        if without or os.geteuid() != 0:
            raise NotHere(f"missing {', '.join(without)}" if without else "only root may make them")
        log = folder / "world.log"
        with open(log, "w", encoding="utf-8") as output:
            self._process = self._begin(output)
        try:
            until(lambda: self._process.poll() is not None or self._made(), 20)
            if self._process.poll() is not None:
                raise NotHere(" ".join(log.read_text(encoding="utf-8").split())[-200:])
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _begin(output: t.IO[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            # The first word ends all of it when the tests end in whatever way.
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
             "--mount-proc", "sh", "-c", "\n".join(_script())],
            env={**os.environ, "PATH": PATH}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def _first(self) -> str:
        """The process id of the first one within."""
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return children.read_text(encoding="ascii").strip() if children.exists() else ""

    def _made(self) -> bool:
        first = self._first()
        return bool(first) and pathlib.Path(f"/proc/{first}/root/run/made").exists()

    def stop(self) -> None:
        """End everything."""
        self._process.kill()
        self._process.wait()

    def command(self, node: str | None, words: Sequence[str]) -> list[str]:
        """A command as it is run at a node; None for where the bridges are."""
        inside = ["nsenter", "-t", self._first(), "-n", "-m", "-p", "--"]
        return [*inside, *(["ip", "netns", "exec", node] if node else []), *words]

    def run(
        self, node: str | None, *words: str, check: bool = True, timeout: float = 30, **more: t.Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command at a node until it ends."""
        environment = {**os.environ, "PATH": PATH, **more.pop("env", {})}
        done = subprocess.run(
            self.command(node, words), env=environment, capture_output=True, text=True, timeout=timeout, check=False,
            stdin=None if "input" in more else subprocess.DEVNULL, **more,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done

    def start(self, node: str, *words: str, env: Mapping[str, str] | None = None) -> None:
        """Start a server at a node, which ends with the world."""
        with open(self.folder / f"{node}-{pathlib.Path(words[0]).name}.log", "a", encoding="utf-8") as log:
            subprocess.Popen(
                self.command(node, words), env={**os.environ, "PATH": PATH, **(env or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def listens(self, node: str, port: int) -> bool:
        """Whether somebody at a node listens on a TCP port."""
        told = self.run(node, "cat", "/proc/net/tcp", "/proc/net/tcp6").stdout
        return any(f":{port:04X} " in line and " 0A " in line for line in told.splitlines())

    def probe(self, host: str, check_mode: bool = False, tools: str = "", **options: t.Any) -> dict[str, t.Any]:
        """What host_storage_probe finds at a host, by a Python without any site packages. ``tools``: a folder in which
        the host's own tools are."""
        asked = json.dumps({"options": options, "check_mode": check_mode})
        done = self.run(
            host,
            sys.executable,
            "-I",
            "-S",
            "-c",
            PROBE,
            TREE,
            input=asked,
            timeout=60,
            env={"PATH": f"{tools}:{PATH}"},
        )
        found: dict[str, t.Any] = json.loads(done.stdout)
        return found

    def rules(self, node: str, *rules: str) -> None:
        """Packets that come to a node are treated by these rules, and by no others."""
        lines = ["table inet faults", "delete table inet faults", "table inet faults {", "chain input {"]
        lines += ["type filter hook input priority 0;", *rules, "}", "}", ""]
        self.run(node, "nft", "-f", "-", input="\n".join(lines))

    def link(self, node: str, network: int, up: bool) -> None:
        """Plug a node into a network, or pull its plug."""
        self.run(None, "ip", "link", "set", f"{node}-{network}", "up" if up else "down")


def missing(tools: Sequence[str]) -> list[str]:
    """Those of some tools that this machine does not have."""
    return [tool for tool in tools if shutil.which(tool, path=PATH) is None]


def filled(spec: Mapping[str, t.Any], given: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Options as Ansible gives them to a module: those that were left out have their defaults."""
    assert set(given) <= set(spec)
    return {name: given.get(name, option.get("default")) for name, option in spec.items()}


def asked(nfs: Sequence[t.Any] = (), iscsi: Sequence[t.Any] = (), **more: t.Any) -> dict[str, t.Any]:
    """All options of host_storage_probe."""
    lists = {"nfs": [filled(NFS, one) for one in nfs], "iscsi": [filled(ISCSI, one) for one in iscsi]}
    return filled(OPTIONS, {"timeout": 5, **lists, **more})


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait until something is so; fails the test when it does not come to that."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so within {seconds:g} s"
        time.sleep(0.02)
