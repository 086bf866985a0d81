"""Repositories made to hurt: every bad file is one line of the report, and the run goes on."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

OK = 'resource "alicloud_oss_bucket" "b" {\n  acl = "public-read"\n}\n'
POD = "apiVersion: v1\nkind: Pod\n"


def hegui(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HEGUI_DEBUG": "", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "compliance", "check", str(root), "--no-cache", "--language", "en", "--as-of", "2026-06-30", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300)


def put(root: Path, name: str, data: str | bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def sparse(root: Path, name: str, size: int) -> None:
    with open(root / name, "wb") as file:
        file.truncate(size)


BOMB = POD + "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9))

BAD: list[tuple[str, str | bytes]] = [
    ("undecodable.tf", b'variable "a" {}\n\xff\xfe\xfa\x80\x80'),
    ("undecodable.yaml", POD.encode() + b"\x80\x81\xff\n"),
    ("binary.tf", bytes(range(256)) * 20),
    ("nested.yaml", POD + "spec: " + "[" * 20_000),
    ("nested-flow.yaml", POD + "spec: " + "{a: " * 5_000),
    ("nested-block.yaml", POD + "spec:\n" + "".join(" " * (i + 1) + "a:\n" for i in range(2_000))),
    ("nested.json", '{"apiVersion": "v1", "kind": "Pod", "a": ' + "[" * 100_000),
    ("nested.tf", "locals {\n  a = " + "[" * 20_000 + "\n}\n"),
    ("blocks.tf", "a {\n" * 5_000),
    ("nested.tf.json", '{"locals": ' + "[" * 100_000),
    ("bomb.yaml", BOMB),
    ("self.yaml", POD + "spec: &s {containers: *s}\n"),
    ("self/docker-compose.yml", "services: &s\n  a: *s\n"),
    ("templates/pod.yaml", POD + "metadata:\n  name: {{ .Values.name }}\n{{- if .x }}\nspec:\n  {{- toYaml .Values | nindent 2 }}\n{{- end }}\n"),
    ("no-from/Dockerfile", "RUN " + "\\\n" * 50_000),
    ("circle/nginx.conf", "http {\n  include nginx.conf;\n}\n"),
    ("circle/my.cnf", "[mysqld]\n!include my.cnf\n" * 50),
    ("circle/sshd_config", "Include sshd_config\n" * 50),
]


@pytest.mark.parametrize(("name", "data"), BAD, ids=[n for n, _ in BAD])
def test_one_bad_file_is_one_line_and_the_others_are_read(tmp_path: Path, name: str, data: str | bytes) -> None:
    put(tmp_path, name, data)
    put(tmp_path, "good.tf", OK)
    before = time.perf_counter()
    done = hegui(tmp_path)
    assert time.perf_counter() - before < 30
    assert done.returncode == 1 and "good.tf:2" in done.stdout and "Traceback" not in done.stderr
    flat = re.sub(r"\n(?!not fully read|result|…)", " ", done.stdout)
    assert len([line for line in flat.splitlines() if line.startswith(f"not fully read: {name}")]) == 1


def test_gbk_files_are_read(tmp_path: Path) -> None:
    put(tmp_path, "gbk.tf", ("# 存储桶\n" + OK).encode("gbk"))
    put(tmp_path, "名单.csv", "姓名,身份证号\n甲,110101190001010014\n".encode("gbk"))
    done = hegui(tmp_path)
    assert "gbk.tf:3" in done.stdout and "名单.csv:2" in done.stdout and "not fully read" not in done.stdout


def test_a_sparse_gigabyte_is_not_read(tmp_path: Path) -> None:
    sparse(tmp_path, "big.tf", 1 << 30)
    put(tmp_path, "good.tf", OK)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = hegui(tmp_path)
    assert "not fully read: big.tf" in done.stdout and done.returncode == 1
    assert max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) < 600_000


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(outside, "secret.tf", OK)
    put(root, "good.tf", OK)
    os.symlink(outside, root / "out")
    os.symlink(outside / "secret.tf", root / "secret.tf")
    (root / "a").mkdir()
    os.symlink("..", root / "a" / "up")
    os.symlink("self", root / "self")
    os.symlink("gone.tf", root / "gone-link.tf")
    os.mkfifo(root / "pipe.tf")
    done = hegui(root)
    assert done.returncode == 1 and done.stdout.count("NET-01.storage-not-public") == 1
    for name in ("out", "secret.tf", "pipe.tf"):
        assert f"not fully read: {name} (" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_and_folders_are_lines(tmp_path: Path) -> None:
    put(tmp_path, "good.tf", OK)
    put(tmp_path, "closed.tf", OK)
    put(tmp_path, "closed/a.tf", OK)
    (tmp_path / "closed.tf").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        done = hegui(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert "not fully read: closed.tf" in done.stdout and "not fully read: closed (" in done.stdout


def _nothing(root: Path) -> None:
    (root / "empty").mkdir()


def _pictures(root: Path) -> None:
    put(root, "logo.png", b"\x89PNG\r\n\x1a\n\0\0\0")


@pytest.mark.parametrize("fill", [_nothing, _pictures])
def test_nothing_evaluated_is_inconclusive(tmp_path: Path, fill: Callable[[Path], None]) -> None:
    fill(tmp_path)
    done = hegui(tmp_path)
    assert done.returncode == 3 and "nothing_evaluated" in done.stderr


def test_names_with_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    put(tmp_path, "a\x1b[31m.tf", OK)
    done = hegui(tmp_path)
    assert "\x1b" not in done.stdout and done.returncode == 1


@pytest.mark.slow
def test_a_hundred_thousand_small_files(tmp_path: Path) -> None:
    texts = {"m{}.tf": 'variable "v{}" {{}}\n', "d{}.yaml": "a: {}\n", "s{}.py": "x = {}\n", "n{}.txt": "hello {}\n", "e{}.md": "# {}\n"}
    for folder in range(1000):
        place = tmp_path / f"d{folder:03}"
        place.mkdir()
        for number in range(100):
            name, text = list(texts.items())[number % 5]
            (place / name.format(number)).write_text(text.format(number))
    put(tmp_path, "last/good.tf", OK)
    before = time.perf_counter()
    done = hegui(tmp_path)
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"100,001 files: {seconds:.1f} s, {peak} MB")
    assert done.returncode == 1 and "last/good.tf:2" in done.stdout
    assert seconds < 180 and peak < 1200
