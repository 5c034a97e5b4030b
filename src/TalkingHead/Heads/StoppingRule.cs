namespace TalkingHead.Heads;

/// <summary>
/// When a fine-tuning has learned enough. Too few steps leave an identity gap, too many freeze the mouth: with four
/// frames or more some are held out and the epoch is kept whose content loss on them is least; with fewer there is
/// nothing to hold out, and it ends when the loss of the frames themselves stops falling.
/// </summary>
sealed class StoppingRule
{
    /// <summary>From so many frames on, every fourth is held out, no more than eight.</summary>
    public const int LeastFrames = 4;

    const int MostHeldOut = 8;

    /// <summary>It ends when so many epochs in a row gained less than <see cref="Gain"/>.</summary>
    const int Patience = 8;

    const double Gain = 0.005;

    double best = double.PositiveInfinity, reference = double.PositiveInfinity;
    int waited;

    StoppingRule(IReadOnlyList<int> heldOut) => HeldOut = heldOut;

    /// <summary>Numbers of the frames that are held out.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>The epoch to keep.</summary>
    public int Kept { get; private set; }

    public static StoppingRule For(int frames)
    {
        int held = frames < LeastFrames ? 0 : Math.Min(MostHeldOut, frames / 4);
        return new([.. Enumerable.Range(0, held).Select(k => (2 * k + 1) * frames / (2 * held))]);
    }

    /// <summary>Whether this epoch is the one to keep so far, and whether to end here.</summary>
    public (bool Keep, bool End) Judge(EnrollmentEpoch epoch)
    {
        double score = HeldOut.Count > 0 ? epoch.HeldOut : epoch.Loss;
        if (double.IsNaN(score))
            return (false, false); // before the first step there is no loss
        bool gained = score < reference * (1 - Gain);
        (reference, waited) = gained ? (score, 0) : (reference, waited + 1);
        // Without held-out frames the last epoch is kept: its loss says how well the frames themselves are learned.
        bool keep = HeldOut.Count == 0 || score < best;
        if (keep)
            (best, Kept) = (score, epoch.Epoch);
        return (keep, waited >= Patience);
    }
}
