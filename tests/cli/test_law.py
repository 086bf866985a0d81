"""``hegui law`` and the citations of a day."""

from __future__ import annotations

import json

import pytest

from compliance.catalog.cache import load_catalog
from compliance.catalog.laws import ahead, seen_from
from compliance.cli.law import laws
from compliance.errors import UsageError
from compliance.report.common import citations


def test_an_assessment_of_2025q4_cites_the_old_numbering_and_one_of_2026q1_the_new() -> None:
    catalog = load_catalog()
    control = catalog.controls["AUD-02"]
    old, new = (" ".join(citations(control, catalog, "zh", day, limit=20)) for day in ("2025-12-31", "2026-03-31"))
    assert "网络安全法（2016年）第二十一条第（三）项" in old and "第二十三条" not in old
    assert "网络安全法第二十三条第（三）项" in new and "2016" not in new


def test_a_duty_is_not_cited_before_it_was_in_force() -> None:
    catalog = load_catalog()
    audit = catalog.sources["PISMALL-AUDIT"]
    assert not audit.in_force("2026-08-31") and audit.in_force("2026-09-01")
    assert not catalog.sources["CSL-061-p3"].in_force("2025-12-31") and catalog.sources["CSL-061-p3"].in_force("2026-01-01")
    assert catalog.sources["CSL-023-3"].in_force("2025-12-31")


def test_the_version_in_force_changes_overnight() -> None:
    catalog = load_catalog()
    for day, title in (("2025-12-31", "网络安全法(2016年)"), ("2026-01-01", "网络安全法(2025年修正)")):
        [law] = [x for x in seen_from(catalog, day) if x.entry.id == "csl"]
        assert law.version is not None and law.version.title.zh == title


def test_changes_ahead_end_with_the_horizon_and_name_the_controls_touched() -> None:
    catalog = load_catalog()
    assert [c.law for c in ahead(catalog, "2025-12-31", 1)] == ["cbcert", "csl"]
    assert "csl" not in [c.law for c in ahead(catalog, "2026-01-01", 365)]
    assert "pismall" in [c.law for c in ahead(catalog, "2026-08-31", 1)] and ahead(catalog, "2026-09-01", 30) == []
    text = laws("2025-12-31", "csl", 30, "text", "zh")
    assert "30 天内施行的变化" in text and "AUD-02" in text and "AUD-02:min_days" in text
    data = json.loads(laws("2025-12-31", None, 30, "json", "zh"))
    assert [x["law"] for x in data["ahead"]] == ["cbcert", "csl"]
    assert [x["in_force"] for x in data["laws"] if x["id"] == "cbcert"] == [False]


@pytest.mark.parametrize(("day", "name"), [("2026-13-01", None), ("2026-01-01", "nolaw")])
def test_what_is_no_day_or_no_law_is_said(day: str, name: str | None) -> None:
    with pytest.raises(UsageError):
        laws(day, name, 30, "text", "en")
