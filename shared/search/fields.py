"""The fields of a Cerebro index: what each may be used for, and which hold a language's words."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.search import LANGUAGE_ENDINGS

type EdmType = Literal["Edm.String", "Collection(Edm.String)", "Edm.DateTimeOffset", "Edm.Double"]

VECTOR_FIELD = "contentVector"
EVERY_TENANT = "*"
EVERY_ROLE = "*"
"""An empty collection matches no role, so "everybody" is a role of its own in the index."""


@dataclass(frozen=True, slots=True)
class IndexField:
    """`analyzer` makes a field searchable by words; `selectable` is whether a caller may see it."""

    name: str
    type: EdmType = "Edm.String"
    key: bool = False
    analyzer: str | None = None
    filterable: bool = False
    sortable: bool = False
    facetable: bool = False
    selectable: bool = True


FIELDS = {
    field.name: field
    for field in (
        IndexField("id", key=True, filterable=True),
        IndexField("title", analyzer="es.microsoft"),
        IndexField("content", analyzer="es.microsoft"),
        # The same texts, their words cut as English has them.
        IndexField("titleEn", analyzer="en.microsoft", selectable=False),
        IndexField("contentEn", analyzer="en.microsoft", selectable=False),
        IndexField("url"),
        IndexField("source", filterable=True, facetable=True),
        IndexField("category", filterable=True, facetable=True),
        IndexField("scope", filterable=True),
        IndexField("kind", filterable=True, facetable=True),
        IndexField("version", filterable=True),
        IndexField("tenantId", filterable=True, selectable=False),
        IndexField(
            "allowedRoles", type="Collection(Edm.String)", filterable=True, selectable=False
        ),
        IndexField("updatedAt", type="Edm.DateTimeOffset", filterable=True, sortable=True),
        IndexField("confidence", type="Edm.Double", filterable=True),
        # Only of events: the ERP's records they are about, as `type:id`, and where it was.
        IndexField("entities", type="Collection(Edm.String)", filterable=True, selectable=False),
        IndexField("conversationId", filterable=True, selectable=False),
        # Only of folders' documents: the name they were loaded by, and where the folder is.
        IndexField("collection", filterable=True, selectable=False),
        IndexField("root", filterable=True, selectable=False),
        # Only of what was loaded; whoever else fills the index leaves it out.
        IndexField("contentHash", filterable=True, selectable=False),
    )
}
OF_FOLDERS = frozenset({"collection", "root"})
"""Nothing else has them, and an index that no folder was loaded into since they came lacks them."""
FILTERABLE = {name: field.type for name, field in FIELDS.items() if field.filterable}
SELECTABLE = tuple(name for name, field in FIELDS.items() if field.selectable)
CITED = ("id", "title", "content", "url", "source", "kind", "scope", "version", "confidence")
"""What a citation is made of: selected by every query."""
SCORING_PROFILES = ("titles", "recent")
"""`titles`: a word in the title counts three times; `recent`: what was written in the last year
rises. A query names one, or is scored by the words alone."""


@dataclass(frozen=True, slots=True)
class LanguageFields:
    """Where the words of a language are looked for, and the ending of the name of the semantic
    configuration that reads them."""

    title: str
    content: str
    ending: str = ""

    @property
    def searched(self) -> tuple[str, str]:
        return (self.title, self.content)


LANGUAGES = {
    "es": LanguageFields("title", "content", LANGUAGE_ENDINGS["es"]),
    "en": LanguageFields("titleEn", "contentEn", LANGUAGE_ENDINGS["en"]),
}
MAIN_LANGUAGE = "es"
"""That of `title` and `content` themselves."""
