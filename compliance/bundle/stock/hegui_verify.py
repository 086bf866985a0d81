# mypy: ignore-errors
"""Check an evidence bundle with nothing but Python's own library: python3 hegui_verify.py BUNDLE.evb.zip [PUBLIC-KEY-HEX]

Digests, manifests and the statement's subject are checked here; with a public key of 32 bytes in hexadecimal, also the
signature (RFC 8032, section 6, in plain Python: slow and simple). It extracts nothing and trusts nothing inside.
"""

import base64
import hashlib
import json
import sys
import zipfile

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


def manifest(text):
    found = {}
    for line in text.decode().split("\n")[:-1]:
        digest, name = line[:64], line[66:]
        if line[64:66] != "  " or name in found:
            fail("manifest syntax")
        found[name] = digest
    return found


def main(path, public=None):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names):
            fail("two entries of one name")
        digests = {n: hashlib.sha256(archive.read(n)).hexdigest() for n in names}
        tags = archive.read("tagmanifest-sha256.txt")
        payload = manifest(archive.read("manifest-sha256.txt"))
        listed = {**payload, **manifest(tags)}
        for name in set(listed) ^ {n for n in names if not n.startswith("signatures/") and n != "tagmanifest-sha256.txt"}:
            fail("not in both archive and manifests: " + name)
        for name, digest in listed.items():
            if digests[name] != digest:
                fail("digest of " + name)
        envelope = json.loads(archive.read("signatures/statement.dsse.json"))
    statement = base64.b64decode(envelope["payload"], validate=True)
    if json.loads(statement)["subject"] != [{"digest": {"sha256": hashlib.sha256(tags).hexdigest()}, "name": "tagmanifest-sha256.txt"}]:
        fail("the statement is about something else")
    print("integrity: ok,", len(listed), "files")
    if public is None:
        print("signature: not checked (give the firm's public key in hexadecimal)")
        return
    kind = envelope["payloadType"].encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(statement), statement)
    if not any(holds(bytes.fromhex(public), message, base64.b64decode(s["sig"], validate=True)) for s in envelope["signatures"]):
        fail("signature")
    print("signature: ok")


if __name__ == "__main__":
    main(*sys.argv[1:3])
