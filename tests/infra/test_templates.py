"""The templates hold together: what one hands on, the other takes."""

import re
from itertools import chain

import pytest

from tests.infra.templates import (
    INFRA,
    MAIN,
    Module,
    code,
    declared,
    modules,
    names,
    required,
    text,
    tree,
    verified_interfaces,
)

EACH = pytest.mark.parametrize("name", names())


@EACH
def test_a_template_is_bicep(name: str) -> None:
    assert tree(name)["globals"]["scope"]["value"] in ("subscription", "resourceGroup")


def test_only_the_main_template_is_of_the_subscription() -> None:
    wide = {each for each in names() if "targetScope = 'subscription'" in text(each)}
    assert wide == {MAIN}


@EACH
def test_what_is_declared_is_used(name: str) -> None:
    words = re.findall(r"\w+", code(name))
    unused = {
        symbol
        for symbol in chain(declared(name, "parameters"), declared(name, "variables"))
        if words.count(symbol) < 2
    }
    # What another template imports is used there.
    assert unused - set(re.findall(r"(?m)^@export\(\)\nvar (\w+)", text(name))) == set()


@pytest.mark.parametrize("used", modules(), ids=lambda each: f"{each.file}:{each.symbol}")
def test_a_module_is_given_what_it_takes(used: Module) -> None:
    if used.is_verified:
        interface = verified_interfaces()[used.path]
        takes, needs = set(interface["parameters"]), set(interface["required"])
    else:
        takes, needs = set(declared(used.path, "parameters")), required(used.path)
    assert set(used.params) - takes == set()
    assert needs - set(used.params) == set()


@EACH
def test_an_output_that_is_read_is_there(name: str) -> None:
    given = {
        each.symbol: set(verified_interfaces()[each.path]["outputs"])
        if each.is_verified
        else set(declared(each.path, "outputs"))
        for each in modules()
        if each.file == name
    }
    read = re.findall(r"\b(\w+)!?\.\??outputs\.\??(\w+)", code(name))
    assert {(symbol, output) for symbol, output in read if output not in given[symbol]} == set()


def test_verified_modules_are_named_by_one_exact_version() -> None:
    paths = {each.path for each in modules() if each.is_verified}
    assert {
        each for each in paths if not re.fullmatch(r"avm/res/[\w/-]+:\d+\.\d+\.\d+", each)
    } == set()
    assert len({each.partition(":")[0] for each in paths}) == len(paths)
    assert paths == set(verified_interfaces())


def test_every_template_is_deployed() -> None:
    used = {each.path for each in modules()}
    imported = set(re.findall(r"from '([\w.-]+)'", "".join(text(each) for each in names())))
    roots = {MAIN, "erp-subscription.bicep"}
    assert (
        set(names())
        == used - set(verified_interfaces()) | {f"app/{each}" for each in imported} | roots
    )


def test_what_is_loaded_is_there() -> None:
    for name in names():
        for loaded in re.findall(r"loadJsonContent\('([^']+)'\)", text(name)):
            assert (INFRA / name).parent.joinpath(loaded).is_file()
