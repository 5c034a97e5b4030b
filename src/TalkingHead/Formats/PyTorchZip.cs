namespace TalkingHead.Formats;

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
        var trees = zip.Names.Where(name => name.EndsWith(Tree, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - Tree.Length).ToArray();
        if (trees.Length != 1)
            throw new UserException($"{file.Path}: is a zip archive with {trees.Length} members NAME{Tree}; a file of torch.save has one.");
        var root = trees[0][..^Tree.Length];
        if (zip.Contains($"{root}/constants.pkl"))
            throw new UserException($"{file.Path}: is a TorchScript program, not a checkpoint; a file of tensors from torch.save is expected.");
        CheckByteOrder(file, zip, root);

        var (start, length) = zip.Locate(trees[0]);
        var cursor = new PickleCursor(file, start, start + length, file.Path);
        var names = new PickleNames(cursor, file.Path, file.Length);
        return new PickleReader(cursor, Load, names).Read();

        // ('storage', type, key, location, number of elements)
        PickledValue Load(PickledValue id)
        {
            if (id is not PickledSequence { Items: [PickledString { Value: "storage" }, var type, PickledString key, PickledString, var elements] })
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
