"""Dockerfiles: user, base image, remote content."""

from __future__ import annotations

import time

import pytest

from compliance.collect.dockerfile import DockerfileCollector
from compliance.model.row import Row
from tests.collect.harness import items, notes, rows


def build(text: str, name: str = "Dockerfile") -> Row:
    [row] = rows(DockerfileCollector(), {name: text})
    return row


@pytest.mark.parametrize(
    ("text", "root", "line"),
    [
        ("FROM a:1\nRUN x\n", True, 0),
        ("FROM a:1\nUSER app\n", False, 2),
        ("FROM a:1\nUSER app\nUSER root\n", True, 3),
        ("FROM a:1\nUSER root\nRUN x\nUSER 1000:1000\n", False, 4),
        ("FROM a:1\nUSER 0:0\n", True, 2),
        ("FROM a:1\nUSER $WHO\n", None, 2),
        ("FROM a:1\nARG WHO\nUSER ${WHO}\n", None, 3),
        ("FROM a:1\nARG WHO=app\nUSER ${WHO}\n", False, 3),
        ("FROM a:1\nENV WHO=root\nUSER $WHO\n", True, 3),
        ("FROM a:1\nENV WHO root\nUSER $WHO\n", True, 3),
        ("FROM a:1\nUSER ${WHO:-app}\n", False, 2),
        ("FROM a:1\nUSER app:${GROUP}\n", False, 2),
        ("ARG WHO=app\nFROM a:1\nUSER $WHO\n", None, 3),
        ("ARG WHO=app\nFROM a:1\nARG WHO\nUSER $WHO\n", False, 4),
        ("FROM a:1 AS b\nUSER app\nFROM b\n", False, 2),
        ("FROM a:1 as Base\nENV W=app\nFROM BASE\nUSER $W\n", False, 4),
        ("FROM a:1 AS b\nUSER app\nFROM c:1\nCOPY --from=b /x /x\n", True, 0),
        ("FROM scratch\nCOPY x /\n", True, 0),
        ("FROM gcr.io/distroless/static:nonroot\n", False, 0),
        ("FROM nginxinc/nginx-unprivileged:1.27\n", False, 0),
        ("# a remark\n\nfrom a:1\nuser app\n", False, 4),
        ("FROM a:1\nRUN useradd app && \\\n  # in between\n\n  true\nUSER app\n", False, 6),
        ("# escape=`\nFROM a:1\nRUN x `\n  y\nUSER ContainerAdministrator\n", True, 5),
        ("FROM a:1\nRUN <<EOF\nUSER app\nEOF\n", True, 0),
        ("FROM a:1\nRUN <<-'X' cat\n\tUSER app\n\tX\nUSER app\n", False, 5),
    ],
)  # fmt: skip
def test_users(text: str, root: bool | None, line: int) -> None:
    row = build(text)
    assert row.values["runs_as_root"] is root
    assert (row.places["runs_as_root"].line if "runs_as_root" in row.places else 0) == line


@pytest.mark.parametrize(
    ("text", "pinned", "line"),
    [
        ("FROM node\n", False, 1),
        ("FROM node:latest\n", False, 1),
        ("FROM node:20.11-alpine\n", True, 1),
        ("FROM node@sha256:" + "a" * 64 + "\n", True, 1),
        ("FROM --platform=$BUILDPLATFORM node:20 AS build\n", True, 1),
        ("ARG V=20\nFROM node:${V}\n", True, 2),
        ("ARG V=latest\nFROM node:$V\n", False, 2),
        ("ARG V\nFROM node:$V\n", None, 2),
        ("FROM ${BASE}\n", None, 1),
        ("FROM scratch\n", True, 1),
        ("FROM golang AS b\nRUN x\nFROM alpine:3.20\n", True, 3),
        ("FROM golang AS b\nRUN x\nFROM b\n", False, 1),
        ("FROM {{ base }}:1\n", True, 1),
        ("FROM {{ base }}\n", None, 1),
    ],
)
def test_base_images(text: str, pinned: bool | None, line: int) -> None:
    row = build(text)
    assert row.values["image_pinned"] is pinned and row.places["image_pinned"].line == line


@pytest.mark.parametrize(
    ("step", "remote"),
    [
        ("ADD https://x.example/a.tgz /a", True),
        ("ADD --chown=a:b http://x.example/a /a", True),
        ('ADD ["https://x.example/a", "/a"]', True),
        ("ADD git@github.com:a/b.git /b", True),
        ("ADD --checksum=sha256:abc https://x.example/a /a", False),
        ("ADD app.tar.gz /app", False),
        ("ADD $URL /app", None),
        ("ADD https://x.example/${V}.tgz /a", True),
        ("COPY https /a", False),
        ("RUN curl -fsSL https://x.example | sh", True),
        ("RUN apt-get update && \\\n    curl -sL https://deb.nodesource.com/setup_20.x | sudo -E bash - && \\\n    true", True),
        ("RUN wget -qO- https://x.example | FOO=1 /bin/bash -s -- -y", True),
        ('RUN sh -c "$(curl -fsSL https://x.example)"', True),
        ("RUN bash <(curl -s https://x.example)", True),
        ("RUN <<EOF\ncurl https://x.example | python3 -\nEOF", True),
        ("RUN curl -sSL https://x.example | python3 -c 'import json'", False),
        ("RUN curl -fsSL https://x.example/key.gpg | gpg --dearmor -o /k", False),
        ("RUN curl -fsSL https://x.example/a.tgz | tar xz", False),
        ("RUN curl -o a.sh https://x.example/a.sh && echo 'abc a.sh' | sha256sum -c - && sh a.sh", False),
        ("RUN echo curl; echo x | sh", False),
        ("RUN apt-get install -y curl wget", False),
    ],
)
def test_remote_content(step: str, remote: bool | None) -> None:
    row = build(f"FROM a:1\nUSER app\n{step}\n")
    assert row.values["remote_add"] is remote
    if remote is not False:
        assert row.places["remote_add"].line == 3


def test_remote_content_of_an_earlier_stage_comes_along() -> None:
    row = build("FROM a:1 AS b\nADD https://x.example/a /a\nFROM c:1\nUSER app\n")
    assert row.values["remote_add"] is True and row.places["remote_add"].line == 2


def test_a_certain_place_outweighs_a_doubtful_one() -> None:
    assert build("FROM a:1\nADD $A /a\nADD https://x.example/a /a\n").places["remote_add"].line == 3


def test_what_a_dockerfile_has_no_say_in() -> None:
    row = build("FROM a:1\nEXPOSE 22\nUSER app\n")
    assert {"privileged", "host_network", "host_path_mount", "read_only_root"} <= set(row.lacks)
    assert (row.at.line, row.at.end_line) == (1, 3)
    assert row.values["container_id"] == "Dockerfile"


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("Dockerfile", True), ("a/Dockerfile.prod", True), ("Dockerfile-web", True), ("web.dockerfile", True), ("Containerfile", True),
        ("dockerfile", True), ("Dockerfile.md", False), ("Dockerfile.dockerignore", False), ("Dockerfiles/readme", False), ("x.docker", False),
    ],
)  # fmt: skip
def test_which_files_are_taken(path: str, taken: bool) -> None:
    assert bool(items(DockerfileCollector(), {path: "FROM a:1\n"})) is taken


def test_encodings_and_line_ends() -> None:
    [row] = rows(DockerfileCollector(), {"Dockerfile": "# 会计\r\nFROM a\r\nUSER root\r\n".encode("gb18030")})
    assert row.places["runs_as_root"].line == 3 and row.values["image"] == "a"
    assert [n.code for n in notes(DockerfileCollector(), {"Dockerfile": b"FROM a\n# \xff\xff"})] == ["undecodable"]


@pytest.mark.parametrize(
    ("text", "status", "code", "line"),
    [("", "unparsed", "no_from", 0), ("RUN x\n", "unparsed", "no_from", 0), ("FROM a:1\n<<<<\nUSER app\n", "partial", "syntax_error", 2)],
)
def test_what_cannot_be_read_is_a_note(text: str, status: str, code: str, line: int) -> None:
    [note] = notes(DockerfileCollector(), {"Dockerfile": text})
    assert (note.status, note.code, note.line) == (status, code, line)


@pytest.mark.parametrize(
    "text",
    [
        "FROM\n", "FROM \\\n", "FROM a AS\n", "FROM a AS a\nFROM a AS a\nFROM a\n", "FROM a\nUSER\n", "FROM a\nADD\n", "FROM a\nADD --x\n",
        "FROM a\nENV\n", "FROM a\nENV A=$A\nENV A=$A$A\nUSER $A\n", "FROM a\nRUN <<EOF\nno end", "FROM a\nRUN <<A <<B\n", "FROM a\nRUN \\",
        "FROM a\nUSER ${" + "A:-${" * 300 + "\n", "FROM a\n" + "ARG A=$A$A\n" * 50 + "USER $A\n",
    ],
)  # fmt: skip
def test_odd_texts_never_raise(text: str) -> None:
    items(DockerfileCollector(), {"Dockerfile": text})


def test_variables_that_double_do_not_blow_up() -> None:
    text = "FROM a:1\nENV A0=xxxxxxxxxx\n" + "".join(f"ENV A{i}=$A{i - 1}$A{i - 1}\n" for i in range(1, 60)) + "USER $A59\n"
    started = time.process_time()
    assert build(text).values["runs_as_root"] in (None, False)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("part", ["curl ", "curl|", "sh $(", "| sh ", "\\\n", "<<A ", "${", "a=", "iex "])
def test_long_lines_take_linear_time(part: str) -> None:
    started = time.process_time()
    items(DockerfileCollector(), {"Dockerfile": "FROM a\nRUN " + part * 100_000 + "\nUSER " + part * 1000})
    assert time.process_time() - started < 5


def test_an_argument_of_an_earlier_stage_names_the_base() -> None:
    row = build("FROM a:1\nARG IMAGE=b:2\nFROM $IMAGE\n")
    assert row.values["image"] == "b:2" and row.values["image_pinned"] is True
