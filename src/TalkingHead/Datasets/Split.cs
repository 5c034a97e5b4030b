namespace TalkingHead.Datasets;

/// <summary>Which side of the train/test division an identity is on. All clips of an identity are on one.</summary>
public enum Split : byte
{
    /// <summary>Seen in meta-learning.</summary>
    Train,

    /// <summary>Held out.</summary>
    Test,
}
