using System.Text.Json;
using TalkingHead.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Tests.Pretrained;

/// <summary>Outputs of PyTorch's own modules and the entries of the published files, made by make_perception_fixtures.py.</summary>
static class PerceptionFixtures
{
    const int Samples = 64;

    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "Perception");

    static readonly Dictionary<string, Dictionary<string, long[]>> keys =
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long[]>>>(File.ReadAllText(Path.Combine(Folder, "keys.json")))!;

    internal static float[] Expected(string name)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, "outputs.safetensors"));
        return file.Tensors[name].ToArray<float>();
    }

    /// <summary>64 elements spread over a tensor, its mean and its mean magnitude.</summary>
    internal static float[] Sample(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = Values(tensor);
        var step = Math.Max(1, values.Length / Samples);
        return
        [
            .. Enumerable.Range(0, (values.Length + step - 1) / step).Take(Samples).Select(i => values[i * step]),
            (float)values.Average(value => (double)value),
            (float)values.Average(value => (double)Math.Abs(value)),
        ];
    }

    internal static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    /// <summary>The largest difference, relative to the largest magnitude expected.</summary>
    internal static double Difference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max() / expected.Max(Math.Abs);
    }

    internal static void AssertClose(float[] expected, float[] actual, double tolerance = 1e-3)
    {
        var difference = Difference(expected, actual);
        Assert.True(difference < tolerance, $"differs by {difference:g3} of the largest value");
    }

    /// <summary>Holds that a published file has every entry of a module, in its shape, and nothing that the loader does not know.</summary>
    internal static void AssertFits(string file, Module module, Func<string, string>? nameInFile = null, Func<string, bool>? unused = null)
    {
        var published = keys[file];
        var own = module.state_dict().ToDictionary(entry => nameInFile?.Invoke(entry.Key) ?? entry.Key, entry => entry.Value.shape);
        foreach (var (name, shape) in own)
            Assert.Equal(published[name], shape);
        Assert.DoesNotContain(published.Keys, name => !own.ContainsKey(name) && unused?.Invoke(name) != true);
    }

    internal static long Parameters(Module module) => module.parameters().Sum(parameter => parameter.NumberOfElements);
}
