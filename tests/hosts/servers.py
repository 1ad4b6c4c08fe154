# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage servers of the world: tgtd with iSCSI targets, and nfs-ganesha with exports; and sshd of the hosts."""

from __future__ import annotations

import pathlib
import textwrap

from ansible_collections.ovirt_dr.storage.tests.hosts.world import HOSTS, World, address, initiator, until

DOMAIN, POOL = "0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11", "5b0c77f0-1111-4222-8333-444444444444"
BLOCK_DOMAIN = "7a5e1b80-6b0e-4a43-9d0f-b1f2a1c0d0e1"
REPLICA, SECURED, PRIVATE = (f"iqn.2026-11.test.dr:{name}" for name in ("replica", "secured", "private"))
USER, PASSWORD = "druser", "hidden-drsecret-1"
TARGET_USER, TARGET_PASSWORD = "tguser", "hidden-tgsecret-1"
PORTALS = tuple(address("stor", network, version) for network in (1, 2) for version in (4, 6))
SIZE = 1 << 30
SERVERS = ("tgtd", "tgtadm", "ganesha.nfsd", "rpcbind", "sshd", "ssh-keygen", "losetup", "lvm")


def wwid(lun: int) -> str:
    """The WWID of a LUN, as multipath names it."""
    return f"3600a098038304437415d4b6a5968{lun:04x}"


def portal(host: str) -> str:
    """An address as it stands in a portal."""
    return f"[{host}]:3260" if ":" in host else f"{host}:3260"


class Tgt:
    """tgtd, told what to do by its own tool."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._env = {"TGT_IPC_SOCKET": "/run/tgt"}
        portals = ",".join(f"portal={portal(host)}" for host in PORTALS)
        world.start("stor", "tgtd", "-f", "--iscsi", portals, env=self._env)
        until(lambda: self.admin("--op", "show", "--mode", "sys", check=False), 10)
        made = world.run(None, "sh", "-c", _domain_on_luns(), check=False)
        self.no_domain = " ".join(made.stderr.split())[-200:] if made.returncode else ""
        """Why no block domain could be made, if so: it takes loop devices."""
        for number, name in enumerate((REPLICA, SECURED, PRIVATE), start=1):
            self.admin("--op", "new", "--mode", "target", "--tid", str(number), "-T", name)
        for lun in (1, 2, 3):
            self.add(1, lun, f"/run/lun{lun}.img")
        self.add(2, 1, "/run/lun3.img", 4)
        self.add(3, 1, "/run/lun3.img", 5)
        for tid in ("1", "2"):
            self.admin("--op", "bind", "--mode", "target", "--tid", tid, "-I", "ALL")
        self.admin("--op", "bind", "--mode", "target", "--tid", "3", "-Q", initiator("host1"))
        for user, password, more in ((USER, PASSWORD, ()), (TARGET_USER, TARGET_PASSWORD, ("--outgoing",))):
            self.admin("--op", "new", "--mode", "account", "--user", user, "--password", password)
            self.admin("--op", "bind", "--mode", "account", "--tid", "2", "--user", user, *more)

    def second(self, address: str) -> None:
        """A further tgtd, at another port of an address, with the private target for everybody."""
        env = {"TGT_IPC_SOCKET": "/run/tgt2"}
        self._world.start("stor", "tgtd", "-f", "-C", "1", "--iscsi", f"portal={address}:3261", env=env)
        tell = ("tgtadm", "-C", "1", "--lld", "iscsi", "--mode")
        until(lambda: self._world.run("stor", *tell, "sys", "--op", "show", env=env, check=False).stdout, 10)
        for words in (
            ("target", "--op", "new", "--tid", "1", "-T", PRIVATE),
            ("logicalunit", "--op", "new", "--tid", "1", "--lun", "1", "-b", "/run/lun3.img"),
            ("target", "--op", "bind", "--tid", "1", "-I", "ALL"),
        ):
            self._world.run("stor", *tell, *words, env=env)

    def add_many(self, tid: int, name: str, luns: int) -> None:
        """A further target with so many LUNs, for everybody."""
        self.admin("--op", "new", "--mode", "target", "--tid", str(tid), "-T", name)
        for lun in range(1, luns + 1):
            self.add(tid, lun, "/run/lun3.img", 1000 * tid + lun)
        self.admin("--op", "bind", "--mode", "target", "--tid", str(tid), "-I", "ALL")

    def admin(self, *words: str, check: bool = True) -> str:
        """Ask tgtadm; returns what it says."""
        return self._world.run("stor", "tgtadm", "--lld", "iscsi", *words, env=self._env, check=check).stdout

    def add(self, tid: int, lun: int, file: str, number: int | None = None) -> None:
        """Add a LUN with the identity of this number."""
        number = number or lun
        words = ("--mode", "logicalunit", "--tid", str(tid), "--lun", str(lun))
        self.admin("--op", "new", *words, "-b", file)
        identity = (
            f"vendor_id=DRTEST,product_id=REPLICA,product_rev=1,scsi_sn=SN{number:06d},scsi_id=naa.{wwid(number)[1:]}"
        )
        self.admin("--op", "update", *words, "--params", identity)

    def remove(self, tid: int, lun: int) -> None:
        """Take a LUN away."""
        self.admin("--op", "delete", "--mode", "logicalunit", "--tid", str(tid), "--lun", str(lun))

    def change(self, tid: int, lun: int, **params: int | str) -> None:
        """Change a LUN: readonly=1, online=0."""
        words = ("--mode", "logicalunit", "--tid", str(tid), "--lun", str(lun))
        self.admin("--op", "update", *words, "--params", ",".join(f"{key}={value}" for key, value in params.items()))

    def target(self, tid: int, name: str, value: str) -> None:
        """Change a target: state offline or ready, RedirectAddress and the like."""
        self.admin("--op", "update", "--mode", "target", "--tid", str(tid), "-n", name, "-v", value)


def _domain_on_luns() -> str:
    """A shell script that makes the files behind the LUNs, two of them with a storage domain made by LVM itself."""
    tags = (
        "RHAT_storage_domain", f"MDT_SDUUID={BLOCK_DOMAIN}", f"MDT_POOL_UUID={POOL}", "MDT_CLASS=Data",
        "MDT_DESCRIPTION=block&32&data", "MDT_ROLE=Regular", "MDT_TYPE=ISCSI", "MDT_VERSION=5",
    )  # fmt: skip
    words = " ".join(f"--addtag '{tag}'" for tag in tags)
    return textwrap.dedent(f"""\
        for lun in 1 2 3; do truncate -s {SIZE} /run/lun$lun.img; done
        set -e
        first=$(losetup -f --show /run/lun1.img)
        second=$(losetup -f --show /run/lun2.img)
        trap 'losetup -d $first $second' EXIT
        use="--devices $first,$second"
        lvm pvcreate $use --metadatasize 128m --metadatacopies 2 --metadataignore y $first $second
        lvm pvchange $use --metadataignore n $first
        lvm vgcreate $use --physicalextentsize 128m {BLOCK_DOMAIN} $first $second
        lvm vgchange $use {words} {BLOCK_DOMAIN}
        """)


class Ganesha:
    """nfs-ganesha at a node. ``rights``: the access of the exports, RW or RO."""

    def __init__(self, world: World, node: str, version_4_only: bool) -> None:
        self._world = world
        self._node = node
        self._only_4 = version_4_only
        self.folder = f"/run/{node}"
        script = [f"mkdir -p {self.folder}/data/{DOMAIN}/dom_md {self.folder}/strange {self.folder}/private"]
        lines = "\\n".join((f"SDUUID={DOMAIN}", f"POOL_UUID={POOL}", "DESCRIPTION=data", "VERSION=5", "TYPE=NFS"))
        script += [f"printf '{lines}\\n' > {self.folder}/data/{DOMAIN}/dom_md/metadata"]
        script += [f"chown -R 36:36 {self.folder}/data {self.folder}/private", f"chmod 755 {self.folder}/*"]
        world.run(None, "sh", "-ec", "\n".join(script))
        self._write("RW")
        if not version_4_only:
            world.start(node, "rpcbind", "-f", "-w")
            until(lambda: world.listens(node, 111), 10)
        words = ("-F", "-f", f"{self.folder}.conf", "-L", f"{self.folder}.log", "-p", f"{self.folder}.pid")
        # A server that finds the portmapper of another one by its socket would register with that one.
        hide = (
            "unshare",
            "-m",
            "sh",
            "-c",
            'touch /run/rpcbind.sock; mount --bind /dev/null /run/rpcbind.sock; exec "$@"',
        )
        hidden = (*hide, "sh") if version_4_only else ()
        world.start(node, *hidden, "ganesha.nfsd", *words)
        until(lambda: world.listens(node, 2049), 20)

    def access(self, rights: str) -> None:
        """Make all exports readable only (RO), or writable again (RW)."""
        self._write(rights)
        self._world.run(None, "sh", "-c", f"kill -HUP $(cat {self.folder}.pid)")

    def _write(self, rights: str) -> None:
        protocols = "4" if self._only_4 else "3,4"
        minors = "1,2" if self._only_4 else "0,1,2"
        text = f"""
            NFS_CORE_PARAM {{ Protocols = {protocols}; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false;
                Enable_RQUOTA = false; }}
            NFSV4 {{ Graceless = true; Minor_Versions = {minors}; RecoveryBackend = fs; Only_Numeric_Owners = true; }}
            EXPORT_DEFAULTS {{ Attr_Expiration_Time = 0; Protocols = {protocols}; Transports = TCP; Squash = None;
                SecType = sys; }}
            """
        for number, name in enumerate(("data", "strange"), start=1):
            path = f"{self.folder}/{name}"
            text += f"EXPORT {{ Export_Id = {number}; Path = {path}; Pseudo = {path}; Access_Type = {rights};"
            text += " FSAL { Name = VFS; } }\n"
        path = f"{self.folder}/private"
        hosts = ", ".join(address("host1", 1, version) for version in (4, 6))
        text += f"EXPORT {{ Export_Id = 3; Path = {path}; Pseudo = {path}; Access_Type = NONE;"
        text += f" FSAL {{ Name = VFS; }} CLIENT {{ Clients = {hosts}; Access_Type = {rights}; }} }}\n"
        self._world.run(None, "sh", "-c", f"cat > {self.folder}.conf", input=textwrap.dedent(text))


def start_sshd(world: World, folder: pathlib.Path) -> pathlib.Path:
    """A secure shell on both hosts; returns the private key that opens it."""
    for name in ("user", "host"):
        world.run(None, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    for host in HOSTS:
        config = folder / f"{host}.sshd"
        config.write_text(
            f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPidFile none\nUsePAM no\nStrictModes no\n"
            "PermitRootLogin prohibit-password\nMaxStartups 50\nSubsystem sftp internal-sftp\n",
            encoding="utf-8",
        )
        world.start(host, "/usr/sbin/sshd", "-D", "-e", "-f", str(config))
    until(lambda: all(world.listens(host, 22) for host in HOSTS), 10)
    return folder / "user"
