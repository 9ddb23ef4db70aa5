"""How kinds of workers act: each persona is a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

from station.twin.hand_picture import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """How one kind of worker acts on light. Shares are of all chances, 0 to 1.

    Attributes:
        name: As in `twin:name`.
        tone: Skin, or glove.
        peak_mm_s: Speed in the middle of a reach. Adults reach for things at 0.6 to 0.9 m/s.
        reacts_s: From light on a zone to the beginning of the reach.
        grasps_s: Shortest and longest time the fingers are in a bin.
        works_share: Of a step's usual time, how much working at it takes.
        hesitates_share: How often the hand stops on its way.
        hesitates_s: Shortest and longest of such stops.
        wrong_bin_share: How often the hand goes into a neighbouring bin first.
        skips_share: How often a later step is tried first.
        own_order_share: How often another lit step is taken than the first, where any will do.
        breaks_every_s: The bench is left so often, or never when None.
        break_s: How long a break lasts.
        patience_s: Without light for so long, the last deed is done again.
        gives_up_s: Without light for so long, the work goes on without it.
    """

    name: str
    tone: Tone = Tone.MEDIUM
    peak_mm_s: float = 820.0
    reacts_s: float = 0.32
    grasps_s: tuple[float, float] = (0.34, 0.52)
    works_share: float = 0.30
    hesitates_share: float = 0.0
    hesitates_s: tuple[float, float] = (1.5, 4.5)
    wrong_bin_share: float = 0.0
    skips_share: float = 0.0
    own_order_share: float = 0.0
    breaks_every_s: float | None = None
    break_s: float = 14.0
    patience_s: float = 6.0
    gives_up_s: float = 25.0


FLUENT = Persona(name="fluent")
HESITANT = Persona(
    name="hesitant",
    tone=Tone.LIGHT,
    peak_mm_s=620.0,
    reacts_s=0.7,
    grasps_s=(0.45, 0.7),
    works_share=0.5,
    hesitates_share=0.45,
    patience_s=10.0,
)
MIXES_UP_BINS = Persona(
    name="mixes_up_bins", tone=Tone.DARK, peak_mm_s=740.0, reacts_s=0.45, wrong_bin_share=0.4
)
SKIPS_A_STEP = Persona(
    name="skips_a_step", peak_mm_s=760.0, reacts_s=0.4, skips_share=0.4, own_order_share=0.4
)
GLOVES = Persona(name="gloves", tone=Tone.BLUE_GLOVE)
TAKES_A_BREAK = Persona(
    name="takes_a_break",
    tone=Tone.LIGHT,
    peak_mm_s=740.0,
    reacts_s=0.4,
    own_order_share=0.4,
    breaks_every_s=30.0,
)

PERSONAS = {
    persona.name: persona
    for persona in (FLUENT, HESITANT, MIXES_UP_BINS, SKIPS_A_STEP, GLOVES, TAKES_A_BREAK)
}
"""By name, as the command line and `twin:name` have them."""


def persona_named(name: str) -> Persona:
    """The persona of this name.

    Raises:
        ValueError: There is none; the text names those there are.
    """
    if name not in PERSONAS:
        raise ValueError(f"the twin has no worker '{name}'; it has {', '.join(PERSONAS)}")
    return PERSONAS[name]
