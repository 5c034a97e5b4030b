using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class TrainingParityTests
{
    const int Steps = 10;

    // A gradient that is zero in exact arithmetic (a bias that an instance norm removes) is rounding: it is compared
    // with this share of its network's largest gradient.
    const double RoundingShare = 1e-2;

    [Theory, InlineData("normal"), InlineData("plain")]
    public void LossesGradientsAndTheWeightsAfterTenStepsArePyTorchs(string kind)
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration(kind);
        using var networks = SmallSetting.Networks(configuration);
        using var embeddings = SmallSetting.Rows(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        using var step = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator,
            embeddings, content);
        var parts = new (string Name, nn.Module Network)[]
            { ("embedder", networks.Embedder), ("generator", networks.Generator), ("discriminator", networks.Discriminator) };
        var expected = Fixtures.Load($"small-{kind}.safetensors");

        var losses = new Dictionary<string, Tensor>();
        for (var number = 0; number < Steps; number++)
        {
            using var batch = SmallSetting.BatchOf(number);
            foreach (var (name, value) in step.Run(batch))
            {
                if (name.EndsWith("_gradient"))
                {
                    if (number == 0)
                        AssertGradientNorm(name, value, expected);
                    continue;
                }
                losses.TryAdd(name, zeros(Steps));
                losses[name][number] = value;
            }
            if (number == 0)
                foreach (var (name, network) in parts)
                    AssertGradients(name, network, expected);
        }

        // A mean score passes through zero, so a loss is compared with its own largest value.
        Assert.Equal(expected.Keys.Count(key => key.StartsWith("loss.")), losses.Count);
        foreach (var (name, values) in losses)
            Fixtures.AssertClose(values, expected[$"loss.{name.Replace("content_pyramid", "content")}"], $"loss {name}");
        foreach (var (name, network) in parts)
            foreach (var (key, value) in network.state_dict())
                Fixtures.AssertClose(value, expected[$"after.{name}.{key}"], $"{name}.{key} after {Steps} steps");
        var rows = stack(embeddings.Clips.Select(clip => tensor(embeddings.Row(clip))));
        Fixtures.AssertClose(rows, expected["after.rows.weight"], $"W after {Steps} steps");
    }

    // The discriminator takes two steps; the fixture holds the gradients of the last, as the report does.
    static void AssertGradientNorm(string name, Tensor norm, Dictionary<string, Tensor> expected)
    {
        string[] networks = name == "generator_gradient" ? ["embedder", "generator"] : ["discriminator"];
        var all = expected.Where(pair => networks.Any(network => pair.Key.StartsWith($"gradient.{network}.")))
            .Sum(pair => pair.Value.Square().sum().item<float>());
        Assert.Equal(Math.Sqrt(all), norm.item<float>(), 1e-4 * Math.Sqrt(all));
    }

    static void AssertGradients(string name, nn.Module network, Dictionary<string, Tensor> expected)
    {
        var largest = expected.Where(pair => pair.Key.StartsWith($"gradient.{name}.")).Max(pair => pair.Value.abs().max().item<float>());
        foreach (var (key, parameter) in network.named_parameters())
            Fixtures.AssertClose(parameter.grad!, expected[$"gradient.{name}.{key}"], $"gradient of {name}.{key}", RoundingShare * largest);
    }
}
