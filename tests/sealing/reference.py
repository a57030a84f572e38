"""Every format of `docs/formats.md` a second time, from primitives and the document; it shares no code with the vault.

HKDF is spelled out in HMAC, HPKE in HKDF and the two KEMs, base 32 and the sharing by long hand: slow and plain.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEM_ID: Final = 0x647A
HKDF_SHA256_ID: Final = 1
AES_256_GCM_ID: Final = 2
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def frame(context: str, *parts: bytes) -> bytes:
    out = u32(len(parts)) + u32(len(context.encode())) + context.encode()
    for part in parts:
        out += u32(len(part)) + part
    return out


def extract(salt: bytes, material: bytes) -> bytes:
    return hmac.new(salt or bytes(32), material, hashlib.sha256).digest()


def expand(key: bytes, info: bytes, length: int) -> bytes:
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([count]), hashlib.sha256).digest()
        out, count = out + block, count + 1
    return out[:length]


def hkdf(material: bytes, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    return expand(extract(salt, material), info, length)


# -- HPKE, base mode (RFC 9180, section 5.1), over the hybrid KEM -----------------------------------------------------


def keypair(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    both = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(both[:64]), X25519PrivateKey.from_private_bytes(both[64:])


def public(seed: bytes) -> bytes:
    lattice, curve = keypair(seed)
    return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def decapsulate(seed: bytes, encapsulated: bytes) -> bytes:
    lattice, curve = keypair(seed)
    first = lattice.decapsulate(encapsulated[:1088])
    second = curve.exchange(X25519PublicKey.from_public_bytes(encapsulated[1088:]))
    own = curve.public_key().public_bytes_raw()
    return hashlib.sha3_256(first + second + encapsulated[1088:] + own + b"\\.//^\\").digest()


def key_schedule(shared: bytes, info: bytes, aead_id: int) -> tuple[bytes, bytes]:
    suite = b"HPKE" + b"".join(each.to_bytes(2, "big") for each in (KEM_ID, HKDF_SHA256_ID, aead_id))

    def labeled_extract(salt: bytes, label: bytes, material: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + suite + label + material)

    def labeled_expand(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, length)

    context = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", b"")
    return labeled_expand(secret, b"key", context, 32), labeled_expand(secret, b"base_nonce", context, 12)


def seal_with(encapsulated: bytes, shared: bytes, plaintext: bytes, info: bytes) -> bytes:
    key, nonce = key_schedule(shared, info, AES_256_GCM_ID)
    return b"\x01" + encapsulated + AESGCM(key).encrypt(nonce, plaintext, b"")


def open_sealed(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    assert sealed[0] == 1
    key, nonce = key_schedule(decapsulate(seed, sealed[1:1121]), info, AES_256_GCM_ID)
    return AESGCM(key).decrypt(nonce, sealed[1121:], b"")


# -- a locked identity and a session ----------------------------------------------------------------------------------


def lock_keys(passphrase: bytes, person: str, kdf: tuple[int, int, int, bytes], pepper: bytes) -> tuple[bytes, bytes]:
    memory, passes, lanes, salt = kdf
    stretched = hash_secret_raw(passphrase, salt, passes, memory, lanes, 32, Type.ID)
    info = frame("custody-vault/identity-lock/1", person.encode(), u64(memory), u64(passes), u64(lanes), salt)
    both = hkdf(stretched, info, 64, pepper)
    return both[:32], both[32:]


def open_identity(
    record: bytes, passphrase: bytes, person: str, kdf: tuple[int, int, int, bytes], pepper: bytes
) -> tuple[bytes, bytes]:
    """The commitment and the 64 bytes of both seeds."""
    memory, passes, lanes, salt = kdf
    commitment, key = lock_keys(passphrase, person, kdf, pepper)
    bound = frame("custody-vault/identity/1", person.encode(), u64(memory), u64(passes), u64(lanes), salt)
    assert record[0] == 1
    return commitment, AESGCM(key).decrypt(record[1:13], record[13:], bound)


def open_session(blob: bytes, session_key: bytes, vault: bytes, person: str) -> bytes:
    both = hkdf(session_key, frame("custody-vault/session-keys/1", vault, person.encode()), 64)
    assert blob[:1] == b"\x01"
    assert blob[1:33] == both[:32]
    return AESGCM(both[32:]).decrypt(blob[33:45], blob[45:], frame("custody-vault/session/1", vault, person.encode()))


# -- an envelope ------------------------------------------------------------------------------------------------------

Header = tuple[bytes, str, str, int, str]


def header_frame(context: str, header: Header, *more: bytes) -> bytes:
    vault, account, credential, version, sealer = header
    return frame(context, vault, account.encode(), credential.encode(), u64(version), sealer.encode(), *more)


def envelope_commitment(header: Header, data_key: bytes) -> bytes:
    return hkdf(data_key, header_frame("custody-vault/data-key-commitment/1", header))


def part_key(header: Header, data_key: bytes, part: str) -> bytes:
    return hkdf(data_key, header_frame("custody-vault/part-key/1", header, part.encode()))


def part_bound(header: Header, part: str) -> bytes:
    return header_frame("custody-vault/part/1", header, part.encode())


def open_envelope(record: bytes, header: Header, data_key: bytes) -> dict[str, bytes]:
    assert record[0] == 1
    rest, parts = record[1:], {}
    for value, part in enumerate(("password", "contacts", "mfa", "codes", "history"), start=1):
        assert rest[0] == value
        nonce, length = rest[1:13], int.from_bytes(rest[13:17], "big")
        sealed, rest = rest[17 : 17 + length], rest[17 + length :]
        padded = AESGCM(part_key(header, data_key, part)).decrypt(nonce, sealed, part_bound(header, part))
        parts[part] = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
    assert rest == b""
    return parts


# -- at rest ----------------------------------------------------------------------------------------------------------


def decrypt_at_rest(term: bytes, context: str, sealed: bytes) -> bytes:
    key = hkdf(term, frame("custody-vault/term-key/1", sealed[:5]))
    bound = frame("custody-vault/at-rest/1", sealed[:5], context.encode())
    return AESGCM(key).decrypt(sealed[5:17], sealed[17:], bound)


def mark(pepper: bytes, context: str, text: str) -> bytes:
    key = hkdf(pepper, frame("custody-vault/mark-key/1"))
    framed = frame("custody-vault/mark/1", context.encode(), text.encode())
    return hashlib.blake2b(framed, digest_size=16, key=key).digest()


# -- what is typed from paper -----------------------------------------------------------------------------------------


def gf_multiply(left: int, right: int, polynomial: int, bits: int) -> int:
    product = 0
    for bit in range(bits):
        if right >> bit & 1:
            product ^= left << bit
    for bit in range(2 * bits - 2, bits - 1, -1):
        if product >> bit & 1:
            product ^= polynomial << (bit - bits)
    return product


def typed_text(context: str, body: bytes) -> str:
    payload = b"\x01" + body
    payload += hashlib.sha256(frame(context, b"\x01", body)).digest()[:2]
    bits = "".join(f"{byte:08b}" for byte in payload)
    digits = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    groups = []
    for place in range(1, len(digits) // 4 + 1):
        four = digits[4 * place - 4 : 4 * place]
        check = place
        for digit, weight in zip(four, (16, 8, 4, 2), strict=True):
            check ^= gf_multiply(digit, weight, 0b100101, 5)
        groups.append("".join(CROCKFORD[digit] for digit in [*four, check]))
    return "\n".join("-".join(groups[at : at + 6]) for at in range(0, len(groups), 6))


def combine(shares: dict[int, bytes]) -> bytes:
    """Lagrange's formula at 0 with division by search."""
    secret = []
    for at in range(32):
        total = 0
        for index, data in shares.items():
            term = data[at]
            for other in shares:
                if other != index:
                    inverse = next(x for x in range(256) if gf_multiply(x, other ^ index, 0x11B, 8) == 1)
                    term = gf_multiply(term, gf_multiply(other, inverse, 0x11B, 8), 0x11B, 8)
            total ^= term
        secret.append(total)
    return bytes(secret)
