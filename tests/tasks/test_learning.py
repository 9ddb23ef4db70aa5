"""What a station learns from confirmed runs, and what it expects from then on."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.events import EventType
from tasks.habits import habits_of, phases_for, usual_time_s
from tasks.learned import END, START, Gaps, Heard, Learned, Seen, Spread
from tasks.learned_lines import LearnedFileError, learned_lines, parse_learned
from tasks.learning import ConfirmedRun, Done, learned_from, learned_from_all
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.tracker import advance, begin
from tests.tasks.story import TaskWriter

RATE_HZ = 5

LEGS = """
- {id: pick, say: {en: Pick.}, activity: pick_up}
- {id: spin, say: {en: Spin.}, activity: spin_leg}
- {id: flip, say: {en: Flip.}, activity: flip_table}
"""
TIMES_S = ((1.0, 3.0), (4.0, 14.0), (15.0, 19.0))


def heard(labels: str, from_s: float, until_s: float) -> list[Evidence]:
    """The same labels, so many times a second: `spin_leg=0.8 flip_table=0.1`."""
    shares = [label.split("=") for label in labels.split()]
    return [
        Evidence(
            at_s=round(from_s + number / RATE_HZ, 3),
            sign=Sign(SignKind.ACTIVITY, label),
            p=float(p),
        )
        for number in range(round((until_s - from_s) * RATE_HZ))
        for label, p in shares
    ]


def run_of(task: Task, *, marked: bool = True, confused: bool = False) -> ConfirmedRun:
    """Pick, spin and flip with gaps; a confused recogniser calls all spinning "tighten"."""
    evidence = heard("nothing=0.9", 0.0, 1.0)
    for place, (from_s, until_s) in enumerate(TIMES_S):
        label = task.steps[place].target
        if confused and label == "spin_leg":
            label = "tighten"
        evidence += heard(f"{label}=0.8 nothing=0.1", from_s, until_s)
        evidence += heard("nothing=0.9", until_s, until_s + 1.0)
    return ConfirmedRun(
        task=task,
        done=tuple(
            Done(place=place, at_s=until_s, began_s=from_s if marked else None)
            for place, (from_s, until_s) in enumerate(TIMES_S)
        ),
        evidence=tuple(evidence),
        start_s=0.0,
        until_s=20.0,
    )


def test_durations_and_gaps_are_counted(task_of: TaskWriter) -> None:
    learned = learned_from(run_of(task_of(LEGS)))
    assert learned.took["activity:spin_leg"] == Spread(count=1.0, total_s=10.0, squares_s2=100.0)
    spun = learned.took_between["pick_up", "spin_leg", "flip_table"]
    assert spun == learned.took["activity:spin_leg"]
    assert set(learned.took_between) == {
        (START, "pick_up", "spin_leg"),
        ("pick_up", "spin_leg", "flip_table"),
        ("spin_leg", "flip_table", END),
    }
    assert learned.gaps[START] == Gaps(count=1.0, with_gap=1.0, total_s=1.0)
    assert learned.gaps["flip_table"] == Gaps(count=1.0, with_gap=1.0, total_s=1.0)
    assert learned.gaps_between == {
        ("pick_up", "spin_leg"): Gaps(count=1.0, with_gap=1.0, total_s=1.0),
        ("spin_leg", "flip_table"): Gaps(count=1.0, with_gap=1.0, total_s=1.0),
    }


def test_without_marks_an_activity_began_when_it_was_first_heard(task_of: TaskWriter) -> None:
    marked = learned_from(run_of(task_of(LEGS)))
    told = learned_from(run_of(task_of(LEGS), marked=False))
    assert told.took == marked.took
    assert told.between == marked.between


def test_what_is_heard_is_counted_by_what_goes_on(task_of: TaskWriter) -> None:
    learned = learned_from(run_of(task_of(LEGS), confused=True))
    middle = learned.during["spin_leg", 1]
    assert set(middle.first_s) == {"tighten"}
    assert middle.first_s["tighten"] == pytest.approx(8.8, abs=0.3)
    assert learned.between["spin_leg"].first_s == {"nothing": pytest.approx(1.0)}
    assert learned.during["flip_table", 0].left == {"nothing": 1.0}


def test_two_runs_are_learned_from_as_their_sum(task_of: TaskWriter) -> None:
    once = learned_from(run_of(task_of(LEGS)))
    confused = learned_from(run_of(task_of(LEGS), confused=True))
    together = learned_from_all([run_of(task_of(LEGS)), run_of(task_of(LEGS), confused=True)])
    assert together.runs == 2
    assert together == once + confused
    assert once + confused == confused + once


def told_at(task: Task, run: ConfirmedRun, learned: Learned | None) -> list[tuple[str, float]]:
    belief, _ = begin(task, 0.0, learned=learned)
    told = []
    for at_s in sorted({piece.at_s for piece in run.evidence}):
        moment = [piece for piece in run.evidence if piece.at_s == at_s]
        belief, events = advance(belief, moment, task)
        told += [(e.step or "", e.at_s) for e in events if e.type is EventType.STEP_FINISHED]
    return told


def test_a_recogniser_that_always_says_the_wrong_word_is_understood_once_it_is_known(
    task_of: TaskWriter,
) -> None:
    task = task_of(LEGS)
    run = run_of(task, confused=True)
    learned = learned_from_all([run] * 6)
    told = dict(told_at(task, run, learned))
    assert list(told) == ["pick", "spin", "flip"]
    for step, (_, until_s) in zip(("pick", "spin", "flip"), TIMES_S, strict=True):
        assert until_s - 0.5 <= told[step] <= until_s + 1.0
    assert "spin" not in [step for step, at_s in told_at(task, run, None) if at_s < 15.0]


def test_the_same_activity_may_be_shorter_after_another(task_of: TaskWriter) -> None:
    """A leg is spun in for ten seconds, and after it was tightened for one more."""
    task = task_of("""
- {id: spin, say: {en: Spin.}, activity: spin_leg}
- {id: tighten, say: {en: Tighten.}, activity: tighten_leg}
- {id: again, say: {en: Spin again.}, activity: spin_leg}
""")
    ten_s = Spread(count=40.0, total_s=400.0, squares_s2=4400.0)
    two_s = Spread(count=20.0, total_s=40.0, squares_s2=100.0)
    learned = Learned(
        took={"activity:spin_leg": ten_s},
        took_between={("tighten_leg", "spin_leg", "flip_table"): two_s},
    )
    first_s, _, again_s = habits_of(task, learned).usual_s
    assert (first_s > 9.0, again_s < 3.0) == (True, True)


def test_the_same_activity_may_be_shorter_before_another(task_of: TaskWriter) -> None:
    """Who tightens the leg next spins it in only loosely."""
    task = task_of("""
- {id: align, say: {en: Align.}, activity: align_leg}
- {id: spin, say: {en: Spin.}, activity: spin_leg}
- {id: tighten, say: {en: Tighten.}, activity: tighten_leg}
- {id: align_2, say: {en: Align.}, activity: align_leg}
- {id: spin_2, say: {en: Spin.}, activity: spin_leg}
""")
    all_s = Spread(count=60.0, total_s=480.0, squares_s2=5000.0)
    learned = Learned(
        took={"activity:spin_leg": all_s},
        took_between={
            ("align_leg", "spin_leg", "tighten_leg"): Spread(
                count=20.0, total_s=40.0, squares_s2=100.0
            ),
            ("align_leg", "spin_leg", END): Spread(count=40.0, total_s=440.0, squares_s2=4900.0),
        },
    )
    usual_s = habits_of(task, learned).usual_s
    assert (usual_s[1] < 4.0, usual_s[4] > 9.0) == (True, True)


def test_a_gap_is_expected_by_the_two_activities_it_lies_between(task_of: TaskWriter) -> None:
    task = task_of(LEGS)
    seldom = Gaps(count=40.0, with_gap=4.0, total_s=8.0)
    learned = Learned(gaps_between={("spin_leg", "flip_table"): seldom})
    before, after = habits_of(task), habits_of(task, learned)
    assert after.gap_share[2] < 0.2 < before.gap_share[2]
    assert after.gap_share[:2] == before.gap_share[:2]


@pytest.mark.parametrize(("takes_s", "quick"), [(3.0, True), (9.0, False)])
def test_who_was_quick_so_far_is_expected_to_be_quick(
    task_of: TaskWriter, takes_s: float, *, quick: bool
) -> None:
    """Activities that usually take five seconds."""
    task = task_of("""
- {id: pick, say: {en: Pick.}, activity: pick_up}
- {id: spin, say: {en: Spin.}, activity: spin_leg}
- {id: flip, say: {en: Flip.}, activity: flip_table}
""")
    labels = ("pick_up", "spin_leg", "flip_table")
    five_s = Spread(count=40.0, total_s=200.0, squares_s2=1080.0)
    learned = Learned(
        took={f"activity:{label}": five_s for label in labels},
        during={(label, 1): Heard(share_s={label: 60.0}) for label in labels},
    )
    belief, _ = begin(task, 0.0, learned=learned)
    evidence = [
        piece
        for number, label in enumerate(labels[:2])
        for piece in heard(f"{label}=0.9", number * takes_s, (number + 1) * takes_s)
    ]
    for piece in [*evidence, *heard("flip_table=0.9", 2 * takes_s, 2 * takes_s + 0.6)]:
        belief, _ = advance(belief, [piece], task)
    best = belief.guesses[0]
    assert best.doing == 2
    count = len(best.phases) // 3
    assert (sum(best.phases[:count]) > sum(best.phases[2 * count :])) is quick


def test_what_was_learned_outweighs_what_the_coach_wrote_more_and_more() -> None:
    assert usual_time_s(None, 5.0) == 5.0
    few = usual_time_s(Spread(count=1.0, total_s=15.0, squares_s2=225.0), 5.0)
    many = usual_time_s(Spread(count=50.0, total_s=750.0, squares_s2=11250.0), 5.0)
    assert 5.0 < few < many < 15.0
    assert many > 14.0


def test_regular_activities_have_more_phases() -> None:
    regular = Spread(count=40.0, total_s=400.0, squares_s2=4040.0)
    irregular = Spread(count=40.0, total_s=400.0, squares_s2=12000.0)
    assert phases_for(irregular) < phases_for(None) < phases_for(regular)


def test_signs_that_are_often_missed_are_relied_on_less(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: take, say: {en: Take.}, take: bin_a}
- {id: place, say: {en: Put.}, place: jig}
""")
    seen = (
        Evidence(at_s=2.0, sign=Sign(SignKind.PICKED, "bin_a"), p=0.9),
        Evidence(at_s=9.0, sign=Sign(SignKind.PICKED, "bin_a"), p=0.9),
    )
    done = (Done(place=0, at_s=2.0), Done(place=1, at_s=5.0))
    run = ConfirmedRun(task=task, done=done, evidence=seen, start_s=0.0, until_s=10.0)
    learned = learned_from_all([run] * 30)
    assert learned.signs[SignKind.PICKED] == Seen(steps=30.0, seen=30.0, signs=60.0, stray=30.0)
    assert learned.signs[SignKind.PLACED] == Seen(steps=30.0)
    before, after = habits_of(task), habits_of(task, learned)
    for kind in (SignKind.PICKED, SignKind.PLACED):
        assert 0.0 < after.reliability[kind].missed < 1.0
    assert after.reliability[SignKind.PLACED].missed > before.reliability[SignKind.PLACED].missed
    assert after.reliability[SignKind.PICKED].stray > before.reliability[SignKind.PICKED].stray
    assert after.usual_s[0] < before.usual_s[0]


def test_what_was_learned_survives_being_written(task_of: TaskWriter, tmp_path: Path) -> None:
    learned = learned_from_all([run_of(task_of(LEGS)), run_of(task_of(LEGS), confused=True)])
    path = tmp_path / "learned.jsonl"
    path.write_text("\n".join(learned_lines(learned)) + "\n", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert parse_learned(lines) == learned
    assert parse_learned([*lines, *lines]) == learned + learned
    assert parse_learned([]) == Learned()


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"counted": "wishes"}',
        '{"counted": "took", "of": "x", "count": -1}',
        '{"counted": "took", "of": "x", "often": 1}',
        '{"counted": "during", "of": "x", "part": 7}',
        '{"counted": "signs", "of": "smelled"}',
        '{"counted": "runs", "count": "many"}',
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: str) -> None:
    with pytest.raises(LearnedFileError, match="line 2 "):
        parse_learned(['{"counted": "runs", "count": 1}', line])


COUNTS = st.dictionaries(st.sampled_from(["spin", "flip", "NA"]), st.integers(0, 50).map(float))
HEARD = st.builds(Heard, first_s=COUNTS, left=COUNTS, came=COUNTS, share_s=COUNTS)
LEARNED = st.builds(
    Learned,
    runs=st.integers(0, 5),
    during=st.dictionaries(
        st.tuples(st.sampled_from(["spin_leg", "flip_table"]), st.integers(0, 2)), HEARD
    ),
    between=st.dictionaries(st.sampled_from(["", "spin_leg"]), HEARD),
)


@given(LEARNED)
@settings(max_examples=40, deadline=None)
def test_whatever_was_learned_the_voices_are_probabilities(learned: Learned) -> None:
    steps = habits_of(_two_legs(), learned)
    for voice in steps.voices:
        assert sum(word.comes for word in voice.words.values()) <= 1.0 + 1e-6
        for word in (*voice.words.values(), voice.unknown):
            assert word.leaves_hz > 0.0
            assert 0.0 < word.comes <= 1.0
    assert parse_learned(learned_lines(learned)) == learned


@given(LEARNED, st.permutations(["spin_leg=0.5", "flip_table=0.3", "NA=0.1"]))
@settings(max_examples=30, deadline=None)
def test_labels_of_one_moment_may_come_in_any_order(learned: Learned, labels: list[str]) -> None:
    task = _two_legs()
    sorted_belief, _ = begin(task, 0.0, learned=learned)
    belief = sorted_belief
    for number in range(8):
        at_s = number / RATE_HZ
        for one, order in ((True, sorted(labels)), (False, labels)):
            moment = [
                Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, name), p=float(p))
                for name, _, p in (label.partition("=") for label in order)
            ]
            if one:
                sorted_belief, _ = advance(sorted_belief, moment, task)
            else:
                belief, _ = advance(belief, moment, task)
    assert [g.done for g in belief.guesses] == [g.done for g in sorted_belief.guesses]
    for guess, other in zip(belief.guesses, sorted_belief.guesses, strict=True):
        assert guess.weight == pytest.approx(other.weight)
    assert sum(guess.weight for guess in belief.guesses) == pytest.approx(1.0)
    assert all(not g.phases or sum(g.phases) == pytest.approx(1.0) for g in belief.guesses)
    assert len(belief.guesses) <= 18


def _two_legs() -> Task:
    spin = Step(step_id="spin", say={}, finish=Finish.ACTIVITY, target="spin_leg")
    flip = Step(
        step_id="flip", say={}, finish=Finish.ACTIVITY, target="flip_table", after=frozenset({0})
    )
    return Task(task_id="legs", title={}, steps=(spin, flip))
