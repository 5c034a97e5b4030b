namespace TalkingHead.Faces;

/// <summary>Boxes from the maps of <see cref="S3fd"/>.</summary>
static class FaceAnchors
{
    /// <summary>An anchor's side, in strides of its map.</summary>
    const double AnchorStrides = 4;

    // How the network scales its offsets: centre and size.
    const double CentreVariance = 0.1, SizeVariance = 0.2;

    /// <summary>Adds a map's boxes of at least <paramref name="least"/> probability, in the network's pixels.</summary>
    /// <param name="scores">(2, h, w): logits of background and face.</param>
    /// <param name="offsets">(4, h, w): of centre x, y and of log width, height.</param>
    /// <param name="width">Of the map.</param>
    /// <param name="stride">Pixels from one of the map's cells to the next.</param>
    /// <param name="least">Probability from which a box counts.</param>
    /// <param name="found">The list added to.</param>
    public static void Decode(ReadOnlySpan<float> scores, ReadOnlySpan<float> offsets, int width, int stride, double least, List<(FaceBox Box, double Score)> found)
    {
        var cells = scores.Length / 2;
        if (scores.Length != 2 * cells || offsets.Length != 4 * cells || cells % width != 0)
            throw new ArgumentException($"Maps of {scores.Length} scores and {offsets.Length} offsets do not belong together.", nameof(offsets));
        var anchor = AnchorStrides * stride;
        for (var i = 0; i < cells; i++)
        {
            var score = 1 / (1 + Math.Exp((double)scores[i] - scores[cells + i])); // softmax of two
            if (!(score >= least))
                continue;
            double x = (i % width + 0.5) * stride + CentreVariance * anchor * offsets[i];
            double y = (i / width + 0.5) * stride + CentreVariance * anchor * offsets[cells + i];
            double across = anchor * Math.Exp(Math.Min(10, SizeVariance * offsets[2 * cells + i])) / 2;
            double down = anchor * Math.Exp(Math.Min(10, SizeVariance * offsets[3 * cells + i])) / 2;
            if (double.IsFinite(x) && double.IsFinite(y))
                found.Add((new(x - across, y - down, x + across, y + down), score));
        }
    }

    /// <summary>Of boxes that overlap by more than <paramref name="most"/>, the likeliest.</summary>
    public static List<(FaceBox Box, double Score)> Suppress(IEnumerable<(FaceBox Box, double Score)> boxes, double most)
    {
        var kept = new List<(FaceBox Box, double Score)>();
        foreach (var each in boxes.OrderByDescending(b => b.Score))
        {
            if (kept.TrueForAll(k => k.Box.Overlap(each.Box) <= most))
                kept.Add(each);
        }

        return kept;
    }
}
