"""Writes `scores.json` beside each recorded session of the tests: the gate's measures.

    python benchmarks/session_scores.py tests/sessions/*

Run it when scores have risen, or when somebody has looked at why they fell.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from station.sessions.folder import read_session
from station.sessions.replaying import Depth, retold
from station.sessions.scoring import session_score


def main(folders: list[Path]) -> None:
    """Score each session at both depths."""
    for folder in folders:
        session = read_session(folder)
        written = {}
        for depth in Depth:
            score = session_score([(session, retold(session, depth=depth))])
            following = score.following
            written[str(depth)] = {
                "steps": following.steps,
                "share_right": round(following.share_right, 4),
                "never_finished": following.never_finished,
                "false_advances_per_200": following.false_advances_per_200,
                "order": score.order,
                "wrong_found": score.wrong_found,
            }
        (folder / "scores.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{folder.name}: {json.dumps(written)}\n")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
