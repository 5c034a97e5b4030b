using System.Text.Json;
using TorchSharp;
using TorchSharp.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Optimizers;

/// <summary>The fixture of tests/oracles/make_optimizer_fixtures.py, and its runs done again here.</summary>
static class PyTorchRun
{
    static readonly Lazy<JsonElement> fixture = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures/Optimizers/pytorch.json"))).RootElement);

    internal static JsonElement Fixture => fixture.Value;

    internal static IEnumerable<JsonElement> Runs => Fixture.GetProperty("optimizers").EnumerateArray();

    internal static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetSingle())];

    internal static Tensor Tensor(int parameter, JsonElement numbers)
    {
        long[] shape = [.. Fixture.GetProperty("shapes")[parameter].EnumerateArray().Select(size => size.GetInt64())];
        return tensor(Floats(numbers)).reshape(shape);
    }

    internal static Parameter[] Start() =>
        [.. Fixture.GetProperty("start").EnumerateArray().Select((numbers, k) => new Parameter(Tensor(k, numbers)))];

    /// <summary>Sets the gradients of step number <paramref name="step"/>, from 1; some parameters have none in some steps.</summary>
    internal static void SetGradients(Parameter[] parameters, int step)
    {
        for (var k = 0; k < parameters.Length; k++)
        {
            var silent = Fixture.GetProperty("silent").TryGetProperty($"{k}", out var steps) && steps.EnumerateArray().Any(number => number.GetInt32() == step);
            using var gradient = silent ? null : Tensor(k, Fixture.GetProperty("gradients")[step - 1][k]);
            parameters[k].grad = gradient;
        }
    }

    internal static OptimizerHelper Make(JsonElement run, Parameter[] parameters, AdamKernel kernel = AdamKernel.Foreach)
    {
        JsonElement[] groups = [.. run.GetProperty("groups").EnumerateArray()];
        Parameter[][] parts = groups.Length == 1 ? [parameters] : [parameters[..1], parameters[1..]];
        switch (run.GetProperty("optimizer").GetString())
        {
            case "Adam":
                var adam = optim.Adam(groups.Zip(parts, (group, part) => new Adam.ParamGroup(part, AdamOptions(group))), lr: 1);
                AdamKernels.Use(adam, kernel);
                return adam;
            case "AdamW":
                var adamW = optim.AdamW(groups.Zip(parts, (group, part) => new AdamW.ParamGroup(part, AdamWOptions(group))), lr: 1);
                AdamKernels.Use(adamW, kernel);
                return adamW;
            default:
                return optim.SGD(groups.Zip(parts, (group, part) => new SGD.ParamGroup(part, SgdOptions(group))), 1);
        }
    }

    static double? Number(JsonElement group, string name) => group.TryGetProperty(name, out var value) ? value.GetDouble() : null;
    static double? Beta(JsonElement group, int which) => group.TryGetProperty("betas", out var value) ? value[which].GetDouble() : null;
    static bool? Flag(JsonElement group, string name) => group.TryGetProperty(name, out var value) ? value.GetBoolean() : null;

    static Adam.Options AdamOptions(JsonElement group) => new()
    {
        LearningRate = Number(group, "lr"),
        beta1 = Beta(group, 0),
        beta2 = Beta(group, 1),
        eps = Number(group, "eps"),
        weight_decay = Number(group, "weight_decay"),
        amsgrad = Flag(group, "amsgrad"),
        maximize = Flag(group, "maximize"),
    };

    static AdamW.Options AdamWOptions(JsonElement group) => new()
    {
        LearningRate = Number(group, "lr"),
        beta1 = Beta(group, 0),
        beta2 = Beta(group, 1),
        eps = Number(group, "eps"),
        weight_decay = Number(group, "weight_decay"),
        amsgrad = Flag(group, "amsgrad"),
        maximize = Flag(group, "maximize"),
    };

    static SGD.Options SgdOptions(JsonElement group) => new()
    {
        LearningRate = Number(group, "lr"),
        momentum = Number(group, "momentum"),
        dampening = Number(group, "dampening"),
        weight_decay = Number(group, "weight_decay"),
        nesterov = Flag(group, "nesterov"),
        maximize = Flag(group, "maximize"),
    };
}
