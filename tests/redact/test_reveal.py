"""What the firm's own people read names accounts and files; what is kept and sealed does not."""

from __future__ import annotations

from dataclasses import replace

from compliance.model.catalog import Text
from compliance.model.location import Location
from compliance.redact.pseudonyms import Pseudonyms
from compliance.redact.reveal import for_the_firm, revealed
from tests.bundle.sealed import run

KEY = Pseudonyms(bytes(range(32)))


def test_only_whole_pseudonyms_that_mean_something_are_resolved() -> None:
    sign, other = KEY.of("account", "root@prod"), KEY.of("name", "李四")
    meaning = {sign: "root@prod"}
    assert revealed(f"账号 {sign} 由 {other} 使用", meaning) == f"账号 root@prod 由 {other} 使用"
    assert revealed(f"x{sign}", meaning) == f"x{sign}" and revealed(f"{sign}9", meaning) == f"{sign}9"


def test_messages_and_places_are_resolved_and_fingerprints_stay() -> None:
    sign = KEY.of("name", "张三")
    sealed = run().assessment
    finding = replace(sealed.findings[0], message=Text(f"{sign} 未签", f"{sign} has not signed"), location=Location(f"登记/{sign}.xlsx", 3, 3, f"{sign}!A3"))
    shown = for_the_firm(replace(sealed, findings=(finding,)), {sign: "张三"}).findings[0]
    assert shown.message == Text("张三 未签", "张三 has not signed") and str(shown.location) == "登记/张三.xlsx › 张三!A3"
    assert shown.fingerprint == finding.fingerprint and shown.key == finding.key
    assert for_the_firm(sealed, {}) is sealed
