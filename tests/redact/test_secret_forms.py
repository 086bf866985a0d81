"""Every way a secret is written down, and what only looks like one; values are split so that no scanner takes them for real."""

from __future__ import annotations

import pytest

from compliance.redact import detectors, secrets

WORD = "Tr0ub4" + "dor9"
LONG = "abcDEF1234567890" + "abcDEF1234567890"

FOUND = [
    ("DB_PASSWORD=changeme", "env"), ("password: changeme", "yaml"), ("DB_PASS=Abc12345", "env"), ("MYSQL_ROOT_PASSWORD: root", "yaml"), ("password: 'password'", "yaml"),
    ("spring.datasource.password=Qwe!2345", "conf"), (f"aliyun.accessKeySecret={LONG}", "conf"), ("AccessKeyId: LTAI" + "5tAbCdEfGhIjKlMnOpQr", "yaml"),
    ("secretId: AKID" + "z8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "yaml"), ("wechat.appSecret = 5f4dcc3b5aa765d61d" + "8327deb882cf99", "conf"), ("jwt.secret=mySuperSecretKey123!", "conf"),
    ("redis://:Abc123456@10.0.0.1:6379/0", "text"), ("mysql://root:Abc123456@db/books", "yaml"), ("jdbc:mysql://h/db?user=root&password=Abc123456", "conf"),
    (f"curl -u admin:{WORD} https://x", "shell"), (f"mysql -uroot -p{WORD} -e x", "shell"), (f"sshpass -p '{WORD}' ssh x", "shell"), (f"export DB_PASSWORD='{WORD}'", "shell"),
    ("-----BEGIN EC " + "PRIVATE KEY-----\nMHc", "text"), ("数据库密码：Abc12345", "text"), ("口令: Qwe12345!", "yaml"), ('"password": "Abc12345"', "json"),
    (f'"AccessKeySecret": "{LONG}"', "json"), ('{"auths":{"r.cn":{"auth":"YWRtaW46VHIwdWI0' + 'ZG9yOQ=="}}}', "json"), (f"db:5432:books:app:{WORD}", "pgpass"),
    (f"machine x login y password {WORD}", "conf"), (f"CREATE USER a IDENTIFIED BY '{WORD}';", "sql"), (f"ALTER USER postgres PASSWORD '{WORD}';", "sql"),
    (f'<property name="password" value="{WORD}"/>', "xml"), (f"<password>{WORD}</password>", "xml"), ("https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32, "yaml"),
    (f'environment {{\n DB_PASSWORD = "{WORD}"\n}}', "code"),
]  # fmt: skip
HARMLESS = [
    ("spring.redis.password=", "conf"), ("password = ${DB_PASSWORD}", "conf"), ("password: <your-password>", "yaml"), ("password: example", "yaml"), ("PASSWORD=xxxxxx", "env"),
    ("token: $CI_JOB_TOKEN", "yaml"), ("password: !vault |", "yaml"), ("password: \"{{ lookup('env','X') }}\"", "yaml"), ("password: ENC(abcdef123456==)", "yaml"),
    ("password_file: /run/secrets/x", "yaml"), ("passwordPolicy: strong12345", "yaml"), ("imagePullSecrets:\n  - name: regcred", "yaml"), ("secretName: books-tls-2024", "yaml"),
    ("https://user:pass@example.com", "markdown"), ("mongodb://user:${PASS}@h", "yaml"), ("echo $PASSWORD", "shell"), ("-----BEGIN PUBLIC KEY-----", "text"), ('password = "密码"', "conf"),
    ("identified by password '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'", "sql"), ("withCredentials([string(credentialsId: 'x', variable: 'TOKEN')])", "code"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_found_and_masked(text: str, kind: str) -> None:
    hits = list(secrets.detect(text, kind))
    assert hits and all(len(h.masked) < 16 for h in hits)


@pytest.mark.parametrize(("text", "kind"), HARMLESS)
def test_harmless(text: str, kind: str) -> None:
    assert not list(secrets.detect(text, kind))


def test_weak_words_are_stand_ins_in_example_files_only() -> None:
    assert list(secrets.detect("DB_PASSWORD=changeme", "env")) and not list(secrets.detect("DB_PASSWORD=changeme", "env", True))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("110101190001010014", ["resident_id"]), ("身份证 11010519491231002Ｘ", ["resident_id"]), ("110101190001010015", []), ("990101190001010014", []), ("110101190013010014", []),
        ("手机: 13912345678", ["mobile"]), ("13912345678", []), ("phone: +86 139-1234-5678", ["mobile"]), ("build 13912345678", []), ("timestamp: 1391234567890", []),
        ("卡号 6228480402564890018", ["bank_card"]), ("sn: 6228480402564890018", []), ('"id": 6228480402564890018', []), ("card_id: 6228480402564890018", ["bank_card"]), ("甲 6228480402564890018", ["bank_card"]), ("bank card 4111111111111111", []), ("订单号 4539578763621486", []), ("card: 4539578763621486", ["bank_card"]),
        ("统一社会信用代码 91110108MA01ABCD2X", []), ("passport E12345678", ["passport"]), ("part E12345678", []),
    ],
)  # fmt: skip
def test_personal_information_needs_structure_checksum_and_context(text: str, kinds: list[str]) -> None:
    assert [h.kind for h in detectors.detect(text)] == kinds
    assert all(text[h.start : h.end] not in h.masked for h in detectors.detect(text))


@pytest.mark.parametrize("text", ["1234567890 " * 100_000, "PASSWORD=" * 50_000, '"' * 500_000, "a" * 2_000_000, "://" * 200_000, "1" * 1_000_000, "secret " * 100_000, "13912345678\n" * 50_000, "kind: Secret\ndata:\nk" * 5_000, "curl " * 50_000, "mysql docker login " * 20_000])
def test_hostile_texts_take_linear_time(text: str) -> None:
    import time

    before = time.process_time()
    for kind in ("env", "yaml", "text", "code", "conf"):
        list(secrets.detect(text, kind))
    list(detectors.detect(text))
    assert time.process_time() - before < 25
