"""Whether this computer has the letters that a task is written in."""

from __future__ import annotations

from projector.typefaces import Typefaces
from tasks.model import Task


def scripts_without_letters(task: Task) -> list[str]:
    """Scripts of a task's words that would not show here, each with what to install."""
    words = "".join(text for step in task.steps for text in step.say.values())
    return [str(missing) for missing in Typefaces().missing(words)]
