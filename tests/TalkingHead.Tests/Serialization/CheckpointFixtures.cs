using TalkingHead.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Serialization;

/// <summary>Files that tests/oracles/make_checkpoint_fixtures.py made, and comparisons with what PyTorch saved.</summary>
static class CheckpointFixtures
{
    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "Checkpoints");

    internal static string At(string name) => Path.Combine(Folder, name);

    /// <summary>Every tensor of a tree by its path, such as "optimizer/state/0/exp_avg".</summary>
    internal static Dictionary<string, StoredTensor> Flat(PickledValue value, string prefix = "")
    {
        var found = new Dictionary<string, StoredTensor>();
        if (value is PickledTensor tensor)
            found.Add(prefix, tensor.Tensor);
        var children = value switch
        {
            PickledDictionary dictionary => dictionary.Items.Select(item => (Text(item.Key), item.Value)),
            PickledSequence { Kind: not PickledSequence.Sort.Set } sequence => sequence.Items.Select((item, i) => ($"{i}", item)),
            _ => [],
        };
        foreach (var (key, child) in children)
            foreach (var (name, inner) in Flat(child, prefix == "" ? key : $"{prefix}/{key}"))
                found.Add(name, inner);
        return found;
    }

    internal static byte[] Dense(StoredTensor tensor)
    {
        var bytes = new byte[tensor.Count * tensor.ItemSize];
        tensor.CopyTo(0, bytes);
        return bytes;
    }

    internal static void AssertSame(IReadOnlyDictionary<string, StoredTensor> expected, IReadOnlyDictionary<string, StoredTensor> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Shape, actual[name].Shape);
            if (actual[name].Type != ScalarType.BFloat16) // numpy has no bfloat16: the expected bits stand as int16
                Assert.Equal(tensor.Type, actual[name].Type);
            Assert.Equal(Dense(tensor), Dense(actual[name]));
        }
    }

    static string Text(PickledValue key) => key switch
    {
        PickledString text => text.Value,
        PickledInteger number => number.Value.ToString(),
        _ => throw new ArgumentException($"a key of type {key.GetType().Name}"),
    };
}
