"""The arguments of `./eira cerebro`."""

import argparse
import math
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from shared.contracts.search import IndexName
from shared.search.fields import EVERY_TENANT

_INDEX_NAMES: TypeAdapter[str] = TypeAdapter(IndexName)
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
        action.add_argument(
            "--index", type=_index, metavar="NAME", help="(AzureSearch__DefaultIndex)"
        )
    return parser


def _add_load(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = actions.add_parser(
        "load",
        help="bring the index to what the Markdown, HTML, PDF and Word files of a folder say",
    )
    load.add_argument("folder", type=_folder)
    load.add_argument(
        "--source",
        metavar="NAME",
        help="what citations call it, and what tells its documents from those of other folders"
        " (the folder's name)",
    )
    load.add_argument(
        "--tenant",
        default=EVERY_TENANT,
        metavar="ID",
        help="whose it is, one of Auth__Tenants (everybody's)",
    )
    load.add_argument(
        "--role", action="append", default=[], help="who may read it; repeat it (everybody)"
    )
    load.add_argument("--category", default="document", help="(%(default)s)")
    load.add_argument("--kind", choices=KINDS, default="rule", help="(%(default)s)")
    load.add_argument("--scope", choices=("public", "internal"), default="internal")
    load.add_argument("--url", help="where the files are published, for citations")
    load.add_argument(
        "--yes",
        action="store_true",
        help="really; without it, nothing is written when another folder or tenant had the name,"
        " or most of its documents would be removed",
    )
    load.add_argument("--confidence", type=_share, default=1.0, help="0 to 1 (%(default)s)")


def _folder(text: str) -> Path:
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"a number from 0 to 1, not {text!r}")
    return number


def _index(text: str) -> str:
    try:
        return _INDEX_NAMES.validate_python(text)
    except ValidationError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name of an index: lower-case letters, digits, - and _, 128 at most, "
            "beginning with a letter or a digit"
        ) from None
