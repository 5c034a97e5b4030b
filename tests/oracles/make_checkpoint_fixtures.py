"""Makes the small checkpoint files that the format tests read, good and hostile.

    /usr/bin/python3 tests/oracles/make_checkpoint_fixtures.py

Every good file comes with EXPECTED.safetensors: the same tensors by name, dense (bfloat16 as the int16
of its bits). Legacy files name their storages by address, so those differ from run to run. The hostile files try to run code
(they would leave a file named executed.marker in the working directory) or to exhaust the reader; nothing here
loads them.
"""

import collections
import io
import json
import os
import pathlib
import pickle
import struct
import sys
import warnings
import zipfile

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import safetensors_file

OUT = pathlib.Path(__file__).parents[1] / "TalkingHead.Tests" / "Fixtures" / "Checkpoints"
HOSTILE = OUT / "hostile"
MARKER = "executed.marker"
warnings.filterwarnings("ignore")


# --- good files ---------------------------------------------------------------------------------------------------

def ramp(*shape, dtype=torch.float32):
    count = int(np.prod(shape))
    return (torch.arange(count, dtype=torch.float64) * 0.37 - count / 5).to(dtype).reshape(shape)


class Numbers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 3)
        self.norm = torch.nn.BatchNorm2d(3)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(ramp(*parameter.shape))


def views():
    """Tensors that look into shared storages with offsets and strides."""
    base = ramp(4, 6)
    return {
        "base": base,
        "transposed": base.t(),
        "column": base[:, 2],
        "steps": base.flatten()[1::5],
        "inner": base[1:3, 2:5],
        "expanded": ramp(3, 1).expand(3, 4),
        "scalar": base[3, 5],
        "empty": torch.zeros(0, 7),
        "one": base[2:3, 1:2],
    }


def dtypes():
    return {
        "half": ramp(5, dtype=torch.float16),
        "bfloat16": ramp(5, dtype=torch.bfloat16),
        "double": ramp(5, dtype=torch.float64),
        "int8": ramp(5).to(torch.int8),
        "uint8": (ramp(5) + 2).to(torch.uint8),
        "int16": ramp(5).to(torch.int16),
        "int32": ramp(5).to(torch.int32),
        "int64": ramp(5).to(torch.int64),
        "bool": ramp(5) > 0,
    }


def training_state():
    """What a training script saves: state dicts, an optimiser, numbers, lists, numpy scalars."""
    module = Numbers()
    optimiser = torch.optim.Adam(module.parameters(), lr=5e-5, betas=(0.0, 0.999))
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimiser.step()
    return {
        "epoch": 7,
        "losses": [0.5, 0.25, np.float64(0.125), np.float32(0.75), np.int64(3)],
        "state_dict": module.state_dict(),
        "optimizer": optimiser.state_dict(),
        "parameter": torch.nn.Parameter(ramp(2, 2)),
        "nested": {"inner": {"deep": ramp(3)}, "pair": (1, "two", None, True)},
        "size": torch.Size([1, 2, 3]),
        "device": torch.device("cuda", 1),
        "dtype": torch.float16,
        "huge": -(1 << 200),
        "bytes": b"\x00\xff\x80",
        "none_bytes": b"",
        "set": {1},
        "frozen": frozenset(["a"]),
    }


def flat(value, prefix=""):
    """Every tensor of a tree by its path."""
    if isinstance(value, torch.Tensor):
        return {prefix: value.detach()}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else []
    found = {}
    for key, item in items:
        found.update(flat(item, f"{prefix}/{key}" if prefix else str(key)))
    return found


def save_expected(name, value):
    tensors = {key: (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).contiguous()
               for key, tensor in flat(value).items()}
    safetensors_file.save(OUT / f"{name}.expected.safetensors", tensors)


def make_good():
    for name, value in {"views": views(), "dtypes": dtypes(), "training": training_state(),
                        "state-dict": Numbers().state_dict()}.items():
        torch.save(value, OUT / f"{name}.zip.pth")
        torch.save(value, OUT / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
        save_expected(name, value)
    torch.save(views(), OUT / "protocol4.zip.pth", pickle_protocol=4)
    torch.save(Numbers(), OUT / "module.zip.pth")
    later = {"byteorder": b"little", ".format_version": b"1", ".data/serialization_id": b"1" * 40}
    numbers = np.arange(4, dtype=np.float32)
    (OUT / "torch2.zip.pth").write_bytes(zipped(PROTO2 + tensor([2, 2], [2, 1]) + b".", {"0": numbers.tobytes()}, extra=later))
    torch.save([ramp(2)], OUT / "list.zip.pth")


def make_safetensors():
    rows = [("half", "F16", np.arange(6, dtype=np.float16).reshape(2, 3)),
            ("brain", "BF16", np.array([0x3f80, 0xc000], dtype=np.uint16)),
            ("double", "F64", np.array(2.5)),
            ("bool", "BOOL", np.array([True, False, True])),
            ("ünïcode/名前", "I64", np.array([-1, 1 << 40])),
            ("empty", "F32", np.zeros((0, 4), dtype=np.float32))]
    header, blobs, at = {"__metadata__": {"format": "pt", "step": "12"}}, [], 0
    for name, kind, array in rows:
        blobs.append(array.tobytes())
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + len(blobs[-1])]}
        at += len(blobs[-1])
    text = json.dumps(header, ensure_ascii=False).encode()
    (OUT / "mixed.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def make_npy():
    np.save(OUT / "landmarks.npy", np.arange(24, dtype=np.float32).reshape(2, 6, 2) / 7)
    np.save(OUT / "scalar.npy", np.array(3.5))
    np.save(OUT / "bool.npy", np.array([True, False]))
    np.save(OUT / "fortran.npy", np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    np.save(OUT / "big-endian.npy", np.arange(3, dtype=">f4"))
    np.save(OUT / "object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    for version in [(2, 0), (3, 0)]:
        with open(OUT / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, np.arange(5, dtype=np.int16), version=version)


# --- hostile files ------------------------------------------------------------------------------------------------

def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


TOUCH = f"touch {MARKER}"
PYTHON = f"open('{MARKER}', 'w')"
PROTO2 = b"\x80\x02"


def zipped(tree, storages=None, method=zipfile.ZIP_STORED, root="archive", extra=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        members = {"data.pkl": tree, "version": b"3\n", **{f"data/{key}": content for key, content in (storages or {}).items()},
                   **(extra or {})}
        for title, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{root}/{title}"), content, method)  # ZipInfo: the same date each time
    return buffer.getvalue()


def legacy(tree):
    start = b"".join(pickle.dumps(value, 2) for value in (
        0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}))
    return start + tree


def storage(kind="FloatStorage", key="0", count=4, extra=b""):
    return (b"(" + text("storage") + name("torch", kind) + text(key) + text("cpu")
            + b"J" + struct.pack("<i", count) + extra + b"tQ")


def integers(*values):
    """A tuple of integers of up to 8 bytes."""
    return b"(" + b"".join(b"\x8a\x09" + value.to_bytes(9, "little", signed=True) for value in values) + b"t"


def tensor(sizes, strides, offset=0, **kind):
    return (name("torch._utils", "_rebuild_tensor_v2") + b"(" + storage(**kind) + b"\x8a\x09"
            + offset.to_bytes(9, "little", signed=True) + integers(*sizes) + integers(*strides)
            + b"\x89" + name("collections", "OrderedDict") + b")R" + b"tR")


def billion_laughs():
    """Lists of ten references to the list before: 10^40 values in a few hundred bytes."""
    body = b"]q\x00"
    for level in range(1, 41):
        body += b"0](" + b"h" + bytes([level - 1]) + (b"h" + bytes([level - 1])) * 9 + b"e" + b"q" + bytes([level])
    return PROTO2 + body + b"."


SIXTEEN = {"0": bytes(16)}
TREES = {
    # these would execute
    "os-system": PROTO2 + name("os", "system") + text(TOUCH) + b"\x85R.",
    "posix-system": PROTO2 + name("posix", "system") + text(TOUCH) + b"\x85R.",
    "builtins-eval": PROTO2 + name("builtins", "eval") + text(PYTHON) + b"\x85R.",
    "python2-exec": PROTO2 + name("__builtin__", "exec") + text(PYTHON) + b"\x85R.",
    "nested-reduce": PROTO2 + name("collections", "OrderedDict") + b"]" + b"]" + text("a")
        + name("subprocess", "call") + b"]" + text("touch") + b"a" + text(MARKER) + b"a" + b"\x85R" + b"a" + b"a" + b"a\x85R.",
    "reduce-getattr": PROTO2 + name("builtins", "getattr") + name("os", "path") + text("join") + b"\x86R.",
    "stack-global": b"\x80\x04" + b"\x8c\x05posix" + b"\x8c\x06system" + b"\x93" + text(TOUCH) + b"\x85R.",
    "stack-global-built": b"\x80\x04" + name("_codecs", "encode") + text("posix") + text("latin1") + b"\x86R"
        + b"\x8c\x06system" + b"\x93" + text(TOUCH) + b"\x85R.",
    "inst": b"(" + b"S'" + TOUCH.encode() + b"'\n" + b"ios\nsystem\n.",
    "inst-binary": PROTO2 + b"(" + text(TOUCH) + b"ios\nsystem\n.",
    "obj": PROTO2 + b"(" + name("os", "system") + text(TOUCH) + b"o.",
    "newobj": PROTO2 + name("collections", "OrderedDict") + b")\x81.",
    "newobj-ex": b"\x80\x04" + name("collections", "OrderedDict") + b")}\x92.",
    "extension-code": PROTO2 + b"\x82\x01" + b")R.",
    "load-from-bytes": PROTO2 + name("torch.storage", "_load_from_bytes") + b"C\x00\x85R.",
    "codecs-decode": PROTO2 + name("_codecs", "encode") + text("a") + text("rot13") + b"\x86R.",
    "call-a-tensor": PROTO2 + tensor([2], [1]) + b")R.",
    "name-with-newlines": PROTO2 + name("torch", "x" * 1000) + b".",
    "build-on-name": PROTO2 + name("collections", "OrderedDict") + b"}b.",
    "name-as-value": PROTO2 + name("collections", "OrderedDict") + b".",
    # these would exhaust or mislead
    "four-gigabytes": PROTO2 + b"X\xff\xff\xff\xffshort.",
    "sixteen-exabytes": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fshort.",
    "negative-length": PROTO2 + b"T\xff\xff\xff\xffshort.",
    "huge-integer": PROTO2 + b"\x8b\xff\xff\xff\x7f\x01.",
    "truncated": PROTO2 + b"}q\x00(" + text("weight")[:7],
    "no-stop": PROTO2 + b"}q\x00",
    "empty": b"",
    "empty-stack": PROTO2 + b"0.",
    "below-the-mark": PROTO2 + b"N(0.",
    "two-values": PROTO2 + b"NN.",
    "missing-mark": PROTO2 + b"]e.",
    "cyclic-list": PROTO2 + b"]q\x00h\x00a.",
    "cyclic-dict": PROTO2 + b"}q\x00" + text("me") + b"h\x00s.",
    "cyclic-ordered-dict": PROTO2 + name("collections", "OrderedDict") + b")R" + b"q\x00" + b"}" + text("me") + b"h\x00s" + b"b.",
    "memo-bomb": PROTO2 + b"Nr\xff\xff\xff\xff.",
    "memo-unset": PROTO2 + b"h\x05.",
    "billion-laughs": billion_laughs(),
    "deep": PROTO2 + b"]" * 20_000 + b"a" * 19_999 + b".",
    "pairs-again": PROTO2 + b"](" + (b"]" + b"(NNe") * 5_000 + b"e" + b"q\x00"
        + (b"0" + name("collections", "OrderedDict") + b"h\x00\x85R") * 1_000 + b".",
    "sets-again": PROTO2 + b"](" + b"N" * 10_000 + b"e" + b"q\x00" + b"("
        + (name("builtins", "set") + b"h\x00\x85R") * 1_000 + b"l.",
    "protocol-nine": b"\x80\x09N.",
    "unknown-opcode": PROTO2 + b"\xfe.",
    "dict-key-list": PROTO2 + b"}]Ns.",
    "odd-items": PROTO2 + b"}(Nu.",
    "persistent-id-text": PROTO2 + text("0") + b"Q.",
    "persistent-id-short": PROTO2 + text("storage") + name("torch", "FloatStorage") + text("0") + b"\x87Q.",
    "persistent-id-callable": PROTO2 + b"(" + text("storage") + name("collections", "OrderedDict") + text("0") + text("cpu") + b"K\x04tQ.",
    "persistent-id-path": PROTO2 + storage(key="../../../../etc/passwd") + b".",
    "storage-missing": PROTO2 + tensor([2], [1], key="7") + b".",
    "storage-too-long": PROTO2 + tensor([2], [1], count=1_000_000) + b".",
    "storage-negative": PROTO2 + tensor([2], [1], count=-4) + b".",
    "tensor-beyond": PROTO2 + tensor([5], [1]) + b".",
    "tensor-offset": PROTO2 + tensor([2], [1], offset=1 << 61) + b".",
    "negative-offset": PROTO2 + tensor([2], [1], offset=-1) + b".",
    "negative-stride": PROTO2 + tensor([2], [-1], offset=3) + b".",
    "negative-size": PROTO2 + tensor([-2], [1]) + b".",
    "overflowing-size": PROTO2 + tensor([1 << 32, 1 << 32], [1 << 32, 1]) + b".",
    "overflowing-stride": PROTO2 + tensor([3, 3], [1 << 62, 1 << 62]) + b".",
    "unfolding": PROTO2 + tensor([1 << 40], [0]) + b".",
    "wide-integer": PROTO2 + name("torch._utils", "_rebuild_tensor_v2") + b"(" + storage() + b"\x8a\x0a" + b"\x01" * 10 + b"))tR.",
    "sizes-and-strides": PROTO2 + tensor([2, 2], [1]) + b".",
}


def make_hostile():
    for title, tree in TREES.items():
        (HOSTILE / f"{title}.pth").write_bytes(zipped(tree, SIXTEEN))
    for title in ["os-system", "cyclic-list", "truncated", "tensor-beyond"]:
        extra = {"tensor-beyond": PROTO2 + tensor([5], [1], extra=b"N") + b"."}
        (HOSTILE / f"legacy-{title}.pth").write_bytes(legacy(extra.get(title, TREES[title])))
    good = PROTO2 + tensor([4], [1], extra=b"N") + b"."
    keys = pickle.dumps(["0"], 2)
    files = {
        "legacy-storage-cut": legacy(good) + keys + struct.pack("<q", 4) + bytes(7),
        "legacy-storage-count": legacy(good) + keys + struct.pack("<q", 1 << 60) + bytes(16),
        "legacy-storage-unlisted": legacy(good) + pickle.dumps([], 2),
        "legacy-storage-twice": legacy(good) + pickle.dumps(["0", "0"], 2) + (struct.pack("<q", 4) + bytes(16)) * 2,
        "legacy-module": legacy(PROTO2 + b"(" + text("module") + name("collections", "OrderedDict") + text("a.py") + text(PYTHON) + b"tQ."),
        "legacy-magic": pickle.dumps(12345, 2) + good,
        "zip-compressed": zipped(PROTO2 + b"}" * 10_000_000, method=zipfile.ZIP_DEFLATED)[:20_000_000],
        "zip-cut": zipped(PROTO2 + tensor([4], [1]) + b".", SIXTEEN)[:-30],
        "zip-big-endian": zipped(PROTO2 + tensor([4], [1]) + b".", SIXTEEN, extra={"byteorder": b"big"}),
        "zip-no-tree": zipped(b"", root="a/b"),
        "not-a-checkpoint": b"<!DOCTYPE html><html><body>404</body></html>",
    }
    body = bytearray(zipped(PROTO2 + tensor([4], [1]) + b".", SIXTEEN))
    central = body.find(b"PK\x01\x02")
    struct.pack_into("<I", body, central + 42, 0x7FFFFFF0)
    files["zip-member-beyond"] = bytes(body)
    for title, content in files.items():
        (HOSTILE / f"{title}.pth").write_bytes(content)


if __name__ == "__main__":
    HOSTILE.mkdir(parents=True, exist_ok=True)
    for old in [*OUT.glob("*.*"), *HOSTILE.glob("*.pth")]:
        if old.is_file():
            os.remove(old)
    make_good()
    make_safetensors()
    make_npy()
    make_hostile()
    total = sum(file.stat().st_size for file in OUT.rglob("*") if file.is_file())
    print(f"{len(TREES)} hostile trees; {total} bytes under {OUT.name}")
