#!/usr/bin/python3
"""Reads TensorBoard event files without TensorBoard: checks every checksum and prints what each event holds.

    /usr/bin/python3 tests/oracles/read_events.py FILE... [--extract DIR]

Shares nothing with the writer: records and protocol-buffer fields are taken apart by hand. --extract writes the
pictures to a folder.
"""

import argparse
import pathlib
import struct

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)  # CRC-32C, Castagnoli's polynomial reversed
    TABLE.append(byte)


def masked_checksum(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 255]
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, check = struct.unpack_from("<QI", data, at)
        body = data[at + 12:at + 12 + length]
        (body_check,) = struct.unpack_from("<I", data, at + 12 + length)
        if check != masked_checksum(data[at:at + 8]) or body_check != masked_checksum(body):
            raise SystemExit(f"the record at byte {at} has a wrong checksum")
        yield body
        at += 16 + length


def fields(data):
    """A message's fields as {number: [values]}: integers, raw 4 or 8 bytes, or bytes."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = data[at:at + size]
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def describe(value):
    """A summary value: its tag and what it holds; a picture's bytes too."""
    tag = value[1][0].decode()
    if 2 in value:
        return tag, f"scalar {struct.unpack('<f', value[2][0])[0]:g}", None
    if 4 in value:
        image = fields(value[4][0])
        return tag, f"image {image[1][0]}x{image[2][0]}, {len(image[4][0])} bytes", image[4][0]
    if 5 in value:
        histogram = fields(value[5][0])
        number = {key: struct.unpack("<d", histogram[key][0])[0] if key in histogram else 0.0 for key in range(1, 6)}
        counts = struct.unpack(f"<{len(histogram[7][0]) // 8}d", histogram[7][0])
        assert sum(counts) == number[3], "the buckets do not hold all values"
        return tag, f"histogram of {number[3]:g} in {number[1]:g}..{number[2]:g}, {len(counts)} buckets", None
    if 8 in value:
        tensor = fields(value[8][0])
        plugin = fields(fields(value[9][0])[1][0])[1][0].decode()
        return tag, f"{plugin} {tensor[8][0].decode()!r}", None
    return tag, "scalar 0", None  # proto3 leaves a zero out only where the field has no presence


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--extract", type=pathlib.Path)
    options = parser.parse_args()
    for path in options.files:
        events = [fields(record) for record in records(path.read_bytes())]
        assert events[0][3][0] == b"brain.Event:2", "the first event does not name the format"
        for event in events[1:]:
            step = event.get(2, [0])[0]
            for raw in fields(event[5][0])[1]:
                tag, text, picture = describe(fields(raw))
                print(f"step {step:6} {tag}: {text}")
                if picture and options.extract:
                    options.extract.mkdir(parents=True, exist_ok=True)
                    kind = "gif" if picture[:4] == b"GIF8" else "png"
                    (options.extract / f"{tag.replace('/', '_')}-{step}.{kind}").write_bytes(picture)
        print(f"{path}: {len(events)} events, every checksum right")


if __name__ == "__main__":
    main()
