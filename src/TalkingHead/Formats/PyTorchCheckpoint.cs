using static TorchSharp.torch;

namespace TalkingHead.Formats;

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
            _ when StartsWith("ustar"u8, TarMagicOffset) => throw Unknown("a tar archive, as PyTorch wrote before 0.1.10 or as a folder is packed"),
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
    /// <exception cref="UserException">There is no such key, or what it holds is not all tensors; the message lists the keys there are.</exception>
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
