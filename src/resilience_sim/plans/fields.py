"""Field types that the register's nouns share."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from resilience_sim import units

__all__ = ["ClauseId", "FactName", "Frozen", "Name", "Number", "Slug", "Text", "UnitName", "Words"]

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=90)]
ClauseId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-\d+[a-z]?$", max_length=20)]


def _plain(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n":
            raise ValueError(f"the control character U+{ord(character):04X} is refused; accepted is plain text")
    return text


Words = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_plain)]


class Frozen(BaseModel):
    """Base of the register's nouns: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False, ge=-1e12, le=1e12)]


def _unit(name: str) -> str:
    units.unit(name)
    return name


UnitName = Annotated[str, BeforeValidator(_unit)]


class Text(Frozen):
    """The same sentence in Chinese and English."""

    zh: Words
    en: Words
