"""Documents cut into chunks: nothing is lost, nothing is too long, names stay."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cli.knowledge.chunking import LONGEST_ANCHOR, MAX_TOKENS, OVERLAP_TOKENS, chunks_of, tokens_in

WORDS = st.lists(
    st.sampled_from("licencia tasa. obra 92,40 ¿plazo? el día; se\n y\n\n añade! x".split(" ")),
    min_size=1,
    max_size=900,
).map(" ".join)
SECTIONS = st.lists(st.tuples(st.sampled_from(["Plazo", "Documentos", "¿?"]), WORDS), max_size=4)


def sentences(topic: str, count: int) -> str:
    return " ".join(
        f"La {topic} número {n} necesita un justificante de pago." for n in range(count)
    )


def test_a_short_document_stays_whole() -> None:
    text = "Intro.\n\n## Plazo\n\nDos meses."
    (chunk,) = chunks_of(text)
    assert (chunk.anchor, chunk.heading, chunk.text) == ("", "", text)


def test_a_long_one_is_cut_at_its_headings() -> None:
    text = f"{sentences('tasa', 20)}\n\n## Plazo\n\n{sentences('obra', 35)}\n\n### Más\n\nFin."
    chunks = chunks_of(text)
    assert [(chunk.anchor, chunk.heading) for chunk in chunks] == [("", ""), ("plazo", "Plazo")]
    assert chunks[1].text.startswith("## Plazo\n")
    assert chunks[1].text.endswith("### Más\n\nFin.")


def test_a_long_section_is_cut_between_sentences_that_overlap() -> None:
    first, *others = chunks_of(f"## Año 2026\n\n{sentences('tasa', 120)}")
    assert [first.anchor, *(each.anchor for each in others)][:3] == [
        "ano-2026", "ano-2026-2", "ano-2026-3",
    ]  # fmt: skip
    for before, after in zip([first, *others], others, strict=False):
        repeated = after.text[: after.text.index(".") + 1]
        assert repeated in before.text
        shared = before.text[before.text.index(repeated) :]
        assert after.text.startswith(shared)
        assert 0 < tokens_in(shared) <= OVERLAP_TOKENS


def test_a_change_in_one_section_leaves_the_others_names() -> None:
    def text(first: int) -> str:
        return f"## Uno\n\n{sentences('a', first)}\n\n## Dos\n\n{sentences('b', 40)}"

    before = {chunk.anchor: chunk.text for chunk in chunks_of(text(25))}
    after = {chunk.anchor: chunk.text for chunk in chunks_of(text(27))}
    assert before["dos"] == after["dos"]
    assert before["uno"] != after["uno"]


def test_a_heading_within_code_is_none() -> None:
    code = f"```\n# no\n```\n\n{sentences('tasa', 30)}"
    assert {chunk.anchor for chunk in chunks_of(f"{code}\n\n{code}")} == {"", "part-2"}


def test_what_has_neither_sentences_nor_blanks_is_cut_all_the_same() -> None:
    chunks = chunks_of("x" * 9_000)
    assert "".join(chunk.text for chunk in chunks).count("x") == 9_000
    assert all(tokens_in(chunk.text) <= MAX_TOKENS for chunk in chunks)


@given(WORDS, SECTIONS)
def test_every_word_is_in_a_chunk_and_no_chunk_is_too_long(
    begin: str, sections: list[tuple[str, str]]
) -> None:
    text = "\n\n".join([begin, *(f"## {title}\n\n{body}" for title, body in sections)])
    chunks = chunks_of(text)
    assert all(tokens_in(chunk.text) <= MAX_TOKENS for chunk in chunks)
    assert len({chunk.anchor for chunk in chunks}) == len(chunks)
    assert all(re.fullmatch(r"[a-z0-9-]*", chunk.anchor) for chunk in chunks)
    left = text.split()
    for chunk in chunks:
        words = chunk.text.split()
        overlap = next(
            skip for skip in range(len(words) + 1) if words[skip:] == left[: len(words) - skip]
        )
        left = left[len(words) - overlap :]
    assert left == []


def test_a_paragraph_that_is_styled_as_a_heading_makes_no_endless_anchor() -> None:
    heading = "Plazo de la licencia " * 60
    text = f"## {heading}\n\n{sentences('a', 60)}\n\n## {heading}b\n\n{sentences('b', 60)}"
    anchors = [chunk.anchor for chunk in chunks_of(text)]
    assert max(map(len, anchors)) <= LONGEST_ANCHOR + len("-10")
    assert len(set(anchors)) == len(anchors) > 2
