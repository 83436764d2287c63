"""Figures inside a page: SVG of which no name clashes with another figure's, and nothing styles the page around it."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.text import Text

from resilience_sim.reports.look import look

__all__ = ["inline_svg"]

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#")
_PLACES = ("d", "x", "y")  # attributes that only say where something is
_MOVED = re.compile(r"translate\([^)]*\)")
_LONG = re.compile(r"(\.\d\d)\d+")


def inline_svg(figure: Figure, *, prefix: str, title: str) -> Markup:
    """A figure as an ``<svg>`` element for a page.

    Every id, and whatever refers to one, begins with the prefix. Comments, metadata and the style sheet, which in a
    page would apply to all of it, are left out; the element is named for readers who cannot see it.

    Parameters
    ----------
    figure
        Is drawn with its texts as shapes.
    prefix
        Letters, digits and hyphens, another one for each figure of the page.
    title
        What the figure shows.
    """
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a dollar sign in a plan's words is a dollar sign
    drawn = io.BytesIO()
    with look():
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(drawn.getvalue())
    for above in list(root.iter()):
        for element in list(above):
            if element.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                above.remove(element)
    for element in root.iter():
        element.text = element.tail = None  # texts are shapes, so that there are only line breaks
        for name, value in element.attrib.items():
            element.set(name, _own(name, value, prefix))
    _name(root, f"{prefix}-title", title)
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=True))


def _own(name: str, value: str, prefix: str) -> str:
    """An attribute's value with the names of this figure, and with two decimals of a point where it says where."""
    if name == "id":
        return f"{prefix}-{value}"
    if name == f"{{{XLINK}}}href" and value.startswith("#"):
        return f"#{prefix}-{value[1:]}"
    if name in _PLACES:
        return _LONG.sub(r"\1", value)
    if name == "transform":
        return _MOVED.sub(lambda found: _LONG.sub(r"\1", found[0]), value)
    return _REFERENCE.sub(f"url(#{prefix}-", value)


def _name(root: ET.Element, title_id: str, title: str) -> None:
    width = root.attrib.pop("width")
    del root.attrib["height"]
    root.set("style", f"width: {width}")
    root.set("role", "img")
    root.set("aria-labelledby", title_id)
    named = ET.Element(f"{{{SVG}}}title", id=title_id)
    named.text = title
    root.insert(0, named)
