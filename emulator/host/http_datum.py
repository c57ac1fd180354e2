"""HTTP requests and answers as classic (HTTP v1) functions exchange them inside an invocation."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request; header names are lower case, repeated query keys are joined by a comma.

    For apps that stream (HTTP v2) only `params`, the route parameters, is filled: the request
    itself reaches the worker over HTTP.
    """

    params: Mapping[str, str]
    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One answer; `cookies` are complete values of Set-Cookie headers."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes
