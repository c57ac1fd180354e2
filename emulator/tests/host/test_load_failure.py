"""An app that does not load is explained in one line, with the way there where it is long."""

from pathlib import Path

import pytest

from emulator.host.load_failure import explained
from emulator.host.messages import LoadFailed
from emulator.tests.host.conftest import StartHost

APP = Path("/apps/orders")
IMPORTS = """Traceback (most recent call last):
  File "/v/site-packages/azure_functions_runtime/loader.py", line 166, in index_function_app
    imported_module = importlib.import_module(module_name)
  File "/usr/lib/python3.13/importlib/__init__.py", line 88, in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
           ~~~~~~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1387, in _gcd_import
"""


def test_the_place_in_the_app_is_in_the_line_and_nothing_else_is_said() -> None:
    stack = f"""{IMPORTS}  File "/apps/orders/function_app.py", line 4, in <module>
    import cheese
ModuleNotFoundError: No module named 'cheese'

During handling of the above exception, another exception occurred:

{IMPORTS}  File "/apps/orders/function_app.py", line 4, in <module>
    import cheese
ModuleNotFoundError: No module named 'cheese'. Cannot find module. Current sys.path: /a /b
"""
    message = "ModuleNotFoundError: No module named 'cheese'. Cannot find module. sys.path: /a /b"
    assert explained(LoadFailed(message, stack), APP) == (
        "ModuleNotFoundError: No module named 'cheese' (function_app.py, line 4)"
    )


def test_a_longer_way_is_shown_without_the_machinery_of_imports() -> None:
    stack = f"""{IMPORTS}  File "/apps/orders/function_app.py", line 4, in <module>
    from shop import settings
  File "<frozen importlib._bootstrap>", line 1387, in _gcd_import
  File "/apps/orders/shop/settings.py", line 9, in <module>
    read()
    ~~~~^^
  File "/apps/orders/.venv/lib/python3.13/site-packages/kit.py", line 2, in read
    raise ValueError("no URL")
ValueError: no URL
"""
    assert explained(LoadFailed("ValueError: no URL", stack), APP).splitlines() == [
        "ValueError: no URL (shop/settings.py, line 9)",
        '  File "/apps/orders/function_app.py", line 4, in <module>',
        "    from shop import settings",
        '  File "/apps/orders/shop/settings.py", line 9, in <module>',
        "    read()",
        "    ~~~~^^",
        '  File "/apps/orders/.venv/lib/python3.13/site-packages/kit.py", line 2, in read',
        '    raise ValueError("no URL")',
    ]


def test_a_refusal_of_the_library_itself_comes_without_its_frames() -> None:
    stack = """Traceback (most recent call last):
  File "/v/site-packages/azure/functions/decorators/function_app.py", line 1, in get_functions
    self.validate_function_names(functions=functions)
  File "/v/site-packages/azure/functions/decorators/function_app.py", line 9, in validate
    raise ValueError(
ValueError: not unique
"""
    assert explained(LoadFailed("ValueError: not unique", stack), APP) == "ValueError: not unique"


def test_what_comes_without_a_stack_is_said_as_it_is() -> None:
    assert explained(LoadFailed("there is no function_app.py", ""), APP) == (
        "there is no function_app.py"
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import cheese\n", "No module named 'cheese' (function_app.py, line 1)"),
        ("def x(:\n", "SyntaxError: invalid syntax (function_app.py, line 1)"),
    ],
)
def test_of_a_real_app_the_log_says_it_once(
    start: StartHost, tmp_path: Path, source: str, said: str
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(source, "utf-8")
    host = start(app, "--no-watch")
    assert host.log.count(said) == 1
    assert "Traceback" not in host.log
    assert "sys.path" not in host.log


def test_an_app_of_the_first_programming_model_is_refused_in_one_line(
    start: StartHost, tmp_path: Path
) -> None:
    (tmp_path / "app" / "Hello").mkdir(parents=True)
    (tmp_path / "app" / "Hello" / "function.json").write_text("{}", "utf-8")
    host = start(tmp_path / "app", "--no-watch")
    said = f"there is no function_app.py in {tmp_path / 'app'}; function.json, the v1 model, is"
    assert host.log.count(said) == 1
