using System.Numerics;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Provenance;

/// <summary>What was found of the mark.</summary>
/// <param name="Statistic">The highest correlation over all scales and places, in standard deviations of what unmarked frames
/// give at one place.</param>
/// <param name="Scale">The share of the marked frame's longer side that is seen.</param>
/// <param name="X">Where the marked frame begins, in grid points of <see cref="MarkPattern.Side"/> from the seen one's
/// corner; 0 or less.</param>
/// <param name="Y">See <paramref name="X"/>.</param>
/// <param name="Payload">The payload as read: the first 32 bits of the head's id.</param>
/// <param name="Margin">Of the payload: standard deviations between the best codeword and the second.</param>
public sealed record MarkFinding(double Statistic, double Scale, int X, int Y, uint Payload, double Margin)
{
    /// <summary>One unmarked file in a million reaches this: measured, see docs/provenance.md.</summary>
    public const double Threshold = 6.6;

    /// <summary>From this margin on no payload was read wrongly.</summary>
    const double SureMargin = 2;

    /// <summary>Whether the mark is there.</summary>
    public bool IsFound => Statistic >= Threshold;

    /// <summary>Whether the payload can be relied on, too.</summary>
    public bool IsRead => IsFound && Margin >= SureMargin;
}

/// <summary>
/// Looks for the mark over the frames of a video together: their mean luminance, whitened in space (over its local
/// deviation) and in frequency (phases alone), is correlated with the pattern at every scale and place. A static picture's
/// own texture does not average out over frames, but whitened it agrees with a keyed pattern no more than noise does.
/// </summary>
sealed class MarkDetector(ulong key = MarkPattern.PublicKey)
{
    const int Side = MarkPattern.Side;

    /// <summary>The shares of the longer side that a crop may have left: down to 84 %.</summary>
    internal static readonly double[] Scales = [.. Enumerable.Range(0, 14).Select(step => 1 - 0.0125 * step)];

    // Grid points by which a place may miss.
    const int Slack = 1;

    // Marked frames are square. A wider picture may show the source and the landmarks beside the frame, which is the last.
    const double MostAspect = 1.2;

    readonly MarkPattern pattern = new(key);

    internal MarkFinding Find(FrameMean mean)
    {
        if (mean.Width > MostAspect * mean.Height)
            mean = mean.Right(mean.Height);
        using var scope = NewDisposeScope();
        return Find(Evidence(mean), Places(mean.Width, mean.Height));
    }

    MarkFinding Find(Tensor evidence, IReadOnlyList<(int Hypothesis, int X, int Y)> places)
    {
        var map = fft.irfft2(evidence.mul(pattern.Searched()), [Side, Side]).contiguous().data<float>().ToArray();
        var best = places.MaxBy(place => map[At(place)]);
        var seen = evidence[best.Hypothesis].to_type(ScalarType.ComplexFloat64).contiguous().data<Complex>().ToArray();
        var (payload, margin) = pattern.Read(seen, best.X, best.Y);
        return new(map[At(best)], Scales[best.Hypothesis], best.X, best.Y, payload, margin);
    }

    /// <summary>Where a place lies in the maps of all hypotheses, (scales, Side, Side).</summary>
    internal static int At((int Hypothesis, int X, int Y) place) =>
        (place.Hypothesis * Side + (place.Y + Side) % Side) * Side + (place.X + Side) % Side;

    /// <summary>All that is searched: a crop took something from the left and the top, so the pattern begins outside.</summary>
    internal static IReadOnlyList<(int Hypothesis, int X, int Y)> Places(int width, int height)
    {
        var places = new List<(int, int, int)>();
        for (var s = 0; s < Scales.Length; s++)
        {
            var (across, down) = Shares(s, width, height);
            for (var y = -(int)Math.Ceiling(Side * (1 - down)) - Slack; y <= Slack; y++)
                for (var x = -(int)Math.Ceiling(Side * (1 - across)) - Slack; x <= Slack; x++)
                    places.Add((s, x, y));
        }
        return places;
    }

    static (double Across, double Down) Shares(int hypothesis, int width, int height) =>
        (Scales[hypothesis] * width / Math.Max(width, height), Scales[hypothesis] * height / Math.Max(width, height));

    /// <summary>Whitened unit coefficients of each hypothesis: (scales, Side, Side/2+1) complex.</summary>
    internal static Tensor Evidence(FrameMean mean)
    {
        using var scope = NewDisposeScope();
        var maps = new float[Scales.Length * Side * Side];
        var luminance = mean.Luminance();
        for (var s = 0; s < Scales.Length; s++)
        {
            var (across, down) = Shares(s, mean.Width, mean.Height);
            var small = MarkGrid.Resample(luminance, mean.Width, mean.Height, Side * across, Side * down, out var width, out var height);
            MarkGrid.Whiten(small, width, height);
            for (var y = 0; y < height; y++)
                small.AsSpan(y * width, width).CopyTo(maps.AsSpan((s * Side + y) * Side));
        }
        var spectrum = fft.rfft2(tensor(maps, [Scales.Length, Side, Side]));
        return spectrum.div(spectrum.abs().ClampMin(1e-6f)).mul(MarkPattern.Band()).MoveToOuterDisposeScope();
    }
}

/// <summary>The mean luminance of frames of one size, 0 to 255.</summary>
sealed class FrameMean
{
    readonly float[] sum;

    internal FrameMean(int width, int height)
        : this(width, height, new float[width * height])
    {
    }

    FrameMean(int width, int height, float[] sum) => (Width, Height, this.sum) = (width, height, sum);

    internal int Width { get; }

    internal int Height { get; }

    internal int Frames { get; private set; }

    internal float[] Luminance() => Array.ConvertAll(sum, value => value / Math.Max(1, Frames));

    internal void Add(Picture frame)
    {
        if (frame.Width != Width || frame.Height != Height)
            throw new ArgumentException($"Frames are {Width}x{Height}, the picture is {frame.Width}x{frame.Height}.", nameof(frame));
        var pixels = frame.Pixels;
        for (int i = 0, at = 0; i < sum.Length; i++, at += 3)
            sum[i] += 0.299f * pixels[at] + 0.587f * pixels[at + 1] + 0.114f * pixels[at + 2];
        Frames++;
    }

    /// <summary>The last columns alone.</summary>
    internal FrameMean Right(int columns)
    {
        var part = new float[columns * Height];
        for (var y = 0; y < Height; y++)
            sum.AsSpan(y * Width + Width - columns, columns).CopyTo(part.AsSpan(y * columns));
        return new(columns, Height, part) { Frames = Frames };
    }
}
