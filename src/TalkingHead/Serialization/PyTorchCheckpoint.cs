using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace TalkingHead.Serialization;

/// <summary>
/// An open file of <c>torch.save</c>, zip or legacy: its tree of plain values, with the tensors still in the file.
/// Tensors and plain containers are all it reads; a file that asks for anything else is refused with the name it
/// asks for, and nothing in it is ever executed.
/// </summary>
public sealed class PyTorchCheckpoint : IDisposable
{
    const int TarMagicOffset = 257;

    readonly MappedFile file;

    PyTorchCheckpoint(MappedFile file)
    {
        this.file = file;
        Root = file switch
        {
            _ when StartsWith("PK\u0003\u0004"u8, 0) => PyTorchZip.Read(file),
            _ when file.Length > 0 && file.Slice(0, 1)[0] == (byte)PickleOpcode.PROTO => PyTorchLegacy.Read(file),
            _ when StartsWith("ustar"u8, TarMagicOffset) => throw Unknown("a tar archive, as PyTorch wrote before 0.1.10 or as a folder "
                + "is packed"),
            _ => throw Unknown("neither a zip archive nor a pickle"),
        };
    }

    /// <summary>The value that was saved.</summary>
    public PickledValue Root { get; }

    /// <summary>Opens a file and reads its tree; the tensors stay in the file.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or asks for more than tensors and plain containers.</exception>
    public static PyTorchCheckpoint Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new PyTorchCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of a state dict by name, in its order.</summary>
    /// <param name="key">The top-level key that holds it ("G_state_dict"); null when the file is the state dict.</param>
    /// <exception cref="UserException">There is no such key, or what it holds is not all tensors; the message lists the keys
    /// there are.</exception>
    public OrderedDictionary<string, StoredTensor> StateDict(string? key = null)
    {
        var found = key is null ? Root : (Root as PickledDictionary)?.Find(key);
        var where = key is null ? file.Path : $"{file.Path}: \"{key}\"";
        if (found is not PickledDictionary dictionary)
            throw new UserException($"{where}: there is no state dict here. {TopLevel()}");
        var tensors = new OrderedDictionary<string, StoredTensor>();
        foreach (var (name, value) in dictionary.Items)
            if (name is PickledString text && value is PickledTensor tensor)
                tensors.Add(text.Value, tensor.Tensor);
            else
                throw new UserException($"{where}: is no state dict: the entry {Describe(name)} is no tensor. {TopLevel()}");
        return tensors;
    }

    /// <summary>Opens a file and reads one state dict's tensors; see <see cref="StateDict"/>.</summary>
    /// <exception cref="UserException">The file is missing, damaged, refused, or has no such state dict.</exception>
    public static OrderedDictionary<string, Tensor> LoadStateDict(string path, string? key = null, Device? device = null)
    {
        using var file = Open(path);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var (name, stored) in file.StateDict(key))
            tensors.Add(name, stored.ToTensor(device));
        return tensors;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    string TopLevel() => Root is PickledDictionary dictionary
        ? $"Its top-level keys are {string.Join(", ", dictionary.Items.Keys.Take(12).Select(Describe))}."
        : "The file does not hold a dict.";

    static string Describe(PickledValue key) => key switch
    {
        PickledString text => $"\"{text.Value}\"",
        PickledInteger number => $"{number.Value}",
        _ => "of another kind than text",
    };

    bool StartsWith(ReadOnlySpan<byte> magic, int offset) =>
        file.Length >= offset + magic.Length && file.Slice(offset, magic.Length).SequenceEqual(magic);

    UserException Unknown(string what) =>
        new($"{file.Path}: is {what}; expected a file written by torch.save. Check that the download is complete and is not a web page.");
}

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
        if (id is not PickledSequence
            {
                Items: [PickledString { Value: "storage" }, var type, PickledString key, PickledString,
            var elements, PickledNone]
            })
            throw cursor.Refuse("a persistent id is not of the form ('storage', type, key, location, count, None)");
        var scalar = names.StorageType(type);
        var count = names.Integer(elements);
        if (count < 0 || count > file.Length / ElementTypes.Size(scalar))
            throw cursor.Refuse($"storage {key.Value} of {count} elements is larger than the file");
        if (!storages.TryGetValue(key.Value, out var storage))
            storages.Add(key.Value, storage = new Storage(new PickledStorage(scalar,
                new TensorStorage(file, count * ElementTypes.Size(scalar))), count));
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
                throw Damaged(
                    $"storage {text.Value} should hold {storage.Count} elements, {count} are announced and {file.Length - position} "
                        + $"bytes are left");
            bytes.Start = position;
            position += bytes.Length;
        }
        if (storages.Count > 0)
            throw Damaged($"{storages.Count} storages are missing from its list");
    }

    UserException Damaged(string what) => new($"{file.Path}: not a whole file of torch.save: {what}. Copy or download it again.");
}

/// <summary>
/// The zip form of torch.save (PyTorch 1.6 and later): <c>NAME/data.pkl</c> with the tree and <c>NAME/data/KEY</c>
/// with each storage's bytes.
/// </summary>
static class PyTorchZip
{
    const string Tree = "/data.pkl";

    internal static PickledValue Read(MappedFile file)
    {
        var zip = new ZipDirectory(file);
        var trees = zip.Names.Where(name => name.EndsWith(Tree, StringComparison.Ordinal)
            && name.IndexOf('/') == name.Length - Tree.Length).ToArray();
        if (trees.Length != 1)
            throw new UserException($"{file.Path}: is a zip archive with {trees.Length} members NAME{Tree}; a file of torch.save has one.");
        var root = trees[0][..^Tree.Length];
        if (zip.Contains($"{root}/constants.pkl"))
            throw new UserException($"{file.Path}: is a TorchScript program, not a checkpoint; a file of tensors from torch.save is "
                + $"expected.");
        CheckByteOrder(file, zip, root);

        var (start, length) = zip.Locate(trees[0]);
        var cursor = new PickleCursor(file, start, start + length, file.Path);
        var names = new PickleNames(cursor, file.Path, file.Length);
        return new PickleReader(cursor, Load, names).Read();

        // ('storage', type, key, location, number of elements)
        PickledValue Load(PickledValue id)
        {
            if (id is not PickledSequence
                {
                    Items: [PickledString { Value: "storage" }, var type, PickledString key, PickledString,
                var elements]
                })
                throw cursor.Refuse("a persistent id is not of the form ('storage', type, key, location, count)");
            var (at, size) = zip.Locate($"{root}/data/{key.Value}");
            var scalar = names.StorageType(type);
            var count = names.Integer(elements);
            if (count < 0 || count > size / ElementTypes.Size(scalar))
                throw cursor.Refuse($"storage {key.Value} of {count} elements does not fit its {size} bytes");
            return new PickledStorage(scalar, new TensorStorage(file, count * ElementTypes.Size(scalar)) { Start = at });
        }
    }

    static void CheckByteOrder(MappedFile file, ZipDirectory zip, string root)
    {
        if (!zip.Contains($"{root}/byteorder"))
            return; // before PyTorch 2.1: little
        var (start, length) = zip.Locate($"{root}/byteorder");
        if (length != 6 || !file.Slice(start, 6).SequenceEqual("little"u8))
            throw new UserException($"{file.Path}: was written on a big-endian machine; little-endian bytes are expected.");
    }
}
