using TalkingHead.Training;

namespace TalkingHead.Tests.Training;

/// <summary>Keeps the lines that a training says.</summary>
/// <param name="reported">Is told the step of every report.</param>
sealed class RecordingReporter(Action<int>? reported = null) : ITrainingReporter
{
    internal List<string> Lines { get; } = [];

    public void Say(string line) => Lines.Add(line);

    public void Report(int step, int steps, double episodesPerSecond, double secondsLeft,
        IReadOnlyList<KeyValuePair<string, double>> figures, long memoryBytes) => reported?.Invoke(step);
}
