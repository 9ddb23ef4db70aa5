"""What `docs/tasks.md` says is so."""

import re
from pathlib import Path

from tasks.model import SignKind
from tasks.task_file import read_task, task_json_schema

PAGE = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text(encoding="utf-8")


def test_the_example_is_a_task(tmp_path: Path) -> None:
    for number, example in enumerate(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)):
        path = tmp_path / f"example_{number}.yaml"
        path.write_text(example, encoding="utf-8")
        assert len(read_task(path).steps) == 10


def test_every_key_is_explained() -> None:
    schema = task_json_schema()
    for model in (schema, *schema["$defs"].values()):
        for key in model["properties"]:
            assert f"`{key}" in PAGE, key


def test_every_sign_is_explained() -> None:
    for kind in SignKind:
        assert f"`{kind}:<" in PAGE, kind
