namespace TalkingHead.Datasets.Preparation;

/// <summary>Counts why frames are no good ones, for a refusal that says so.</summary>
sealed class FrameTally
{
    readonly SortedDictionary<string, int> faults = new(StringComparer.Ordinal);

    int seen;

    internal int Good { get; private set; }

    internal void Count(string? fault)
    {
        seen++;
        if (fault is null)
            Good++;
        else
            faults[fault] = faults.GetValueOrDefault(fault) + 1;
    }

    /// <summary>How many frames have which fault.</summary>
    internal string Faults => string.Join(", ", faults.Select(fault => $"{fault.Value} {fault.Key}"));

    /// <summary>Null where there are K + 1 good frames.</summary>
    internal Refusal? Refusal(string input, int shots)
    {
        if (Good > shots)
            return null;
        var because = faults.Count == 0 ? "" : $" ({Faults})";
        return new(input, Good == 0 && faults.ContainsKey(NoFace) ? "no-face" : "too-few-frames", $"{Good} good of {seen} frames looked at{because}; {shots + 1} are needed for {shots} shots");
    }

    internal const string NoFace = "without a face";
}
