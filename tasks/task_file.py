"""How a task file becomes a `Task`, and what it asks of a station."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from station_config.remedies import unknown_name
from station_config.station import Station, ZoneKind
from station_config.yaml_file import Mistake, line_of, read_yaml
from tasks.model import Finish, Names, Step, Task
from tasks.task_yaml import AnyOrderYaml, InOrderYaml, StepYaml, TaskYaml

Item = StepYaml | AnyOrderYaml | InOrderYaml

WANTED = {
    Finish.TAKE: ZoneKind.BIN,
    Finish.PLACE: ZoneKind.PLACE,
    Finish.REMOVE: ZoneKind.PLACE,
    Finish.LOOKS: ZoneKind.PLACE,
    Finish.CONFIRM: ZoneKind.BUTTON,
}
"""The kind of zone that a step's key is about. The other keys are about no zone."""


def read_task(path: Path) -> Task:
    """Read a task file. Repeats are written out; pictures become absolute paths.

    Raises:
        YamlFileError: The file cannot be used; the error has every mistake with its line.
    """
    return to_task(_read(path), path.resolve().parent)


def to_task(written: TaskYaml, folder: Path) -> Task:
    """The same task as a plain value. `folder` is where its pictures' paths begin."""
    steps: list[Step] = []
    _write_out_in_order(written.steps, frozenset(), steps, folder)
    turns = Counter(step.step_id for step in steps)
    turn = Counter[str]()
    numbered: list[Step] = []
    for step in steps:
        turn[step.step_id] += 1
        numbered.append(replace(step, turn=turn[step.step_id], turns=turns[step.step_id]))
    return Task(
        task_id=written.task,
        title=dict(written.title),
        steps=tuple(numbered),
        cycle=written.cycle,
    )


def check_against(path: Path, station: Station) -> tuple[Mistake, ...]:
    """Everything the task asks for that this station does not have.

    Raises:
        YamlFileError: The task file itself cannot be used.
    """
    return tuple(_mistakes_against(path, _read(path), station))


def names_of(station: Station) -> Names:
    """The names this station offers to tasks."""
    return Names(
        bins=station.of_kind(ZoneKind.BIN),
        places=station.of_kind(ZoneKind.PLACE),
        buttons=station.of_kind(ZoneKind.BUTTON),
    )


def task_json_schema() -> dict[str, Any]:
    """The JSON Schema of task files, for editors that complete and check while one types."""
    schema = TaskYaml.model_json_schema()
    _close_names(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _close_names(schema: Any) -> None:
    """Where names must fit a pattern, refuse the others: pydantic only describes those that fit."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for inner in schema.values():
            _close_names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _close_names(inner)


def _read(path: Path) -> TaskYaml:
    return read_yaml(path, TaskYaml, context={"folder": path.resolve().parent})


def _write_out_in_order(
    items: list[Item], after: frozenset[int], steps: list[Step], folder: Path
) -> frozenset[int]:
    """Add the items' steps, each after the one before.

    Returns:
        The places that whatever comes next must wait for.
    """
    for item in items:
        for _ in range(item.repeat):
            after = _write_out(item, after, steps, folder)
    return after


def _write_out(
    item: Item, after: frozenset[int], steps: list[Step], folder: Path
) -> frozenset[int]:
    match item:
        case AnyOrderYaml():
            last: frozenset[int] = frozenset()
            for inner in item.any_order:
                last |= _write_out_in_order([inner], after, steps, folder)
            return last
        case InOrderYaml():
            return _write_out_in_order(item.in_order, after, steps, folder)
        case StepYaml():
            steps.append(_step(item, after, folder))
            return frozenset({len(steps) - 1})


def _step(written: StepYaml, after: frozenset[int], folder: Path) -> Step:
    finish = written.finish
    target, zone = "", written.zone
    if finish is Finish.LOOKS:
        # Evidence about looks names the step whose taught pictures fit, not the zone.
        target, zone = written.id, written.looks
    elif finish is not Finish.WAIT:
        target = getattr(written, finish.value)
    return Step(
        step_id=written.id,
        say=dict(written.say),
        finish=finish,
        target=target,
        wait_s=written.wait_s or 0.0,
        usual_s=max(written.usual_s, written.wait_s or 0.0),
        picture=None if written.picture is None else str(folder / written.picture),
        zone=zone,
        after=after,
    )


def _mistakes_against(path: Path, task: TaskYaml, station: Station) -> Iterator[Mistake]:
    for place, step in task.steps_with_places():
        for key, kind in _zones_named(step):
            name = getattr(step, key)
            remedy = _missing(name, kind, station)
            if remedy is not None:
                spoken = f"step {step.id} > {key}"
                line = line_of(path, (*place, key))
                yield Mistake(file=path.name, line=line, place=spoken, remedy=remedy)


def _zones_named(step: StepYaml) -> Iterator[tuple[str, ZoneKind | None]]:
    """The keys of a step that name a zone, and of which kind it must be; None for any."""
    if step.finish in WANTED:
        yield step.finish.value, WANTED[step.finish]
    if step.zone is not None:
        yield "zone", None


def _missing(name: str, kind: ZoneKind | None, station: Station) -> str | None:
    """What to tell the coach when the station has no such zone; None when it has."""
    zone = station.zones.get(name)
    if zone is not None and kind in {None, zone.kind}:
        return None
    known = sorted(station.zones if kind is None else station.of_kind(kind))
    wanted = "zone" if kind is None else kind.value
    if zone is not None:
        listed = ", ".join(known) or "none"
        return (
            f"'{name}' is a {zone.kind} on {station.station_id}, and this needs a {wanted};"
            f" there are: {listed}."
        )
    meant = unknown_name(name, known, otherwise="there are")
    return f"{station.station_id} has no {wanted} '{name}'; {meant}"
