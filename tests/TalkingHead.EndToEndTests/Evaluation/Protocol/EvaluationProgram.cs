using TalkingHead.EndToEndTests.Cli;
using TalkingHead.EndToEndTests.Training;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Evaluation.Protocol;
using TalkingHead.Tests.Training;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>The program, evaluating a run of two steps on three people of a made dataset.</summary>
public sealed class EvaluationProgram : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // a loaded machine is slow, and a hanging test must end

    readonly MadeRuns runs = new(clips: 30, frames: 8);

    public EvaluationProgram() => runs.Train("run", ["training.steps=2"]);

    internal string At(string name) => runs.At(name);

    internal string[] Command(string output, params IEnumerable<string> more)
    {
        string[] shots = more.Contains("--shots") ? [] : ["--shots", "1,3"];
        return ["evaluate", At("run"), "--data", runs.Data, "--out", At(output), .. shots, "--identities", "3", "--holdout", "4",
            "--metrics", "ssim,psnr", "--device", "cpu", "--set", "fine_tuning.epochs=3", .. more];
    }

    internal ProgramProcess Start(string output, params IEnumerable<string> more) => new(Command(output, more), patience: Patience);

    /// <summary>To its end, which must be a good one.</summary>
    internal void Run(string output, params IEnumerable<string> more)
    {
        using var started = Start(output, more);
        var (code, _, said) = started.End();
        Assert.True(code == 0, said);
    }

    internal void AssertSameResult(string first, string second) =>
        Assert.True(File.ReadAllBytes(At($"{first}/results.json")).AsSpan().SequenceEqual(File.ReadAllBytes(At($"{second}/results.json"))));

    public void Dispose() => runs.Dispose();
}
