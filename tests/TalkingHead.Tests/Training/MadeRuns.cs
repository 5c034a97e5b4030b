using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Tests.Serialization;
using TalkingHead.Training;

namespace TalkingHead.Tests.Training;

/// <summary>A small made dataset, and a folder of runs that configs/smoke.yaml is trained in on it.</summary>
sealed class MadeRuns(int clips = 10, int frames = 6, int damagedClip = -1) : IDisposable
{
    readonly MadeDataset made = new(clips, frames, size: 32, damagedClip);
    readonly TemporaryFolder folder = new();

    internal static string Smoke => Repository.At("configs/smoke.yaml");

    internal string Data => made.Folder;

    internal string At(string name) => folder.At(name);

    /// <summary>The program's command that trains a run.</summary>
    internal string[] Command(string run, params IEnumerable<string> more) => ["train", Smoke, "--data", Data, "--out", At(run), .. more];

    /// <summary>Trains a run in this process.</summary>
    /// <param name="data">Another dataset's folder.</param>
    internal void Train(string run, string[] changes, ITrainingReporter? reporter = null, int workers = 1, bool resume = false,
        string? data = null, CancellationToken stop = default)
    {
        using var dataset = Dataset.Open(data ?? Data);
        using var trainer = new MetaTrainer(RunConfiguration.Load(Smoke, changes), dataset, At(run),
            new TrainingMachine("cpu", workers, resume), reporter ?? new RecordingReporter());
        trainer.Run(stop);
    }

    public void Dispose()
    {
        made.Dispose();
        folder.Dispose();
    }
}
