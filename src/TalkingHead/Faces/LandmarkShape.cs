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
    /// The shape of a face that looks ahead, of a few moments in which it may look anywhere: the mean of the third of them
    /// that is most like its own mirror image. So a head that is turned for a while is not taken for a narrow one.
    /// </summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Landmarks Frontal(IReadOnlyList<Landmarks> shapes)
    {
        var place = Mean(shapes);
        var mean = Mean([.. shapes.OrderBy(Skew).Take((shapes.Count + 2) / 3)]);
        return mean.Map(Similarity.Fit(mean.Values, place.Values)); // where the face is on the whole, all moments say
    }

    // How far the points are from those of the face's mirror image once both are laid over each other, in sizes of the face.
    static double Skew(Landmarks face)
    {
        var mirrored = face.Mirror(0);
        var laid = mirrored.Map(Similarity.Fit(mirrored.Values, face.Values));
        return laid.SquaredDistance(face) / Math.Max(1e-6, face.Bounds.Area);
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
