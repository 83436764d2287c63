"""What more service would cost, and what less would save: the frontiers of recommendations, in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from resilience_sim.experiments.frontier import Offer
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.reports import words
from resilience_sim.reports.frontier_words import choice_name, group_name, price_text, say, values_text
from resilience_sim.reports.words import Language

__all__ = ["frontier_table"]

CHEAPER, DEARER = 2, 1  # offers shown on each side of the recommended one; the record has all


def frontier_table(found: Sequence[Recommendation], language: Language) -> Group | None:
    """For each recommendation the offers next to the recommended one, with what they cost and bring.

    ``None`` where no recommendation has a choice between costs.
    """
    shown = [one for one in found if len(one.frontier) > 1]
    if not shown:
        return None
    parts: list[Text | Table] = [Text(say("frontier", language), style="bold")]
    for one in shown:
        names = " · ".join(choice_name(choice, language) for choice in one.choices)
        parts += [Text(f"{group_name(one, language)}{words.say('colon', language)}{names}"), _offers(one, language)]
    least, most = (pick(one.offers[0].events for one in shown) for pick in (min, max))
    events = f"{least}" if least == most else f"{least}–{most}"
    parts.append(Text(say("estimated", language).format(events=events), style="italic"))
    return Group(*parts)


def _offers(one: Recommendation, language: Language) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for number in range(4):
        table.add_column(justify="right" if number < 2 else "left", no_wrap=number == 1)
    told = "{cost" in words.cost_name(one.cost_unit, language) or one.cost_unit == "endurance"
    for offer in _near(one):
        chosen = offer.index == one.result.chosen
        table.add_row(
            values_text(one, offer, language),
            _kept(offer, language),
            price_text(one, offer.cost, one.values(offer.index), language) if told else "",
            say("chosen", language) if chosen else "",
            style="bold" if chosen else None,
        )
    return table


def _near(one: Recommendation) -> Sequence[Offer]:
    """The recommended offer and those next to it; without one, those that serve best."""
    offers = one.frontier
    places = [place for place, offer in enumerate(offers) if offer.index == one.result.chosen]
    at = places[0] if places else len(offers) - 1
    return offers[max(0, at - CHEAPER) : at + 1 + DEARER]


def _kept(offer: Offer, language: Language) -> str:
    share, low, high = (
        f"{100 * one:.0f}{'%' if language == 'zh' else ' %'}" for one in (offer.kept, offer.low, offer.high)
    )
    return f"{share}（{low} – {high}）" if language == "zh" else f"{share} ({low} – {high})"
