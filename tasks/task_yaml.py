"""What may stand in a task file. The schema only: it checks, `tasks.task_file` hands over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from station_config.remedies import Place
from station_config.station_file import Texts
from station_config.yaml_file import Label, Name, WrittenByHand
from tasks.model import Finish

MOST_STEPS = 2_000
"""Steps of one task, repeats written out. Real packing jobs pass 100 items; more is a slip."""
PICTURE_ENDINGS = frozenset({".png", ".jpg", ".jpeg"})

Checked = TypeVar("Checked", bound=WrittenByHand)

FINISHES = tuple(finish.value for finish in Finish)
LIT_BY_ZONE = (Finish.SIGNAL.value, Finish.ACTIVITY.value, Finish.WAIT.value)
Repeat = Annotated[
    int,
    Field(default=1, ge=1, le=500, title="How many times", description="So many times in a row."),
]


class StepYaml(WrittenByHand):
    """One thing to do. Exactly one key says what finishes it."""

    id: Name = Field(title="Name of the step", description="Unique in this task: take_housing.")
    say: Texts = Field(
        min_length=1,
        title="Instruction",
        description="Few plain words, one action, by language: {nl: Pak het huis., en: …}.",
    )
    take: Name | None = Field(
        default=None, title="Take from", description="Done when picked from this bin."
    )
    place: Name | None = Field(
        default=None, title="Put in", description="Done when something is put in this zone."
    )
    remove: Name | None = Field(
        default=None, title="Take away from", description="Done when taken out of this zone."
    )
    looks: Name | None = Field(
        default=None,
        title="Looks right",
        description="Done when this zone looks as it was taught for this step.",
    )
    confirm: Name | None = Field(
        default=None, title="Confirm", description="Done when this button, a key or pedal says so."
    )
    signal: Name | None = Field(
        default=None, title="Signal", description="Done when this signal comes over MQTT."
    )
    activity: Label | None = Field(
        default=None,
        title="Activity",
        description="Done when another recogniser has seen this begin and end: its own label.",
    )
    wait_s: float | None = Field(
        default=None, gt=0, le=86_400, title="Wait", description="Done after so many seconds."
    )
    usual_s: float = Field(
        default=5.0,
        gt=0,
        le=86_400,
        title="Usual time",
        description="How many seconds it usually takes.",
    )
    picture: str | None = Field(
        default=None,
        min_length=1,
        title="Picture",
        description="A .png or .jpg, relative to this file.",
    )
    zone: Name | None = Field(
        default=None,
        title="Zone to light",
        description="Where the light goes when the step itself names no zone.",
    )
    repeat: Repeat = 1

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [finish], "properties": {finish: {"not": {"type": "null"}}}}
                for finish in FINISHES
            ]
        }
    )

    @field_validator("picture")
    @classmethod
    def _picture_is_there(cls, picture: str | None, told: ValidationInfo) -> str | None:
        if picture is None:
            return None
        if Path(picture).suffix.lower() not in PICTURE_ENDINGS:
            raise ValueError("a picture is a .png or .jpg file.")
        folder = (told.context or {}).get("folder")
        if folder is not None and not (Path(folder) / picture).is_file():
            raise ValueError("there is no such picture; the path is relative to this file.")
        return picture

    @model_validator(mode="wrap")
    @classmethod
    def _one_finish(cls, written: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        return _checked(written, check, tuple(_finish_mistakes(written)))

    @property
    def finish(self) -> Finish:
        """What finishes it."""
        return next(finish for finish in Finish if getattr(self, finish.value) is not None)


class AnyOrderYaml(WrittenByHand):
    """Steps that may come in any order."""

    any_order: list[ItemYaml] = Field(
        min_length=1, title="In any order", description="Steps or in_order blocks."
    )
    repeat: Repeat = 1


class InOrderYaml(WrittenByHand):
    """Steps that keep their order, inside an any_order block or to repeat them together."""

    in_order: list[ItemYaml] = Field(
        min_length=1, title="In this order", description="Steps or any_order blocks."
    )
    repeat: Repeat = 1


def _kind_of_item(written: Any) -> str:
    """Which of the three an item is: its own key says so. The tags are the classes' names."""
    if isinstance(written, Mapping):
        if "any_order" in written:
            return "AnyOrderYaml"
        if "in_order" in written:
            return "InOrderYaml"
        return "StepYaml"
    return type(written).__name__ if isinstance(written, WrittenByHand) else "StepYaml"


ItemYaml = Annotated[
    Annotated[StepYaml, Tag("StepYaml")]
    | Annotated[AnyOrderYaml, Tag("AnyOrderYaml")]
    | Annotated[InOrderYaml, Tag("InOrderYaml")],
    Discriminator(_kind_of_item),
]


class TaskYaml(WrittenByHand):
    """One task file."""

    task: Name = Field(title="Name of the task", description="What stations call it: torch.")
    title: Texts = Field(
        min_length=1, title="Title", description="What people call it: {nl: Zaklamp, en: Torch}."
    )
    cycle: bool = Field(
        default=False, title="Starts again", description="true: begins again when it is done."
    )
    steps: list[ItemYaml] = Field(
        min_length=1, title="Steps", description="Steps and blocks, in the order of the work."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _ids_differ(cls, written: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        return _checked(written, check, tuple(_id_mistakes(written)))

    @model_validator(mode="after")
    def _is_not_endless(self) -> Self:
        total = sum(_length(item) for item in self.steps)
        if total > MOST_STEPS:
            raise ValueError(f"has {total} steps with all repeats; at most {MOST_STEPS} are kept.")
        return self

    def steps_with_places(self) -> Iterator[tuple[Place, StepYaml]]:
        """Each step once, and where it stands in the file, for mistakes that show later."""
        yield from _walk(self.steps, ("steps",))


AnyOrderYaml.model_rebuild()
InOrderYaml.model_rebuild()


def _walk(
    items: list[StepYaml | AnyOrderYaml | InOrderYaml], place: Place
) -> Iterator[tuple[Place, StepYaml]]:
    for number, item in enumerate(items):
        match item:
            case AnyOrderYaml():
                yield from _walk(item.any_order, (*place, number, "any_order"))
            case InOrderYaml():
                yield from _walk(item.in_order, (*place, number, "in_order"))
            case StepYaml():
                yield (*place, number), item


def _length(item: StepYaml | AnyOrderYaml | InOrderYaml) -> int:
    match item:
        case AnyOrderYaml():
            return item.repeat * sum(_length(inner) for inner in item.any_order)
        case InOrderYaml():
            return item.repeat * sum(_length(inner) for inner in item.in_order)
        case StepYaml():
            return item.repeat


def _checked(
    written: Any, check: ModelWrapValidatorHandler[Checked], also: tuple[InitErrorDetails, ...]
) -> Checked:
    """Check as usual, and tell `also` beside whatever else is wrong: all mistakes at once."""
    try:
        model = check(written)
    except ValidationError as error:
        if not also:
            raise
        also = (*map(_again, error.errors(include_url=False)), *also)
    if also:
        raise ValidationError.from_exception_data("task file", list(also))
    return model


def _again(told: Any) -> InitErrorDetails:
    """An error of pydantic's, ready to be raised once more."""
    kind = told["type"]
    if kind in {"one_finish", "id_twice"}:
        kind = PydanticCustomError(kind, told["msg"])
    return InitErrorDetails(
        type=kind, loc=told["loc"], input=told["input"], ctx=told.get("ctx", {})
    )


def _finish_mistakes(written: Any) -> Iterator[InitErrorDetails]:
    if not isinstance(written, Mapping):
        return
    found = [finish for finish in FINISHES if written.get(finish) is not None]
    if not found:
        known = {*StepYaml.model_fields}
        if any(key not in known for key in written):
            return  # A misspelt key is told already, with what was probably meant.
        choice = ", ".join(FINISHES)
        text = f"says nothing that finishes the step; write one of {choice}"
        yield _told("one_finish", (), text)
    elif len(found) > 1:
        both = " and ".join(found)
        text = f"a step is one action, but {both} stand here; keep one, or make two steps of it"
        yield _told("one_finish", (), text)
    lit = [finish for finish in found if finish not in LIT_BY_ZONE]
    if written.get("zone") is not None and lit:
        text = (
            f"the light goes where {lit[0]} says; zone is for steps with {' or '.join(LIT_BY_ZONE)}"
        )
        yield _told("one_finish", ("zone",), text)


def _id_mistakes(written: Any) -> Iterator[InitErrorDetails]:
    steps = written.get("steps") if isinstance(written, Mapping) else None
    seen: set[str] = set()
    for place, name in _written_ids(steps, ("steps",)):
        if name in seen:
            yield _told("id_twice", place, f"another step is called '{name}' too; rename one")
        seen.add(name)


def _written_ids(items: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if not isinstance(items, list):
        return
    for number, item in enumerate(items):
        if isinstance(item, Mapping):
            if isinstance(item.get("id"), str):
                yield (*place, number, "id"), item["id"]
            for block in ("any_order", "in_order"):
                yield from _written_ids(item.get(block), (*place, number, block))


def _told(kind: str, place: Place, text: str) -> InitErrorDetails:
    braces_kept = text.replace("{", "{{").replace("}", "}}")
    return InitErrorDetails(type=PydanticCustomError(kind, braces_kept), loc=place, input=None)
