using System.Text.Json;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Serialization;
using TalkingHead.Tests.Pretrained;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Evaluation;

/// <summary>What tests/oracles/make_metric_fixtures.py wrote.</summary>
static class MetricFixtures
{
    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "Metrics");

    static readonly JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json"))).RootElement;

    internal static JsonElement Expected(params ReadOnlySpan<string> path)
    {
        var found = expected;
        foreach (var name in path)
            found = found.GetProperty(name);
        return found;
    }

    internal static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(value => (float)value.GetDouble())];

    internal static float[] InceptionValues(string name)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, "inception.safetensors"));
        return file.Tensors[name].ToArray<float>();
    }

    internal static string PathOf(string name) => Path.Combine(Folder, name);

    internal static Picture Load(string name) => Picture.Load(PathOf($"{name}.png"));

    internal static Tensor Stacked(params IReadOnlyList<string> names) => PictureTensor.ToBytes([.. names.Select(Load)], CPU);

    /// <summary>The oracle's formula: columns of different spread; the second set is wider and moved.</summary>
    internal static Tensor Features(string name, int count, int dimensions)
    {
        using var scope = NewDisposeScope();
        var rows = FormulaWeights.Values(name, count, dimensions) * Scalars.Arange(dimensions, ScalarType.Float32).Div(dimensions).Add(1);
        return (name.StartsWith("second", StringComparison.Ordinal) ? rows.Mul(1.25f).Add(0.5f) : rows).MoveToOuterDisposeScope();
    }

    /// <summary>Fed in batches of odd size, as frames arrive.</summary>
    internal static FeatureStatistics Statistics(Tensor features)
    {
        var statistics = new FeatureStatistics((int)features.shape[1]);
        for (var start = 0L; start < features.shape[0]; start += 37)
        {
            using var scope = NewDisposeScope();
            statistics.Add(features.narrow(0, start, Math.Min(37, features.shape[0] - start)));
        }

        return statistics;
    }
}
