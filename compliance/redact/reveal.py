"""Pseudonyms back to what they stand for, in texts that stay at the firm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from compliance.model.assessment import Assessment
from compliance.model.catalog import Text
from compliance.redact.pseudonyms import PREFIXES

_SIGN: Final = re.compile(rf"(?<![0-9A-Za-z])[{''.join(sorted(set(PREFIXES.values())))}]-[a-z2-7]{{16}}(?![0-9A-Za-z])")


def revealed(text: str, meaning: Mapping[str, str]) -> str:
    """The text with every pseudonym that has a meaning here resolved."""
    return _SIGN.sub(lambda m: meaning.get(m[0], m[0]), text)


def for_the_firm(assessment: Assessment, meaning: Mapping[str, str]) -> Assessment:
    """The assessment as the firm's own people read it: messages and places name accounts, people and files.

    Keys stay pseudonyms: fingerprints, exceptions and the next quarter hang on them.
    """
    if not meaning:
        return assessment
    findings = tuple(
        replace(
            f,
            message=Text(revealed(f.message.zh, meaning), revealed(f.message.en, meaning)),
            location=f.location._replace(path=revealed(f.location.path, meaning), cell=revealed(f.location.cell, meaning)),
        )
        for f in assessment.findings
    )
    return replace(assessment, findings=findings)
