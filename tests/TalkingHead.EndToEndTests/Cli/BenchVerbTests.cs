using System.Text.Json;
using TalkingHead.Models;
using TalkingHead.Serialization;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Cli;

public sealed class BenchVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    static string Smoke => Repository.At("configs/smoke.yaml");

    [Fact]
    public void TheFiguresAccountForTheWholeStep()
    {
        string json = folder.At("bench.json"), twin = folder.At("twin");
        Assert.Equal(0, InProcess.Run("bench", Smoke, "--device", "cpu", "--steps", "2", "--frames", "2", "--twin", twin, "--json",
            json).Code);
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        foreach (var kind in new[] { "full", "warm_up" })
        {
            var step = report.RootElement.GetProperty("steps").GetProperty(kind);
            var mean = step.GetProperty("seconds").EnumerateArray().Average(value => value.GetDouble());
            var phases = step.GetProperty("phases").EnumerateObject().Sum(phase => phase.Value.GetDouble());
            Assert.InRange(phases, 0.9 * mean, 1.1 * mean);
            Assert.Equal(3, step.GetProperty("losses").GetArrayLength());
        }
        Assert.True(report.RootElement.GetProperty("animation").GetProperty("batch_1").GetProperty("best").GetDouble() > 0);

        // What the twin starts from holds every weight by its own name.
        using var scope = NewDisposeScope();
        var start = SafeTensors.Load(Path.Combine(twin, "start.safetensors"));
        using var networks = new NetworkSet(TalkingHead.Configuration.RunConfiguration.Load(Path.Combine(twin, "config.yaml")));
        foreach (var (name, value) in networks.Generator.state_dict())
            Assert.True(start[$"generator.{name}"].allclose(value, 0, 0));
    }

    [Fact]
    public void NoStepsAreAMistakeOfUsage()
    {
        var (code, error) = InProcess.Run("bench", Smoke, "--steps", "0");
        Assert.Equal(2, code);
        Assert.StartsWith("talkinghead: --steps and --frames: expected 1 or more.", error);
    }

    public void Dispose() => folder.Dispose();
}
