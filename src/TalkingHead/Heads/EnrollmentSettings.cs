namespace TalkingHead.Heads;

/// <summary>How a new person is learned; rates and batch are the run's configuration's (<c>fine_tuning</c>).</summary>
public sealed record EnrollmentSettings
{
    /// <summary>ψ' = P ê and nothing more (paper, FF).</summary>
    public bool FeedForward { get; init; }

    /// <summary>
    /// So many epochs, over every frame, without a stopping rule. Null: with four frames or more, as many as do best on
    /// frames held out, which are then learned too; with fewer, until nothing is gained. The configuration has the most.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>Decides the order of the frames.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The paper's ablation: ψ' starts with the numbers of P ê in a random order, so that their size is right and what
    /// they say of the person is gone.
    /// </summary>
    internal bool ShuffledStyle { get; init; }
}

/// <summary>One epoch of a fine-tuning.</summary>
/// <param name="Epoch">From 1; 0 is the feed-forward person before the first step. It begins anew when the held-out frames are learned too.</param>
/// <param name="Epochs">The most there will be.</param>
/// <param name="Loss">Mean weighted content loss of the frames learned from, as the epoch went over them; NaN for epoch 0.</param>
/// <param name="HeldOut">Weighted content loss of the held-out frames after the epoch; NaN where none are held out.</param>
public readonly record struct EnrollmentEpoch(int Epoch, int Epochs, double Loss, double HeldOut);
