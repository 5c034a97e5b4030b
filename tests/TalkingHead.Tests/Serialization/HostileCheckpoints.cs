using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;

namespace TalkingHead.Tests.Serialization;

/// <summary>
/// Checkpoints that no pickler writes, from opcodes by their names in Python's pickletools. Some would run code: they would
/// leave a file named <see cref="Marker"/> in the working directory. Others exhaust or mislead a reader.
/// </summary>
static class HostileCheckpoints
{
    internal const string Marker = "executed.marker";

    const string Touch = $"touch {Marker}", Python = $"open('{Marker}', 'w')";

    static readonly byte[] mark = "("u8.ToArray(), stop = "."u8.ToArray(), pop = "0"u8.ToArray(), none = "N"u8.ToArray(),
        reduce = "R"u8.ToArray(),
        tuple = "t"u8.ToArray(), tuple1 = [0x85], tuple2 = [0x86], tuple3 = [0x87], emptyTuple = ")"u8.ToArray(),
        emptyList = "]"u8.ToArray(),
        emptyDict = "}"u8.ToArray(), append = "a"u8.ToArray(), appends = "e"u8.ToArray(), list = "l"u8.ToArray(), setItem = "s"u8.ToArray(),
        setItems = "u"u8.ToArray(), build = "b"u8.ToArray(), persistentId = "Q"u8.ToArray(), newFalse = [0x89], newObj = [0x81],
        newObjEx = [0x92],
        obj = "o"u8.ToArray(), stackGlobal = [0x93];

    static readonly byte[] orderedDict = Global("collections", "OrderedDict");

    // Zip files with this tree and 16 bytes of storage "0".
    static readonly Dictionary<string, byte[]> trees = new()
    {
        // These would run code.
        ["os-system"] = Tree(Global("os", "system"), Text(Touch), tuple1, reduce),
        ["posix-system"] = Tree(Global("posix", "system"), Text(Touch), tuple1, reduce),
        ["builtins-eval"] = Tree(Global("builtins", "eval"), Text(Python), tuple1, reduce),
        ["python2-exec"] = Tree(Global("__builtin__", "exec"), Text(Python), tuple1, reduce),
        ["nested-reduce"] = Tree(orderedDict, emptyList, emptyList, Text("a"), Global("subprocess", "call"), emptyList,
            Text("touch"), append,
            Text(Marker), append, tuple1, reduce, append, append, append, tuple1, reduce),
        ["reduce-getattr"] = Tree(Global("builtins", "getattr"), Global("os", "path"), Text("join"), tuple2, reduce),
        ["stack-global"] = Join(Proto(4), ShortText("posix"), ShortText("system"), stackGlobal, Text(Touch), tuple1, reduce, stop),
        ["stack-global-built"] = Join(Proto(4), Global("_codecs", "encode"), Text("posix"), Text("latin1"), tuple2, reduce,
            ShortText("system"), stackGlobal, Text(Touch), tuple1, reduce, stop),
        ["inst"] = Join(mark, Ascii($"S'{Touch}'\n"), Inst("os", "system"), stop),
        ["inst-binary"] = Tree(mark, Text(Touch), Inst("os", "system")),
        ["obj"] = Tree(mark, Global("os", "system"), Text(Touch), obj),
        ["newobj"] = Tree(orderedDict, emptyTuple, newObj),
        ["newobj-ex"] = Join(Proto(4), orderedDict, emptyTuple, emptyDict, newObjEx, stop),
        ["extension-code"] = Tree(Ext1(1), emptyTuple, reduce),
        ["load-from-bytes"] = Tree(Global("torch.storage", "_load_from_bytes"), ShortBytes(), tuple1, reduce),
        ["codecs-decode"] = Tree(Global("_codecs", "encode"), Text("a"), Text("rot13"), tuple2, reduce),
        ["call-a-tensor"] = Tree(Tensor([2], [1]), emptyTuple, reduce),
        ["name-with-newlines"] = Tree(Global("torch", new('x', 1000))),
        ["build-on-name"] = Tree(orderedDict, emptyDict, build),
        ["name-as-value"] = Tree(orderedDict),

        // These would exhaust or mislead a reader.
        ["four-gigabytes"] = Tree(Announced('X', 4, -1), Ascii("short")),
        ["sixteen-exabytes"] = Join(Proto(4), Announced('\x8d', 8, long.MaxValue), Ascii("short"), stop),
        ["negative-length"] = Tree(Announced('T', 4, -1), Ascii("short")),
        ["huge-integer"] = Tree(Announced('\x8b', 4, int.MaxValue), [1]),
        ["truncated"] = Join(Proto(2), emptyDict, Put(0), mark, Text("weight")[..7]),
        ["no-stop"] = Join(Proto(2), emptyDict, Put(0)),
        ["empty"] = [],
        ["empty-stack"] = Tree(pop),
        ["below-the-mark"] = Tree(none, mark, pop),
        ["two-values"] = Tree(none, none),
        ["missing-mark"] = Tree(emptyList, appends),
        ["cyclic-list"] = Tree(emptyList, Put(0), Get(0), append),
        ["cyclic-dict"] = Tree(emptyDict, Put(0), Text("me"), Get(0), setItem),
        ["cyclic-ordered-dict"] = Tree(orderedDict, emptyTuple, reduce, Put(0), emptyDict, Text("me"), Get(0), setItem, build),
        ["memo-bomb"] = Tree(none, Announced('r', 4, -1)),
        ["memo-unset"] = Tree(Get(5)),
        ["billion-laughs"] = Tree(BillionLaughs()),
        ["deep"] = Tree(Times(20_000, emptyList), Times(19_999, append)),
        ["pairs-again"] = Tree(emptyList, mark, Times(5_000, emptyList, mark, none, none, appends), appends, Put(0),
            Times(1_000, pop, orderedDict, Get(0), tuple1, reduce)),
        ["sets-again"] = Tree(emptyList, mark, Times(10_000, none), appends, Put(0), mark,
            Times(1_000, Global("builtins", "set"), Get(0), tuple1, reduce), list),
        ["protocol-nine"] = Join(Proto(9), none, stop),
        ["unknown-opcode"] = Tree([0xfe]),
        ["dict-key-list"] = Tree(emptyDict, emptyList, none, setItem),
        ["odd-items"] = Tree(emptyDict, mark, none, setItems),
        ["persistent-id-text"] = Tree(Text("0"), persistentId),
        ["persistent-id-short"] = Tree(Text("storage"), Global("torch", "FloatStorage"), Text("0"), tuple3, persistentId),
        ["persistent-id-callable"] = Tree(mark, Text("storage"), orderedDict, Text("0"), Text("cpu"), SmallInteger(4), tuple, persistentId),
        ["persistent-id-path"] = Tree(Storage(key: "../../../../etc/passwd")),
        ["storage-missing"] = Tree(Tensor([2], [1], storage: Storage(key: "7"))),
        ["storage-too-long"] = Tree(Tensor([2], [1], storage: Storage(count: 1_000_000))),
        ["storage-negative"] = Tree(Tensor([2], [1], storage: Storage(count: -4))),
        ["tensor-beyond"] = Tree(Tensor([5], [1])),
        ["tensor-offset"] = Tree(Tensor([2], [1], offset: 1L << 61)),
        ["negative-offset"] = Tree(Tensor([2], [1], offset: -1)),
        ["negative-stride"] = Tree(Tensor([2], [-1], offset: 3)),
        ["negative-size"] = Tree(Tensor([-2], [1])),
        ["overflowing-size"] = Tree(Tensor([1L << 32, 1L << 32], [1L << 32, 1])),
        ["overflowing-stride"] = Tree(Tensor([3, 3], [1L << 62, 1L << 62])),
        ["unfolding"] = Tree(Tensor([1L << 40], [0])),
        ["wide-integer"] = Tree(Global("torch._utils", "_rebuild_tensor_v2"), mark, Storage(), [0x8a, 10], Times(10, [1]), emptyTuple,
            emptyTuple, tuple, reduce),
        ["sizes-and-strides"] = Tree(Tensor([2, 2], [1])),
    };

    /// <summary>Contents by name.</summary>
    internal static IReadOnlyDictionary<string, byte[]> All { get; } = trees.Select(tree => (tree.Key, Zipped(tree.Value))).Concat(Others())
        .ToDictionary(file => file.Key, file => file.Item2);

    static IEnumerable<(string Key, byte[])> Others()
    {
        byte[] good = Tree(Tensor([4], [1])), oldGood = Tree(Tensor([4], [1], storage: Storage(extra: none)));
        byte[] keys = Tree(emptyList, Text("0"), append), noKeys = Tree(emptyList), twice = Tree(emptyList, mark, Text("0"),
            Text("0"), appends);
        foreach (var name in (string[])["os-system", "cyclic-list", "truncated"])
            yield return ($"legacy-{name}", Legacy(trees[name]));
        yield return ("legacy-tensor-beyond", Legacy(Tree(Tensor([5], [1], storage: Storage(extra: none)))));
        yield return ("legacy-storage-cut", Join(Legacy(oldGood), keys, Number(4, 8), new byte[7]));
        yield return ("legacy-storage-count", Join(Legacy(oldGood), keys, Number(1L << 60, 8), new byte[16]));
        yield return ("legacy-storage-unlisted", Join(Legacy(oldGood), noKeys));
        yield return ("legacy-storage-twice", Join(Legacy(oldGood), twice, Times(2, Number(4, 8), new byte[16])));
        yield return ("legacy-module", Legacy(Tree(mark, Text("module"), orderedDict, Text("a.py"), Text(Python), tuple, persistentId)));
        yield return ("legacy-magic", Join(Tree(Integer(12345)), oldGood));
        yield return ("zip-compressed", Zipped(Join(Proto(2), Times(10_000_000, emptyDict)), CompressionLevel.Optimal));
        yield return ("zip-cut", Zipped(good)[..^30]);
        yield return ("zip-big-endian", Zipped(good, more: ("byteorder", "big")));
        yield return ("zip-no-tree", Zipped([], root: "a/b"));
        yield return ("zip-member-beyond", Beyond(Zipped(good)));
        yield return ("not-a-checkpoint", Ascii("<!DOCTYPE html><html><body>404</body></html>"));
    }

    // --- opcodes

    static byte[] Tree(params ReadOnlySpan<byte[]> opcodes) => Join(Proto(2), Join(opcodes), stop);

    static byte[] Proto(byte version) => [0x80, version];

    // BINUNICODE
    static byte[] Text(string value) => Join(Announced('X', 4, Encoding.UTF8.GetByteCount(value)), Encoding.UTF8.GetBytes(value));

    static byte[] ShortText(string value) => Join([0x8c, (byte)value.Length], Ascii(value));

    static byte[] ShortBytes() => [(byte)'C', 0];

    static byte[] Global(string module, string name) => Ascii($"c{module}\n{name}\n");

    static byte[] Inst(string module, string name) => Ascii($"i{module}\n{name}\n");

    static byte[] Ext1(byte code) => [0x82, code];

    static byte[] Put(byte place) => [(byte)'q', place];

    static byte[] Get(byte place) => [(byte)'h', place];

    static byte[] SmallInteger(byte value) => [(byte)'K', value];

    static byte[] Integer(int value) => Join([(byte)'J'], Number(value, 4));

    static byte[] Long(long value) => Join([0x8a, 9], Join(Number(value, 8), [value < 0 ? (byte)0xff : (byte)0])); // LONG1

    // An opcode and the length that it announces.
    static byte[] Announced(char opcode, int bytes, long length) => Join([(byte)opcode], Number(length, bytes));

    // --- what PyTorch writes

    static byte[] Storage(string key = "0", int count = 4, byte[]? extra = null) =>
        Join(mark, Text("storage"), Global("torch", "FloatStorage"), Text(key), Text("cpu"), Integer(count), extra ?? [], tuple,
            persistentId);

    static byte[] Tensor(long[] sizes, long[] strides, long offset = 0, byte[]? storage = null) =>
        Join(Global("torch._utils", "_rebuild_tensor_v2"),
        mark, storage ?? Storage(), Long(offset), Integers(sizes), Integers(strides), newFalse, orderedDict, emptyTuple, reduce,
        tuple, reduce);

    static byte[] Integers(long[] values) => Join(mark, Join([.. values.Select(Long)]), tuple);

    // Lists of ten references to the list before: 10^40 values in a few hundred bytes.
    static byte[] BillionLaughs() => Join(emptyList, Put(0), Join([.. Enumerable.Range(1, 40).Select(level =>
        Join(pop, emptyList, mark, Times(10, Get((byte)(level - 1))), appends, Put((byte)level)))]));

    // The magic number, the protocol and the machine's types; then the tree.
    static byte[] Legacy(byte[] tree)
    {
        var magic = BigInteger.Parse("1950A86A20F9469CFC6C", System.Globalization.NumberStyles.HexNumber, null).ToByteArray();
        return Join(Tree(Join([0x8a, (byte)magic.Length], magic)), Tree(Integer(1001)),
            Tree(emptyDict, mark, Text("protocol_version"), Integer(1001),
            Text("little_endian"), [0x88], Text("type_sizes"), emptyDict, setItems), tree);
    }

    static byte[] Zipped(byte[] tree, CompressionLevel level = CompressionLevel.NoCompression, string root = "archive",
        params (string Name, string Text)[] more)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in (List<(string, byte[])>)[("data.pkl", tree), ("version", Ascii("3\n")),
                .. root == "archive" ? [("data/0", new byte[16])] : (List<(string, byte[])>)[],
                .. more.Select(each => (each.Name, Ascii(each.Text)))])
            {
                var entry = archive.CreateEntry($"{root}/{name}", level);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        return file.ToArray();
    }

    // The first member lies beyond the file, says its directory.
    static byte[] Beyond(byte[] zip)
    {
        const int offset = 42; // in a central directory's entry
        var entry = zip.AsSpan().IndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(entry + offset), 0x7FFFFFF0);
        return zip;
    }

    // --- bytes

    static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    static byte[] Number(long value, int bytes) => BitConverter.GetBytes(value)[..bytes];

    static byte[] Times(int count, params ReadOnlySpan<byte[]> opcodes)
    {
        var once = Join(opcodes);
        var all = new byte[count * once.Length];
        for (var i = 0; i < count; i++)
            once.CopyTo(all, i * once.Length);
        return all;
    }

    static byte[] Join(params ReadOnlySpan<byte[]> parts)
    {
        var all = new MemoryStream();
        foreach (var part in parts)
            all.Write(part);
        return all.ToArray();
    }
}
