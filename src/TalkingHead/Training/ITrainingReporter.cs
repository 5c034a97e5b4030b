namespace TalkingHead.Training;

/// <summary>Where a training shows itself while it runs: a terminal, plain lines, or a test.</summary>
public interface ITrainingReporter
{
    /// <summary>A line that stays.</summary>
    void Say(string line);

    /// <summary>The figures of a stretch of steps.</summary>
    void Report(int step, int steps, double episodesPerSecond, double secondsLeft, IReadOnlyList<KeyValuePair<string, double>> figures,
        long memoryBytes);
}

/// <summary>What other ranks have to say, rank 0 says.</summary>
sealed class SilentReporter : ITrainingReporter
{
    public void Say(string line)
    {
    }

    public void Report(int step, int steps, double episodesPerSecond, double secondsLeft,
        IReadOnlyList<KeyValuePair<string, double>> figures, long memoryBytes)
    {
    }
}
