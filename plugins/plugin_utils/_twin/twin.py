# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin: sites on loopback ports, sharing storage; for tests, drills and rehearsals."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import faults
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.auth import Accounts
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import write_images, write_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import (
    DRILL,
    Estate,
    EstateError,
    check,
    load,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.floor import Floor, floor
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import counts
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.invariants import violations
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.latency import Latency
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.log import LoggedRequest, RequestLog
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import every_hour
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import LXML_ERROR
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import mount_all
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import (
    HOSTS,
    PACES,
    EngineProfile,
    Profile,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.server import SiteServer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import DEFECTS, Storage
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.watch import look

USERNAME = "admin@internal"
PASSWORD = "twin"  # noqa: S105 - the well-known password of an engine that holds nothing

TOKEN_SECONDS = 360000.0
"""How long a token is good."""


class CannotListen(Exception):
    """The port of a site cannot be opened."""


class Twin:
    """Engines of an estate. ``tls`` is (certificate file, key file); ``pace`` scales what runs on behind answers;
    ``latency`` is a number of seconds or one of the forms in latency.py.

    ``estate`` is loaded data, or a file; without one it is the shipped drill estate. ``seed`` varies the ids that the
    engines make up. Raises EstateError, BadLatency."""

    def __init__(
        self,
        estate: Estate | str | Path | None = None,
        profile: str = "none",
        latency: float | str = 0.0,
        tls: tuple[str, str] | None = None,
        *,
        pace: float | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str = USERNAME,
        password: str = PASSWORD,
        token_seconds: float = TOKEN_SECONDS,
        clock: Clock | None = None,
        seed: int = 0,
    ) -> None:
        if LXML_ERROR is not None:
            raise EstateError("the twin needs the Python library lxml, which is not installed")
        if profile not in PACES:
            raise EstateError(f"profile {profile!r} is none of {', '.join(PACES)}")
        if isinstance(estate, (str, Path)) or estate is None:
            estate = load(estate or DRILL)
        else:
            check(estate)
        self.estate = estate
        self.clock = clock or Clock()
        self.username = username
        self.password = password
        self._profile_name, self._tls, self._host, self._port = profile, tls, host, port
        self._latency = Latency(latency)
        self._pace = PACES[profile] if pace is None else pace
        self._token_seconds = token_seconds
        self._seed = seed
        self._servers: dict[str, SiteServer] = {}
        self._stopped = threading.Event()
        self._build()
        self._faults = {name: faults.Faults() for name in self.sites}

    def _build(self) -> None:
        self.storage = Storage(self.estate)
        self.sites = {
            record["name"]: Site(record, self.storage, self.clock, self._pace, self._seed)
            for record in self.estate["sites"]
        }
        for site in self.sites.values():
            site.look = look
            every_hour(site)
            mount_all(site)
            for center in site.all("data_center"):
                for domain in site.domains_in(center.id):
                    write_images(site, domain.id)
                    content = self.storage.contents[domain.id]
                    content.pool = center.id
                write_stores(site, center.id)

    def start(self) -> Twin:
        """Opens a port per site and answers from now on. Raises CannotListen."""
        for name in self._tls or ():
            if not Path(name).is_file():
                raise CannotListen(f"there is no certificate or key {name}")
        for number, (name, site) in enumerate(self.sites.items()):
            profile = self.new_profile()
            accounts = Accounts(self.clock, self.username, self.password, self._token_seconds)
            port = self._port + number if self._port else 0
            try:
                self._servers[name] = SiteServer(
                    self, site, profile, accounts, RequestLog(), self._faults[name], (self._host, port), self._tls
                )
            except (OSError, OverflowError) as error:
                self.stop()
                words = getattr(error, "strerror", None) or str(error)
                raise CannotListen(f"site {name} cannot listen on {self._host} port {port}: {words}") from error
        for server in self._servers.values():
            server.start()
        return self

    def reopen(self) -> None:
        """Answers on new ports, everything else being as it was: for a process that was forked off, which has none of
        the threads that answer on the old ones."""
        for name, server in self._servers.items():
            self._servers[name] = server.again((self._host, 0))
            self._servers[name].start()

    def new_profile(self) -> Profile:
        """The profile of an engine's process that begins now."""
        if self._profile_name == "none":
            return Profile(self.clock, self._latency)
        return EngineProfile(self.clock, self._latency, self._pace, hosts=HOSTS[self._profile_name])

    def slow_down(self, latency: float | str) -> None:
        """Every request takes so much longer from now on, at all sites. Raises BadLatency."""
        self._latency = Latency(latency)
        for server in self._servers.values():
            server.profile.latency = self._latency

    def wait(self, ended: threading.Event, seconds: float) -> None:
        """Stays until it is stopped, the event is set, or the time is over."""
        until = time.monotonic() + seconds
        while not ended.is_set() and not self._stopped.is_set() and time.monotonic() < until:
            ended.wait(min(0.2, max(0.0, until - time.monotonic())))

    def stop(self) -> None:
        """Closes the ports; requests under way are cut off."""
        self._stopped.set()
        self.clock.stop()
        for server in self._servers.values():
            server.stop()
        self._servers.clear()

    def __enter__(self) -> Twin:
        return self.start() if not self._servers else self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, site: str) -> str:
        """The API address of a site."""
        server = self._servers[site]
        return f"{'https' if self._tls else 'http'}://{server.address[0]}:{server.address[1]}/ovirt-engine/api"

    def site(self, name: str) -> Site:
        """The state of a site, to look into; take its lock while the twin answers."""
        return self.sites[name]

    def requests(self, site: str, **wanted: str) -> list[LoggedRequest]:
        """What a site was asked so far: all of it, or what RequestLog.query finds. Raises BadQuery."""
        return self._servers[site].log.query(wanted)

    def writes(self, site: str) -> list[LoggedRequest]:
        """The requests that were neither reads nor sign-ins."""
        return self.requests(site, kind="write")

    def stats(self, site: str) -> dict[str, int]:
        """Counts of a site's requests."""
        return self._servers[site].log.stats()

    @property
    def errors(self) -> list[str]:
        """Tracebacks of the twin's own errors; a request that met one was cut off. Empty unless the twin is wrong."""
        return [error for server in self._servers.values() for error in server.errors]

    def fail(self, rule: str | Mapping[str, Any], site: str | None = None) -> None:
        """Adds a fault: a name of faults.NAMES or the fields of a rule; at one site (or the rule's own ``site``) or at
        every one. Raises BadRule."""
        if isinstance(rule, Mapping) and "site" in rule:
            site = rule["site"]
            if site not in self.sites:
                raise faults.BadRule(f"there is no site {site!r}")
            rule = {key: value for key, value in rule.items() if key != "site"}
        made = faults.named(rule) if isinstance(rule, str) else faults.rule(rule)
        if isinstance(made, faults.OnStorage):
            self._on_storage(made)
            return
        for name, held in self._faults.items():
            if site in (None, name):
                held.add(replace(made))

    def _on_storage(self, made: faults.OnStorage) -> None:
        arrays = {"promote": self.storage.promote, "demote": self.storage.demote, "full": self.storage.fill}
        try:
            if made.kind == "chap":
                self.chap(made.subject, "twin", PASSWORD)
            elif made.kind == "cannot" and made.subject in DEFECTS:
                self.storage.defects.add(made.subject)
            elif made.kind in arrays:
                arrays[made.kind](made.subject)
            elif not self.storage.cut(made.subject):
                raise KeyError(made.subject)
        except KeyError:
            raise faults.BadRule(f"no storage '{made.subject}'") from None
        self._look()

    def _look(self) -> None:
        """Lets every site know the moment at which storage changed."""
        for site in self.sites.values():
            with site.lock:
                site.settle()

    def violations(self) -> list[str]:
        """A sentence for every device that hosts of several engines can write now. There must be none, ever."""
        with ExitStack() as held:
            for site in self.sites.values():
                held.enter_context(site.lock)
            return violations(self.sites.values(), self.storage)

    def chap(self, target: str, username: str, password: str) -> None:
        """From now on an iSCSI target wants these credentials of whoever has no session yet."""
        self.storage.chap[target] = (username, password)

    def no_faults(self) -> None:
        """Takes every rule away, brings every place of the storage back, and lets all sign in to all targets."""
        for held in self._faults.values():
            held.clear()
        self.storage.restore()
        self._look()

    def floor(self, site: str) -> Floor:
        """What an engine would need at least to take in everything of a site of the estate, per phase."""
        counted = counts(self.estate, site)
        return floor(
            vms=counted["vms"], templates=counted["templates"], domains=counted["domains"], disks=counted["disks"]
        )

    def die(self, site: str, seconds: float = 0.0) -> None:
        """The process of a site's engine dies; it is there again after so many seconds, 0 for not before ``live``."""
        self._servers[site].die(seconds)

    def live(self, site: str) -> None:
        """The process of a site's engine is there again."""
        self._servers[site].live()

    def expire_tokens(self, site: str) -> int:
        """Makes every token of a site invalid; returns how many there were."""
        return self._servers[site].accounts.expire()

    def reset(self) -> None:
        """Back to the estate: state, log and faults. Ports and tokens stay."""
        self._build()
        for name, server in self._servers.items():
            server.log.clear()
            self._faults[name].clear()
            server.replace(self.sites[name], self.new_profile())
