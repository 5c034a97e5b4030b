namespace TalkingHead.Synthetic;

/// <summary>
/// The face's mesh before it is anyone's: points of the chart with rings round eyes and mouth, their triangles, and each
/// point's weights over the anchors. Built once a process; every identity shares it.
/// </summary>
sealed class FaceTopology
{
    /// <summary>Points of one eyelid margin: half of them the upper lid's, from the inner to the outer corner.</summary>
    public const int LidPoints = 28;

    /// <summary>Lid rings: the margin's inner edge, the margin, two over the lid, and the crease, which the anchors carry.</summary>
    public const int LidRings = 5;

    static readonly Lazy<FaceTopology> Built = new(() => new FaceTopology());
    public static FaceTopology Shared => Built.Value;

    public readonly List<(float U, float V)> Points = [];
    public readonly List<(int A, int B, int C)> Triangles = [];
    public readonly ThinPlate Spline = new(FaceAnchors.Template.All);

    /// <summary>[eye (0 at negative x), ring, point] → vertex. Points 0 and 14 are the inner and the outer corner.</summary>
    public readonly int[,,] Lids = new int[2, LidRings, LidPoints];

    /// <summary>The edge of the mouth's opening in the surface, in order round it.</summary>
    public readonly List<int> MouthEdge = [];

    /// <summary>The inner corners of the mouth, at negative and positive x.</summary>
    public readonly int[] InnerCorners = new int[2];

    /// <summary>How much of a vertex is lip: 1 on the red, less at its border.</summary>
    public readonly Dictionary<int, float> Lips = [];

    /// <summary>[vertex] → its weight over every anchor; they sum to one.</summary>
    public readonly float[][] Weights;

    /// <summary>[vertex] → what is added to the weighted anchors.</summary>
    public readonly Vec3[] Offsets;

    readonly Vec3[] anchorSkulls = [.. FaceAnchors.Template.All.Select(a => FaceChart.Skull(a.U, a.V))];
    readonly Dictionary<int, (float[] Weights, Vec3 Offset)> lipCurves = [];
    readonly List<(float U, float V)> mouthHole = [];
    readonly List<(float U, float V)>[] eyeHoles = [[], []];

    FaceTopology()
    {
        foreach (var anchor in FaceAnchors.Template.All)
            if (!anchor.Name.StartsWith("lipBack", StringComparison.Ordinal)
                && !anchor.Name.StartsWith("lowLipBack", StringComparison.Ordinal))
                Points.Add((anchor.U, anchor.V));
            else
                Points.Add((float.NaN, float.NaN)); // the mouth's edge ring passes there; the slot keeps anchor i at vertex i
        AddEye(0);
        AddEye(1);
        AddMouth();
        AddFill();
        Connect();
        for (var i = 0; i < Points.Count; i++)
            if (float.IsNaN(Points[i].U)) Points[i] = (FaceAnchors.Template.All[i].U, FaceAnchors.Template.All[i].V);
        Weights = new float[Points.Count][];
        Offsets = new Vec3[Points.Count];
        for (var i = 0; i < Points.Count; i++)
            (Weights[i], Offsets[i]) = lipCurves.TryGetValue(i, out var curve) ? curve : Bind(Points[i].U, Points[i].V);
    }

    /// <summary>How a point of the chart hangs on the anchors: a plain skull plus the spline of their distances from it.</summary>
    public (float[] Weights, Vec3 Offset) Bind(float u, float v)
    {
        var weights = Spline.WeightsAt(u, v);
        return (weights, FaceChart.Skull(u, v) - FaceSurface.Blend(weights, anchorSkulls));
    }

    void AddEye(int eye)
    {
        var centre = FaceChart.Project(EyeShape.Template.Centre(1) + new Vec3(0, 0, EyeShape.Template.Radius));
        ReadOnlySpan<float> offsets = [-0.1f, 0, 0.2f, 0.42f, 0.7f];
        for (var ring = 0; ring < LidRings; ring++)
            for (var i = 0; i < LidPoints; i++)
            {
                var (u, v) = FaceChart.Project(EyeShape.Template.Margin(1, i, 0, 0, 0));
                float du = (u - centre.U) / 1.75f, dv = (v - centre.V) / 0.8f;
                var length = MathF.Sqrt(du * du / 3 + dv * dv) + 1e-6f;
                u += offsets[ring] * 0.5f * du / length;
                v += offsets[ring] * dv / length;
                Lids[eye, ring, i] = Points.Count;
                Points.Add((eye == 0 ? -u : u, v));
                if (ring == 0) eyeHoles[eye].Add((eye == 0 ? -u : u, v));
            }
    }

    // Lips are curves through their anchors; towards the corners each curve ends a little further in.
    void AddMouth()
    {
        AddLip(1.0f, new(0, 0, 0), ["lipTopSide-", "lipPeak-", "lipTop", "lipPeak+", "lipTopSide+"],
            ["lowLipFar-", "lowLipBottomSide-", "lowLipBottom", "lowLipBottomSide+", "lowLipFar+"], 3, 0.75f);
        AddLip(0.965f, new(-0.07f, 0, 0.05f), ["lipBulgeSide-", "lipBulge", "lipBulgeSide+"],
            ["lowLipBulgeSide-", "lowLipBulge", "lowLipBulgeSide+"], 4, 1);
        var inner = AddLip(0.92f, new(-0.16f, 0, -0.02f), ["lipInnerSide-", "lipInner", "lipInnerSide+"],
            ["lowLipInnerSide-", "lowLipInner", "lowLipInnerSide+"], 4, 1);
        (InnerCorners[0], InnerCorners[1]) = (inner[0], inner[inner.Count / 2]);
        MouthEdge.AddRange(AddLip(0.86f, new(-0.22f, 0, -0.5f), ["lipBackSide-", "lipBack", "lipBackSide+"],
            ["lowLipBackSide-", "lowLipBack", "lowLipBackSide+"], 4, 1));
        foreach (var vertex in MouthEdge) mouthHole.Add(Points[vertex]);
    }

    // One closed curve from the corner at negative x over the upper lip and back under the lower one.
    List<int> AddLip(float corner, Vec3 inwards, string[] upper, string[] lower, int steps, float red)
    {
        List<int> ring = [.. Curve(upper), .. Curve(lower).AsEnumerable().Reverse().Skip(1).SkipLast(1)];
        foreach (var vertex in ring) Lips[vertex] = red;
        return ring;

        // Catmull-Rom through the anchors: of the chart's points and, with the same shares, of the anchors themselves.
        List<int> Curve(string[] names)
        {
            string[] knots = ["lipCorner-", .. names, "lipCorner+"];
            List<int> curve = [];
            for (var k = 0; k < knots.Length; k++)
                for (var step = 0; step < (k + 1 < knots.Length ? steps : 1); step++)
                    curve.Add(OnCurve(knots, k, (float)step / steps, corner, inwards));
            return curve;
        }
    }

    int OnCurve(string[] knots, int k, float t, float corner, Vec3 inwards)
    {
        Span<float> shares = [0.5f * t * (t * (2 - t) - 1), 1 + 0.5f * t * t * (3 * t - 5), 0.5f * t * (1 + t * (4 - 3 * t)),
            0.5f * t * t * (t - 1)];
        var last = knots.Length - 1;
        float u = 0, v = 0;
        var offset = Vec3.Zero;
        var weights = new float[FaceAnchors.Template.All.Count];
        for (var j = -1; j <= 2; j++)
        {
            var share = shares[j + 1];
            // Beyond an end the curve goes on straight: twice the end less its neighbour.
            var knot = Math.Clamp(k + j, 0, last);
            var beyond = Math.Abs(k + j - knot);
            Add(knot, (1 + beyond) * share);
            if (beyond > 0) Add(knot == 0 ? 1 : last - 1, -beyond * share);
        }
        var at = FaceAnchors.Template[knots[k]];
        var vertex = t == 0 && !float.IsNaN(Points[at].U) && (corner == 1 || k > 0 && k < last) ? at : Place((u, v));
        lipCurves[vertex] = (weights, offset);
        return vertex;

        void Add(int knot, float share)
        {
            var index = FaceAnchors.Template[knots[knot]];
            var anchor = FaceAnchors.Template.All[index];
            var end = knot == 0 || knot == last;
            weights[index] += share;
            u += share * anchor.U * (end ? corner : 1);
            v += share * anchor.V;
            if (end) offset += share * (knot == 0 ? inwards.Mirrored : inwards);
        }
    }

    // The corner of two lips is one vertex.
    int Place((float U, float V) point)
    {
        foreach (var vertex in lipCurves.Keys)
            if (MathF.Abs(Points[vertex].U - point.U) + MathF.Abs(Points[vertex].V - point.V) < 1e-4f) return vertex;
        Points.Add(point);
        return Points.Count - 1;
    }

    // The rest of the surface: a hexagonal grid, fine on the features and coarse on the skull.
    void AddFill()
    {
        foreach (var (pitch, inside) in new (float, Func<float, float, bool>)[]
        {
            (0.34f, (u, v) => MathF.Abs(u) < 2.4f && v < 0.4f && v > -4.9f || MathF.Abs(u) < 3.6f && v <= -4.9f && v > -7.6f),
            (0.5f, (u, v) => MathF.Abs(u) < 8.2f && v < 4.2f && v > -10.2f || MathF.Abs(u) < 10.3f && v < 0 && v > -7),
            (1.0f, (u, v) => MathF.Abs(u) < 11f && v < 9f && v > -13f),
            (1.9f, (_, _) => true),
        })
        {
            var rows = (int)(FaceChart.Rim / (pitch * 0.866f));
            for (var row = -rows; row <= rows; row++)
            {
                var v = row * pitch * 0.866f;
                for (var column = 0; column * pitch <= FaceChart.Rim; column++)
                {
                    var u = (column + (row & 1) * 0.5f) * pitch;
                    if (u * u + v * v > FaceChart.Rim * FaceChart.Rim || !inside(u, v)) continue;
                    if (!Free(u, v, pitch * 0.72f)) continue;
                    Points.Add((u, v));
                    if (u > 0.01f) Points.Add((-u, v));
                }
            }
        }
    }

    bool Free(float u, float v, float distance)
    {
        foreach (var (pu, pv) in Points)
            if (Curves.Square(pu - u) + Curves.Square(pv - v) < distance * distance) return false;
        return !Inside(mouthHole, u, v) && !Inside(eyeHoles[1], u, v);
    }

    void Connect()
    {
        List<int> used = [];
        for (var i = 0; i < Points.Count; i++)
            if (!float.IsNaN(Points[i].U)) used.Add(i);
        foreach (var (a, b, c) in Delaunay.Triangulate([.. used.Select(i => Points[i])]))
        {
            var (p, q, r) = (Points[used[a]], Points[used[b]], Points[used[c]]);
            float u = (p.U + q.U + r.U) / 3, v = (p.V + q.V + r.V) / 3;
            if (Inside(mouthHole, u, v) || Inside(eyeHoles[0], u, v) || Inside(eyeHoles[1], u, v)) continue;
            Triangles.Add((used[a], used[b], used[c]));
        }
    }

    static bool Inside(List<(float U, float V)> polygon, float u, float v)
    {
        var inside = false;
        for (int i = 0, j = polygon.Count - 1; i < polygon.Count; j = i++)
        {
            var (a, b) = (polygon[i], polygon[j]);
            if (a.V > v != b.V > v && u < (b.U - a.U) * (v - a.V) / (b.V - a.V) + a.U) inside = !inside;
        }
        return inside;
    }
}
