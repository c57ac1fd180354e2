"""Every command's name, help and arguments; nothing heavy is imported to show them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

EXAMPLES = """\
examples:
  ./eira up                                  everything on this machine, ready in seconds
  ./eira chat "Hola, ¿cómo va?"              one message, streamed
  ./eira chat --user luis                    a conversation; Ctrl-D ends it
  ./eira packs check                         what is wrong in packs/, by file and line
  ./eira doctor                              what is wrong here, and how to mend it
  ./eira cerebro load handbook/              the Markdown, HTML, PDF and Word files of a folder
  ./eira eval --only dates                   how well the configured model reads dates
  ./eira runs show ID                        what an orchestration did, as a timeline
  ./eira traces RUN                          what a run asked of whom, and how long it took
  ./eira simulate --turns-per-minute 500     what Azure needs for that, and what it costs
  ./eira test -- tests/unit -k triage        checks, then only these tests
"""

DEFAULT_PORT = 7071
HIGHEST_PORT = 65_535
HANDED_OVER = ("audit", "bench", "cerebro", "eval", "simulate")
"""Commands whose arguments another program reads."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command in `command` and its options; those of `HANDED_OVER` are in `handed_over`."""
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command in HANDED_OVER:
        options.handed_over = rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def build_parser() -> argparse.ArgumentParser:
    """The parser of `./eira`; the chosen command's name is in `command`."""
    parser = argparse.ArgumentParser(
        prog="./eira",
        description="EIRA Agents on this machine: no Azure, no Docker needed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_up(commands)
    _add_chat(commands)
    _add_token(commands)
    _add_packs(commands)
    cerebro = "create, fill, look at, make anew or drop an index; --help"
    commands.add_parser("cerebro", help=cerebro, add_help=False)
    commands.add_parser("audit", help="check the audit's chains; --help", add_help=False)
    commands.add_parser("eval", help="ask the model labelled dialogues; --help", add_help=False)
    _add_runs(commands)
    _add_traces(commands)
    _add_doctor(commands)
    _add_smoke(commands)
    _add_hook(commands)
    commands.add_parser("urls", help="print the URLs of what runs, as JSON")
    _add_test(commands)
    commands.add_parser("bench", help="measure; --help shows its arguments", add_help=False)
    simulate = "what a rate of turns asks of Azure, and costs; --help"
    commands.add_parser("simulate", help=simulate, add_help=False)
    commands.add_parser("lock", help="lock the packages of requirements*.in anew")
    return parser


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add_test(commands: _Commands) -> None:
    test = commands.add_parser("test", help="run every check and all tests")
    only = test.add_mutually_exclusive_group()
    only.add_argument("--frontend", action="store_true", help="only what is about the front end")
    only.add_argument(
        "--browser", nargs="*", metavar="FILE", help="only browser tests, all or in these files"
    )
    test.add_argument("pytest_arguments", nargs="*", metavar="PYTEST_ARGUMENT", help="after --")


def _add_up(commands: _Commands) -> None:
    up = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    up.add_argument("--port", type=_port, help=f"of the app ({DEFAULT_PORT})")
    up.add_argument(
        "--free-ports", action="store_true", help="any for everybody, to run beside another"
    )
    up.add_argument("--workers", type=_positive, default=1, metavar="N", help="worker processes")
    up.add_argument("--fresh", action="store_true", help="forget all stored data first")
    up.add_argument(
        "--no-emulator",
        nargs="+",
        action="extend",
        default=[],
        metavar="SERVICE",
        help="use the real resource for these; its settings go into local.settings.json",
    )


def _add_chat(commands: _Commands) -> None:
    chat = commands.add_parser("chat", help="talk to it; without a message, a conversation")
    chat.add_argument("message", nargs="?", help="one message; - reads it from standard input")
    chat.add_argument("--conversation", metavar="ID", help="go on with this conversation")
    chat.add_argument("--json", action="store_true", help="print each event as a line of JSON")
    chat.add_argument("--language", choices=["es", "en"], help="(from LANG unless given)")
    _add_user(chat)


def _add_doctor(commands: _Commands) -> None:
    doctor = commands.add_parser(
        "doctor", help="what is wrong with this machine or a deployment, and how to mend it"
    )
    doctor.add_argument(
        "--azd", nargs="?", const="", metavar="ENVIRONMENT", help="what azd has deployed"
    )
    doctor.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="what az functionapp config appsettings list prints",
    )
    doctor.add_argument("--app", type=_url, metavar="URL", help="where the app answers")
    doctor.add_argument("--seconds", type=_positive, metavar="N", help="that each check may take")
    doctor.add_argument("--json", action="store_true", help="print JSON")


def _add_smoke(commands: _Commands) -> None:
    smoke = commands.add_parser(
        "smoke", help="try an app: health, a conversation, a stream that is cut and resumed"
    )
    smoke.add_argument("--url", type=_url, help="of another app than that of ./eira up")
    smoke.add_argument("--audience", help="of its tokens (Auth__Audience)")
    smoke.add_argument(
        "--azd", nargs="?", const="", metavar="ENVIRONMENT", help="the app that azd has deployed"
    )
    smoke.add_argument("--json", action="store_true", help="print JSON")
    _add_user(smoke)


def _add_hook(commands: _Commands) -> None:
    hook = commands.add_parser("hook", help="what azd runs between its steps (azure.yaml)")
    names = ["prepackage", "postpackage", "postprovision", "postdeploy"]
    hook.add_argument("hook", choices=names)


def _add_token(commands: _Commands) -> None:
    _add_user(commands.add_parser("token", help="print a bearer token of a demo user"))


def _add_packs(commands: _Commands) -> None:
    packs = commands.add_parser("packs", help="check packs, or load their knowledge into Cerebro")
    actions = packs.add_subparsers(dest="packs_command", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="print everything that is wrong, by file and line")
    check.add_argument("folder", nargs="?", default="packs", help="packs, or one (%(default)s)")
    load = actions.add_parser("load", help="bring Cerebro to what the documents say")
    load.add_argument("--index", metavar="NAME", help="(AzureSearch__DefaultIndex)")
    load.add_argument("--version", metavar="V", help="(Packs__Version, or the newest)")


def _add_user(command: argparse.ArgumentParser) -> None:
    command.add_argument("--user", default="ana", help="a demo user (%(default)s)")


def _add_runs(commands: _Commands) -> None:
    runs = commands.add_parser("runs", help="list the app's orchestrations, or look into one")
    _add_host(runs, default=None)
    _add_filter(runs, default="")
    runs.add_argument("--top", type=_positive, default=20, metavar="N", help="%(default)s")
    runs.add_argument("--json", action="store_true", help="print JSON")
    runs.set_defaults(action="list")
    actions = runs.add_subparsers(metavar="ACTION")
    show = actions.add_parser("show", help="one orchestration and its history as a timeline")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    tail = actions.add_parser("tail", help="a line for every change, until Ctrl-C")
    _add_filter(tail, default=argparse.SUPPRESS)
    terminate = actions.add_parser("terminate", help="end an orchestration")
    terminate.add_argument("id", metavar="ID")
    terminate.add_argument("--reason", default="", help="is kept as its output")
    for name, action in (("show", show), ("tail", tail), ("terminate", terminate)):
        _add_host(action, default=argparse.SUPPRESS)
        action.set_defaults(action=name)


def _add_traces(commands: _Commands) -> None:
    traces = commands.add_parser("traces", help="print a run's trace as a tree")
    traces.add_argument("run", metavar="RUN", help="its id: the header x-run-id, or of ./eira runs")
    traces.add_argument("--folder", type=Path, help="with the app's spans (Telemetry__Folder)")
    traces.add_argument(
        "--kql", action="store_true", help="print what to ask Application Insights instead"
    )


# An action's default would hide what was given before the action.
def _add_filter(command: argparse.ArgumentParser, *, default: str) -> None:
    command.add_argument("--status", default=default, help="e.g. failed, or running,pending")
    command.add_argument("--name", default=default, help="part of the orchestrator's name")


def _add_host(command: argparse.ArgumentParser, *, default: str | None) -> None:
    command.add_argument(
        "--host",
        metavar="URL",
        type=_url,
        default=default,
        help="of another host than that of ./eira up",
    )
    command.add_argument(
        "--key",
        type=_key,
        default=default,
        help="the master key, for a host that was started with --keys",
    )


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port beyond 65535
        known = False
    if not known or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"'{text}' is no URL such as http://127.0.0.1:7071")
    return text


def _key(text: str) -> str:
    # A header of HTTP takes nothing else, and the host makes no other keys.
    if not (text.isascii() and text.isprintable()):
        raise argparse.ArgumentTypeError("not a key: it has characters that no key has")
    return text


def _positive(text: str) -> int:
    number = _number(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _port(text: str) -> int:
    number = _number(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is at most {HIGHEST_PORT}")
    return number


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None
