namespace TalkingHead.Evaluation.Protocol;

/// <summary>All figures of an evaluation that its inputs decide; what depends on the machine's speed is <see cref="Costs"/>.</summary>
public sealed record EvaluationResult
{
    /// <summary>Of the result's form.</summary>
    public string Format { get; init; } = "talkinghead-evaluation 1";

    /// <summary>"self-reenactment" or "cross-reenactment".</summary>
    public required string Mode { get; init; }

    public required EvaluationSubject Subject { get; init; }

    /// <summary>Every metric asked for: its definition, or why it is not measured.</summary>
    public required IReadOnlyList<MetricForm> Metrics { get; init; }

    /// <summary>By number of source frames, then by method.</summary>
    public required IReadOnlyList<ResultRow> Rows { get; init; }

    /// <summary>What a perfect method would reach, or the least that can be told from nothing.</summary>
    public required IReadOnlyList<Figure> Floors { get; init; }

    /// <summary>Frame by frame differences between rows.</summary>
    public required IReadOnlyList<Difference> Differences { get; init; }

    public required IReadOnlyList<IdentityResult> Identities { get; init; }

    /// <summary>What a reader must know beside, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Seconds and milliseconds, kept apart from the figures: they are never twice the same.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<RowCosts> Costs { get; init; } = [];
}

/// <summary>What was evaluated on what.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Step">Of its checkpoint.</param>
/// <param name="Dataset">The folder's name.</param>
/// <param name="Size">Pixels of a frame's side.</param>
/// <param name="Shots">Each T.</param>
/// <param name="Identities">People evaluated.</param>
/// <param name="Asked">People asked for.</param>
/// <param name="HoldOut">Frames each.</param>
/// <param name="Seed">Of the choice.</param>
/// <param name="Adapted">Whether the driver's motion was carried over to the person's own face.</param>
public sealed record EvaluationSubject(string Run, int Step, string Dataset, int Size, IReadOnlyList<int> Shots, int Identities, int Asked, int HoldOut, int Seed, bool Adapted);

/// <summary>A metric as it was measured.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Definition">Which of the many definitions under that name.</param>
/// <param name="Unit">"dB", "px", "°" or nothing.</param>
/// <param name="Decimals">Worth showing.</param>
/// <param name="HigherIsBetter">Or lower.</param>
/// <param name="Reason">Why it is not measured and what to do; null where it is.</param>
public sealed record MetricForm(string Metric, string Definition, string Unit, int Decimals, bool HigherIsBetter, string? Reason);

/// <summary>A figure.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Value">Null where there is none; a mark says why.</param>
public sealed record Figure(string Metric, double? Value)
{
    /// <summary>95 % interval; null where there is none.</summary>
    public double? Low { get; init; }

    /// <inheritdoc cref="Low"/>
    public double? High { get; init; }

    /// <summary>Over KID's subsets.</summary>
    public double? Deviation { get; init; }

    /// <summary>Frames behind the figure.</summary>
    public int Frames { get; init; }

    /// <summary>Frames without a value: no face was found in them or in the real frame, or they are identical to it.</summary>
    public int Missing { get; init; }

    /// <summary>Real frames on the other side of a distance of distributions; 0 for metrics of single frames.</summary>
    public int Against { get; init; }

    /// <summary>Such as "biased: N &lt; 2048".</summary>
    public IReadOnlyList<string> Marks { get; init; } = [];
}

/// <summary>The figures of one method with T source frames.</summary>
/// <param name="Method">"fine-tuned", "feed-forward", "copy-nearest" or "mean-frame".</param>
/// <param name="Shots">T.</param>
/// <param name="Figures">In the order of the metrics.</param>
public sealed record ResultRow(string Method, int Shots, IReadOnlyList<Figure> Figures);

/// <summary>How much better one row is than another, frame by frame; above 0 it is better, whichever way the metric points.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Method">The row.</param>
/// <param name="Than">The other method.</param>
/// <param name="Shots">T of both.</param>
/// <param name="Gain">Mean over frames.</param>
/// <param name="Low">95 % interval; null for a single person.</param>
/// <param name="High">Likewise.</param>
/// <param name="Better">Share of the people for whom the row is better on the mean.</param>
/// <param name="Frames">Frames that both rows have a value for.</param>
public sealed record Difference(string Metric, string Method, string Than, int Shots, double Gain, double? Low, double? High, double Better, int Frames);

/// <summary>One person.</summary>
/// <param name="Identity">Her name in the dataset.</param>
/// <param name="Clip">The clip taken.</param>
/// <param name="Driver">The clip that drives; the same one in self-reenactment.</param>
/// <param name="HoldOut">Frames of the driving clip that were generated.</param>
/// <param name="Sources">Frames shown, in the order in which T takes them.</param>
/// <param name="Rows">Her figures.</param>
public sealed record IdentityResult(string Identity, string Clip, string Driver, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources, IReadOnlyList<ResultRow> Rows);

/// <summary>What heads of one kind took, over the people.</summary>
/// <param name="Method">"fine-tuned" or "feed-forward".</param>
/// <param name="Shots">T.</param>
/// <param name="EnrolmentSeconds">Median.</param>
/// <param name="LeastSeconds">The quickest.</param>
/// <param name="MostSeconds">The slowest.</param>
/// <param name="FrameMilliseconds">Median over people of the mean over frames.</param>
/// <param name="Epochs">Median of the epochs run; null where nothing is tuned.</param>
/// <param name="Machine">On what; several where the parts of an evaluation ran apart.</param>
public sealed record RowCosts(string Method, int Shots, double EnrolmentSeconds, double LeastSeconds, double MostSeconds, double FrameMilliseconds, double? Epochs, string Machine);
