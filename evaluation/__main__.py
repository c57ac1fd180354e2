"""`python -m evaluation`: holds the labelled dialogues with the model that is configured."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from evaluation.labels import KINDS, Dialogue, Kind, LabelError, read_labels
from evaluation.reporting import Findings, as_json, as_text
from evaluation.running import Stand, hold_all
from evaluation.surroundings import ListenedModel
from shared.bootstrap import (
    build_credential,
    build_knowledge,
    build_model,
)
from shared.errors import ConfigurationError
from shared.packs import PACKS, FolderPacks
from shared.policies import build_policy
from shared.settings import Settings, get_settings
from shared.starting import check_settings

EXIT_NO_ANSWER = 1
EXIT_WRONG = 2
CHAT_SETTINGS = ("AzureOpenAI__ChatDeployment", "OpenAI__ChatModel")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 when the dialogues were held, whatever came of them; 1 when a service failed in
    every one of them; 2 when a setting, a pack or a label is wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.model:
            _choose(options.model)
        labels = read_labels()
        check_settings()
        chosen = {kind: labels[kind] for kind in options.only or KINDS if kind in labels}
        findings = asyncio.run(_evaluate(chosen))
    except (ConfigurationError, LabelError) as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG
    print(as_text(findings))
    if options.json:
        text = json.dumps(as_json(findings), ensure_ascii=False, indent=2)
        options.json.write_text(f"{text}\n", "utf-8")
    return EXIT_NO_ANSWER if all(each.failure for each in findings.held) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira eval",
        description="Ask the configured model labelled dialogues, with the app's own steps up to "
        "the plan: no tool is run, and nothing is stored.",
    )
    parser.add_argument("--model", metavar="NAME", help="this deployment or model instead")
    parser.add_argument(
        "--only", nargs="+", choices=KINDS, metavar="KIND", help=f"of {', '.join(KINDS)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything, also as JSON")
    return parser


def _choose(model: str) -> None:
    """Of the two settings the app reads the one for the provider that is configured."""
    for name in [each for each in os.environ if each.lower() in map(str.lower, CHAT_SETTINGS)]:
        del os.environ[name]
    os.environ |= dict.fromkeys(CHAT_SETTINGS, model)


async def _evaluate(chosen: Mapping[Kind, tuple[Dialogue, ...]]) -> Findings:
    settings = get_settings()
    packs = FolderPacks(PACKS, settings.packs.version)
    credential = build_credential()
    model = ListenedModel(build_model(settings, credential))
    knowledge = build_knowledge(settings, credential)
    stand = Stand(model, knowledge, packs, build_policy(settings))
    began = datetime.now(UTC).isoformat(timespec="seconds")
    total = sum(map(len, chosen.values()))
    try:
        held = await hold_all(chosen, stand, lambda done: _tell(done, total))
    finally:
        await model.close()
        await knowledge.close()
        await credential.close()
    return Findings(
        asked=_asked(settings),
        answered=tuple(sorted(model.names)),
        pack=packs.current,
        began=began,
        held=held,
        model_calls=model.calls,
        total_tokens=model.usage.total_tokens,
    )


def _asked(settings: Settings) -> str:
    azure = settings.azure_openai
    return azure.chat_deployment if azure.endpoint else settings.openai.chat_model


def _tell(done: int, total: int) -> None:
    """One line that changes at a terminal; silence elsewhere."""
    if sys.stderr.isatty():
        print(f"{done} of {total} dialogues", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
