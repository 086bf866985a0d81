"""What became of the files that were not read whole, one line a file, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from compliance.model.catalog import Text
from compliance.model.row import FileNote

NOTE_TEXT: Final[dict[str, Text]] = {
    "unreadable": Text("无法打开或读取", "cannot be opened or read"),
    "undecodable": Text("既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030"),
    "syntax_error": Text("语法错误", "syntax error"),
    "helm_template": Text("Helm 模板，渲染后才能检查（helm template）", "Helm template: render it first (helm template)"),
    "too_deep": Text("嵌套过深", "nested too deeply"),
    "binary": Text("名为文本，内容却是二进制", "named like text, but binary"),
    "too_large": Text("文件过大", "too large"),
    "total_too_large": Text("总量过大，其余不再读取", "too much in total, the rest is not read"),
    "too_many_files": Text("文件过多，其余不再读取", "too many files, the rest is not read"),
    "too_many_lines": Text("行数过多，其余不再读取", "too many lines, the rest is not read"),
    "too_many_includes": Text("包含的文件过多，其余不再读取", "too many includes, the rest is not read"),
    "too_many_directives": Text("指令过多，其余不再读取", "too many directives, the rest is not read"),
    "alias_limit": Text("YAML 别名展开过大", "YAML aliases expand too far"),
    "alias_circle": Text("YAML 别名引用自身", "a YAML alias of itself"),
    "alias_unknown": Text("YAML 别名没有定义", "a YAML alias that is not defined"),
    "include_missing": Text("包含的文件不在本仓库中", "an included file is not in this repository"),
    "include_cycle": Text("包含了自身", "includes itself"),
    "include_unresolved": Text("包含的文件名不是字面值", "the name of an included file is not literal"),
    "unreadable_line": Text("有一行无法识别", "a line is not understood"),
    "unreadable_services": Text("services 不是映射", "services is not a mapping"),
    "no_from": Text("没有 FROM 指令", "no FROM instruction"),
    "unclosed_block": Text("花括号没有闭合", "a block is not closed"),
    "unexpected_brace": Text("多出一个花括号", "a brace too many"),
    "unexpected_character": Text("有无法识别的字符", "a character that is not understood"),
    "missing_semicolon": Text("缺少分号", "a semicolon is missing"),
    "unterminated_quote": Text("引号没有闭合", "a quote is not closed"),
    "special_file": Text("不是普通文件", "not a regular file"),
    "link_outside_root": Text("链接指向仓库之外，不跟随", "a link out of the root, not followed"),
    "name_twice": Text("与另一个文件名转义后相同", "looks like another name once printable"),
}
"""Code -> what it means; a code that is not here is shown as it is."""

_SHOWN: Final = frozenset({"too_large", "link_outside_root", "special_file", "unreadable"})
_TEXT_NAME: Final = re.compile(r"\.(?:tf|tfvars|hcl|ya?ml|json|conf|cnf|ini|env|csv|sql|toml)\Z|(?:^|/)(?:Dockerfile|sshd_config)[^/]*\Z")
"""Binary under such a name is a surprise; a picture is not."""
_RANK: Final = {"unparsed": 0, "partial": 1, "skipped": 2, "read": 3}


def lost(notes: Iterable[FileNote]) -> list[tuple[FileNote, int]]:
    """The files that were not read whole: the gravest note of each, and how many more it has; by path."""
    files: dict[str, list[FileNote]] = {}
    for note in notes:
        if note.status in ("unparsed", "partial") or note.code in _SHOWN or (note.code == "binary" and _TEXT_NAME.search(note.path)):
            files.setdefault(note.path, []).append(note)
    chosen = ((min(found, key=lambda n: (_RANK[n.status], n.line, n.code)), len({(n.code, n.line) for n in found}) - 1) for found in files.values())
    return sorted(chosen, key=lambda pair: pair[0].path)


def note_text(note: FileNote, language: str) -> str:
    """Why a file was not read whole, as a person reads it."""
    told = NOTE_TEXT.get(note.code)
    if told is None:
        return f"{note.code}: {note.detail}" if note.detail else note.code
    detail = f": {note.detail}" if note.code in ("syntax_error", "too_large", "total_too_large") and note.detail else ""
    return told.get(language) + detail
