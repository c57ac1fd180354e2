"""A certificate authority of this machine's own, made once and kept in the data folder."""

import shutil
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOST_NAMES: Sequence[str] = ("localhost", "127.0.0.1")

_CA = "ca.pem"
_BUNDLE = "bundle.pem"
_CERT = "server.pem"
_KEY = "server.key"


@dataclass(frozen=True, slots=True)
class Authority:
    """Where the certificates lie; every path is absolute and PEM.

    `bundle_file` is the CA together with certifi's public ones: the value for `SSL_CERT_FILE` and
    `REQUESTS_CA_BUNDLE`, so that a process keeps reaching the internet as well.
    """

    ca_file: Path
    bundle_file: Path
    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        """For a server that answers as `localhost` or `127.0.0.1`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def client_context(self) -> ssl.SSLContext:
        """For a client that trusts this machine's services and nobody else."""
        return ssl.create_default_context(cafile=self.ca_file)


def ensure_authority(directory: Path) -> Authority:
    """The authority kept in `directory`, made at the first call and reused ever after.

    Several processes may call it at once: the folder is renamed into place as a whole, so
    everybody ends up with the same certificates.
    """
    directory = directory.resolve()
    if not (directory / _CA).is_file():
        _create(directory)
    return Authority(
        ca_file=directory / _CA,
        bundle_file=directory / _BUNDLE,
        cert_file=directory / _CERT,
        key_file=directory / _KEY,
    )


def _create(directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        _write_certificates(fresh)
        fresh.rename(directory)
    except OSError:
        # Another process renamed its folder into place first.
        if not (directory / _CA).is_file():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_certificates(directory: Path) -> None:
    # Needed once in the life of a data folder, and slow to import.
    import certifi
    import trustme

    authority = trustme.CA(organization_name="Emulator on this machine")
    server = authority.issue_cert(*HOST_NAMES)
    authority.cert_pem.write_to_path(directory / _CA)
    bundle = authority.cert_pem.bytes() + Path(certifi.where()).read_bytes()
    (directory / _BUNDLE).write_bytes(bundle)
    for part in server.cert_chain_pems:
        part.write_to_path(directory / _CERT, append=True)
    server.private_key_pem.write_to_path(directory / _KEY)
    (directory / _KEY).chmod(0o600)
