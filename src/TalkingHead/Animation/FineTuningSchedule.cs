using TalkingHead.Data;

namespace TalkingHead.Animation;

/// <summary>
/// The batches of a person's frames, of one size: those of an epoch that are too few for a batch come first in the next epoch.
/// </summary>
/// <param name="seed">Decides the order of each epoch's frames.</param>
/// <param name="size">Frames of a batch, or all of an epoch's where they are fewer.</param>
sealed class PersonBatches(int seed, int size)
{
    readonly List<int> waiting = [];

    /// <summary>
    /// Adds each frame once, in an order of the epoch's own, and gives the numbers of the full batches; in the
    /// <paramref name="last"/> epoch those that are left, too.
    /// </summary>
    public IEnumerable<int[]> Epoch(int[] frames, int epoch, bool last = false)
    {
        int[] order = [.. frames];
        new CounterRandom((ulong)seed, (ulong)epoch).Shuffle(order);
        waiting.AddRange(order);
        var most = Math.Min(size, frames.Length);
        while (waiting.Count >= most || (last && waiting.Count > 0))
        {
            int[] batch = [.. waiting.Take(most)];
            waiting.RemoveRange(0, batch.Length);
            yield return batch;
        }
    }
}

/// <summary>
/// When a fine-tuning has learned enough. Too few steps leave an identity gap, too many freeze the mouth: with four
/// frames or more some are held out, and the epoch counts whose content loss on them is least; with fewer there is
/// nothing to hold out, and it ends when the loss of the frames themselves stops falling.
/// </summary>
sealed class StoppingRule
{
    /// <summary>From so many frames on, every eighth is held out, and at least one.</summary>
    public const int LeastFrames = 4;

    const int MostHeldOut = 8;

    /// <summary>Held-out frames: it ends when a third of all epochs passed without a better one. The curve is rough.</summary>
    const double PatientShare = 1.0 / 3;

    /// <summary>Without: when so many epochs in a row gained less than <see cref="Gain"/>.</summary>
    const int Patience = 10;

    const double Gain = 0.005;

    double best = double.PositiveInfinity;
    int waited;

    StoppingRule(IReadOnlyList<int> heldOut) => HeldOut = heldOut;

    /// <summary>Numbers of the frames that are held out.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>The epoch to keep.</summary>
    public int Kept { get; private set; }

    public static StoppingRule For(int frames)
    {
        var held = frames < LeastFrames ? 0 : Math.Clamp(frames / 8, 1, MostHeldOut);
        return new([.. Enumerable.Range(0, held).Select(k => (2 * k + 1) * frames / (2 * held))]);
    }

    /// <summary>
    /// How long all frames are learned, from the weights of the epoch that is kept. docs/ablations.md says what that is worth.
    /// </summary>
    public static int EpochsOfAll(int kept) => (kept + 3) / 4;

    /// <summary>Whether this epoch is the one to keep so far, and whether to end here.</summary>
    public (bool Keep, bool End) Judge(FineTuningEpoch epoch)
    {
        if (HeldOut.Count > 0)
        {
            if (epoch.HeldOut < best)
                (best, Kept) = (epoch.HeldOut, epoch.Epoch);
            return (Kept == epoch.Epoch, epoch.Epoch - Kept >= Math.Max(Patience, PatientShare * epoch.Epochs));
        }

        // The last epoch is kept: its loss says how well the frames are learned. Before the first step there is none.
        Kept = epoch.Epoch;
        var gained = epoch.Epoch == 0 || epoch.Loss < best * (1 - Gain);
        (best, waited) = gained ? (epoch.Epoch == 0 ? double.PositiveInfinity : epoch.Loss, 0) : (best, waited + 1);
        return (true, waited >= Patience);
    }
}
