namespace TalkingHead.Evaluation;

/// <summary>Something that is measured while pictures stream by.</summary>
abstract class Measure : IDisposable
{
    /// <summary>Takes the next pictures.</summary>
    internal abstract void Add(IReadOnlyList<LoadedPair> loaded);

    /// <summary>What came of it, once all were taken.</summary>
    internal abstract IEnumerable<MetricRow> Rows();

    public abstract void Dispose();
}
