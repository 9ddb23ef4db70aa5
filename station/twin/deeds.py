"""How each kind of step is done with two hands, and at which moment it is truly done."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, sin, tau
from random import Random

from station.twin.body import OFF_MM, Body, Ticks, Xy
from station.twin.hand_shape import Pose, Side
from station.twin.loose_parts import LooseParts, inside, middle
from station.twin.part_picture import PRODUCT
from station.twin.personas import Persona
from station.twin.sight import Sight
from station.twin.states import lay_state
from station_config.station import ButtonUse, Station, Zone, ZoneKind
from tasks.model import Finish, Step

Done = Callable[[], None]
"""Called at the moment of truth."""

IN_BIN_MM = 26.0
IN_PLACE_MM = 18.0
TOUCHING_MM = 3.0
LIFTED_MM = 62.0
TRULY_TOUCHED_S = 0.5
"""A finger that rests this long on a button means it."""
_TOUCH_S = (0.8, 2.2)
"""A finger stays this long at least, and until the light has answered, but no longer than this."""
_LETS_GO_S = (0.2, 0.36)
"""How long the fingers are at a place before they let go."""
_MIDDLE = 0.47
"""Left of this share of the bench the left hand is nearer, for people who are right-handed."""


class Deeds:
    """Does steps. Each method goes on for a while: one tick at a time."""

    def __init__(
        self,
        *,
        body: Body,
        station: Station,
        parts: LooseParts,
        sight: Sight,
        persona: Persona,
        rng: Random,
        on_signal: Callable[[str], None],
    ) -> None:
        self._body, self._station, self._parts, self._sight = body, station, parts, sight
        self._persona, self._rng, self._on_signal = persona, rng, on_signal
        bins = [name for name, zone in station.zones.items() if zone.kind is ZoneKind.BIN]
        self._kinds = {name: number for number, name in enumerate(bins)}

    @property
    def hands_full(self) -> bool:
        """Whether a hand holds something."""
        return any(self._body.hand(side).holding for side in Side)

    def act(self, step: Step, following: Step | None, since_s: float, done: Done) -> Ticks:
        """Do one step.

        Args:
            step: What to do.
            following: What comes after it in the task's own order.
            since_s: How long ago the last step was done: glue dries from then on.
            done: Called when it is truly done.
        """
        match step.finish:
            case Finish.TAKE:
                yield from self._take(self._zone(step.target), following, done)
            case Finish.PLACE:
                yield from self._place(self._zone(step.target), done)
            case Finish.REMOVE:
                yield from self._remove(self._zone(step.target), following, done)
            case Finish.CONFIRM:
                yield from self._confirm(self._zone(step.target), done)
            case Finish.WAIT:
                yield from self._sit_out(step.wait_s - since_s, done)
            case Finish.SIGNAL | Finish.ACTIVITY | Finish.LOOKS:
                yield from self._work(self._workplace(step), step.usual_s)
                if step.finish is Finish.SIGNAL:
                    self._on_signal(step.target)
                lay_state(self._parts, step)
                done()
                self._body.rest(Side.LEFT)
                self._body.rest(Side.RIGHT)

    def act_again(self, step: Step) -> Ticks:
        """Make the gesture of a step once more, for light that did not move."""
        if step.finish not in {Finish.TAKE, Finish.PLACE, Finish.REMOVE, Finish.CONFIRM}:
            return
        zone = self._zone(step.target)
        side = self._free_side(zone, None)
        if step.finish is Finish.CONFIRM:
            yield from self._confirm(zone, lambda: None)
            return
        height = IN_BIN_MM if step.finish is Finish.TAKE else IN_PLACE_MM
        yield from self._body.reach(side, middle(zone), height, Pose.GRASP)
        yield from self._body.wait(0.5)
        self._body.rest(side)
        yield from self._body.wait(0.4)

    def answer_yes(self) -> Ticks:
        """Touch the button that goes on; while the station asks, it says yes."""
        for zone in self._station.zones.values():
            if zone.use is ButtonUse.NEXT:
                yield from self._confirm(zone, lambda: None)
                yield from self._body.wait(0.6)
                return

    def reach_wrongly(self, zone: Zone, dwelt: Done) -> Ticks:
        """Go into a bin that is not meant, look up, and come out empty-handed."""
        side = self._free_side(zone, None)
        self._idle(side)
        way_s = self._body.head_for(side, self._near_middle(zone), IN_BIN_MM, Pose.GRASP)
        arrives_s = self._body.now_s + way_s
        while not inside(zone, self._body.hand(side).at_mm):
            yield
        yield from self._body.wait(zone.enter_s)
        dwelt()
        yield from self._body.wait(arrives_s - self._body.now_s)
        self._body.pose(side, Pose.GRASP)
        yield from self._body.wait(self._rng.uniform(0.7, 1.1))
        self._body.pose(side, Pose.OPEN)
        yield from self._body.reach(side, _before(zone), LIFTED_MM, Pose.OPEN)
        yield from self._body.wait(self._rng.uniform(0.2, 0.5))

    def clear(self) -> Ticks:
        """Take away what lies in jig and boxes, for the next run."""
        for name, zone in self._station.zones.items():
            if self._parts.count(name):
                yield from self._remove(zone, None, lambda: None, everything=True)

    def _take(self, zone: Zone, following: Step | None, done: Done) -> Ticks:
        side = self._free_side(zone, following)
        self._idle(side)
        target = self._near_middle(zone)
        yield from self._hesitate(side, target)
        yield from self._body.reach(side, target, IN_BIN_MM, Pose.GRASP)
        self._body.pose(side, Pose.GRASP)
        grasp_s = self._rng.uniform(*self._persona.grasps_s)
        yield from self._body.wait(grasp_s * 0.7)
        held = self._body.hand(side).holding
        self._body.holds(side, (*held, self._kinds.get(zone.zone_id, 0)))
        yield from self._body.wait(grasp_s * 0.3)
        self._body.head_for(side, _before(zone), LIFTED_MM, Pose.GRASP)
        yield from self._until_out(side, zone)
        done()

    def _place(self, zone: Zone, done: Done) -> Ticks:
        spot = self._parts.next_spot(zone.zone_id)
        side = self._full_side(zone)
        self._idle(side)
        yield from self._hesitate(side, spot)
        yield from self._body.reach(side, spot, IN_PLACE_MM, Pose.GRASP)
        yield from self._body.wait(self._rng.uniform(*_LETS_GO_S))
        for each in Side:
            for kind in self._body.hand(each).holding:
                where = self._parts.next_spot(zone.zone_id)
                self._parts.put(zone.zone_id, kind, where, self._rng)
            self._body.holds(each, ())
        self._body.pose(side, Pose.CURLED)
        done()
        yield from self._body.wait(0.05)
        self._body.rest(side)

    def _remove(
        self, zone: Zone, following: Step | None, done: Done, *, everything: bool = False
    ) -> Ticks:
        carries_on = following is not None and following.finish is Finish.PLACE
        side = self._free_side(zone, following if carries_on else None)
        self._idle(side)
        yield from self._hesitate(side, middle(zone))
        yield from self._body.reach(side, middle(zone), IN_PLACE_MM, Pose.GRASP)
        self._body.pose(side, Pose.GRASP)
        yield from self._body.wait(self._rng.uniform(*self._persona.grasps_s))
        lifted = self._parts.lift(zone.zone_id, everything=carries_on or everything)
        holding = (PRODUCT,) if len(lifted) > 1 else tuple(lifted)
        self._body.holds(side, (*self._body.hand(side).holding, *holding))
        self._body.head_for(side, _before(zone), LIFTED_MM, Pose.GRASP)
        yield from self._until_out(side, zone)
        done()
        if not carries_on:
            yield from self._body.reach(side, OFF_MM[side], 50.0, Pose.GRASP)
            self._body.holds(side, ())
            self._body.rest(side)

    def _confirm(self, zone: Zone, done: Done) -> Ticks:
        side = self._free_side(zone, None)
        self._idle(side)
        yield from self._hesitate(side, middle(zone))
        yield from self._body.reach(side, self._near_middle(zone, 5.0), TOUCHING_MM, Pose.POINT)
        yield from self._body.wait(TRULY_TOUCHED_S)
        done()
        touched_s = TRULY_TOUCHED_S
        while touched_s < _TOUCH_S[0] or (
            touched_s < _TOUCH_S[1] and self._sight.lit(zone.zone_id)
        ):
            yield from self._body.wait(0.1)
            touched_s += 0.1
        self._body.rest(side)

    def _work(self, zone: Zone, usual_s: float) -> Ticks:
        """Both hands on the work: one holds, the other turns."""
        body, (x, y) = self._body, middle(zone)
        body.head_for(Side.LEFT, (x - 48.0, y - 6.0), IN_PLACE_MM, Pose.GRASP)
        yield from body.reach(Side.RIGHT, (x + 14.0, y), IN_PLACE_MM, Pose.GRASP)
        until_s = body.now_s + max(1.0, usual_s * self._persona.works_share)
        turn = 0.0
        while body.now_s < until_s:
            turn += 0.21
            at = (x + 14.0 + 9.0 * cos(turn * tau), y + 9.0 * sin(turn * tau))
            yield from body.reach(Side.RIGHT, at, IN_PLACE_MM, Pose.GRASP)

    def _sit_out(self, wait_s: float, done: Done) -> Ticks:
        for side in Side:
            self._body.rest(side)
        yield from self._body.wait(max(0.0, wait_s))
        done()

    def _hesitate(self, side: Side, target: Xy) -> Ticks:
        """Stop on the way, now and then, and hang there."""
        if self._rng.random() >= self._persona.hesitates_share:
            return
        ax, ay = self._body.hand(side).at_mm
        share = self._rng.uniform(0.3, 0.5)
        way = (ax + (target[0] - ax) * share, ay + (target[1] - ay) * share)
        yield from self._body.reach(side, way, LIFTED_MM, Pose.OPEN, pace=0.6)
        until_s = self._body.now_s + self._rng.uniform(*self._persona.hesitates_s)
        while self._body.now_s < until_s:
            drift = (way[0] + self._rng.uniform(-12, 12), way[1] + self._rng.uniform(-9, 9))
            self._body.head_for(side, drift, LIFTED_MM, Pose.OPEN, pace=0.05)
            yield from self._body.wait(0.7)

    def _until_out(self, side: Side, zone: Zone) -> Ticks:
        while inside(zone, self._body.hand(side).at_mm):
            yield

    def _idle(self, busy: Side) -> None:
        """The other hand goes back to the front edge."""
        for side in Side:
            if side is not busy:
                self._body.rest(side)

    def _free_side(self, zone: Zone, following: Step | None) -> Side:
        """The nearer hand, with an eye to where the part goes next; never a full one, if it can."""
        x = middle(zone)[0]
        if following is not None and following.finish is Finish.PLACE:
            x = (x + middle(self._zone(following.target))[0]) / 2
        nearer = Side.LEFT if x < _MIDDLE * self._station.bench_mm[0] else Side.RIGHT
        other = Side.RIGHT if nearer is Side.LEFT else Side.LEFT
        full = bool(self._body.hand(nearer).holding)
        return other if full and not self._body.hand(other).holding else nearer

    def _full_side(self, zone: Zone) -> Side:
        full = [side for side in Side if self._body.hand(side).holding]
        return full[0] if full else self._free_side(zone, None)

    def _near_middle(self, zone: Zone, spread_mm: float = 11.0) -> Xy:
        x, y = middle(zone)
        spread = self._rng.uniform
        return x + spread(-spread_mm, spread_mm), y + spread(-spread_mm, spread_mm)

    def _workplace(self, step: Step) -> Zone:
        """Where a step is worked at: its zone, else the first place of the station."""
        if step.target in self._station.zones or step.zone is not None:
            return self._zone(step.zone or step.target)
        places = [z for z in self._station.zones.values() if z.kind is ZoneKind.PLACE]
        return places[0] if places else next(iter(self._station.zones.values()))

    def _zone(self, name: str) -> Zone:
        return self._station.zones[name]


def _before(zone: Zone) -> Xy:
    """Where a hand hangs before a zone when it has come out."""
    x, _ = middle(zone)
    front = min(y for _, y in zone.polygon_mm)
    return x, front - 78.0
