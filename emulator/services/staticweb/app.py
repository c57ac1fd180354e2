"""Answers requests for a site as Azure Static Web Apps does, over TLS and in plain http."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from emulator.services.configuration import ConfigurationError, as_object, read_json
from emulator.services.plain_http import serve_plain_http
from emulator.services.serving import ServiceContext

from .rules import Rules
from .site import Content, Site

# What Static Web Apps says of files by itself.
_DEFAULT_CACHING = "public, must-revalidate, max-age=30"
_COMPRESSED = (
    "text/html",
    "text/javascript",
    "text/css",
    "text/plain",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
)
_REDIRECTS = (301, 302, 303, 307, 308)
# Over plain http it means nothing, and over TLS it would forbid this machine's plain http.
_NEVER_SENT = "strict-transport-security"


def create_app(context: ServiceContext) -> web.Application:
    """Config: `httpPort`, `folder`, `documents`, `documentFiles`, `replaceInHeaders`."""
    config = context.config
    folder = config.get("folder")
    if not isinstance(folder, str):
        raise ConfigurationError('"services.staticweb" needs the "folder" of the built site.')
    replacing = as_object(config.get("replaceInHeaders", {}), '"replaceInHeaders"')
    site = Site((context.config_dir / folder).resolve(), _documents(context))
    # What is made of a service that was left out stands for nothing.
    known = {old: str(new) for old, new in replacing.items() if "${" not in str(new)}
    server = _Server(site, known)

    def create(url: str) -> web.Application:
        del url
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.answer)
        return app

    app = create(context.url)
    serve_plain_http(app, create, int(str(config.get("httpPort", 0))))
    return app


def _documents(context: ServiceContext) -> Mapping[str, object]:
    """Those of the config; a file of a person's own, where there is one, wins."""
    made = as_object(context.config.get("documents", {}), '"documents"')
    files = as_object(context.config.get("documentFiles", {}), '"documentFiles"')
    paths = {path: context.config_dir / str(name) for path, name in files.items()}
    own = {path: read_json(file) for path, file in paths.items() if file.exists()}
    return {**made, **own}


@dataclass(frozen=True, slots=True)
class _Server:
    """`replacing`: what the deployed site's configuration names, and what stands for it here."""

    site: Site
    replacing: Mapping[str, str]

    async def answer(self, request: web.Request) -> web.Response:
        if not self.site.is_built:
            said = f"There is nothing in {self.site.folder} yet: build the site, then load again.\n"
            return web.Response(status=503, text=said, headers={"Retry-After": "2"})
        try:
            rules = self.site.rules()
        except ConfigurationError as error:
            return web.Response(status=500, text=f"{error}\n")
        if request.method not in ("GET", "HEAD"):
            return self._with_headers(web.Response(status=405), request, rules)
        return self._with_headers(self._found(request, rules), request, rules)

    def _found(self, request: web.Request, rules: Rules) -> web.Response:
        path = request.path
        route = rules.route(request.method, path)
        if route is not None and route.redirect is not None:
            status = route.status if route.status in _REDIRECTS else 302
            return web.Response(status=status, headers={"Location": route.redirect})
        if route is not None and route.status >= HTTPStatus.BAD_REQUEST:
            return self._failed(route.status, rules)
        wanted = route.rewrite if route is not None and route.rewrite else path
        content = self.site.content(wanted, rules.types)
        if content is None and (fallback := rules.fallback_for(path)) is not None:
            content = self.site.content(fallback, rules.types)
        if content is None:
            return self._failed(404, rules)
        return _answer(request, content, (route.status if route is not None else 0) or 200)

    def _failed(self, status: int, rules: Rules) -> web.Response:
        override = rules.overrides.get(status)
        if override is None:
            return web.Response(status=status, text=f"{HTTPStatus(status).phrase}\n")
        if override.redirect is not None:
            said = override.status if override.status in _REDIRECTS else 302
            return web.Response(status=said, headers={"Location": override.redirect})
        content = self.site.content(override.rewrite or "", rules.types)
        if content is None:
            return web.Response(status=override.status or status)
        headers = {"Content-Type": content.content_type}
        return web.Response(body=content.body, status=override.status or status, headers=headers)

    def _with_headers(
        self, response: web.Response, request: web.Request, rules: Rules
    ) -> web.Response:
        route = rules.route(request.method, request.path)
        told = {**rules.headers, **(route.headers if route is not None else {})}
        for name, value in told.items():
            if name.lower() != _NEVER_SENT:
                response.headers[name] = self._here(value)
        return response

    def _here(self, value: str) -> str:
        for there, here in self.replacing.items():
            value = value.replace(there, here)
        return value


def _answer(request: web.Request, content: Content, status: int) -> web.Response:
    headers = {"ETag": content.tag, "Cache-Control": _DEFAULT_CACHING, "Vary": "Accept-Encoding"}
    if content.tag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = content.content_type
    response = web.Response(body=content.body, status=status, headers=headers)
    if content.content_type.partition(";")[0] in _COMPRESSED:
        # Azure prefers Brotli, which the standard library does not have.
        response.enable_compression()
    return response
