"""`./eira chat`: one message, or a conversation, streamed in the terminal."""

import argparse
import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterable, Iterator

from .errors import CommandError
from .exchange import Exchange, Lost
from .identity import fetch_token
from .rendering import Screen
from .running import find_running
from .sse import Event
from .words import Language, Words, language_of, words_in


def run(options: argparse.Namespace) -> int:
    """1 when a run ended in an error event, else 0."""
    running = find_running()
    exchange = Exchange(running.app, fetch_token(running, options.user))
    language: Language = options.language or language_of(os.environ)
    words = words_in(language)
    conversation = options.conversation or exchange.create_conversation(options.language)
    if options.message is None:
        return _converse(exchange, conversation, options, words)
    message = options.message if options.message not in (None, "-") else sys.stdin.read()
    status = _say(exchange, conversation, message, options.json, words)
    if not options.json:
        command = f'./eira chat --user {options.user} --conversation {conversation} "…"'
        print(words.go_on.format(command=command), file=sys.stderr)
    return status


def _converse(
    exchange: Exchange, conversation: str, options: argparse.Namespace, words: Words
) -> int:
    if not options.json:
        print(words.greeting.format(user=options.user), file=sys.stderr)
    status = 0
    # A prompt is for people; what is piped in is answered line by line without one.
    for message in _typed_lines(words.prompt if sys.stdin.isatty() else ""):
        try:
            status = _say(exchange, conversation, message, options.json, words)
        except CommandError as error:
            # A refused message (busy, too long) need not end the conversation.
            print(error.message, file=sys.stderr)
            status = error.exit_code
    command = f"./eira chat --user {options.user} --conversation {conversation}"
    print(f"\n{words.farewell.format(command=command)}", file=sys.stderr)
    return status


def _typed_lines(prompt: str) -> Iterator[str]:
    # Importing it gives input() line editing and a history; a Python without it does as well.
    with contextlib.suppress(ImportError):
        importlib.import_module("readline")
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line:
            yield line


def _say(exchange: Exchange, conversation: str, message: str, as_json: bool, words: Words) -> int:
    events = exchange.say(conversation, message)
    return print_json(events) if as_json else _print_for_people(events, words)


def print_json(events: Iterable[Event | Lost]) -> int:
    """Each event as one line of JSON with its number as `id`; gives the exit code."""
    status = 0
    for event in events:
        if isinstance(event, Event):
            line = {"id": event.number, **event.fields}
            print(json.dumps(line, ensure_ascii=False), flush=True)
            status = _status_after(event)
    return status


def _print_for_people(events: Iterable[Event | Lost], words: Words) -> int:
    colours = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    screen = Screen(words, sys.stdout, sys.stderr, colours=colours)
    status = 0
    for event in events:
        screen.show(event)
        if isinstance(event, Event):
            status = _status_after(event)
    return status


def _status_after(event: Event) -> int:
    return 1 if event.type == "error" else 0
