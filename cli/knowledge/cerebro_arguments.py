"""The arguments of `./eira cerebro`."""

import argparse
from pathlib import Path

KINDS = ("contract", "rule", "flow", "example", "faq")
EXAMPLES = """\
examples:
  ./eira cerebro status
  ./eira cerebro load handbook/ --role employee --url https://intranet.example/handbook
  ./eira cerebro reindex                     the definition of this version, without a pause
  ./eira cerebro drop --others --yes         what was before the last reindex
"""


def build_parser() -> argparse.ArgumentParser:
    """The action is in `action`, the index in `index` or None for that of the settings."""
    parser = argparse.ArgumentParser(
        prog="./eira cerebro",
        description="An index of Cerebro, on this machine or in Azure as the settings say.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("create", help="create the index, or bring its definition up to date")
    actions.add_parser("status", help="which indexes there are, and how large")
    _add_load(actions)
    actions.add_parser("reindex", help="copy everything into a new index and move the name there")
    drop = actions.add_parser("drop", help="delete the index with everything in it")
    drop.add_argument("--others", action="store_true", help="only those that are not searched")
    drop.add_argument("--yes", action="store_true", help="really; without it, say what would go")
    for action in actions.choices.values():
        action.add_argument("--index", metavar="NAME", help="(AzureSearch__DefaultIndex)")
    return parser


def _add_load(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = actions.add_parser(
        "load",
        help="bring the index to what the Markdown, HTML, PDF and Word files of a folder say",
    )
    load.add_argument("folder", type=_folder)
    load.add_argument("--source", help="what citations call it (the folder's name)")
    load.add_argument("--tenant", default="*", metavar="ID", help="whose it is (everybody's)")
    load.add_argument(
        "--role", action="append", default=[], help="who may read it; repeat it (everybody)"
    )
    load.add_argument("--category", default="document", help="(%(default)s)")
    load.add_argument("--kind", choices=KINDS, default="rule", help="(%(default)s)")
    load.add_argument("--scope", choices=("public", "internal"), default="internal")
    load.add_argument("--url", help="where the files are published, for citations")
    load.add_argument("--confidence", type=_share, default=1.0, help="0 to 1 (%(default)s)")


def _folder(text: str) -> Path:
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("from 0 to 1")
    return number
