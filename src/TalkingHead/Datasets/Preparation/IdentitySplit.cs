namespace TalkingHead.Datasets.Preparation;

/// <summary>Divides people into train and test where nobody has officially: by a hash of the name, so that others coming or going move nobody.</summary>
static class IdentitySplit
{
    internal static Split Of(string identity, double testShare, ulong seed) =>
        new CounterRandom(seed, Checksum.Of(identity)).Unit() < testShare ? Split.Test : Split.Train;
}
