namespace TalkingHead.Datasets;

/// <summary>What the index says of a clip.</summary>
/// <param name="Index">Its place among the dataset's clips, which are in order of their ids.</param>
/// <param name="Id">Stable name, such as "id00017/ABCDEF".</param>
/// <param name="Identity">The person.</param>
/// <param name="Split">The side that the person is on.</param>
/// <param name="FrameCount">How many frames it has.</param>
/// <param name="Shard">Path of the tar that it lies in.</param>
public sealed record Clip(int Index, string Id, string Identity, Split Split, int FrameCount, string Shard);
