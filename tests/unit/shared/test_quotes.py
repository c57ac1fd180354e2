"""What a quote proves: it stands whole in what was said, and says the value."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.packs import FolderPacks
from shared.tools.arguments import Offered, check
from shared.tools.entities import Directory
from shared.tools.plan_schema import Proposed
from shared.tools.sources import Sources, Text
from tests.fakes.world import PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
SUNDAY = date(2026, 11, 22)
WORDS = st.lists(
    st.sampled_from(["ana", "mariana", "Luis", "revisión", "el", "contrato", "año", "P", "12"]),
    min_size=1,
    max_size=6,
)
SEPARATORS = st.sampled_from([" ", "  ", "\n", ", ", " - ", ": "])
ADDRESSES = ["ana@x.es", "mariana@x.es", "eva.ana@x.es", "ana@x.es.org", "ana@x.est", "o-ana@x.es"]


def kept(tool: str, field: str, value: str, quote: str, text: str) -> bool:
    offers = {field: Proposed(value=value, source="user", quote=quote)}
    sources = Sources((Text(text, SUNDAY),), SUNDAY)
    checked = check(Offered(PACK.tools[tool], offers), sources, Directory(), "es")
    return field in checked.call.args


def runs(words: list[str], wanted: list[str]) -> bool:
    """Whether `wanted` are words of `words`, next to one another."""
    size = len(wanted)
    return any(words[start : start + size] == wanted for start in range(len(words) - size + 1))


@given(WORDS, st.integers(0, 60), st.integers(0, 60))
def test_a_piece_of_what_was_said_counts_only_if_it_cuts_no_word(
    words: list[str], first: int, last: int
) -> None:
    text = " ".join(words)
    quote = text[min(first, last) : max(first, last)]
    assume(quote.strip())
    assert kept("createTask", "title", quote, quote, text) is runs(words, quote.split())


@given(WORDS, st.lists(SEPARATORS, min_size=6, max_size=6), st.booleans())
def test_how_words_are_written_and_set_apart_does_not_matter(
    words: list[str], separators: list[str], loud: bool
) -> None:
    pairs = zip(words, separators, strict=False)
    text = "".join(f"{word}{separator}" for word, separator in pairs)
    quote = text.upper().replace("Ó", "O") if loud else text
    assert kept("createTask", "title", " ".join(words), quote, f"({text}) gracias")


@given(WORDS, WORDS)
def test_a_free_text_is_made_of_words_of_its_quote(words: list[str], value: list[str]) -> None:
    text = " ".join(words)
    assert kept("createTask", "title", " ".join(value), text, text) is (set(value) <= set(words))


@given(st.sampled_from(ADDRESSES), st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3))
def test_an_address_is_in_its_quote_whole(address: str, given_ones: list[str]) -> None:
    text = "Da de alta a " + ", ".join(given_ones) + "."
    assert kept("createUser", "email", address, text, text) is (address in given_ones)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=60))
def test_no_text_breaks_the_comparison(value: str, quote: str, text: str) -> None:
    found = kept("createTask", "title", value, quote, text)
    assert not (found and not quote.strip())


def test_a_value_without_words_must_be_in_its_quote() -> None:
    assert kept("createTask", "title", "😀", "una 😀", "pon una 😀")
    assert not kept("createTask", "title", "---", "una tarea", "crea una tarea")
