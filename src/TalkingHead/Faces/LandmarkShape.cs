namespace TalkingHead.Faces;

/// <summary>The shape of a face over several pictures.</summary>
public static class LandmarkShape
{
    const int Rounds = 3;

    /// <summary>
    /// The mean of landmarks once size, place and tilt are taken out of each (generalised Procrustes analysis, Gower
    /// 1975), laid where their plain mean lies.
    /// </summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Landmarks Mean(IReadOnlyList<Landmarks> shapes)
    {
        if (shapes.Count == 0)
            throw new ArgumentException("A mean needs landmarks.", nameof(shapes));
        var plain = Average(shapes);
        var mean = shapes[0];
        for (var round = 0; round < Rounds; round++)
        {
            var reference = mean;
            mean = Average([.. shapes.Select(shape => shape.Map(Similarity.Fit(shape.Values, reference.Values)))]);
        }

        return mean.Map(Similarity.Fit(mean.Values, plain.Values));
    }

    /// <summary>
    /// The shape at rest of a face of which only some moments are known: the mean of the quarter of them that is nearest to
    /// another person's shape, so that a head which is turned at first is not taken for one that is narrow.
    /// </summary>
    /// <param name="shapes">The moments.</param>
    /// <param name="like">The other person's shape at rest.</param>
    public static Landmarks AtRest(IReadOnlyList<Landmarks> shapes, Landmarks like)
    {
        var place = Mean(shapes);
        var nearest = shapes.OrderBy(shape => Distance(shape, like)).Take((shapes.Count + 3) / 4).ToArray();
        var mean = Mean(nearest);
        // Where and how large the face is, on the whole, all moments say.
        return mean.Map(Similarity.Fit(mean.Values, place.Values));
    }

    // Square distance once size, place and tilt are taken out.
    static double Distance(Landmarks shape, Landmarks like)
    {
        var laid = shape.Map(Similarity.Fit(shape.Values, like.Values));
        double sum = 0;
        for (var i = 0; i < 2 * Landmarks.Count; i++)
            sum += (laid.Values[i] - like.Values[i]) * (laid.Values[i] - like.Values[i]);
        return sum;
    }

    static Landmarks Average(IReadOnlyList<Landmarks> shapes)
    {
        var sum = new double[2 * Landmarks.Count];
        foreach (var shape in shapes)
        {
            for (var i = 0; i < sum.Length; i++)
                sum[i] += shape.Values[i];
        }

        return new([.. sum.Select(value => (float)(value / shapes.Count))]);
    }
}
