# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS against a CA made here, and proxies of the environment."""

from __future__ import annotations

import base64
import contextlib
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import errors
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.engine.scripted import API, Reply, Server

Connect = t.Callable[..., Client]
VMS = Reply(body=b"<vms><vm id='1'/></vms>")
OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(not OPENSSL, reason="the openssl command is not here")


class Authority(t.NamedTuple):
    """A CA, a server's context with a certificate for 127.0.0.1, and one with a certificate for another name."""

    ca: pathlib.Path
    good: ssl.SSLContext
    other: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    place = tmp_path_factory.mktemp("ca")

    def run(*words: str) -> None:
        subprocess.run([str(OPENSSL), *words], cwd=place, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    contexts = []
    for name, alternative in (("good", "IP:127.0.0.1"), ("other", "DNS:other.example")):
        (place / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        run("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        run(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place / f"{name}.pem", place / f"{name}.key")
        contexts.append(context)
    return Authority(place / "ca.pem", *contexts)


@pytest.fixture
def secure(authority: Authority) -> t.Iterator[Server]:
    made = Server(authority.good)
    made.answer("GET", "/vms", VMS)
    yield made
    made.stop()


@needs_openssl
def test_ca_as_file_and_as_content(
    secure: Server, connect: Connect, authority: Authority, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for given in ({"ca_file": str(authority.ca)}, {"ca_content": authority.ca.read_text()}):
        with connect(url=secure.url, **given) as client:
            assert len(client.get("/vms")) == 1
            assert len(client.get("/vms")) == 1
    assert secure.connections == 2
    assert list(tmp_path.iterdir()) == []


@needs_openssl
def test_an_unknown_ca_is_refused_at_once(secure: Server, connect: Connect) -> None:
    client = connect(url=secure.url)
    with pytest.raises(errors.Unreachable, match=r"certificate is not trusted.*ca_file or ca_content") as caught:
        client.post("/vms")
    assert "Nothing was done" in str(caught.value)
    assert client.counts.retried == 0
    assert secure.asked == []


@needs_openssl
def test_another_name_in_the_certificate(connect: Connect, authority: Authority) -> None:
    server = Server(authority.other)
    with pytest.raises(errors.Unreachable, match=r"127\.0\.0\.1"):
        connect(url=server.url, ca_file=str(authority.ca)).get("/vms")
    assert server.asked == []
    server.stop()


@needs_openssl
def test_insecure_must_be_said(secure: Server, connect: Connect, recwarn: pytest.WarningsRecorder) -> None:
    """Once it is said, nothing warns of it: a module's output has no place for that."""
    assert len(connect(url=secure.url, insecure=True).get("/vms")) == 1
    assert [str(warning.message) for warning in recwarn] == []


@needs_openssl
def test_only_the_given_authority_is_trusted(
    secure: Server, connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the bundle that requests brings along, nor one that the environment names to it."""
    client = connect(url=secure.url, ca_content=authority.ca.read_text())
    client.get("/vms")
    adapter = client._transport._adapter
    assert adapter is not None
    assert adapter._context is not None
    assert len(adapter._context.get_ca_certs()) == 1
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(authority.ca))
    with pytest.raises(errors.Unreachable, match="not trusted"):
        connect(url=secure.url).get("/vms")


@needs_openssl
def test_tls_that_fails_after_the_handshake_leaves_a_write_in_doubt(connect: Connect, authority: Authority) -> None:
    """In TLS 1.3 the refusal of a client without certificate comes when the request is already under way."""
    place = authority.ca.parent
    picky = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    picky.load_cert_chain(place / "good.pem", place / "good.key")
    picky.minimum_version = ssl.TLSVersion.TLSv1_3
    picky.verify_mode = ssl.CERT_REQUIRED
    server = Server(picky)
    client = connect(url=server.url, ca_file=str(authority.ca), token="t0ken")
    with pytest.raises(errors.LostAnswer):
        client.post("/vms")
    assert client.counts.retried == 0
    server.stop()


@pytest.mark.parametrize("silent", [True, False])
def test_a_handshake_that_does_not_come_about_carries_no_write(connect: Connect, silent: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            held = []
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept()[0])
                    if not silent:
                        held.pop().close()

        threading.Thread(target=accept, daemon=True).start()
        port = listener.getsockname()[1]
        client = connect(url=f"https://127.0.0.1:{port}{API}", token="t0ken", connect_timeout=0.2)
        with pytest.raises(errors.Unreachable, match=r"127\.0\.0\.1.*Nothing was done"):
            client.post("/vms")
        listener.shutdown(socket.SHUT_RDWR)


@needs_openssl
def test_writes_over_tls_after_the_engine_closed(secure: Server, connect: Connect) -> None:
    secure.answer("POST", "/vms/1/start", Reply(body=b"<action/>"))
    client = connect(url=secure.url, insecure=True)
    client.get("/vms")
    secure.drop_idle()
    assert client.post("/vms/1/start") is not None
    assert len(secure.seen("POST")) == 1
    assert client.counts.retried == 0
    secure.answer("POST", "/vms/1/start", Reply(body=b"<action>" + b" " * 500, send=300, end="close"))
    with pytest.raises(errors.LostAnswer):
        client.post("/vms/1/start")
    assert len(secure.seen("POST")) == 2


def test_tls_where_none_is_spoken(server: Server, connect: Connect) -> None:
    with pytest.raises(errors.Unreachable, match=r"TLS with .* failed.*scheme and port"):
        connect(url=server.url.replace("http:", "https:")).get("/vms")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ca_file": "/nowhere/ca.pem"}, r"'/nowhere/ca\.pem' does not exist where this task runs"),
        ({"ca_content": "no certificate"}, "ca_content cannot be used"),
        ({"ca_content": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "ca_content cannot be used"),
        ({"ca_content": "ümlaut"}, "ca_content cannot be used"),
    ],
)
def test_a_ca_that_cannot_be_used(connect: Connect, given: dict[str, str], words: str) -> None:
    with pytest.raises(errors.BadInput, match=words):
        connect(url=f"https://127.0.0.1:1{API}", **given).get("/vms")


def test_a_ca_file_that_is_none(connect: Connect, tmp_path: pathlib.Path) -> None:
    for content in (b"", b"not a certificate", b"\xff\xfe"):
        (tmp_path / "ca.pem").write_bytes(content)
        with pytest.raises(errors.BadInput, match=r"ca\.pem' cannot be used.*PEM"):
            connect(url=f"https://127.0.0.1:1{API}", ca_file=str(tmp_path / "ca.pem")).get("/vms")


# --- proxies


class Tunnel:
    """A proxy that passes CONNECT on to ``port``, or refuses it; ``asked`` holds the heads that came."""

    def __init__(self, port: int, status: bytes = b"200 OK") -> None:
        self.asked: list[bytes] = []
        self._port = port
        self._status = status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                inner, _peer = self._listener.accept()
            except OSError:
                return
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += inner.recv(1)
            self.asked.append(head)
            inner.sendall(b"HTTP/1.1 " + self._status + b"\r\n\r\n")
            if not self._status.startswith(b"200"):
                inner.close()
                continue
            outer = socket.create_connection(("127.0.0.1", self._port))
            for source, target in ((inner, outer), (outer, inner)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            source.close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_environment_does_not_count_unless_it_is_said(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer("GET", "/vms", VMS)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert len(connect().get("/vms")) == 1


def test_plain_http_through_a_proxy(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server stands for the proxy: it gets the whole URL and the proxy's credentials."""
    seen = []

    def proxy(asked: t.Any) -> Reply | None:
        seen.append((asked.target, asked.headers.get("host"), asked.headers.get("proxy-authorization")))
        asked.target = asked.target.removeprefix("http://engine.example")
        return None

    server.on_request = proxy
    server.answer("GET", "/vms", VMS)
    monkeypatch.setenv("http_proxy", f"http://me:pr%40xy@127.0.0.1:{server.port}")
    client = connect(url=f"http://engine.example{API}", use_proxy=True)
    assert len(client.get("/vms")) == 1
    assert seen[-1] == (
        f"http://engine.example{API}/vms",
        "engine.example",
        "Basic " + base64.b64encode(b"me:pr@xy").decode(),
    )


@pytest.mark.parametrize("names", ["127.0.0.1", "other.example,127.0.0.1", "*"])
def test_no_proxy(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    server.answer("GET", "/vms", VMS)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", names)
    assert len(connect(use_proxy=True).get("/vms")) == 1


@needs_openssl
def test_tls_through_a_tunnel(
    secure: Server, connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = Tunnel(secure.port)
    monkeypatch.setenv("https_proxy", f"me:secret@127.0.0.1:{tunnel.port}")
    client = connect(url=secure.url, use_proxy=True, ca_file=str(authority.ca))
    assert len(client.get("/vms")) == 1
    (head,) = tunnel.asked
    assert head.startswith(f"CONNECT 127.0.0.1:{secure.port} ".encode())
    assert b"Proxy-Authorization: Basic " in head
    assert all("proxy-authorization" not in asked.headers for asked in secure.asked)
    client.close()
    tunnel.stop()


def test_a_proxy_that_refuses(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    tunnel = Tunnel(1, b"407 Proxy Authentication Required")
    monkeypatch.setenv("https_proxy", f"http://me:hunter22@127.0.0.1:{tunnel.port}")
    with pytest.raises(errors.Unreachable, match=r"proxy 127\.0\.0\.1.*407.*Nothing was done") as caught:
        connect(url=f"https://engine.example{API}", use_proxy=True).post("/vms")
    assert "hunter22" not in str(caught.value)
    assert len(tunnel.asked) == 1
    tunnel.stop()


def test_no_proxy_there(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://me:hunter22@127.0.0.1:1")
    with pytest.raises(errors.Unreachable, match="through the proxy of the environment") as caught:
        connect(url=f"http://engine.example{API}", use_proxy=True).get("/vms")
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "socks5://me:hunter22@proxy.example:1080",
        "https://me:hunter22@proxy.example",
        "ftp://me:hunter22@proxy.example",
        "http://me:hunter22\u20ac@proxy.example",
        "http://me:hunter22@[::1",
    ],
)
def test_proxies_of_other_kinds(connect: Connect, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("http_proxy", address)
    with pytest.raises(errors.BadInput, match="http_proxy") as caught:
        connect(url=f"http://engine.example{API}", use_proxy=True).get("/vms")
    assert "hunter22" not in str(caught.value)
