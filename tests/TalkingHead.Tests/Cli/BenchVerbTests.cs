using System.Text.Json;
using TalkingHead.Cli;
using TalkingHead.Formats;
using TalkingHead.Networks;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Cli;

public sealed class BenchVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory().FullName;

    static string Smoke => Repository.At("configs/smoke.yaml");

    [Fact]
    public void TheFiguresAccountForTheWholeStep()
    {
        string json = Path.Combine(folder, "bench.json"), twin = Path.Combine(folder, "twin");
        Assert.Equal(0, Program.Run(["bench", Smoke, "--device", "cpu", "--steps", "2", "--frames", "2", "--twin", twin, "--json", json], default, TextWriter.Null, TextWriter.Null));
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        foreach (string kind in new[] { "full", "warm_up" })
        {
            var step = report.RootElement.GetProperty("steps").GetProperty(kind);
            double mean = step.GetProperty("seconds").EnumerateArray().Average(value => value.GetDouble());
            double phases = step.GetProperty("phases").EnumerateObject().Sum(phase => phase.Value.GetDouble());
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
        using var error = new StringWriter();
        Assert.Equal(2, Program.Run(["bench", Smoke, "--steps", "0"], default, TextWriter.Null, error));
        Assert.StartsWith("talkinghead: --steps and --frames: expected 1 or more.", error.ToString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
