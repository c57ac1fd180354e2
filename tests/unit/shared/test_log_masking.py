"""Whatever is logged, by whomever: no personal data, no secret, no line of somebody else's."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import StoreError
from shared.log_masking import mask_logs, masked_text, one_line, without_text

PERSONAL = [
    "ana.lopez+x@ayto.example.org",
    "carmen.ruiz@valdeoro.example",
    "12345678Z",
    "12345678-z",
    "12.345.678-Z",
    "X1234567L",
    "X-1234567-L",
    "ES9121000418450200051332",
    "ES91 2100 0418 4502 0005 1332",
    "es9121000418450200051332",
    "DE89 3704 0044 0532 0130 00",
    "612345678",
    "612 345 678",
    "612 34 56 78",
    "+34 612 345 678",
    "+34612345678",
    "0034 612345678",
    "+1 (212) 555-0199",
    "4111 1111 1111 1111",
    "5500000000000004",
]
SECRETS = {
    "Bearer abcdef0123456789": "abcdef0123456789",
    "eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiIxMSJ9.c2lnbmF0dXJl": "eyJ0aWQiOiIxMSJ9",
    "h_AQIDBAUGBwgJCgsMDQ4P": "AQIDBAUGBwgJCgsMDQ4P",
    "sk-proj-abcdefghijklmnop1234": "abcdefghijklmnop1234",
    "api-key: made-up-key-0001": "made-up-key-0001",
    "?code=abcdef123456&x=1": "abcdef123456",
    "AccountKey=abcdefgh12345678==": "abcdefgh12345678",
    '{"apiKey": "made-up-key-0001"}': "made-up-key-0001",
    "sig=a%2Fbcdefgh": "a%2Fbcdefgh",
}
OURS = [
    "run=01KATZ5D9M0Z5R5J0GQ1W3F7CX correlation=5b1f0c1d8c7a4f0f9a41e6b0c3d2a1f0 started",
    "correlation=ab12cd34ef56ab12cd34ef56ab12cd34",
    "event=evt-000123 type=task.updated told to 3 conversations",
    "tenant=11111111-1111-4111-8111-111111111111 anchor=7 digest=9f86d081884c7d659a2feaa0c55ad",
    "tenant=a1000000-0000-4000-8000-000000000001",
    "Cosmos container runs: CosmosHttpResponseError 503",
    "2026-11-22T10:00:00+00:00 took 123456789 ns",
    "gpt-4o-mini-2024-07-18 answered 429",
    "http://127.0.0.1:54321/mcp",
]


@pytest.mark.parametrize(
    ("text", "value"), [*zip(PERSONAL, PERSONAL, strict=True), *SECRETS.items()]
)
def test_it_is_not_in_what_is_logged(text: str, value: str) -> None:
    told = masked_text(f"it was «{text}», they said")
    assert value not in told
    assert told.startswith("it was «")
    assert told.endswith("they said")


@pytest.mark.parametrize("text", OURS)
def test_what_we_log_ourselves_stays_as_it_is(text: str) -> None:
    assert masked_text(text) == text


@given(text=st.text(max_size=200))
def test_any_text_is_one_line_without_control_characters(text: str) -> None:
    told = one_line(text)
    assert len(told.splitlines()) <= 1
    assert "\x1b" not in told


@given(
    before=st.text("abc :=«», .", max_size=10),
    address=st.sampled_from([each for each in PERSONAL if "@" in each]),
    after=st.text("«», ;:", max_size=5),
)
def test_an_address_is_masked_wherever_it_stands(before: str, address: str, after: str) -> None:
    assert address not in masked_text(before + address + after)


# --- every record of the process ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Log:
    logger: logging.Logger
    written: io.StringIO

    @property
    def text(self) -> str:
        return self.written.getvalue()


@pytest.fixture
def log() -> Iterator[Log]:
    """A library's logger, with a handler of its own, while logs are masked."""
    before = logging.getLogRecordFactory()
    mask_logs()
    mask_logs()
    written = io.StringIO()
    logger = logging.Logger("library")
    logger.addHandler(logging.StreamHandler(written))
    yield Log(logger, written)
    logging.setLogRecordFactory(before)


def test_a_librarys_record_is_masked_in_its_text_and_in_its_arguments(log: Log) -> None:
    log.logger.warning("POST /x?code=abcdef123456 by %s as %r", "ana@x.example", ["12345678Z"])
    assert log.text == "POST /x?code=<secret> by <e-mail> as \"['<nif>']\"\n"


def test_numbers_and_names_of_arguments_keep_their_places(log: Log) -> None:
    log.logger.info("%d of %5.1f", 3, 7.25)
    log.logger.warning("%(who)s: %(count)03d", {"who": "ana@x.example", "count": 7})
    assert log.text == "3 of   7.2\n<e-mail>: 007\n"


@pytest.mark.parametrize(
    "value",
    [
        "x\nERROR run=1 forged",
        "x\r\nERROR forged",
        "\x1b[2J\x1b[31mERROR",
        "x\u2028ERROR",
        "x\x85E",
    ],
)
def test_nobody_writes_a_line_of_the_log(log: Log, value: str) -> None:
    log.logger.warning("event=%s", value)
    assert len(log.text.splitlines()) == 1
    assert log.text.rstrip("\n").isprintable()


NAMED = "Ana López Canaria"


def defect(text: str) -> None:
    try:
        try:
            dict[str, str]()[text]
        except KeyError as error:
            raise ValueError(f"no {text}") from error
    except ValueError as error:
        raise StoreError("Cosmos container runs: 503") from error


def test_of_an_error_the_class_and_the_frames_are_told_and_no_text_that_may_be_anybodys(
    log: Log,
) -> None:
    try:
        defect(NAMED)
    except StoreError:
        log.logger.exception("correlation=%s defect", "c1")
    assert NAMED not in log.text
    for told in ("KeyError", "ValueError", "shared.errors.StoreError: Cosmos container runs: 503"):
        assert told in log.text
    assert "in defect" in log.text


def test_an_error_as_an_argument_is_told_by_its_class(log: Log) -> None:
    log.logger.warning("it failed: %s", ValueError("Ana López Canaria"))
    log.logger.warning("it failed: %s", StoreError("Cosmos container runs: 503"))
    assert log.text == "it failed: ValueError\nit failed: Cosmos container runs: 503\n"


def test_an_error_as_the_message_is_told_by_its_class(log: Log) -> None:
    log.logger.error(ValueError("Ana López Canaria"))
    log.logger.error(StoreError("Cosmos container runs: 503"))
    assert log.text == "ValueError\nCosmos container runs: 503\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("api_key=%s of %s", "api_key=<secret> of x1"),
        ("token: '%s' (%s)", "token: '<secret>' (x1)"),
        ("Authorization: Bearer %s, %s", "Authorization: <secret>, x1"),
        ("code=%s/%s/done", "code=<secret>"),
    ],
)
def test_a_secret_is_known_by_the_name_before_it_though_it_is_an_argument(
    log: Log, text: str, told: str
) -> None:
    log.logger.warning(text, "canary0secret", "x1")
    assert log.text == f"{told}\n"


def test_what_is_named_like_a_secret_and_is_none_stays(log: Log) -> None:
    log.logger.warning("status code: %d, token=%s", 503, "none")
    assert log.text == "status code: 503, token=none\n"


@pytest.mark.parametrize(
    "error",
    [
        KeyError("Ana López"),
        ExceptionGroup("Ana López", [ValueError("Ana López")]),
        UnicodeDecodeError("utf-8", b"Ana", 0, 1, "Ana López"),
        OSError(2, "Ana López"),
        MemoryError("Ana López"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_without_its_text_is_still_known_by_its_class(error: Exception) -> None:
    told = without_text(error)
    assert "Ana" not in f"{told} {told!r}"
    assert type(told).__name__ == type(error).__name__


def test_what_is_said_of_code_is_told() -> None:
    assert str(without_text(TypeError("f() takes no argument"))) == "f() takes no argument"
