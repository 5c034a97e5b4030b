namespace TalkingHead.Formats;

/// <summary>
/// An open safetensors file: memory-mapped, its header fully checked, nothing else read. Dispose it when the tensors
/// have been taken out.
/// </summary>
public sealed class SafeTensorsFile : IDisposable
{
    readonly MappedFile file;

    SafeTensorsFile(MappedFile file)
    {
        this.file = file;
        var (places, metadata, start) = SafeTensorsHeader.Read(file);
        Metadata = metadata;
        foreach (var place in places)
        {
            var storage = new TensorStorage(file, place.End - place.Begin) { Start = start + place.Begin };
            tensors.Add(place.Name, new StoredTensor(
                place.Type, place.Shape, StoredTensor.DenseStrides(place.Shape), 0, storage, $"{file.Path}: tensor \"{place.Name}\""));
        }
    }

    readonly OrderedDictionary<string, StoredTensor> tensors = [];

    /// <summary>Where the file is.</summary>
    public string Path => file.Path;

    /// <summary>Every tensor by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="UserException">The file is missing, truncated or not in this format.</exception>
    public static SafeTensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafeTensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
