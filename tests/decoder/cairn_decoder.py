#!/usr/bin/python3
"""An independent reader of Cairn repositories, written from docs/format.md alone.

It opens a repository in a local directory with a recovery key or a passphrase, and lists, shows, extracts and verifies snapshots. It shares no
code with Cairn, so that an error in either, or a gap in the text, shows as a difference. It prefers plainness to speed, and never writes to the
repository. Section numbers in comments are those of docs/format.md.

Exit codes: 0 all is well, 2 wrong usage, 13 something failed; each failure is a line "object: kind: what was seen".
"""

import argparse
import collections
import datetime
import hashlib
import hmac
import json
import mmap
import os
import re
import stat
import struct
import sys

import nacl.bindings as sodium
import nacl.exceptions
import zstandard

# ---------------------------------------------------------------------------------------------------------------------------------------------
# Kinds of failure (16)

UNSUPPORTED, FRAMING, NAME, AUTHENTICATION, SIGNATURE, CONTENT, WRONG_KEY, MISSING, FOREIGN = (
    "unsupported", "framing", "name", "authentication", "signature", "content", "wrong key", "missing", "foreign")


class Failure(Exception):
    """A refusal: what kind of failure of section 16, of which object (filled in by whoever knows it), and what was seen."""

    def __init__(self, kind, detail, name=None):
        super().__init__(kind, detail, name)
        self.kind, self.detail, self.name = kind, detail, name

    def __str__(self):
        return f"{self.name or 'repository'}: {self.kind}: {self.detail}"


def require(condition, detail, kind=FRAMING):
    if not condition:
        raise Failure(kind, detail)


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Limits (2)

MIB = 1 << 20
MAX_OBJECT = 64 * MIB
MAX_DESCRIPTOR = 64 * 1024
MAX_PACK = 256 * MIB
MAX_KEYS = MAX_AUTHORS = 1024
MAX_ROWS = 1 << 20
MAX_BLOB = 16 * MIB
MAX_LEVELS = 8
MAX_ENTRY_EXTENTS = 1024
MAX_LIST_EXTENTS = 4096
MAX_NAME = 65535
MAX_PATH = MIB
MAX_OWNERS = 1 << 20
MAX_UPPER_ROWS = 65536
MAX_LENGTH = (1 << 62) - 1
MAX_INDEX_PACKS = 65536
MAX_LEDGER_PACKS = 1 << 24
MAX_TAGS, TAGS_UNIT, MAX_SEALED_TAGS = 1024, 256, MIB
MAX_ARGON2_KIB = 4 << 20
MAX_PROBLEMS = 1000


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Encoding (1)

class Reader:
    """Takes values from a byte string, and refuses what is not canonical."""

    def __init__(self, data, position=0):
        self.data, self.position, self.end = data, position, len(data)

    def take(self, count):
        start = self.position
        require(count <= self.end - start, "it ends too early")
        self.position = start + count
        return bytes(self.data[start:self.position])

    def fixed(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def u8(self):
        require(self.position < self.end, "it ends too early")
        self.position += 1
        return self.data[self.position - 1]

    def u16(self):
        return self.fixed("H")

    def u32(self):
        return self.fixed("I")

    def i64(self):
        return self.fixed("q")

    def varint(self, limit=(1 << 64) - 1, what="a varint"):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            require(shift < 70, f"{what} has more than ten bytes")
        require(byte != 0 or shift == 0, f"{what} is not in its shortest form")
        require(value <= limit, f"{what} is {value}, more than {limit}")
        return value

    def svarint(self):
        value = self.varint()
        return -(value >> 1) - 1 if value & 1 else value >> 1

    def bytes(self, limit, what="a byte string"):
        return self.take(self.varint(limit, f"the length of {what}"))

    def at_end(self):
        return self.position == self.end

    def finish(self):
        require(self.at_end(), f"{self.end - self.position} bytes are left over")


def padded_length(length):
    """P(n), the Padmé function."""
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return (length + step - 1) // step * step


def require_zeros(data, what):
    require(data.count(0) == len(data), f"the padding of {what} is not zero")


def require_ascending(items, what):
    require(all(a < b for a, b in zip(items, items[1:])), f"{what} are not ascending")


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Primitives (3)

def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def hmac_sha256(key, *parts):
    digest = hmac.new(key, digestmod="sha256")
    for part in parts:
        digest.update(part)
    return digest.digest()


def hkdf(key, salt, info):
    """HKDF-SHA-256 for 32 bytes, that is one block. An empty salt is 32 zero bytes (RFC 5869, 2.2)."""
    return hmac_sha256(hmac_sha256(salt or bytes(32), key), info + b"\x01")


def aead_open(key, ordinal, associated, text, what):
    require(len(text) >= 16, f"{what} is shorter than its tag")
    try:
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(bytes(text), associated, struct.pack("<I8x", ordinal), key)
    except nacl.exceptions.CryptoError:
        raise Failure(AUTHENTICATION, f"the tag of {what} is wrong") from None


def unseal(box, secret, what):
    try:
        return sodium.crypto_box_seal_open(box, sodium.crypto_scalarmult_base(secret), secret)
    except nacl.exceptions.CryptoError:
        raise Failure(AUTHENTICATION, f"the sealed box of {what} does not open") from None


def check_signature(public_key, signature, message, what):
    try:
        sodium.crypto_sign_open(signature + message, public_key)
    except nacl.exceptions.CryptoError:
        raise Failure(SIGNATURE, f"the signature of {what} is wrong") from None


def decompress(frame, length):
    """One zstd frame with its content size and no dictionary, which yields exactly the plain length (7)."""
    try:
        parameters = zstandard.get_frame_parameters(frame)
        require(parameters.content_size == length, "the zstd frame does not state the plain length", CONTENT)
        require(parameters.dict_id == 0, "the zstd frame needs a dictionary", CONTENT)
        decoder = zstandard.ZstdDecompressor(max_window_size=MAX_BLOB).decompressobj()
        plain = decoder.decompress(frame)
        require(decoder.eof and not decoder.unused_data, "the zstd frame does not end with the blob", CONTENT)
    except zstandard.ZstdError as error:
        raise Failure(CONTENT, f"the zstd frame is damaged ({error})") from None
    require(len(plain) == length, "the zstd frame yields another length", CONTENT)
    return plain


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Protocol Buffers, in canonical form (1, 14)

INT64, UINT64, UINT32, BOOL, STRING, BYTES = "int64", "uint64", "uint32", "bool", "string", "bytes"


class Enum:
    def __init__(self, *names):
        self.names = names  # from 1; 0 is UNSPECIFIED


class Field:
    def __init__(self, name, kind, repeated=False, oneof=False, size=None):
        self.name, self.kind, self.repeated, self.oneof = name, kind, repeated, oneof
        self.sizes = size if isinstance(size, tuple) else None if size is None else (size,)
        self.is_message = isinstance(kind, dict)
        self.is_scalar = not self.is_message and kind not in (STRING, BYTES)


def message(*fields):
    """The definition of a message whose fields have the numbers 1, 2, 3 and so on."""
    return dict(enumerate(fields, 1))


def hashes(name, **options):
    return Field(name, BYTES, repeated=True, size=32, **options)


ARGON2ID = message(Field("salt", BYTES, size=16), Field("memory_kib", UINT32), Field("passes", UINT32))
EPOCH_SEAL = message(Field("epoch", UINT32), Field("sealed_seed", BYTES, size=80))
KEY_SLOT = message(
    Field("kind", Enum("PASSPHRASE", "RECOVERY", "X25519", "OPENPGP")), Field("slot", BYTES, size=16), Field("label", STRING),
    Field("created", INT64), Field("recipient", BYTES, size=32), Field("argon2id", ARGON2ID), Field("wrapped_secret", BYTES),
    Field("seals", EPOCH_SEAL, repeated=True))
ROSTER = message(Field("sequence", UINT64), Field("previous", BYTES, size=(0, 32)), Field("created", INT64), hashes("slots"), hashes("epochs"))
EPOCH = message(
    Field("epoch", UINT32), Field("domain", UINT32), Field("admin", BYTES, size=32), Field("restore", BYTES, size=32), Field("created", INT64))
HOST = message(
    Field("kind", Enum("ENROL", "ENDORSE", "REVOKE")), Field("sequence", UINT64), Field("previous", BYTES, size=(0, 32)),
    Field("created", INT64), Field("public_key", BYTES, size=32), Field("name", STRING), Field("may_forget", BOOL))
PACK_LIST = message(hashes("packs"))
NAME_LIST = message(hashes("objects"))
FIRST_SEEN = message(hashes("objects"), Field("time", INT64))
SUMMARY = message(
    hashes("records"), hashes("condemned"), hashes("deleted"), hashes("forgotten"), hashes("void_proposed"), hashes("void"), hashes("accepted"),
    Field("first_seen", FIRST_SEEN, repeated=True))
TAG_LIST = message(hashes("objects"), hashes("replaces"), Field("epoch", UINT32), Field("sealed", BYTES))
TAG_TEXTS = message(Field("tags", STRING, repeated=True))
LOCK_BOUND = message(Field("until", INT64))
RETIRED = message(
    Field("sequence", UINT64), Field("previous", BYTES, size=(0, 32)), Field("created", INT64), Field("condemnation", PACK_LIST, oneof=True),
    Field("deletion", PACK_LIST, oneof=True), Field("forgotten", NAME_LIST, oneof=True), Field("void_proposal", NAME_LIST, oneof=True),
    Field("void_final", NAME_LIST, oneof=True), Field("first_seen", FIRST_SEEN, oneof=True), Field("accepted", NAME_LIST, oneof=True),
    Field("summary", SUMMARY, oneof=True), Field("tags", TAG_LIST, oneof=True), Field("lock_bound", LOCK_BOUND, oneof=True))
PACK_MOVE = message(
    Field("from", BYTES, size=32), Field("to", BYTES, size=32), Field("from_rows", UINT32, repeated=True),
    Field("to_rows", UINT32, repeated=True))
MOVE = message(
    Field("sequence", UINT64), Field("previous", BYTES, size=(0, 32)), Field("created", INT64), Field("moves", PACK_MOVE, repeated=True))
STATISTICS = message(*(Field(name, UINT64) for name in (
    "files", "directories", "others", "bytes", "files_new", "files_changed", "files_unchanged", "bytes_read", "blobs_stored",
    "bytes_stored_plain", "bytes_stored", "packs_stored")))
PROBLEM = message(Field("path", BYTES), Field("message", STRING), Field("is_error", BOOL))
ORIGIN = message(
    Field("repository", BYTES, size=32), Field("ledger", BYTES, size=32), Field("public_key", BYTES, size=32), Field("object", BYTES),
    Field("key", BYTES, size=32))
SNAPSHOT = message(
    Field("started", INT64), Field("finished", INT64), Field("host_name", STRING), Field("user_name", STRING), Field("source", STRING),
    Field("roots", BYTES, repeated=True), Field("tags", STRING, repeated=True), Field("manifest", BYTES, size=32),
    Field("manifest_level", UINT32), Field("statistics", STATISTICS), Field("problems", PROBLEM, repeated=True),
    Field("problem_count", UINT64), Field("program", STRING), Field("parent", BYTES, size=(0, 32)), Field("origin", ORIGIN))


def decode_scalar(reader, field):
    value = reader.varint()
    if field.kind == INT64:
        return value - (1 << 64) if value >> 63 else value
    if field.kind == UINT32:
        require(value < 1 << 32, f"{field.name} has more than 32 bits")
    elif field.kind == BOOL:
        require(value <= 1, f"{field.name} is neither true nor false")
        return bool(value)
    elif isinstance(field.kind, Enum):
        require(value <= len(field.kind.names), f"{field.name} is {value}, which this reader does not know", UNSUPPORTED)
        return field.kind.names[value - 1] if value else None
    return value


def decode_message(definition, data):
    """Decodes a message, and refuses every encoding but the canonical one, and byte strings of another length than their comments name."""
    reader = Reader(data)
    result = {f.name: [] if f.repeated else None if f.is_message else default_of(f) for f in definition.values()}
    last, oneof_seen = 0, False
    while not reader.at_end():
        tag = reader.varint((1 << 32) - 1, "a field tag")
        number, wire = tag >> 3, tag & 7
        field = definition.get(number)
        require(field is not None, f"field {number} is unknown")
        many = field.repeated and not field.is_scalar
        require(number > last or many and number == last, f"field {field.name} is out of order or stands twice")
        require(wire == (0 if field.is_scalar and not field.repeated else 2), f"field {field.name} has wire type {wire}")
        require(not (field.oneof and oneof_seen), "two members of a oneof are set")
        last, oneof_seen = number, oneof_seen or field.oneof
        if wire == 0:
            value = decode_scalar(reader, field)
            require(value, f"field {field.name} states its default")
        else:
            content = reader.bytes(len(data), f"field {field.name}")
            if field.is_message:
                value = decode_message(field.kind, content)
            elif field.is_scalar:
                value, packed = [], Reader(content)
                while not packed.at_end():
                    value.append(decode_scalar(packed, field))
            else:
                value = decode_utf8(content, field.name) if field.kind == STRING else content
            require(field.is_message or many or len(value) > 0, f"field {field.name} states its default")
        if many:
            result[field.name].append(value)
        else:
            result[field.name] = value
    for field in definition.values():
        if field.sizes:
            for value in result[field.name] if field.repeated else [result[field.name]]:
                require(len(value) in field.sizes, f"{field.name} has {len(value)} bytes")
    return result


def default_of(field):
    return {STRING: "", BYTES: b"", BOOL: False}.get(field.kind if isinstance(field.kind, str) else None, None if isinstance(field.kind, Enum) else 0)


def decode_utf8(content, what):
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure(FRAMING, f"{what} is not UTF-8") from None


def check_chain_start(record):
    require(record["sequence"] >= 1, "the sequence is 0")
    require((record["sequence"] == 1) == (record["previous"] == b""), "sequence and former record do not agree")


def check_tag_list(content):
    require(content["objects"], "tags of no snapshot")
    size = len(content["sealed"])
    require(0 < size <= MAX_SEALED_TAGS and size % TAGS_UNIT == 0, f"a box of tags of {size} bytes")


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Identities (4)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def crockford_value(text):
    value = 0
    for letter in text:
        value = value * 32 + CROCKFORD.index(letter)
    return value


def ulid_text(ulid):
    value = int.from_bytes(ulid, "big")
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def ulid_time(ulid):
    return int.from_bytes(ulid[:6], "big")


def signer_id(public_key):
    return sha256(b"cairn/1 signer", public_key)[:16]


def repository_id(admin_key):
    return sha256(b"cairn/1 repository", admin_key)


def parse_recovery_key(text):
    """The 32 bytes of a printed recovery key. The prefix goes through the same folding of letters as the rest."""
    fold = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\n": None, "\r": None, "\t": None})
    letters, prefix = text.upper().translate(fold), "CAIRN-RECOVERY-1-".translate(fold)
    if not letters.startswith(prefix) or len(letters) != len(prefix) + 56 or not set(letters[len(prefix):]) <= set(CROCKFORD):
        raise Failure(WRONG_KEY, "this is not a recovery key", "recovery key")
    data = crockford_value(letters[len(prefix):]).to_bytes(35, "big")
    if sha256(b"cairn/1 recovery", data[:32])[:3] != data[32:]:
        raise Failure(WRONG_KEY, "the recovery key is mistyped: its check digits are wrong", "recovery key")
    return data[:32]


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Store and names (5)

ULID, HEX16, HEX32 = "(?P<ulid>[0-7][0-9A-HJKMNP-TV-Z]{25})", "(?P<host>[0-9a-f]{32})", "(?P<hash>[0-9a-f]{64})"
NAMES = {kind: re.compile(pattern) for kind, pattern in {
    "epochs": f"epochs/{ULID}-{HEX32}", "keys": f"keys/{ULID}-{HEX32}", "hosts": f"hosts/{ULID}-{HEX32}",
    "packs": f"packs/(?P<shard>[0-9a-f]{{2}})/{HEX32}", "index": f"index/{ULID}-{HEX32}", "ledgers": f"ledgers/{HEX16}/{ULID}-{HEX32}",
    "snapshots": f"snapshots/{HEX16}/{ULID}-(?P<ledger>[0-9a-f]{{64}})-{HEX32}", "moves": f"moves/{ULID}-{HEX32}",
    "retired": f"retired/{ULID}-{HEX32}"}.items()}


class ObjectName:
    """A name taken apart."""

    def __init__(self, name, kind, match):
        parts = match.groupdict()
        self.name, self.kind, self.ulid = name, kind, parts.get("ulid")
        self.hash = bytes.fromhex(parts["hash"])
        self.host = bytes.fromhex(parts.get("host") or "")
        self.ledger = bytes.fromhex(parts.get("ledger") or "")


class Store:
    """A repository in a local directory, read only."""

    def __init__(self, root):
        self.root = root
        self.objects = collections.defaultdict(list)
        self.foreign = []
        for directory, directories, files in os.walk(root):
            directories.sort()
            for file in sorted(files):
                name = os.path.relpath(os.path.join(directory, file), root)
                if name != "cairn.json":
                    self._classify(name)

    def _classify(self, name):
        for kind, pattern in NAMES.items():
            match = pattern.fullmatch(name)
            if match and match.groupdict().get("shard", "") == match["hash"][:2] * (kind == "packs"):
                self.objects[kind].append(ObjectName(name, kind, match))
                return
        self.foreign.append(name)

    def read(self, name, limit):
        try:
            with open(os.path.join(self.root, name), "rb") as file:
                require(os.fstat(file.fileno()).st_size <= limit, "it is larger than the limit")
                return file.read(limit)
        except FileNotFoundError:
            raise Failure(MISSING, "it is not there", name) from None

    def map(self, name, limit):
        """The bytes of a pack, mapped and not read."""
        with open(os.path.join(self.root, name), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            require(0 < size <= limit, "its length is out of bounds")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Descriptor (13)

HEX_MEMBERS = (("id", 32), ("admin", 32), ("restore", 32), ("signature", 64))
KNOWN_FEATURES = frozenset({"lease"})
MAX_LOCK_DAYS = 36500


class Descriptor:
    def __init__(self, data):
        try:
            values = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Failure(FRAMING, "it is not JSON") from None
        require(isinstance(values, dict) and type(values.get("format")) is int, "it states no format")
        require(values["format"] <= 1, "a newer Cairn wrote it", UNSUPPORTED)
        try:
            requires = values["requires"]
            written = self._write(values)
        except (KeyError, TypeError, ValueError):
            raise Failure(FRAMING, "members are missing or of a wrong type") from None
        require(written == data, "it is not in canonical form")
        require_ascending(requires, "features")
        for feature in requires:
            require(feature in KNOWN_FEATURES, f"it requires the feature {feature}", UNSUPPORTED)
        for member, size in HEX_MEMBERS:
            require(re.fullmatch(f"[0-9a-f]{{{2 * size}}}", values[member]), f"{member} is not {size} bytes in hex")
            setattr(self, member, bytes.fromhex(values[member]))
        require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", values["created"]), "the time of creation is not of the form")
        try:
            datetime.datetime.strptime(values["created"], "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            raise Failure(FRAMING, "the time of creation is not a time") from None
        chunking = values["chunking"]
        require(64 <= chunking["minimum"] < chunking["average"] < chunking["maximum"] <= MAX_BLOB, "the chunking parameters are out of order")
        require(0 < values["packs"]["size"] <= MAX_PACK, "the size of packs is out of bounds")
        require(("lease" in values) == ("lease" in requires), "a lease and the feature of that name belong together")
        if "lease" in values:
            days, slack = values["lease"]["days"], values["lease"]["slack"]
            require(values["lease"]["mode"] in ("governance", "compliance"), "the mode of locks is unknown")
            require(days >= 1 and slack >= 1 and days + slack <= MAX_LOCK_DAYS, "the length of locks is out of bounds")
        require(repository_id(self.admin) == self.id, "the id is not that of the admin key", SIGNATURE)
        signed = data[:data.index(b'  "signature"')]
        check_signature(self.admin, self.signature, b"cairn/1 descriptor" + signed, "the descriptor")

    @staticmethod
    def _write(values):
        """The one form a descriptor may have."""
        number = lambda value: "%d" % value if type(value) is int else json.dumps(None)
        chunking = ", ".join(f'"{name}": {number(values["chunking"][name])}' for name in ("minimum", "average", "maximum"))
        lines = [
            f'  "cairn": "repository"', f'  "format": {number(values["format"])}', f'  "id": {json.dumps(values["id"])}',
            f'  "created": {json.dumps(values["created"])}', f'  "admin": {json.dumps(values["admin"])}',
            f'  "restore": {json.dumps(values["restore"])}', f'  "chunking": {{ {chunking} }}',
            f'  "packs": {{ "size": {number(values["packs"]["size"])} }}']
        if "lease" in values:
            lease = values["lease"]
            lines.append(f'  "lease": {{ "mode": {json.dumps(lease["mode"])}, "days": {number(lease["days"])}, "slack": {number(lease["slack"])} }}')
        lines += [
            f'  "requires": {json.dumps(values["requires"])}',
            f'  "signature": {json.dumps(values["signature"])}']
        return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Keys of a repository (4)

class Epoch:
    def __init__(self, number, domain, admin, restore):
        self.number, self.domain, self.admin, self.restore = number, domain, admin, restore


class Keys:
    """What the seeds of the epochs derive."""

    def __init__(self, epochs, seeds):
        self.epochs, self.seeds, self._derived = epochs, seeds, {}

    def _derive(self, label, epoch, domain):
        place = label, epoch, domain
        if place not in self._derived:
            if epoch not in self.seeds:
                raise Failure(WRONG_KEY, f"the slot holds no seed of epoch {epoch}")
            self._derived[place] = hkdf(self.seeds[epoch], b"", f"cairn/1 {label} {domain}".encode())
        return self._derived[place]

    def of_domain(self, label, domain):
        """A key that stays over the rotations of a domain: from the seed of the domain's first epoch."""
        for epoch in self.epochs:
            if epoch.domain == domain:
                return self._derive(label, epoch.number, domain)
        raise Failure(FOREIGN, f"there is no domain {domain}")

    def of_epoch(self, label, epoch):
        require(epoch < len(self.epochs), f"there is no epoch {epoch}", FOREIGN)
        return self._derive(label, epoch, self.epochs[epoch].domain)

    def check(self):
        """The seeds must derive the public keys that descriptor and epochs state."""
        for number in self.seeds:
            require(number < len(self.epochs), f"a slot seals the seed of epoch {number}, which is not there", MISSING)
            epoch = self.epochs[number]
            admin, _ = sodium.crypto_sign_seed_keypair(self.of_epoch("admin", number))
            restore = sodium.crypto_scalarmult_base(self.of_epoch("restore", number))
            require(admin == epoch.admin, f"the seed of epoch {number} derives another admin key", SIGNATURE)
            require(restore == epoch.restore, f"the seed of epoch {number} derives another restore key", SIGNATURE)


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Envelopes (6)

TYPE_OF = {"packs": 1, "index": 2, "ledgers": 3, "snapshots": 4, "moves": 5, "retired": 6, "hosts": 7}
PURPOSES = {2: b"index", 3: b"ledger", 5: b"moves", 6: b"retired", 7: b"host"}


class Header:
    def __init__(self, data, *types):
        require(len(data) >= 12 and data[:5] == b"CAIRN", "the magic is not there")
        form, self.type, suite = data[5], data[6], data[7]
        self.domain, reserved = struct.unpack("<HH", data[8:12])
        require(form != 0, "the format is 0")
        require(form == 1, "a newer Cairn wrote it", UNSUPPORTED)
        require(self.type != 0, "the type is 0")
        require(self.type <= 10, f"the type {self.type} is not known", UNSUPPORTED)
        require(suite == 1, f"the suite {suite} is not known", UNSUPPORTED)
        require(self.type in types, f"the type is {self.type}, which does not stand under such a name")
        require(reserved == 0, "reserved bytes are set")


class Envelope:
    """What every object but a pack states of itself."""

    def __init__(self, data, *types):
        self.header = Header(data, *types)
        require(len(data) >= 28, "it ends too early")
        self.domain, self.ulid = self.header.domain, bytes(data[12:28])
        self.signer = self.body = None


def open_plain(repository, data, admins):
    """6.1: signed, and readable by everybody. `admins` maps signer ids to public keys."""
    envelope = Envelope(data, 8, 9, 10)
    require(envelope.domain == 0, "an object that is not of a domain states one")
    reader = Reader(data, 28)
    envelope.signer = reader.take(16)
    envelope.body = reader.take(reader.u32())
    signed = reader.position
    signature = reader.take(64)
    reader.finish()
    require(envelope.signer in admins, "no admin of this repository signed it", FOREIGN)
    check_signature(admins[envelope.signer], signature, b"cairn/1 signed" + repository + data[:signed], "the object")
    return envelope


def open_under_index_key(repository, data, keys, kind, signers):
    """6.2. `signers` gives the public key of a signer who may sign this type of object, or refuses."""
    envelope = Envelope(data, kind)
    require(len(data) >= 60 + 16 + 84, "it ends too early")
    key = hkdf(keys.of_domain("index", envelope.domain), data[28:60], b"cairn/1 " + PURPOSES[kind])
    try:
        text = aead_open(key, 0, repository + data[:60], data[60:], "the object")
    except Failure:
        raise Failure(FOREIGN, "no key of this repository opens it") from None
    reader = Reader(text)
    envelope.signer = reader.take(16)
    envelope.body = reader.take(reader.u32())
    signed = reader.position
    signature = reader.take(64)
    public_key = signers(envelope.signer, kind)
    check_signature(public_key, signature, b"cairn/1 signed" + repository + data[:60] + text[:signed], "the object")
    require_zeros(text[reader.position:], "the object")
    require(len(data) == padded_length(60 + reader.position + 16), "it is not padded as it should be")
    return envelope


def open_snapshot(repository, data, keys, ledger_hash, signers):
    """6.3. The signature is checked first, for it covers the ciphertext."""
    envelope = Envelope(data, 4)
    require(len(data) >= 128 + 4 + 16 + 64, "it ends too early")
    envelope.signer = data[28:44]
    envelope.epoch, = struct.unpack("<I", data[44:48])
    public_key = signers(envelope.signer, 4)
    check_signature(public_key, data[-64:], b"cairn/1 snapshot" + repository + ledger_hash + data[:-64], "the snapshot")
    key = unseal(data[48:128], keys.of_epoch("restore", envelope.epoch), "the snapshot")
    require(len(key) == 32, "the sealed box does not hold a key")
    text = aead_open(key, 0, repository + data[:128], data[128:-64], "the snapshot")
    reader = Reader(text)
    envelope.body = reader.take(reader.u32())
    require_zeros(text[reader.position:], "the snapshot")
    require(len(data) == padded_length(128 + reader.position + 16 + 64), "it is not padded as it should be")
    require(keys.epochs[envelope.epoch].domain == envelope.domain, "domain and epoch do not agree")
    return envelope


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Packs (7) and index objects (8)

CHUNK, EXTENT_LIST, PIECE = 0, 1, 2
KINDS_IN_PACK = {1: (CHUNK,), 2: (EXTENT_LIST, PIECE)}
KEY_SIZE, TRAILER_SIZE, SMALLEST_PACK = 85, 104, 4096

Row = collections.namedtuple("Row", "id kind codec stored plain key ordinal author offset")


def read_pack_keys(reader, count):
    require(1 <= count <= MAX_KEYS, f"the pack has {count} keys")
    keys = []
    for _ in range(count):
        suite, epoch, box = reader.u8(), reader.u32(), reader.take(80)
        require(suite == 1, f"the suite {suite} of a key is not known", UNSUPPORTED)
        keys.append((epoch, box))
    return keys


def read_table(reader, pack_kind, key_count):
    """A table text without its zeros: authors and rows."""
    author_count = reader.u16()
    require(1 <= author_count <= MAX_AUTHORS, f"the table has {author_count} authors")
    authors = [reader.take(16) for _ in range(author_count)]
    require(len(set(authors)) == author_count, "an author stands twice")
    row_count = reader.u32()
    require(row_count <= MAX_ROWS and row_count * 34 <= reader.end - reader.position, f"the table has {row_count} rows")
    rows, used, offset = [], set(), 48 + KEY_SIZE * key_count
    for number in range(row_count):
        blob_id, flags = reader.take(32), reader.u8()
        kind, codec = flags & 3, flags >> 2 & 7
        require(flags & 0x60 == 0, "reserved flags of a row are set")
        require(kind in KINDS_IN_PACK[pack_kind], f"a blob of kind {kind} does not belong in this pack")
        require(codec <= 1, f"the codec {codec} is not known", UNSUPPORTED)
        stored = reader.varint(MAX_PACK, "a stored length")
        require(stored >= 16, "a stored length is shorter than a tag")
        plain = reader.varint(MAX_BLOB, "a plain length") if codec else stored - 16
        require(plain <= MAX_BLOB, "a blob is too long")
        key, ordinal, author = 0, number, 0
        if flags & 0x80:
            key = reader.varint(key_count - 1, "a key number")
            ordinal = reader.varint((1 << 32) - 1, "an ordinal")
            author = reader.varint(author_count - 1, "an author number")
            require((key, ordinal, author) != (0, number, 0), "a row is explicit without need")
        require((key, ordinal) not in used, "two rows use the same key and ordinal")
        used.add((key, ordinal))
        rows.append(Row(blob_id, kind, codec, stored, plain, key, ordinal, author, offset))
        offset += stored
    return authors, rows


class Pack:
    """A pack, of which head and tail are verified when it is made, and the rest as it is read."""

    def __init__(self, repository, data, keys, signers):
        self.repository, self.data, self.keys, self._opened = repository, data, keys, {}
        self.header = Header(data, 1)
        require(len(data) >= 48 + KEY_SIZE + TRAILER_SIZE, "it ends too early")
        require(bytes(data[-4:]) == b"CRNp", "the magic at the end is not there")
        head = bytes(data[:48])
        self.kind, reserved, key_count = struct.unpack("<BBH", head[12:16])
        require(self.kind in KINDS_IN_PACK, f"the kind of pack is {self.kind}")
        require(reserved == 0, "a reserved byte is set")
        keys_end = 48 + KEY_SIZE * key_count
        table_size, = struct.unpack("<I", data[-8:-4])
        table_start = len(data) - TRAILER_SIZE - table_size
        require(table_start >= keys_end, "the table does not fit")
        self.sealed_keys = read_pack_keys(Reader(data[:keys_end], 48), key_count)
        table = bytes(data[table_start:-TRAILER_SIZE])
        self.content_hash, signature = bytes(data[-104:-72]), bytes(data[-72:-8])
        key = hkdf(keys.of_domain("index", self.header.domain), head[16:], b"cairn/1 pack table")
        try:
            text = aead_open(key, 0, repository + head, table, "the table")
        except Failure as failure:
            raise Failure(FOREIGN if failure.kind == AUTHENTICATION else failure.kind, "no key of this repository opens the table") from None
        reader = Reader(text)
        self.authors, self.rows = read_table(reader, self.kind, key_count)
        self.table_text = text[:reader.position]
        public_key = signers(self.authors[0], 1)
        check_signature(public_key, signature, b"cairn/1 pack" + repository + self.content_hash + sha256(table), "the pack")
        require_zeros(text[reader.position:], "the table")
        require(table_size == padded_length(reader.position + 16), "the table is not padded as it should be")
        blobs_end = keys_end + sum(row.stored for row in self.rows)
        require(blobs_end <= table_start, "the blobs do not fit")
        wanted = max(SMALLEST_PACK, padded_length(blobs_end + table_size + TRAILER_SIZE))
        require(len(data) == wanted, "the pack is not padded as it should be")
        self.table_start = table_start

    def check_content(self):
        require(sha256(self.data[:self.table_start]) == self.content_hash, "the content hash is wrong", CONTENT)

    def described(self, name_hash):
        """What an index object must say of this pack."""
        return IndexedPack(name_hash, self.kind, len(self.data), self.sealed_keys, self.authors, self.rows)

    def _key(self, number):
        if number not in self._opened:
            epoch, box = self.sealed_keys[number]
            key = unseal(box, self.keys.of_epoch("restore", epoch), f"key {number}")
            require(len(key) == 32, f"the sealed box of key {number} does not hold a key")
            self._opened[number] = key
        return self._opened[number]

    def read(self, row):
        """The plain content of a blob, authenticated, decoded and compared with its id."""
        what = f"blob {row.id.hex()}"
        associated = self.repository + row.id + struct.pack("<BBI", row.kind, row.codec, row.plain)
        plain = aead_open(self._key(row.key), row.ordinal, associated, self.data[row.offset:row.offset + row.stored], what)
        try:
            if row.codec:
                plain = decompress(plain, row.plain)
            require(len(plain) == row.plain, "its length is another", CONTENT)
            actual = hmac_sha256(self.keys.of_domain("blob-id", self.header.domain), bytes([row.kind]), plain)
            require(actual == row.id, "its content does not have its id", CONTENT)
        except Failure as failure:
            raise Failure(failure.kind, f"{what}: {failure.detail}") from None
        return plain


IndexedPack = collections.namedtuple("IndexedPack", "hash kind size keys authors rows")


def decode_index(body):
    reader = Reader(body)
    count = reader.u32()
    require(count <= MAX_INDEX_PACKS, f"the index has {count} packs")
    packs = []
    for _ in range(count):
        name, kind, size, key_count = reader.take(32), reader.u8(), reader.u32(), reader.u16()
        require(kind in KINDS_IN_PACK, f"the kind of a pack is {kind}")
        require(SMALLEST_PACK <= size <= MAX_PACK, f"the size of a pack is {size}")
        keys = read_pack_keys(reader, key_count)
        authors, rows = read_table(reader, kind, key_count)
        packs.append(IndexedPack(name, kind, size, keys, authors, rows))
    contained = []
    if reader.position < len(body):
        count = reader.u32()
        require(count > 0, "a number of no contained objects")
        for _ in range(count):
            length = reader.u32()
            require(length >= 28, f"a contained object has {length} bytes")
            contained.append(reader.take(length))
        require_ascending([stored[12:28] + sha256(stored) for stored in contained], "contained objects")
    reader.finish()
    require_ascending([pack.hash for pack in packs], "packs")
    return packs, contained


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Ledgers (9)

FINAL, INTERIM = 1, 2


class Ledger:
    def __init__(self, body):
        reader = Reader(body)
        self.kind = reader.u8()
        require(self.kind in (FINAL, INTERIM), f"the kind of ledger is {self.kind}")
        self.time, self.session, self.source = reader.i64(), reader.take(16), reader.take(32)
        self.tags = [reader.take(32) for _ in range(reader.u16())]
        require_ascending(self.tags, "tags")
        self.previous_kind = reader.u8()
        require(self.previous_kind <= 2, f"the previous ledger is {self.previous_kind}")
        self.previous = reader.take(32) if self.previous_kind == 1 else None
        require(reader.u8() == 0, "the base is not 0")
        count = reader.u32()
        require(count <= MAX_LEDGER_PACKS and count * 17 <= reader.end - reader.position, f"the ledger has {count} packs")
        self.packs = []
        for _ in range(count):
            prefix, rows = reader.take(16), reader.varint(MAX_ROWS, "a number of rows")
            self.packs.append((prefix, None if rows == 0 else self._bitmap(reader, rows)))
        reader.finish()
        require_ascending([prefix for prefix, _ in self.packs], "packs")

    @staticmethod
    def _bitmap(reader, rows):
        bits = reader.take((rows + 7) // 8)
        selected = [row for row in range(rows) if bits[row >> 3] >> (row & 7) & 1]
        require(rows % 8 == 0 or bits[-1] >> (rows % 8) == 0, "unused bits of a bitmap are set")
        require(0 < len(selected) < rows, "a bitmap selects all rows or none")
        return rows, selected


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Manifests (10)

FILE, DIRECTORY, SYMLINK, FIFO, CHARACTER, BLOCK, STREAM = range(1, 8)
LETTERS = {FILE: "-", DIRECTORY: "d", SYMLINK: "l", FIFO: "p", CHARACTER: "c", BLOCK: "b", STREAM: "s"}
HAS_MARKS, HAS_CREATION, HAS_GROUP, HAS_FLAGS, HAS_ATTRIBUTES, HAS_COMMAND = (1 << bit for bit in range(6))

Owner = collections.namedtuple("Owner", "uid gid user group")
Extent = collections.namedtuple("Extent", "length id")  # no id: a hole
Attribute = collections.namedtuple("Attribute", "name value length id")  # either a value, or the id of a chunk and its length
UpperRow = collections.namedtuple("UpperRow", "cls path name id entries bytes")


class Entry:
    """One entry of a leaf piece, with the block it stands in."""

    __slots__ = ("cls", "directory", "kind", "name", "mode", "owner", "modified", "marks", "created", "group", "flags", "attributes", "command",
                 "size", "depth", "extents", "target", "device")

    @property
    def path(self):
        return self.directory + b"/" + self.name if self.directory else self.name


def read_time(reader):
    seconds = reader.svarint()
    return seconds, reader.varint(999_999_999, "nanoseconds")


def read_extents(reader, limit, depth):
    """Extents of an entry or a list; those at depth 0 name chunks or are holes, the others name lists."""
    extents = []
    for _ in range(reader.varint(limit, "a number of extents")):
        value = reader.varint(what="the length of an extent")
        length, hole = value >> 1, value & 1
        require(0 < length <= MAX_LENGTH, f"the length of an extent is {length}")
        require(not hole or depth == 0, "a hole stands where a list should")
        require(hole or depth > 0 or length <= MAX_BLOB, "an extent is longer than a chunk can be")
        extents.append(Extent(length, None if hole else reader.take(32)))
    return extents


def check_name(name):
    require(name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name, f"{name!r} is not a name")


def block_order(cls, path):
    return cls, path.split(b"/") if path else []


def read_attributes(reader):
    attributes = []
    for _ in range(reader.varint(65535, "a number of attributes")):
        name, form = reader.bytes(MAX_NAME, "an attribute name"), reader.varint(1, "the form of an attribute")
        if form == 0:
            value = reader.bytes(65535, "an attribute value")
            attributes.append(Attribute(name, value, len(value), None))
        else:
            length = reader.varint(MAX_BLOB, "the length of an attribute")
            attributes.append(Attribute(name, None, length, reader.take(32)))
    require(attributes, "attributes are announced, and there are none")
    require_ascending([a.name for a in attributes], "attributes")
    return attributes


def read_entry(reader, kind, cls, directory, owners):
    entry = Entry()
    entry.cls, entry.directory, entry.kind = cls, directory, kind
    require((kind == STREAM) == (cls == 1), "streams, and nothing else, belong in class 1")
    entry.name = reader.bytes(MAX_NAME, "a name")
    check_name(entry.name)
    fields = reader.varint(63, "the fields of an entry")
    entry.mode = reader.varint(0o7777, "a mode")
    entry.owner = owners.use(reader.varint(MAX_OWNERS, "an owner"))
    entry.modified = read_time(reader)
    entry.marks = read_present(reader, 31, "marks") if fields & HAS_MARKS else 0
    entry.created = read_time(reader) if fields & HAS_CREATION else None
    require(entry.created != (0, 0), "a field states its default")
    entry.group = read_present(reader, (1 << 64) - 1, "a hard-link group") if fields & HAS_GROUP else None
    entry.flags = read_present(reader, (1 << 32) - 1, "inode flags") if fields & HAS_FLAGS else 0
    entry.attributes = read_attributes(reader) if fields & HAS_ATTRIBUTES else []
    entry.command = reader.bytes(65535, "restore-through") if fields & HAS_COMMAND else b""
    require(not fields & HAS_COMMAND or kind == STREAM and entry.command, "restore-through is empty, or not of a stream")
    decode_utf8(entry.command, "restore-through")
    require(entry.group is None or kind not in (DIRECTORY, STREAM), "a directory or a stream has hard links")
    entry.size, entry.depth, entry.extents, entry.target, entry.device = 0, 0, [], b"", (0, 0)
    if kind in (FILE, STREAM):
        entry.size, entry.depth = reader.varint(MAX_LENGTH, "a size"), reader.varint(MAX_LEVELS, "a list depth")
        entry.extents = read_extents(reader, MAX_ENTRY_EXTENTS, entry.depth)
        require(sum(extent.length for extent in entry.extents) == entry.size, "the extents do not add up to the size")
    elif kind == SYMLINK:
        entry.target = reader.bytes(65535, "a target")
    elif kind in (CHARACTER, BLOCK):
        entry.device = reader.varint((1 << 32) - 1, "a major number"), reader.varint((1 << 32) - 1, "a minor number")
    return entry


def read_present(reader, limit, what):
    value = reader.varint(limit, what)
    require(value != 0, f"{what} state their default")
    return value


class Owners:
    """The owners of a piece, which stand in the order of their first use."""

    def __init__(self, reader):
        count = reader.varint(MAX_OWNERS, "a number of owners")
        require(count * 4 <= reader.end - reader.position, "there are more owners than bytes")
        self.owners = [self._read(reader) for _ in range(count)]
        self.used = 0
        require(len(set(self.owners)) == count, "an owner stands twice")

    @staticmethod
    def _read(reader):
        uid, gid = reader.varint((1 << 32) - 1, "a user number"), reader.varint((1 << 32) - 1, "a group number")
        user, group = reader.bytes(MAX_NAME, "a user name"), reader.bytes(MAX_NAME, "a group name")
        decode_utf8(user, "a user name")
        decode_utf8(group, "a group name")
        return Owner(uid, gid, user, group)

    def use(self, index):
        require(index < len(self.owners), "there is no such owner")
        require(index <= self.used, "owners are not in the order of their first use")
        self.used = max(self.used, index + 1)
        return self.owners[index]


DirectoryBlock = collections.namedtuple("DirectoryBlock", "cls path continued entries")


def decode_leaf(data):
    """The blocks of a leaf piece."""
    reader = Reader(data)
    require(reader.u8() == 0, "the level of the piece is another")
    owners, blocks = Owners(reader), []
    while not reader.at_end():
        kind = reader.u8()
        if kind == 0:
            require(not blocks or blocks[-1].entries, "a block has no entry")
            cls, continued, path = reader.u8(), reader.u8(), reader.bytes(MAX_PATH, "a path")
            require(cls <= 1, f"the class of a block is {cls}")
            require(continued == 0 or continued == 1 and not blocks, "a block is continued that cannot be")
            require(cls == 0 or not path, "a block of streams is not of the root")
            for component in path.split(b"/") if path else []:
                check_name(component)
            blocks.append(DirectoryBlock(cls, path, bool(continued), []))
            continue
        require(kind <= STREAM, f"an entry is of kind {kind}")
        require(blocks, "the piece does not begin with a block")
        block = blocks[-1]
        entry = read_entry(reader, kind, block.cls, block.path, owners)
        require(not block.entries or block.entries[-1].name < entry.name, "entries are not sorted by name")
        block.entries.append(entry)
    require(not blocks or blocks[-1].entries, "a block has no entry")
    require(owners.used == len(owners.owners), "an owner is not used")
    require(all(block_order(*a[:2]) < block_order(*b[:2]) for a, b in zip(blocks, blocks[1:])), "blocks are not sorted")
    return blocks


def decode_upper(data, level):
    reader = Reader(data)
    require(reader.u8() == level, "the level of the piece is another")
    rows = []
    count = reader.varint(MAX_UPPER_ROWS, "a number of rows")
    require(count > 0, "an upper piece has no rows")
    for _ in range(count):
        cls, path, name = reader.u8(), reader.bytes(MAX_PATH, "a path"), reader.bytes(MAX_NAME, "a name")
        rows.append(UpperRow(cls, path, name, reader.take(32), reader.varint(), reader.varint()))
    reader.finish()
    return rows


def decode_list(data, level):
    reader = Reader(data)
    require(reader.u8() == level, "the level of the list is another")
    extents = read_extents(reader, MAX_LIST_EXTENTS, level)
    reader.finish()
    return extents


class Manifest:
    """Walks the manifest of a snapshot, and verifies order and sums on the way. `blobs.read(kind, id)` gives verified content; `needed` collects
    what was found to be needed, with the plain length where that is known."""

    def __init__(self, blobs, root, level):
        self.blobs, self.root, self.level, self.needed = blobs, root, level, {}

    def entries(self):
        require(self.level <= MAX_LEVELS, f"the manifest has {self.level} levels")
        self._block = self._last_name = None
        self._directories = set()
        yield from self._walk(self.root, self.level, None)

    def _walk(self, blob_id, level, row):
        """The entries below a piece; `row` is what the piece above says of it."""
        self._need(PIECE, blob_id, None)
        data = self.blobs.read(PIECE, blob_id)
        first, entries, size = None, 0, 0
        try:
            below = self._leaf(decode_leaf(data), is_root=row is None) if level == 0 else self._upper(decode_upper(data, level), level)
            for entry in below:
                first = first or (entry.cls, entry.directory, entry.name)
                entries += 1
                size += entry.size
                yield entry
            require(row is None or first == row[:3], "an upper piece names another first entry")
            require(row is None or (entries, size) == (row.entries, row.bytes), "the sums of an upper piece are wrong")
        except Failure as failure:
            if failure.name is None:
                failure.name = f"piece {blob_id.hex()}"
            raise

    def _upper(self, rows, level):
        for row in rows:
            yield from self._walk(row.id, level - 1, row)

    def _leaf(self, blocks, is_root):
        require(blocks or is_root, "a piece is empty")
        for block in blocks:
            place = block[:2]
            if block.continued:
                require(place == self._block, "a continued block is not that of the piece before")
                require(self._last_name < block.entries[0].name, "entries are not sorted by name")
            else:
                require(self._block is None or block_order(*self._block) < block_order(*place), "blocks are not sorted")
                require(not block.path or block.path in self._directories, "a block is not that of a directory")
                self._directories.discard(block.path)
            self._block = place
            for entry in block.entries:
                if entry.kind == DIRECTORY:
                    self._directories.add(entry.path)
                yield entry
            self._last_name = block.entries[-1].name

    def chunks(self, entry):
        """The extents of a file or stream that name chunks, or are holes, in order."""
        yield from self._extents(entry.extents, entry.depth)

    def _extents(self, extents, depth):
        for extent in extents:
            if depth == 0:
                if extent.id is not None:
                    self._need(CHUNK, extent.id, extent.length)
                yield extent
                continue
            self._need(EXTENT_LIST, extent.id, None)
            inner = decode_list(self.blobs.read(EXTENT_LIST, extent.id), depth - 1)
            require(sum(e.length for e in inner) == extent.length, "an extent list covers another length")
            yield from self._extents(inner, depth - 1)

    def attribute(self, attribute):
        if attribute.id is None:
            return attribute.value
        value = self.blobs.read(CHUNK, attribute.id)
        require(len(value) == attribute.length, "an attribute has another length", CONTENT)
        return value

    def collect(self, entry):
        """Notes everything an entry needs, without reading chunks."""
        for _ in self.chunks(entry):
            pass
        for attribute in entry.attributes:
            if attribute.id is not None:
                self._need(CHUNK, attribute.id, attribute.length)

    def _need(self, kind, blob_id, length):
        place = kind, blob_id
        known = self.needed.setdefault(place, length)
        require(known == length, "one chunk stands with two lengths", CONTENT)


# ---------------------------------------------------------------------------------------------------------------------------------------------
# A repository, opened (15)

class Secret:
    """What the user has: a passphrase or a recovery key."""

    def __init__(self, passphrase=None, recovery_key=None):
        self.passphrase, self.recovery_key = passphrase, recovery_key

    def for_slot(self, slot):
        """The X25519 secret this makes for a slot, or None."""
        if slot["kind"] == "RECOVERY":
            return self.recovery_key
        if slot["kind"] == "PASSPHRASE" and self.passphrase is not None:
            parameters = slot["argon2id"]
            return sodium.crypto_pwhash_alg(
                32, self.passphrase, parameters["salt"], parameters["passes"], parameters["memory_kib"] * 1024,
                sodium.crypto_pwhash_ALG_ARGON2ID13)
        return None


class Snapshot:
    def __init__(self, name, signer, record):
        self.name, self.hash, self.signer, self.record = name.name, name.hash, signer, record
        self.ledger_hash, self.tags = name.ledger, record["tags"]


class Repository:
    """A repository, which `open` opens. What is wrong is added to `problems`, as failures; what is foreign, to `foreign`."""

    def __init__(self, directory):
        self.store, self.problems, self.foreign, self._packs = Store(directory), [], [], None

    def open(self, secret):
        for name in self.store.foreign:
            self.foreign.append(Failure(FOREIGN, "the name fits no kind of object", name))
        with self._naming("cairn.json"):
            self.descriptor = Descriptor(self.store.read("cairn.json", MAX_DESCRIPTOR))
        self.id = self.descriptor.id
        self._read_epochs()
        self.keys = Keys(self.epochs, self._open_slots(secret))
        self.keys.check()
        self._read_hosts()

    # Reading objects

    class _Naming:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            return self

        def __exit__(self, kind, failure, _):
            if isinstance(failure, Failure) and failure.name is None:
                failure.name = self.name

    def _naming(self, name):
        return self._Naming(name)

    def report(self, failure):
        (self.foreign if failure.kind == FOREIGN else self.problems).append(failure)

    def _read(self, name):
        data = self.store.read(name.name, MAX_OBJECT)
        require(sha256(data) == name.hash, "the bytes do not hash to the name", NAME)
        return data

    def _each(self, kind, decode):
        """Decodes all objects of a kind with `decode(name, data)`, which gives an envelope and a value. Yields name, envelope and value of those
        that are sound, in the order of their names, and reports the others."""
        for name in self.store.objects[kind]:
            try:
                with self._naming(name.name):
                    envelope, value = decode(name, self._read(name))
                    require(ulid_text(envelope.ulid) == name.ulid, "the ULID inside differs from the name", NAME)
                    require(not name.host or envelope.signer == name.host, "the signer is not the host of the name", NAME)
            except Failure as failure:
                self.report(failure)
            else:
                yield name, envelope, value

    def _under_index_key(self, kind, decode):
        def both(_, data):
            envelope = open_under_index_key(self.id, data, self.keys, TYPE_OF[kind], self.signer_key)
            return envelope, decode(envelope.body)
        return self._each(kind, both)

    # Epochs, slots, hosts

    def _admins(self):
        return {signer_id(epoch.admin): epoch.admin for epoch in self.epochs}

    def _read_epochs(self):
        """The chain of epochs: each is signed by the admin of the one before, and the first stands in the descriptor."""
        self.epochs, self.epoch_hashes = [Epoch(0, 0, self.descriptor.admin, self.descriptor.restore)], []
        waiting = list(self.store.objects["epochs"])
        failures = {}
        progress = True
        while progress:
            progress = False
            for name in list(waiting):
                try:
                    with self._naming(name.name):
                        newest = self.epochs[-1]
                        data = self._read(name)
                        envelope = open_plain(self.id, data, {signer_id(newest.admin): newest.admin})
                        require(envelope.header.type == 10, "the type does not stand under such a name")
                        require(ulid_text(envelope.ulid) == name.ulid, "the ULID inside differs from the name", NAME)
                        record = decode_message(EPOCH, envelope.body)
                        require(record["epoch"] == newest.number + 1, "the number of the epoch does not follow the one before")
                        require(record["domain"] < 1 << 16, "the domain has more than 16 bits")
                        require(len({newest.domain, record["domain"]}) == 1 or record["domain"] not in {e.domain for e in self.epochs},
                                "the domain is a former one")
                except Failure as failure:
                    failures[name.name] = failure
                else:
                    self.epochs.append(Epoch(record["epoch"], record["domain"], record["admin"], record["restore"]))
                    self.epoch_hashes.append(name.hash)
                    waiting.remove(name)
                    progress = True
        for name in waiting:
            self.report(failures[name.name])

    def _open_slots(self, secret):
        """Reads slots and rosters, and gives the seeds that the secret opens."""
        admins, slots, rosters, roster_signers = self._admins(), {}, [], {}

        def decode(_, data):
            envelope = open_plain(self.id, data, admins)
            require(envelope.header.type in (8, 9), "the type does not stand under such a name")
            if envelope.header.type == 8:
                return envelope, self._check_slot(decode_message(KEY_SLOT, envelope.body))
            roster_signers[sha256(data)] = envelope.signer
            record = decode_message(ROSTER, envelope.body)
            check_chain_start(record)
            require_ascending(record["slots"], "slots")
            return envelope, record

        for name, envelope, record in self._each("keys", decode):
            if envelope.header.type == 8:
                slots[name.hash] = name, record
            else:
                rosters.append((name, record))
        require(rosters, "there is no roster", MISSING)
        self._check_chain(rosters)
        newest = signer_id(self.epochs[-1].admin)
        current = [pair for pair in rosters if roster_signers[pair[0].hash] == newest]
        require(current, "the admin of the newest epoch signed no roster", SIGNATURE)
        name, roster = max(current, key=lambda pair: pair[1]["sequence"])
        with self._naming(name.name):
            require(roster["epochs"] == self.epoch_hashes, "the roster does not list the epochs that are there", MISSING)
        counting = []
        for slot_hash in roster["slots"]:
            if slot_hash in slots:
                counting.append(slots[slot_hash])
            else:
                self.report(Failure(MISSING, f"the slot {slot_hash.hex()} is not there, or damaged", name.name))
        return self._try_slots(secret, counting)

    @staticmethod
    def _check_slot(record):
        require(record["kind"] is not None, "the kind of slot is not stated")
        require((record["argon2id"] is not None) == (record["kind"] == "PASSPHRASE"), "the parameters of Argon2id do not fit the kind of slot")
        require((record["wrapped_secret"] != b"") == (record["kind"] == "OPENPGP"), "the wrapped secret does not fit the kind of slot")
        if record["argon2id"]:
            parameters = record["argon2id"]
            require(8 <= parameters["memory_kib"] <= MAX_ARGON2_KIB and 1 <= parameters["passes"] <= 1 << 16, "the parameters of Argon2id are out of bounds")
        require(record["seals"], "the slot has no seals")
        require_ascending([seal["epoch"] for seal in record["seals"]], "epochs")
        return record

    @staticmethod
    def _try_slots(secret, slots):
        """A slot may stand in several objects, each with the seals of other epochs."""
        seeds, secrets = {}, {}
        for name, slot in slots:
            place = slot["slot"]
            key = secrets.get(place) or secret.for_slot(slot)
            if key is None or sodium.crypto_scalarmult_base(key) != slot["recipient"]:
                continue
            secrets[place] = key
            for seal in slot["seals"]:
                try:
                    seed = unseal(seal["sealed_seed"], key, f"epoch {seal['epoch']}")
                except Failure as failure:
                    failure.name = name.name
                    raise
                require(seeds.setdefault(seal["epoch"], seed) == seed, "two slots hold different seeds of one epoch", CONTENT)
        if not seeds:
            raise Failure(WRONG_KEY, "no slot opens")
        return seeds

    def _check_chain(self, records):
        """Records with a sequence from 1 and the hash of the one before: none may be missing, and none stand twice."""
        by_sequence = {}
        for name, record in records:
            if by_sequence.setdefault(record["sequence"], (name, record))[0] is not name:
                self.report(Failure(CONTENT, f"there are two records with sequence {record['sequence']}", name.name))
        for sequence, (name, record) in sorted(by_sequence.items()):
            if sequence == 1:
                continue
            before = by_sequence.get(sequence - 1)
            if before is None:
                self.report(Failure(MISSING, f"the record with sequence {sequence - 1} is not there", name.name))
            elif before[0].hash != record["previous"]:
                self.report(Failure(CONTENT, "the record before is not the one this names", name.name))

    def _read_hosts(self):
        self.roles, self.public_keys, self.host_names, self.revoked, self.may_forget = collections.defaultdict(set), {}, {}, {}, set()
        for signer, key in self._admins().items():
            self.public_keys[signer] = key
            self.roles[signer].add("admin")
        found = [(name, record) for name, _, record in self._under_index_key("hosts", self._decode_host)]
        self._check_chain(found)
        for _, record in sorted(found, key=lambda pair: pair[1]["sequence"]):
            signer = signer_id(record["public_key"])
            if record["kind"] == "REVOKE":
                self.revoked[signer] = record["created"]
                continue
            self.public_keys[signer] = record["public_key"]
            self.revoked.pop(signer, None)
            self.roles[signer].add("host" if record["kind"] == "ENROL" else "maintainer")
            self.host_names.setdefault(signer, record["name"])
            if record["may_forget"]:
                self.may_forget.add(signer)

    @staticmethod
    def _decode_host(body):
        record = decode_message(HOST, body)
        check_chain_start(record)
        require(record["kind"] is not None, "the kind of host record is not stated")
        require(not record["may_forget"] or record["kind"] == "ENDORSE", "only an endorsement may allow to forget")
        return record

    ENTITLED = {1: {"host", "maintainer", "admin"}, 2: {"host", "maintainer", "admin"}, 3: {"host"}, 4: {"host"}, 5: {"maintainer", "admin"},
                6: {"maintainer", "admin"}, 7: {"admin"}}

    def signer_key(self, signer, kind):
        """The public key of a signer who may sign this type of object."""
        # Only holders of a key of this repository can have made what opens under the index key; snapshots (4) anybody can have made.
        require(signer in self.public_keys, f"the signer {signer.hex()} is not known", FOREIGN if kind == 4 else SIGNATURE)
        require(self.roles[signer] & self.ENTITLED[kind], f"the signer {signer.hex()} is not entitled to it", SIGNATURE)
        return self.public_keys[signer]

    # Ledgers, snapshots, retired records, moves

    def ledgers(self):
        return {name.hash: (name, envelope, ledger) for name, envelope, ledger in self._under_index_key("ledgers", Ledger)}

    def _counts(self, name, envelope, accepted):
        """Of a revoked host only those snapshots count that a list accepts, whatever time they claim."""
        counts = envelope.signer not in self.revoked or name.hash in accepted
        if not counts:
            self.report(Failure(FOREIGN, "its host was revoked, and no list accepts it", name.name))
        return counts

    def _written_after_revocation(self, envelope):
        return envelope.signer in self.revoked and ulid_time(envelope.ulid) > self.revoked[envelope.signer]

    def retired(self):
        """What retired records say, as sets of hashes."""
        def decode(body):
            record = decode_message(RETIRED, body)
            check_chain_start(record)
            what = [(f.name, record[f.name]) for f in RETIRED.values() if f.oneof and record[f.name] is not None]
            require(len(what) == 1, "it does not say what is retired")
            for field, values in what[0][1].items():
                if isinstance(values, list) and (what[0][0] != "summary" or field == "records"):
                    require_ascending(values, field)
            if what[0][0] == "tags":
                check_tag_list(what[0][1])
            record["what"] = what[0]
            return record

        self.tag_lists = {}
        sets, chains, summed = collections.defaultdict(set), collections.defaultdict(list), set()
        for name, envelope, record in self._under_index_key("retired", decode):
            what, content = record["what"]
            if what in ("forgotten", "tags") and envelope.signer not in self.may_forget and "admin" not in self.roles[envelope.signer]:
                self.report(Failure(SIGNATURE, "the signer may not forget snapshots", name.name))
                continue
            chains[envelope.signer].append((name, record))
            if what != "condemnation" and self._written_after_revocation(envelope):
                self.report(Failure(SIGNATURE, "its maintainer had been revoked when it was written", name.name))
                continue
            if what == "tags":
                self.tag_lists[name.hash] = name.name, content
            elif what == "summary":
                summed.update(content["records"])
                for source, target in (("forgotten", "forgotten"), ("void", "void_final"), ("deleted", "deletion"), ("accepted", "accepted")):
                    sets[target].update(content[source])
            else:
                sets[what].update(content.get("objects") or content.get("packs") or ())
        for records in chains.values():
            records.sort(key=lambda pair: pair[1]["sequence"])
            present = {name.hash for name, _ in records}
            for name, record in records:
                if record["previous"] and record["previous"] not in present and record["previous"] not in summed:
                    self.report(Failure(MISSING, f"the record with sequence {record['sequence'] - 1} is not there", name.name))
        return sets

    def later_tags(self, snapshot_hash):
        """The tags that records of 14 gave a snapshot; None if there is no such record. To be called behind retired()."""
        lists = {record: pair for record, pair in self.tag_lists.items() if snapshot_hash in pair[1]["objects"]}
        replaced = {record for _, content in lists.values() for record in content["replaces"]}
        texts = [self._open_tags(name, content) for record, (name, content) in lists.items() if record not in replaced]
        return sorted(set().union(*texts), key=str.encode) if texts else None

    def _open_tags(self, name, content):
        with self._naming(name):
            reader = Reader(unseal(content["sealed"], self.keys.of_epoch("restore", content["epoch"]), "tags"))
            body = reader.take(reader.u32())
            padding = reader.take(reader.end - reader.position)
            require(len(padding) < TAGS_UNIT, "there is more behind tags than padding")
            require_zeros(padding, "tags")
            tags = decode_message(TAG_TEXTS, body)["tags"]
            require(len(tags) <= MAX_TAGS, "there are too many tags")
            require_ascending([tag.encode() for tag in tags], "tags")
            return tags

    def moves(self):
        """Where rows went: for each pack that was copied from, a mapping from its rows to (pack, row)."""
        def decode(body):
            record = decode_message(MOVE, body)
            check_chain_start(record)
            for move in record["moves"]:
                require(len(move["from_rows"]) == len(move["to_rows"]), "a move has rows without a partner")
            return record

        packs = self.packs()
        moved, chains = collections.defaultdict(dict), collections.defaultdict(list)
        for name, envelope, record in self._under_index_key("moves", decode):
            chains[envelope.signer].append((name, record))
            for move in record["moves"]:
                for source, target in zip(move["from_rows"], move["to_rows"]):
                    rows = [packs[p].rows[r][:2] for p, r in ((move["from"], source), (move["to"], target)) if p in packs and r < len(packs[p].rows)]
                    if len(set(rows)) > 1:
                        self.report(Failure(CONTENT, "a row was moved to one of another blob", name.name))
                        continue
                    moved[move["from"]][source] = move["to"], target
        for records in chains.values():
            self._check_chain(records)
        return moved

    def snapshots(self, ledgers, retired):
        """All snapshots that count (12), in the order of their ULIDs."""
        def decode(name, data):
            envelope = open_snapshot(self.id, data, self.keys, name.ledger, self.signer_key)
            record = self._check_snapshot(decode_message(SNAPSHOT, envelope.body))
            return envelope, Snapshot(name, envelope.signer, record)

        found = []
        for name, envelope, snapshot in self._each("snapshots", decode):
            if name.hash in retired["forgotten"] or name.ledger in retired["void_final"]:
                continue
            if not self._counts(name, envelope, retired["accepted"]):
                continue
            try:
                with self._naming(name.name):
                    self._check_against_ledger(name, envelope, snapshot.record, ledgers)
            except Failure as failure:
                self.report(failure)
                continue
            try:
                later = self.later_tags(name.hash)
                snapshot.tags = snapshot.tags if later is None else later
            except Failure as failure:
                self.report(failure)
            found.append((name.ulid, snapshot))
        return [snapshot for _, snapshot in sorted(found, key=lambda pair: pair[0])]

    @staticmethod
    def _check_snapshot(record):
        require(len(record["problems"]) <= MAX_PROBLEMS, "the snapshot lists too many problems")
        require(record["problem_count"] >= len(record["problems"]), "the snapshot lists more problems than it counts")
        require_ascending([tag.encode() for tag in record["tags"]], "tags")
        require(all(root.startswith(b"/") for root in record["roots"]), "a root is not absolute")
        return record

    def _check_against_ledger(self, name, envelope, record, ledgers):
        require(name.ledger in ledgers, "its ledger is not there, or damaged", MISSING)
        ledger_name, ledger_envelope, ledger = ledgers[name.ledger]
        require(ledger_name.ulid == name.ulid and ledger_envelope.signer == envelope.signer, "its ledger is of another session or host", NAME)
        require(ledger.kind == FINAL, "its ledger is not final", CONTENT)
        index_key = self.keys.of_domain("index", envelope.domain)
        keyed = lambda text: hmac_sha256(index_key, b"cairn/1 name", text.encode())
        require(keyed(record["source"]) == ledger.source, "source and ledger do not agree", CONTENT)
        require(sorted(map(keyed, record["tags"])) == ledger.tags, "tags and ledger do not agree", CONTENT)

    # Packs and blobs

    def packs(self):
        """All sound packs by hash. Whole packs are hashed, for a name is only as good as its check."""
        if self._packs is None:
            self._packs, self._places = {}, collections.defaultdict(list)
            for name in self.store.objects["packs"]:
                try:
                    with self._naming(name.name):
                        data = self.store.map(name.name, MAX_PACK)
                        require(sha256(data) == name.hash, "the bytes do not hash to the name", NAME)
                        pack = Pack(self.id, data, self.keys, self.signer_key)
                        pack.name = name
                        pack.check_content()
                except Failure as failure:
                    self.report(failure)
                    continue
                self._packs[name.hash] = pack
                for row in pack.rows:
                    self._places[row.kind, row.id].append((pack, row))
        return self._packs

    def places(self, kind, blob_id):
        self.packs()
        return self._places.get((kind, blob_id), [])

    def read(self, kind, blob_id):
        """A blob, from whichever pack yields it."""
        failed = Failure(MISSING, "no pack holds it", f"blob {blob_id.hex()}")
        for pack, row in self.places(kind, blob_id):
            try:
                with self._naming(pack.name.name):
                    return pack.read(row)
            except Failure as failure:
                failed = failure
        raise failed

    def manifest(self, snapshot):
        return Manifest(self, snapshot.record["manifest"], snapshot.record["manifest_level"])

    def find(self, prefix):
        """The snapshot whose id begins with these digits."""
        found = [s for s in self.snapshots(self.ledgers(), self.retired()) if s.hash.hex().startswith(prefix.lower())]
        if len(found) != 1:
            raise Failure(MISSING, f"{len(found)} sound snapshots have an id that begins so", f"snapshot {prefix}")
        return found[0]


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Verification

class Verification:
    """Looks at every object, every blob, and what snapshots need."""

    def __init__(self, repository):
        self.repository = repository

    def run(self):
        repository = self.repository
        retired, self.moved = repository.retired(), repository.moves()
        ledgers = repository.ledgers()
        self._check_ledger_chains(ledgers)
        snapshots = repository.snapshots(ledgers, retired)
        self.sound = collections.defaultdict(dict)  # pack hash -> row number -> (kind, id), of what could be read
        for name_hash, pack in repository.packs().items():
            self._check_blobs(name_hash, pack)
        self._check_index(retired["deletion"])
        self.by_prefix = collections.defaultdict(list)
        for name_hash in {*self.sound, *self.moved}:
            self.by_prefix[name_hash[:16]].append(name_hash)
        for snapshot in snapshots:
            self._check_snapshot(snapshot, ledgers[snapshot.ledger_hash][2])
        committed = {name.ledger for name in repository.store.objects["snapshots"]}
        for name_hash, (name, _, ledger) in ledgers.items():
            if ledger.kind == FINAL and name_hash not in committed:
                print(f"{name.name}: no snapshot was committed with this final ledger, or it is gone")
        return len(snapshots)

    def _report(self, kind, detail, name):
        self.repository.report(Failure(kind, detail, name))

    def _check_ledger_chains(self, ledgers):
        hosts = collections.defaultdict(list)
        for name, envelope, ledger in ledgers.values():
            hosts[envelope.signer].append((name, ledger))
        for chain in hosts.values():
            chain.sort(key=lambda pair: pair[0].ulid)
            present = {name.hash for name, _ in chain}
            for number, (name, ledger) in enumerate(chain):
                if ledger.previous_kind == 1 and ledger.previous not in present and not self.repository.store.objects["retired"]:
                    self._report(MISSING, f"the ledger before, {ledger.previous.hex()}, is not there, or damaged", name.name)
                if ledger.previous_kind == 0 and number > 0:
                    self._report(CONTENT, "a later ledger calls itself the first of its host", name.name)

    def _check_blobs(self, name_hash, pack):
        self.sound[name_hash] = {}
        for number, row in enumerate(pack.rows):
            try:
                pack.read(row)
                self.sound[name_hash][number] = row.kind, row.id
            except Failure as failure:
                self._report(failure.kind, failure.detail, pack.name.name)

    def _check_index(self, deleted):
        packs = self.repository.packs()
        for name, _, (indexed, contained) in self.repository._under_index_key("index", decode_index):
            for entry in indexed + self._contained(contained, name):
                pack = packs.get(entry.hash)
                if pack is not None and pack.described(entry.hash) != entry:
                    self._report(CONTENT, f"it contradicts the pack {entry.hash.hex()}", name.name)
                elif pack is None and entry.hash not in deleted:
                    self._report(MISSING, f"the pack {entry.hash.hex()} is not there, or damaged", name.name)

    def _contained(self, objects, name, depth=8):
        """What the index objects in an index object say of packs."""
        found = []
        for data in objects:
            try:
                require(depth > 0, "objects in objects beyond all depth")
                envelope = open_under_index_key(self.repository.id, data, self.repository.keys, 2, self.repository.signer_key)
                packs, inner = decode_index(envelope.body)
                found += packs + self._contained(inner, name, depth - 1)
            except Failure as failure:
                self._report(failure.kind, failure.detail, name.name)
        return found

    def _covered(self, ledger, name):
        """The blobs that the rows a ledger selects hold, after moves."""
        covered = set()
        for prefix, selection in ledger.packs:
            found = self.by_prefix.get(prefix, [])
            if not found:
                self._report(MISSING, f"the pack {prefix.hex()}... of its ledger is not there, or damaged", name)
            for pack in found:
                there = self.repository.packs().get(pack)
                if selection is None:
                    rows = range(len(there.rows)) if there else self.moved[pack]
                else:
                    rows = selection[1]
                    if there and len(there.rows) != selection[0]:
                        self._report(CONTENT, f"its ledger states another number of rows for the pack {pack.hex()}", name)
                covered.update(filter(None, (self._follow(pack, row) for row in rows)))
        return covered

    def _follow(self, pack, row):
        for _ in range(len(self.moved) + 1):
            if row in self.sound.get(pack, ()):
                return self.sound[pack][row]
            if row not in self.moved.get(pack, ()):
                return None
            pack, row = self.moved[pack][row]
        return None

    def _check_snapshot(self, snapshot, ledger):
        manifest = self.repository.manifest(snapshot)
        try:
            for entry in manifest.entries():
                manifest.collect(entry)
        except Failure as failure:
            self._report(failure.kind, f"{failure.name}: {failure.detail}" if failure.name else failure.detail, snapshot.name)
            return
        covered = self._covered(ledger, snapshot.name)
        for (kind, blob_id), length in manifest.needed.items():
            blob = f"blob {blob_id.hex()}"
            places = self.repository.places(kind, blob_id)
            if not places:
                self._report(MISSING, f"no pack holds {blob}", snapshot.name)
            elif (kind, blob_id) not in covered:
                self._report(MISSING, f"its ledger does not cover {blob}, or it is damaged", snapshot.name)
            elif length is not None and any(row.plain != length for _, row in places):
                self._report(CONTENT, f"{blob} has another length than its extent", snapshot.name)


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Extraction

class Extraction:
    """Writes a snapshot below a new directory: files at their paths, streams as files in `.streams`. The target must not exist or be empty, and
    every block is known to be that of a directory, so that no name leads out of it."""

    def __init__(self, manifest, target):
        self.manifest, self.target, self.warnings = manifest, os.fsencode(target), []
        self.is_root, self._links, self._directories = os.geteuid() == 0, {}, []

    def run(self):
        os.makedirs(self.target, exist_ok=True)
        if os.listdir(self.target):
            raise Failure(CONTENT, "the target is not empty", os.fsdecode(self.target))
        for entry in self.manifest.entries():
            self._write(entry)
        for path, entry in reversed(self._directories):
            self._set_metadata(path, entry)

    def _write(self, entry):
        directory = os.path.join(self.target, b".streams") if entry.cls else self.target
        if entry.cls:
            os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, entry.path)
        if entry.group in self._links:
            os.link(self._links[entry.group], path, follow_symlinks=False)
            return
        try:
            self._make(path, entry)
        except PermissionError as error:
            self.warnings.append(f"{shown(entry.path)}: {error.strerror}")
            return
        if entry.group is not None:
            self._links[entry.group] = path
        if entry.kind == DIRECTORY:
            self._directories.append((path, entry))
        else:
            self._set_metadata(path, entry)

    def _make(self, path, entry):
        if entry.kind in (FILE, STREAM):
            with open(path, "xb", buffering=0) as file:
                for extent in self.manifest.chunks(entry):
                    if extent.id is None:
                        file.seek(extent.length, os.SEEK_CUR)
                    else:
                        self._write_chunk(file, extent)
                file.truncate(entry.size)
        elif entry.kind == DIRECTORY:
            os.mkdir(path, 0o700)
        elif entry.kind == SYMLINK:
            os.symlink(entry.target, path)
        elif entry.kind == FIFO:
            os.mkfifo(path, 0o600)
        else:
            os.mknod(path, 0o600 | (stat.S_IFCHR if entry.kind == CHARACTER else stat.S_IFBLK), os.makedev(*entry.device))

    def _write_chunk(self, file, extent):
        rest = memoryview(self.manifest.blobs.read(CHUNK, extent.id))
        require(len(rest) == extent.length, "a chunk has another length than its extent", CONTENT)
        while rest:
            rest = rest[file.write(rest):]

    def _set_metadata(self, path, entry):
        if self.is_root:
            os.lchown(path, entry.owner.uid, entry.owner.gid)
        for attribute in entry.attributes:
            try:
                os.setxattr(path, attribute.name, self.manifest.attribute(attribute), follow_symlinks=False)
            except OSError as error:
                self.warnings.append(f"{shown(entry.path)}: attribute {shown(attribute.name)}: {error.strerror}")
        if entry.kind != SYMLINK:
            os.chmod(path, entry.mode)
        moment = entry.modified[0] * 1_000_000_000 + entry.modified[1]
        os.utime(path, ns=(moment, moment), follow_symlinks=False)


# ---------------------------------------------------------------------------------------------------------------------------------------------
# Commands

def shown(name):
    """Bytes as text on one line."""
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown_time(milliseconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def print_failures(repository):
    for failure in repository.foreign + repository.problems:
        print(failure)


def command_list(repository, _):
    for snapshot in repository.snapshots(repository.ledgers(), repository.retired()):
        record = snapshot.record
        host = record["host_name"] or repository.host_names.get(snapshot.signer, "")
        tags = [f"[{shown(','.join(snapshot.tags))}]"] if snapshot.tags else []
        print(snapshot.hash.hex()[:8], shown_time(record["started"]), shown(host), shown(record["source"]), *tags)


def command_ls(repository, arguments):
    snapshot = repository.find(arguments.snapshot)
    for entry in repository.manifest(snapshot).entries():
        owner = f"{shown(entry.owner.user) or entry.owner.uid}:{shown(entry.owner.group) or entry.owner.gid}"
        size = "%d,%d" % entry.device if entry.kind in (CHARACTER, BLOCK) else entry.size
        target = f" -> {shown(entry.target)}" if entry.kind == SYMLINK else ""
        print(f"{LETTERS[entry.kind]}{entry.mode:04o} {owner} {size} {entry.modified[0]}.{entry.modified[1]:09d} {shown(entry.path)}{target}")


def command_extract(repository, arguments):
    snapshot = repository.find(arguments.snapshot)
    extraction = Extraction(repository.manifest(snapshot), arguments.target)
    extraction.run()
    for warning in extraction.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def command_verify(repository, _):
    count = Verification(repository).run()
    if not repository.problems:
        print(f"all is well: {len(repository.packs())} packs, {count} snapshots")


COMMANDS = {"list": command_list, "ls": command_ls, "extract": command_extract, "verify": command_verify}


def parse_arguments():
    parser = argparse.ArgumentParser(description="Reads a Cairn repository in a local directory.")
    parser.add_argument("repository")
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--recovery-key-file", metavar="FILE")
    secret.add_argument("--passphrase-file", metavar="FILE", help="the passphrase is the file's content, without a line feed at its end")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list snapshots")
    commands.add_parser("verify", help="verify every object")
    ls = commands.add_parser("ls", help="list the entries of a snapshot")
    ls.add_argument("snapshot")
    extract = commands.add_parser("extract", help="write a snapshot to a new directory")
    extract.add_argument("snapshot")
    extract.add_argument("target")
    return parser.parse_args()


def read_secret(arguments):
    if arguments.recovery_key_file:
        with open(arguments.recovery_key_file, encoding="ascii", errors="replace") as file:
            return Secret(recovery_key=parse_recovery_key(file.read()))
    with open(arguments.passphrase_file, "rb") as file:
        return Secret(passphrase=re.sub(rb"\r?\n\Z", b"", file.read()))


def main():
    arguments = parse_arguments()
    sys.stdout.reconfigure(errors="backslashreplace")
    repository, refused = Repository(arguments.repository), False
    try:
        repository.open(read_secret(arguments))
        COMMANDS[arguments.command](repository, arguments)
    except Failure as failure:
        repository.report(failure)
        refused = True
    print_failures(repository)
    return 13 if refused or repository.problems else 0


if __name__ == "__main__":
    sys.exit(main())
