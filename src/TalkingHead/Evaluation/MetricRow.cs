namespace TalkingHead.Evaluation;

/// <summary>A figure with all that makes it comparable, or the reason why there is none.</summary>
/// <param name="Metric">Its short name, such as "SSIM".</param>
/// <param name="Definition">Which of the many definitions under that name.</param>
public sealed record MetricRow(string Metric, string Definition)
{
    /// <summary>The figure; null where there is none, and <see cref="Reason"/> or a mark says why.</summary>
    public double? Value { get; init; }

    /// <summary>Standard deviation over KID's subsets.</summary>
    public double? Deviation { get; init; }

    /// <summary>"dB", "px" or nothing.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Decimals worth showing.</summary>
    public int Decimals { get; init; } = 4;

    /// <summary>Pictures of the real side behind the figure.</summary>
    public int Real { get; init; }

    /// <summary>Pictures of the other side; for metrics of pairs the same.</summary>
    public int Fake { get; init; }

    /// <summary>Such as "256x256", or "64x64 to 256x256".</summary>
    public string Resolution { get; init; } = "";

    /// <summary>What a reader must know beside the figure, such as "biased" or "3 pairs identical".</summary>
    public IReadOnlyList<string> Marks { get; init; } = [];

    /// <summary>Why it could not be measured, and what to do.</summary>
    public string? Reason { get; init; }
}

/// <summary>What came of comparing two sets of pictures.</summary>
/// <param name="Rows">Figures, in the order in which they were asked for.</param>
/// <param name="Notes">What was left out or changed, one sentence each.</param>
public sealed record ComparisonResult(IReadOnlyList<MetricRow> Rows, IReadOnlyList<string> Notes);
