# mypy: ignore-errors
"""Check an evidence bundle with nothing but Python's own library:

    python3 hegui_verify.py BUNDLE.evb.zip PUBLIC-KEY-HEX [CHALLENGE]

The container is walked from byte 0 and rebuilt, manifests are compared as sets and byte by byte, the statement must be the
canonical one about this very bag, and the signature must be by the key you give (RFC 8032 in plain Python: slow and simple).
It extracts nothing and trusts nothing inside, this copy of itself included: take it from somewhere else.
Exit codes: 0 verified, 1 refused, 2 unusable arguments, 3 whole but no key was given.
"""

import base64
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib

LOCAL, CENTRAL, END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
FLAGS, VERSION, MADE_BY, DATE, MODE = 0x0800, 20, (3 << 8) | 20, 0x0021, 0o100644 << 16
NAME = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff][0-9A-Za-z_.\u4e00-\u9fff-]*(?:/[0-9A-Za-z_\u4e00-\u9fff][0-9A-Za-z_.\u4e00-\u9fff-]*)*")
DEVICE = re.compile(r"(?i)(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.[^/]*)?(?:/|$)")
SIGNATURES = {"statement.dsse.json", "tagmanifest.ed25519.sig", "tagmanifest.sshsig", "tagmanifest.sm2.sig", "timestamp.tsr"}
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def fail(reason):
    print("refused: " + reason)
    raise SystemExit(1)


def recover(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def holds(public, message, signature):
    a, r, s = decode(public), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L or same(multiply(8, a), (0, 1, 1, 0)):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    gy = 4 * pow(5, P - 2, P) % P
    gx = recover(gy, 0)
    return same(multiply(s, (gx, gy, 1, gx * gy % P)), add(r, multiply(h, a)))


def container(data):
    """Name -> bytes of a canonical archive."""
    files, records, position, before, twins = {}, b"", 0, b"", set()
    while data[position : position + 4] == b"PK\x03\x04":
        if len(data) < position + LOCAL.size:
            fail("the archive ends too early")
        _, version, flags, method, time, date, crc, packed, size, length, extra = LOCAL.unpack_from(data, position)
        if (version, flags, method, time, date, packed, extra) != (VERSION, FLAGS, 0, 0, DATE, size, 0):
            fail(f"an entry is not in the canonical form at byte {position}")
        raw = data[position + LOCAL.size : position + LOCAL.size + length]
        start = position + LOCAL.size + length
        body = data[start : start + size]
        if len(raw) != length or len(body) != size:
            fail("the archive ends too early")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            fail("the name of an entry is not UTF-8")
        twin = unicodedata.normalize("NFKC", name).casefold()
        if not NAME.fullmatch(name) or DEVICE.search(name) or unicodedata.normalize("NFC", name) != name or twin in twins or raw <= before:
            fail("the name of an entry is unsafe, twice there, or out of order: " + ascii(name)[:80])
        if zlib.crc32(body) != crc:
            fail("the checksum of " + name)
        files[name] = body
        twins.add(twin)
        records += CENTRAL.pack(b"PK\x01\x02", MADE_BY, VERSION, FLAGS, 0, 0, DATE, crc, size, size, length, 0, 0, 0, 0, MODE, position) + raw
        position, before = start + size, raw
    end = END.pack(b"PK\x05\x06", 0, 0, len(files) & 0xFFFF, len(files) & 0xFFFF, len(records), position, 0)
    if not files or data[position:] != records + end:
        fail("the directory is not the one of the entries")
    return files


def manifest(data):
    """Name -> digest of a manifest in the one form that is allowed."""
    found = {}
    for line in data.decode("utf-8", "replace").split("\n")[:-1]:
        if not re.fullmatch(r"[0-9a-f]{64}  \S.*", line) or line[66:] in found:
            fail("manifest syntax")
        found[line[66:]] = line[:64]
    if "".join(f"{found[n]}  {n}\n" for n in sorted(found, key=str.encode)).encode() != data:
        fail("manifest syntax")
    return found


def canonical(data, what):
    """The value of JSON in the one form that is allowed: no duplicate keys, no fractions, keys in order."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=lambda _: fail(what), parse_float=lambda _: fail(what))
        written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    except (ValueError, RecursionError):
        fail(what + " is no acceptable JSON")
    if written != data:
        fail(what + " is not in canonical form")
    return value


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        fail("base64")
    if base64.b64encode(data).decode() != text:
        fail("base64")
    return data


def bag(files):
    """Both manifests hold and name everything; the bytes of the tag manifest."""
    for name in ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "signatures/statement.dsse.json", "signatures/tagmanifest.ed25519.sig", "data/results.json"):
        if name not in files:
            fail(name + " is missing")
    tags = files["tagmanifest-sha256.txt"]
    payload = {n for n in files if n.startswith("data/")}
    signatures = {n for n in files if n.startswith("signatures/")}
    if {n.partition("/")[2] for n in signatures} - SIGNATURES:
        fail("an unexpected file among the signatures")
    for listed, met in ((manifest(tags), set(files) - payload - signatures - {"tagmanifest-sha256.txt"}), (manifest(files["manifest-sha256.txt"]), payload)):
        for name in sorted(set(listed) ^ met):
            fail("not in both archive and manifests: " + name)
        for name, digest in listed.items():
            if hashlib.sha256(files[name]).hexdigest() != digest:
                fail("digest of " + name)
    if files["bagit.txt"] != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        fail("bagit.txt")
    return tags


def check(data, public=None, challenge=None):
    """The signed predicate of a bundle; leaves with "refused" for everything that does not hold."""
    files = container(data)
    tags = bag(files)
    envelope = canonical(files["signatures/statement.dsse.json"], "the envelope")
    if not isinstance(envelope, dict) or set(envelope) != {"payload", "payloadType", "signatures"} or envelope["payloadType"] != "application/vnd.in-toto+json":
        fail("the envelope")
    payload, signed = unbase64(envelope["payload"]), envelope["signatures"]
    statement = canonical(payload, "the statement")
    wanted = [{"digest": {"sha256": hashlib.sha256(tags).hexdigest()}, "name": "tagmanifest-sha256.txt"}]
    if not isinstance(statement, dict) or set(statement) != {"_type", "subject", "predicateType", "predicate"} or statement["subject"] != wanted:
        fail("the statement is about something else")
    predicate = statement["predicate"]
    if statement["_type"] != "https://in-toto.io/Statement/v1" or not isinstance(predicate, dict) or predicate.get("results") != hashlib.sha256(files["data/results.json"]).hexdigest():
        fail("the statement")
    if challenge is not None and predicate.get("challenge") != challenge:
        fail("the challenge is another one")
    if public is not None:
        kind = envelope["payloadType"].encode()
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        if not isinstance(signed, list) or not signed or not all(isinstance(s, dict) and set(s) == {"keyid", "sig"} for s in signed):
            fail("no signature")
        mine = [s for s in signed if s["keyid"] == hashlib.sha256(public).hexdigest()]
        if len(mine) != 1 or not holds(public, message, unbase64(mine[0]["sig"])) or not holds(public, tags, files["signatures/tagmanifest.ed25519.sig"]):
            fail("signature")
    return predicate


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__)
        return 2
    try:
        public = bytes.fromhex(arguments[1]) if len(arguments) > 1 else None
        with open(arguments[0], "rb") as stream:
            data = stream.read()
    except (OSError, ValueError) as error:
        print(f"unusable: {error}")
        return 2
    if public is not None and len(public) != 32:
        print("unusable: a public key has 64 hexadecimal digits")
        return 2
    predicate = check(data, public, arguments[2] if len(arguments) > 2 else None)
    print(f"integrity: ok; period {predicate.get('period')!a}, number {predicate.get('sequence')}")
    print("signature: ok" if public else "signature: NOT checked (give the firm's public key in hexadecimal)")
    return 0 if public else 3


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
