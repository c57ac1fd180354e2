"""Nobody finds what is not for them, whatever they ask for and whatever they are called."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from emulator.services.search.json_types import JsonObject
from shared.contracts.search import SearchIntent
from shared.errors import InvalidRequestError
from shared.ports import KnowledgeQuery
from shared.search.audience import audience_filter, one_of
from shared.search.query import SearchProfile, build_options
from tests.fakes.filtering import kept

PROFILE = SearchProfile("cerebro", "cerebro-semantic", ("cerebro",))
MINE, THEIRS = "tenant-mine", "tenant-theirs"
DOCUMENTS: list[JsonObject] = [
    {"tenantId": tenant, "allowedRoles": [role], "kind": kind, "version": "1", "confidence": 0.5}
    for tenant in ("*", MINE, THEIRS)
    for role in ("*", "employee", "manager")
    for kind in ("rule", "faq")
]
FOR_ME = {
    row
    for row, document in enumerate(DOCUMENTS)
    if document["tenantId"] in ("*", MINE) and document["allowedRoles"] in (["*"], ["employee"])
}
FRAGMENTS = st.sampled_from(
    [
        "true", "false", "(", ")", "'", "''", " or ", " and ", " not ", "not(", "or true",
        ") or (true", "') or (tenantId ne '", "tenantId", "tenantId ne 'x'", "tenantId ne null",
        "tenantId eq 'tenant-theirs'", "allowedRoles/any()", "allowedRoles/any(r: r eq 'manager')",
        "allowedRoles/all(r: r ne 'x')", "allowedRoles/any(r: r eq 'x') or true", "kind eq 'rule'",
        "kind eq 'faq'", "'rule' eq kind", "search.in(kind, 'rule,faq')", "search.in(kind, 'x)",
        "search.ismatch('*')", "1 eq 1", "'a' eq 'a'", "confidence gt 0", "--", "/*", "*/", "#",
        ";", "//", "\n", "\t", "\x00", "\u2019", "\uff07", "%27", "%20or%20true", "&$filter=true",
        '"', "\\'", "null", "NaN", "kind eq 'a'') or (true", "kind eq 'a' or true", "item", ":",
        "item eq 'x'", "{", "}", "$filter", ",", "|",
    ]
)  # fmt: skip
HOSTILE = st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), min_size=1, max_size=7).map(
    lambda parts: "".join(parts) or " "
)
NAMES = st.one_of(
    st.sampled_from([MINE, "x' or tenantId ne 'x", "a,*", "*|a", "a;b~c|d,e", "", "'", "employee"]),
    st.text(max_size=8),
)


def asked(text: str) -> str | None:
    """The whole filter for what a caller wrote; None when that is refused."""
    query = KnowledgeQuery(
        text="x", index="cerebro", tenant_id=MINE, roles=("employee",),
        intent=SearchIntent(filter=text),
    )  # fmt: skip
    try:
        return build_options(query, PROFILE).filter
    except InvalidRequestError:
        return None


@settings(max_examples=400, deadline=None)
@given(HOSTILE)
@example("true")
@example("kind eq 'rule' or true")
@example("true) or (true")
@example("kind eq 'a') or (tenantId ne 'a'")
@example("not (tenantId eq '*')")
@example("tenantId ne 'x' or allowedRoles/any()")
@example("kind eq 'a'' or true or kind eq '")
@example("true -- ")
@example("true /*")
def test_no_filter_reaches_beyond_its_callers_audience(text: str) -> None:
    whole = asked(text)
    if whole is not None:
        assert set(kept(DOCUMENTS, whole)) <= FOR_ME


def test_a_filter_only_takes_away() -> None:
    for text, least in (("true", FOR_ME), ("kind eq 'x' or true", FOR_ME), ("false", set())):
        whole = asked(text)
        assert whole is not None
        assert set(kept(DOCUMENTS, whole)) == least
    some = asked("kind eq 'rule'")
    assert some is not None
    assert set(kept(DOCUMENTS, some)) == {row for row in FOR_ME if row % 2 == 0}


@settings(max_examples=60, deadline=None)
@given(tenant=NAMES, roles=st.lists(NAMES, max_size=3), versions=st.lists(NAMES, max_size=2))
def test_whatever_people_and_tenants_are_called_they_find_what_is_theirs(
    tenant: str, roles: list[str], versions: list[str]
) -> None:
    documents: list[JsonObject] = [
        {"tenantId": owner, "allowedRoles": [role], "version": version}
        for owner in {"*", tenant, THEIRS, "*x"}
        for role in {"*", *roles, "manager", "x"}
        for version in {"1", *versions}
    ]
    theirs = [
        row
        for row, document in enumerate(documents)
        if document["tenantId"] in ("*", tenant)
        and document["allowedRoles"] in (["*"], *([role] for role in roles))
        and not (document["tenantId"] == "*" and document["version"] in versions)
    ]
    assert kept(documents, audience_filter(tenant, roles, versions)) == theirs


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4), NAMES)
def test_one_of_several_values_is_one_of_them_exactly(values: list[str], value: str) -> None:
    assert bool(kept([{"kind": value}], one_of("kind", values))) == (value in values)
