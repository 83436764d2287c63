"""A font for Chinese labels: one that is named, one of the system's, one of the extra ``cjk``, or English instead.

1. The file that the environment variable ``RESILIENCE_SIM_FONT`` names; a wrong name is an error, not a fallback.
2. A family of the system's, in the order of :data:`FAMILIES`.
3. The font of the package ``pylopdf-fonts-zh-cn`` (``pip install "resilience-sim[cjk]"``), Noto Sans SC.
4. None: labels are in English, and one warning says so.
"""

from __future__ import annotations

import importlib
import os
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from resilience_sim.errors import DataError, InputsError
from resilience_sim.reports.words import Language

__all__ = ["FAMILIES", "VARIABLE", "Script", "chinese_family", "script"]

VARIABLE = "RESILIENCE_SIM_FONT"
PACKAGE = "pylopdf_fonts_zh_cn"
LATIN = "DejaVu Sans"  # ships with matplotlib
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",  # the name under which some systems list the collection of all CJK faces
)
SAMPLE = "电话接通率"


class Script(NamedTuple):
    """The language that labels can be written in, and the font families that hold its characters, best first."""

    language: Language
    families: tuple[str, ...]


def script(language: str) -> Script:
    """What to write labels in, if `language` is wanted: Chinese becomes English where no font has its characters.

    Raises
    ------
    InputsError
        If the language is neither zh nor en.
    DataError
        If the font named by ``RESILIENCE_SIM_FONT`` is missing or has no Chinese characters.
    """
    if language not in ("zh", "en"):
        raise InputsError(f"language is {language!r}; accepted is 'zh' or 'en'")
    family = chinese_family() if language == "zh" else None
    return Script("en", (LATIN,)) if family is None else Script("zh", (family, LATIN))


def chinese_family() -> str | None:
    """Name of a family with Chinese characters, known to matplotlib from now on; ``None``, and one warning, if none.

    Raises
    ------
    DataError
        If the font named by ``RESILIENCE_SIM_FONT`` is missing or has no Chinese characters.
    """
    named = os.environ.get(VARIABLE)
    return _added(Path(named)) if named else _found()


@cache
def _added(path: Path) -> str:
    try:
        font = FT2Font(str(path))
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"{VARIABLE} is {str(path)!r}, which cannot be read ({error}); accepted is a .ttf, .otf or .ttc file"
        ) from None
    if absent := [character for character in SAMPLE if not font.get_char_index(ord(character))]:
        raise DataError(f"{VARIABLE} is {str(path)!r}, which lacks {absent[0]!r}; accepted is a font with Chinese")
    font_manager.fontManager.addfont(str(path))
    return str(font.family_name)


@cache
def _found() -> str | None:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    for family in FAMILIES:
        if family in installed:
            return family
    try:
        return _added(Path(importlib.import_module(PACKAGE).sans_path()))
    except ImportError:
        warnings.warn(
            "no font with Chinese characters was found, so labels are in English; "
            f'install one, or pip install "resilience-sim[cjk]", or name a font file in {VARIABLE}',
            stacklevel=4,
        )
        return None
