using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Formats;

/// <summary>Moves stored tensors into a module's parameters and buffers, strictly.</summary>
static class StateDict
{
    /// <summary>
    /// Copies every entry of a module from a file. Strict in both directions: an entry that the file lacks, one of
    /// another shape, or a name in the file that nobody knows is an error, and then nothing was changed.
    /// </summary>
    /// <param name="module">What to fill.</param>
    /// <param name="source">The file's tensors by name.</param>
    /// <param name="where">The file, for the error.</param>
    /// <param name="nameInFile">The file's name for one of the module's; the same when null.</param>
    /// <param name="unused">Which names of the file are known but have no place in the module.</param>
    /// <exception cref="UserException">The file does not fit the module.</exception>
    internal static void Load(
        Module module,
        IReadOnlyDictionary<string, StoredTensor> source,
        string where,
        Func<string, string>? nameInFile = null,
        Func<string, bool>? unused = null)
    {
        var pairs = new List<(Tensor Target, StoredTensor Stored)>();
        var used = new HashSet<string>();
        var missing = new List<string>();
        foreach (var (name, target) in module.state_dict())
        {
            var key = nameInFile?.Invoke(name) ?? name;
            used.Add(key);
            if (!source.TryGetValue(key, out var stored))
            {
                if (!IsBatchCounter(name))
                    missing.Add(key);
                continue;
            }
            if (!stored.Shape.SequenceEqual(target.shape))
                throw new UserException($"{where}: tensor \"{key}\" is ({string.Join(",", stored.Shape)}) in the file, ({string.Join(",", target.shape)}) in {module.GetName()}.");
            pairs.Add((target, stored));
        }
        var unknown = source.Keys.Where(key => !used.Contains(key) && unused?.Invoke(key) != true).ToList();
        if (missing.Count + unknown.Count > 0)
            throw new UserException($"{where}: does not hold the weights of {module.GetName()}: {List("lacks", missing)}{List("has the unknown", unknown)}the file is another network's.");

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (target, stored) in pairs)
            target.copy_(stored.ToTensor());
    }

    // Files from before PyTorch 0.4.1 have none, and nothing that is loaded for use counts batches.
    static bool IsBatchCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static string List(string what, List<string> names) => names.Count == 0
        ? ""
        : $"it {what} {string.Join(", ", names.Take(4).Select(name => $"\"{name}\""))}{(names.Count > 4 ? $" and {names.Count - 4} more" : "")}; ";
}
