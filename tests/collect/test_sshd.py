"""sshd_config as sshd reads it: first value, Match, Include, defaults."""

from __future__ import annotations

from compliance.collect.sshd import SshdCollector
from compliance.model.row import Row
from tests.collect.harness import notes, rows


def values(files: dict[str, str]) -> dict[tuple[str, str], Row]:
    return {(str(r.values["scope"]), str(r.values["setting"])): r for r in rows(SshdCollector(), files, "host_setting")}


def test_the_first_value_wins_match_is_a_scope_and_defaults_are_written() -> None:
    found = values({"etc/ssh/sshd_config": "PermitRootLogin no\nPermitRootLogin yes\nMatch User a\n  PermitRootLogin yes\n"})
    assert found["", "PermitRootLogin"].values["value"] == "no" and found["", "PermitRootLogin"].places["value"].line == 1
    assert found["match:user a", "PermitRootLogin"].values["value"] == "yes"
    assert found["", "PasswordAuthentication"].values["value"] == "yes" and "value" not in found["", "PasswordAuthentication"].places


def test_an_include_is_read_in_its_place_so_it_may_win() -> None:
    found = values({
        "ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n",
        "ssh/sshd_config.d/50-cloud.conf": "PasswordAuthentication yes\n",
    })  # fmt: skip
    row = found["", "PasswordAuthentication"]
    assert row.values["value"] == "yes" and row.places["value"].path == "ssh/sshd_config.d/50-cloud.conf"
    assert row.values["host_id"] == "ssh/sshd_config"


def test_a_match_in_an_include_ends_with_it() -> None:
    found = values({"sshd_config": "Include sshd_config.d/a.conf\nPermitRootLogin no\n", "sshd_config.d/a.conf": "Match User x\nPermitRootLogin yes\n"})
    assert found["", "PermitRootLogin"].values["value"] == "no" and found["match:user x", "PermitRootLogin"].values["value"] == "yes"


def test_match_all_is_global_and_templates_are_unknown() -> None:
    found = values({"sshd_config.j2": "PermitRootLogin {{ root_login }}\nMatch all\nMaxAuthTries 3\n"})
    assert found["", "PermitRootLogin"].nulls["value"].code == "unresolved_variable" and found["", "MaxAuthTries"].values["value"] == "3"


def test_spelling() -> None:
    found = values({"sshd_config": 'permitrootlogin="without-password" # x\nLogLevel ERROR\nLoginGraceTime 2m\n'})
    assert found["", "PermitRootLogin"].values["value"] == "prohibit-password"
    assert found["", "LogLevel"].values["value"] == "error" and found["", "LoginGraceTime"].values["value"] == "120"


def test_circles_and_names_above_the_root_are_notes() -> None:
    files = {"a/sshd_config": "Include sshd_config\nInclude ../../etc/passwd\nInclude gone.conf\n"}
    assert {(n.code, n.line) for n in notes(SshdCollector(), files)} == {("include_cycle", 1), ("include_missing", 2), ("include_missing", 3)}
