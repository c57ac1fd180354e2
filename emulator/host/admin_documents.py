"""The JSON documents of the admin API, with the fields and texts of the real host.

Source: HostStatus, FunctionMetadataResponse, HostRestartResponse of the Functions host, and
recordings of it. Paths in `admin/vfs` addresses lead nowhere here: this host serves no files.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from emulator.host.catalogue import Catalogue, trigger_type
from emulator.host.invocation import FunctionInfo
from emulator.host.settings import HostSettings, section
from emulator.host.version import HOST_VERSION

_DETAILS = f"{HOST_VERSION} (local emulator)"

_HTTP_DEFAULTS: Mapping[str, object] = {
    "dynamicThrottlesEnabled": False,
    "enableChunkedRequestBinding": False,
    "maxConcurrentRequests": -1,
    "maxOutstandingRequests": -1,
    "routePrefix": "api",
}
_CONCURRENCY_DEFAULTS: Mapping[str, object] = {
    "dynamicConcurrencyEnabled": False,
    "maximumFunctionConcurrency": 500,
    "cpuThreshold": 0.8,
    "snapshotPersistenceEnabled": True,
}

type Document = dict[str, object]


def host_status(uptime_seconds: float) -> Document:
    """Of /admin/host/status."""
    return {
        "id": f"emulator-{os.getpid()}",
        "state": "Running",
        "version": HOST_VERSION,
        "versionDetails": _DETAILS,
        "platformVersion": "",
        "instanceId": "",
        "computerName": "",
        "processUptime": int(uptime_seconds * 1000),
        "functionAppContentEditingState": "Unknown",
    }


def host_config(settings: HostSettings) -> Document:
    """Of /admin/host/config: the options in force of the extensions there are."""
    given = section(settings.host_json, "extensions", "http")
    http = {name: given.get(name, value) for name, value in _HTTP_DEFAULTS.items()}
    concurrency = section(settings.host_json, "concurrency")
    return {
        "extensions": {"http": http},
        "concurrency": {
            name: concurrency.get(name, value) for name, value in _CONCURRENCY_DEFAULTS.items()
        },
    }


def restarted(settings: HostSettings, secrets: str) -> Document:
    """Of /admin/host/restart: where things are."""
    return {
        "isSelfHost": True,
        "secretsPath": secrets,
        "scriptPath": str(settings.app),
        "logPath": str(settings.data / "logs"),
        "testDataPath": str(settings.data),
        "hasParentScope": True,
        "isStandbyConfiguration": False,
        "isFileSystemReadOnly": False,
        "isScmRunFromPackage": False,
    }


def processes(workers: Sequence[int]) -> Document:
    """Of /admin/host/processes: the host itself and then its workers, given by process id."""
    named = [(os.getpid(), "functions-host"), *((pid, "python") for pid in workers)]
    return {
        "processes": [
            {
                "processId": pid,
                "processName": name,
                "debugEngine": "",
                "isEligibleForOpenInBrowser": False,
            }
            for pid, name in named
        ]
    }


@dataclass(frozen=True, slots=True)
class FunctionListing:
    """The functions of an app as /admin/functions lists them, with those that do not run."""

    settings: HostSettings
    catalogue: Catalogue

    def all(self) -> list[Document]:
        """Every function, by name; addresses are https, as without a request to go by."""
        found = {info.name: info for info in self.catalogue} | self.catalogue.idle
        base = self.settings.url.replace("http://", "https://", 1)
        return [self._described(found[name], base) for name in sorted(found)]

    def one(self, name: str, base: str) -> Document | None:
        """One function, in any case; `base` is the address the request went to."""
        info = self._find(name)
        return None if info is None else self._described(info, base)

    def status(self, name: str) -> Document | None:
        """What is wrong with a function; None when there is none of that name."""
        info = self._find(name)
        if info is None:
            return None
        kinds = self.catalogue.refused.get(info.name)
        if kinds is None:
            return {}
        return {"errors": [f"The binding type(s) '{', '.join(kinds)}' are not registered."]}

    def _find(self, name: str) -> FunctionInfo | None:
        found = [*self.catalogue, *self.catalogue.idle.values()]
        return next((info for info in found if info.name.lower() == name.lower()), None)

    def _described(self, info: FunctionInfo, base: str) -> Document:
        app = str(self.settings.app)
        return {
            "name": info.name,
            "script_root_path_href": None,
            "script_href": f"{base}/admin/vfs{quote(app)}/{quote(info.script)}",
            "config_href": None,
            "test_data_href": f"{base}/admin/vfs{quote(str(self.settings.data))}/{info.name}.dat",
            "href": f"{base}/admin/functions/{info.name}",
            "invoke_url_template": self._address(info, base),
            "language": "python",
            "config": {
                "name": info.name,
                "entryPoint": info.entry_point,
                "scriptFile": info.script,
                "language": "python",
                "functionDirectory": app,
                "bindings": list(info.bindings),
            },
            "files": None,
            "test_data": "",
            "isDisabled": info.name in self.catalogue.idle
            and info.name not in self.catalogue.refused,
            "isDirect": False,
            "isProxy": False,
        }

    def _address(self, info: FunctionInfo, base: str) -> str | None:
        if trigger_type(info) != "httpTrigger":
            return None
        route = str(info.trigger.get("route") or info.name).strip("/")
        parts = (base, self.settings.route_prefix.strip("/"), route)
        return "/".join(part for part in parts if part)
