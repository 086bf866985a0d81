"""Why a bundle is refused: one code a rule, so that every attack has an answer of its own."""

from __future__ import annotations

from typing import Final

from compliance.errors import HeguiError
from compliance.model.catalog import Text

REFUSALS: Final[dict[str, Text]] = {
    # container
    "too_large": Text("文件超过允许的大小", "the file is larger than allowed"),
    "too_many_entries": Text("条目数超过上限", "there are more entries than allowed"),
    "truncated": Text("文件不完整", "the file ends too early"),
    "prefix": Text("第一个条目之前有多余字节", "there are bytes before the first entry"),
    "trailing": Text("结尾之后有多余字节", "there are bytes after the end"),
    "comment": Text("带有注释", "it carries a comment"),
    "gap": Text("条目之间有隐藏的字节", "there are hidden bytes between entries"),
    "local_differs": Text("条目的局部头与中央目录不一致", "local header and directory disagree"),
    "shared_header": Text("两个目录项指向同一个条目", "two directory records point at one entry"),
    "hidden_entry": Text("有条目不在中央目录里", "an entry is not in the directory"),
    "missing_entry": Text("中央目录列出的条目不存在", "the directory lists an entry that is not there"),
    "second_directory": Text("有第二个中央目录结尾", "there is a second end of directory"),
    "zip64": Text("使用 ZIP64", "it uses ZIP64"),
    "method": Text("条目被压缩", "an entry is compressed"),
    "encrypted": Text("条目被加密", "an entry is encrypted"),
    "data_descriptor": Text("使用数据描述符", "it uses a data descriptor"),
    "flags": Text("条目带有不允许的标志", "an entry has flags that are not allowed"),
    "extra_field": Text("条目带有扩展字段", "an entry has an extra field"),
    "size_differs": Text("条目的两个长度不一致", "the two sizes of an entry differ"),
    "crc": Text("条目的校验值不符", "the checksum of an entry is wrong"),
    "timestamp": Text("条目的时间不是固定值", "the time of an entry is not the fixed one"),
    "version": Text("条目的版本或属性不是固定值", "version or attributes of an entry are not the fixed ones"),
    "not_canonical": Text("不是规范形式的归档", "it is not the canonical archive"),
    "duplicate_name": Text("同名条目", "two entries have one name"),
    "order": Text("条目没有按名称排序", "the entries are not in order of name"),
    "name_twin": Text("两个名称只差大小写或字形", "two names differ in case or normalisation only"),
    "name": Text("条目名称不允许", "the name of an entry is not allowed"),
    "traversal": Text("条目名称指向归档之外", "the name of an entry leads out of the archive"),
    "absolute": Text("条目名称是绝对路径", "the name of an entry is absolute"),
    "backslash": Text("条目名称含反斜杠", "the name of an entry has a backslash"),
    "nul": Text("条目名称含空字符", "the name of an entry has a NUL"),
    "directory": Text("条目是目录", "an entry is a folder"),
    "device": Text("条目名称是设备名", "the name of an entry is a device"),
    "symlink": Text("条目是链接", "an entry is a link"),
    "nested": Text("归档里还有归档", "there is an archive inside"),
    # bag and manifests
    "bag": Text("不是 BagIt 1.0 包", "it is not a BagIt 1.0 bag"),
    "manifest_syntax": Text("清单的写法不规范", "the manifest is not written canonically"),
    "manifest_missing": Text("清单列出的文件不存在", "the manifest lists a file that is not there"),
    "manifest_extra": Text("有文件不在清单里", "a file is not in the manifest"),
    "digest": Text("文件摘要不符", "the digest of a file is wrong"),
    # statement and signature
    "envelope": Text("签名信封的格式不对", "the envelope is malformed"),
    "payload_type": Text("信封的类型不对", "the payload type is another one"),
    "json": Text("JSON 不规范", "the JSON is not acceptable"),
    "statement": Text("声明的内容不对", "the statement is not acceptable"),
    "subject": Text("声明的对象不是这份归档", "the statement is about something else"),
    "unsigned": Text("没有签名", "there is no signature"),
    "unknown_key": Text("签名的密钥不在信任文件里", "the key is not in the trust file"),
    "signature": Text("签名不成立", "the signature does not hold"),
    "detached": Text("附带签名不成立", "a detached signature does not hold"),
    "weak_key": Text("公钥不合格", "the public key is weak"),
    "trust": Text("信任文件不可用", "the trust file cannot be used"),
    "firm": Text("该密钥不属于声明的机构", "the key is not of the firm that the statement names"),
    # freshness and chain
    "challenge": Text("质询值不符", "the challenge is another one"),
    "replay": Text("期间或序号不是要审的那一份", "period or number are not those asked for"),
    "chain_broken": Text("前一份归档的摘要不符", "the digest of the previous bundle is wrong"),
    "chain_fork": Text("同一序号有两份归档", "two bundles have one sequence number"),
    "chain_gap": Text("序号不连续", "there is a gap in the sequence"),
    "chain_past": Text("期间不在前一份之后", "the period does not follow the previous one"),
    "sm2": Text("SM2 签名不成立", "the SM2 signature does not hold"),
    "sm2_identity": Text("SM2 签名用错了签名者标识", "the SM2 signature was made under another identity"),
    "unchecked": Text("带有信任文件没有提到的签名", "it carries a signature that the trust file says nothing about"),
    "tool": Text("需要的外部命令不可用", "a command that is needed is not usable"),
    "timestamp_data": Text("时间戳针对的是别的数据", "the timestamp is over other data"),
    "timestamp_purpose": Text("时间戳证书的用途不对", "the certificate of the timestamp is not made for that"),
    "timestamp_early": Text("时间戳早于期间结束", "the timestamp lies before the end of the period"),
    "timestamp_token": Text("时间戳不成立", "the timestamp does not hold"),
    # semantics
    "contents": Text("归档内容不可用", "the contents cannot be used"),
    "items": Text("样本项与表格不一致", "items and tables disagree"),
    "root": Text("样本项的根摘要不符", "the root over the items is wrong"),
    "withheld": Text("扣留的样本项与台账或表格不一致", "withheld items do not agree with the ledger or the tables"),
    "rests_on_withheld": Text("有“符合”的结论依赖被扣留的证据", "a pass rests on evidence that was withheld"),
    "salt": Text("样本项的承诺重复", "a commitment is used twice"),
    "personal": Text("含有个人信息", "personal information is inside"),
    "key_inside": Text("密钥在归档里", "a secret key is inside"),
    "exception": Text("豁免没有到期日", "an exception has no expiry"),
    "notes": Text("批注不可用", "the notes cannot be used"),
    "formula": Text("表格里有会被执行的单元格", "a cell would be run by a spreadsheet"),
    "control_characters": Text("含有控制字符或双向字符", "there are control or bidirectional characters"),
}
"""Code -> what it means; a refusal carries the place and the detail."""


class BundleError(HeguiError):
    """A bundle that is refused, or cannot be made; ``code`` is a key of ``REFUSALS``."""

    def __init__(self, code: str, detail: str = "", *, where: str = "", fix: str = "") -> None:
        self.code, self.detail = code, detail
        text = REFUSALS[code]
        super().__init__(f"{text.zh} / {text.en} ({code})", where=where, why=detail, fix=fix)
