"""Servers that let nobody in without a password, over TLS where a server at hand can: keys and certificates are made for the test."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

from tests.fakes.redis_servers import Access

PASSWORD = "p%40s:s/w@rd?"  # a fake one, of characters to which a URL gives a meaning
SENTINEL_PASSWORD = "another %one&"


def guarded(folder: Path) -> Access:
    """By password, and by TLS if the machine has a server that can; whom its clients must trust is `folder / "authority.pem"` then."""
    access = Access(
        lines={"requirepass": f'"{PASSWORD}"', "masterauth": f'"{PASSWORD}"'},
        client={"password": PASSWORD},
        account=f":{quote(PASSWORD, safe='')}@",
        sentinel_password=SENTINEL_PASSWORD,
    )
    if binary := _tls_server():
        _certify(folder)
        authority, certificate, key = (str(folder / name) for name in ("authority.pem", "server.pem", "server.key"))
        lines = {"tls-cert-file": certificate, "tls-key-file": key, "tls-ca-cert-file": authority, "tls-auth-clients": "no"}
        return Access(
            lines=access.lines | lines | {"tls-replication": "yes", "tls-cluster": "yes"},
            client=access.client | {"ssl": True, "ssl_ca_certs": authority},
            secure="s",
            account=access.account,
            options={"ssl_ca_certs": authority},
            sentinel_password=SENTINEL_PASSWORD,
            binary=binary,
        )
    return access


def _tls_server() -> str:
    """The one that Parley brings along can not."""
    binary = os.environ.get("PARLEY_TEST_SERVER") or shutil.which("redis-server") or ""
    return binary if binary and b"libssl" in Path(binary).resolve().read_bytes() else ""


def _certify(folder: Path) -> None:
    """One authority, and a certificate for this machine's own address."""
    new: list[str | Path] = ["-subj", "/CN=Parley test", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    authority, authority_key, asked = folder / "authority.pem", folder / "authority.key", folder / "server.csr"
    _openssl("req", "-x509", *new, "-days", "2", "-keyout", authority_key, "-out", authority)
    _openssl("req", *new, "-keyout", folder / "server.key", "-out", asked)
    signing: list[str | Path] = ["-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", "2", "-extfile", names]
    _openssl("x509", "-req", "-in", asked, *signing, "-out", folder / "server.pem")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
