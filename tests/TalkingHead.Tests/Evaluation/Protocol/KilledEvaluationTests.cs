using System.Diagnostics;
using TalkingHead.Configuration;
using TalkingHead.Datasets;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Formats;
using TalkingHead.Tests.Training;
using TalkingHead.Training;

namespace TalkingHead.Tests.Evaluation.Protocol;

/// <summary>The program itself, killed without warning (SIGKILL).</summary>
public sealed class KilledEvaluationTests : IDisposable
{
    const int Kills = 3;

    readonly MadeDataset made = new(clips: 30, frames: 8, size: 32);
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        made.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void KilledAtRandomMomentsItEndsWithTheSameResult()
    {
        Train();
        var clock = Stopwatch.StartNew();
        Assert.True(Start("whole", kill: null));
        var whole = clock.Elapsed.TotalSeconds;
        var random = new Random(7);
        var killed = 0;
        for (var i = 0; i < Kills; i++)
            if (!Start("cut", TimeSpan.FromSeconds(0.2 + 0.7 * random.NextDouble() * whole)))
                killed++;
        Assert.True(killed > 0, "every run ended before it was killed");
        Assert.True(Start("cut", kill: null));

        // Times are measured and differ; they are in the other files.
        Assert.True(File.ReadAllBytes(folder.At("whole/results.json")).AsSpan().SequenceEqual(File.ReadAllBytes(folder.At("cut/results.json"))));
    }

    void Train()
    {
        var configuration = RunConfiguration.Load(Path.Combine(AppContext.BaseDirectory, "../../../../configs/smoke.yaml"), ["training.steps=2"]);
        using var dataset = Dataset.Open(made.Folder);
        using var trainer = new MetaTrainer(configuration, dataset, folder.At("run"), new TrainingMachine("cpu", 1, false), new Quiet());
        trainer.Run(default);
    }

    bool Start(string output, TimeSpan? kill) => KillableProgram.Run(kill,
        "evaluate", folder.At("run"), "--data", made.Folder, "--out", folder.At(output),
        "--shots", "1,3", "--holdout", "4", "--metrics", "ssim,psnr", "--device", "cpu", "--set", "fine_tuning.epochs=3");

    sealed class Quiet : ITrainingView
    {
        public void Say(string line)
        {
        }

        public void Report(int step, int steps, double episodesPerSecond, double secondsLeft, IReadOnlyList<KeyValuePair<string, double>> figures, long memoryBytes)
        {
        }
    }
}
