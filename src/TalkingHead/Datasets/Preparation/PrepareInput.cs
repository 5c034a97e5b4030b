namespace TalkingHead.Datasets.Preparation;

/// <summary>What becomes a clip, or several: a folder of one video's frames or takes, a video, a folder of photos.</summary>
/// <param name="Id">The clip's id, or what those of several begin with.</param>
/// <param name="Identity">The person.</param>
/// <param name="Split">The person's side; null where the official list does not name the person.</param>
/// <param name="Name">The path below the folder prepared, with slashes: it names the input in records and ledger.</param>
/// <param name="Path">Where it is.</param>
sealed record PrepareInput(string Id, string Identity, Split? Split, string Name, string Path);

/// <summary>What came of an input, in order: clips and refusals.</summary>
abstract record Outcome
{
    /// <param name="Record">What is known of it.</param>
    /// <param name="Frames">JPEG files.</param>
    /// <param name="Landmarks">(frames, 68, 2).</param>
    internal sealed record Clip(ClipRecord Record, IReadOnlyList<ReadOnlyMemory<byte>> Frames, float[] Landmarks) : Outcome;

    internal sealed record Refused(Refusal Refusal) : Outcome;
}
