using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace TalkingHead.Formats;

/// <summary>
/// The legacy form of torch.save (before PyTorch 1.6): five pickles in a row (magic number, protocol 1001, the
/// writer's system, the tree, the storages' keys), then each storage in the order of the keys: its number of
/// elements in 8 bytes and its bytes.
/// </summary>
sealed class PyTorchLegacy
{
    static readonly BigInteger magicNumber = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    const int ProtocolVersion = 1001;
    const int CountBytes = 8;

    readonly record struct Storage(PickledStorage Value, long Count);

    readonly MappedFile file;
    readonly Dictionary<string, Storage> storages = [];
    long position;
    long work;

    PyTorchLegacy(MappedFile file) => this.file = file;

    internal static PickledValue Read(MappedFile file) => new PyTorchLegacy(file).Read();

    PickledValue Read()
    {
        if (Next() is not PickledInteger magic || magic.Value != magicNumber)
            throw Damaged("it is a pickle, but does not start with torch.save's magic number");
        if (Next() is not PickledInteger version || version.Value != ProtocolVersion)
            throw Damaged($"its protocol version is not {ProtocolVersion}");
        if (Next() is not PickledDictionary system || system.Find("little_endian") is not PickledBool { Value: true })
            throw Damaged("it was written on a big-endian machine, or does not say on which");
        var tree = Next();
        if (Next() is not PickledSequence { Kind: PickledSequence.Sort.List } keys)
            throw Damaged("the list of storages is missing");
        PlaceStorages(keys);
        return tree;
    }

    PickledValue Next()
    {
        var cursor = new PickleCursor(file, position, file.Length, file.Path, work);
        var names = new PickleNames(cursor, file.Path, file.Length);
        var value = new PickleReader(cursor, id => Load(id, cursor, names), names).Read();
        (position, work) = (cursor.Position, cursor.Work);
        return value;
    }

    // ('storage', type, key, location, number of elements, None or (key of the view, offset, number of elements))
    PickledValue Load(PickledValue id, PickleCursor cursor, PickleNames names)
    {
        if (id is PickledSequence { Items: [PickledString { Value: "module" }, ..] })
            throw cursor.Refuse("it holds a whole module with its source text");
        if (id is not PickledSequence { Items: [PickledString { Value: "storage" }, var type, PickledString key, PickledString, var elements, PickledNone] })
            throw cursor.Refuse("a persistent id is not of the form ('storage', type, key, location, count, None)");
        var scalar = names.StorageType(type);
        var count = names.Integer(elements);
        if (count < 0 || count > file.Length / ElementTypes.Size(scalar))
            throw cursor.Refuse($"storage {key.Value} of {count} elements is larger than the file");
        if (!storages.TryGetValue(key.Value, out var storage))
            storages.Add(key.Value, storage = new Storage(new PickledStorage(scalar, new TensorStorage(file, count * ElementTypes.Size(scalar))), count));
        if (storage.Value.Type != scalar || storage.Count != count)
            throw cursor.Refuse($"storage {key.Value} has two types or sizes");
        return storage.Value;
    }

    void PlaceStorages(PickledSequence keys)
    {
        foreach (var key in keys.Items)
        {
            if (key is not PickledString text || !storages.Remove(text.Value, out var storage))
                throw Damaged("the list of storages names one that no tensor uses, or one twice");
            var count = BinaryPrimitives.ReadInt64LittleEndian(file.Slice(position, CountBytes));
            var bytes = storage.Value.Bytes;
            position += CountBytes;
            if (count != storage.Count || bytes.Length > file.Length - position)
                throw Damaged($"storage {text.Value} should hold {storage.Count} elements, {count} are announced and {file.Length - position} bytes are left");
            bytes.Start = position;
            position += bytes.Length;
        }
        if (storages.Count > 0)
            throw Damaged($"{storages.Count} storages are missing from its list");
    }

    UserException Damaged(string what) => new($"{file.Path}: not a whole file of torch.save: {what}. Copy or download it again.");
}
