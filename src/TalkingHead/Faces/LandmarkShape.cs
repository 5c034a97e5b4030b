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
