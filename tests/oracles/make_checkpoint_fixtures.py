"""Makes the small checkpoint files that the format tests read. (Hostile ones are made in HostileCheckpoints.cs.)

    /usr/bin/python3 tests/oracles/make_checkpoint_fixtures.py

Every good file comes with EXPECTED.safetensors: the same tensors by name, dense (bfloat16 as the int16
of its bits). Legacy files name their storages by address, so those differ from run to run.
"""

import collections
import io
import json
import os
import pathlib
import struct
import sys
import warnings
import zipfile

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import safetensors_file

OUT = pathlib.Path(__file__).parents[1] / "TalkingHead.Tests" / "Fixtures" / "Checkpoints"
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


# --- a file as later versions of PyTorch write it, opcode by opcode --------------------------------------------------

def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


PROTO2 = b"\x80\x02"


def zipped(tree, storages=None, method=zipfile.ZIP_STORED, root="archive", extra=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        members = {"data.pkl": tree, "version": b"3\n", **{f"data/{key}": content for key, content in (storages or {}).items()},
                   **(extra or {})}
        for title, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{root}/{title}"), content, method)  # ZipInfo: the same date each time
    return buffer.getvalue()


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


if __name__ == "__main__":
    for old in OUT.glob("*.*"):
        if old.is_file():
            os.remove(old)
    make_good()
    make_safetensors()
    make_npy()
    total = sum(file.stat().st_size for file in OUT.rglob("*") if file.is_file())
    print(f"{total} bytes under {OUT.name}")
