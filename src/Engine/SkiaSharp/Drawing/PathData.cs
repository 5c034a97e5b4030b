using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>The verbs of a path and the points they use up, as <see cref="SKPath"/> and <see cref="SKPathBuilder"/> hold them.</summary>
sealed class PathData
{
    public enum Verb : byte
    {
        Move,
        Line,
        Quad,
        Conic,
        Cubic,
        Close,
    }

    readonly List<Verb> verbs = [];
    readonly List<SKPoint> points = [];
    readonly List<float> weights = [];
    SKPoint start;

    public SKPathFillType FillType { get; set; }

    public int VerbCount => verbs.Count;

    public List<SKPoint> Points => points;

    public bool IsEmpty => verbs.Count == 0;

    public bool IsFinite => points.TrueForAll(point => float.IsFinite(point.X) && float.IsFinite(point.Y));

    public SKPoint Last => points.Count > 0 ? points[^1] : SKPoint.Empty;

    /// <summary>The box around all points, control points with them.</summary>
    public SKRect Bounds
    {
        get
        {
            if (points.Count == 0)
                return SKRect.Empty;
            var bounds = new SKRect(points[0].X, points[0].Y, points[0].X, points[0].Y);
            foreach (var point in points)
                bounds.Union(new SKRect(point.X, point.Y, point.X, point.Y));
            return bounds;
        }
    }

    public PathData Clone()
    {
        var copy = new PathData { FillType = FillType };
        copy.Append(this, SKMatrix.Identity, SKPathAddMode.Append);
        copy.start = start;
        return copy;
    }

    public void Move(SKPoint to)
    {
        verbs.Add(Verb.Move);
        points.Add(to);
        start = to;
    }

    public void Line(SKPoint to) => Add(Verb.Line, to);

    public void Quad(SKPoint control, SKPoint to) => Add(Verb.Quad, control, to);

    public void Cubic(SKPoint control1, SKPoint control2, SKPoint to) => Add(Verb.Cubic, control1, control2, to);

    public void Conic(SKPoint control, SKPoint to, float weight)
    {
        Add(Verb.Conic, control, to);
        weights.Add(weight);
    }

    public void Close()
    {
        if (verbs.Count > 0 && verbs[^1] != Verb.Close)
            verbs.Add(Verb.Close);
    }

    // A segment needs a point to begin at: where the last outline closed, or the origin.
    void Add(Verb verb, params ReadOnlySpan<SKPoint> to)
    {
        if (verbs.Count == 0 || verbs[^1] == Verb.Close)
            Move(start);
        verbs.Add(verb);
        points.AddRange(to);
    }

    public void Append(PathData other, SKMatrix matrix, SKPathAddMode mode)
    {
        var extend = mode == SKPathAddMode.Extend && verbs.Count > 0 && verbs[^1] != Verb.Close;
        var first = true;
        var point = 0;
        var theirs = other.points.ToArray();
        foreach (var verb in other.verbs.ToArray())
        {
            var count = PointsOf(verb);
            if (verb == Verb.Move && first && extend)
                Line(matrix.MapPoint(theirs[point]));
            else if (verb == Verb.Move)
                Move(matrix.MapPoint(theirs[point]));
            else if (verb == Verb.Close)
                Close();
            else
            {
                verbs.Add(verb);
                for (var i = 0; i < count; i++)
                    points.Add(matrix.MapPoint(theirs[point + i]));
            }
            point += count;
            first = false;
        }
        weights.AddRange(other.weights.ToArray());
    }

    static int PointsOf(Verb verb) => verb switch
    {
        Verb.Move or Verb.Line => 1,
        Verb.Quad or Verb.Conic => 2,
        Verb.Cubic => 3,
        _ => 0,
    };

    /// <summary>Makes this the path of a context.</summary>
    public void Emit(Cairo.Context context)
    {
        Cairo.cairo_new_path(context);
        Cairo.cairo_set_fill_rule(context, FillType == SKPathFillType.EvenOdd ? Cairo.FillEvenOdd : Cairo.FillWinding);
        int point = 0, weight = 0;
        foreach (var verb in verbs)
        {
            var from = point > 0 ? points[point - 1] : SKPoint.Empty;
            switch (verb)
            {
                case Verb.Move:
                    Cairo.cairo_move_to(context, points[point].X, points[point].Y);
                    break;
                case Verb.Line:
                    Cairo.cairo_line_to(context, points[point].X, points[point].Y);
                    break;
                case Verb.Quad:
                    Curve(context, from, points[point], points[point + 1], 2 / 3f);
                    break;
                case Verb.Conic:
                    Conic(context, from, points[point], points[point + 1], weights[weight++]);
                    break;
                case Verb.Cubic:
                    SKPoint c1 = points[point], c2 = points[point + 1], to = points[point + 2];
                    Cairo.cairo_curve_to(context, c1.X, c1.Y, c2.X, c2.Y, to.X, to.Y);
                    break;
                case Verb.Close:
                    Cairo.cairo_close_path(context);
                    break;
            }
            point += PointsOf(verb);
        }
    }

    // A cubic whose control points lie on the way to the one control point, a share of it along.
    static void Curve(Cairo.Context context, SKPoint from, SKPoint control, SKPoint to, float share) => Cairo.cairo_curve_to(
        context,
        from.X + (control.X - from.X) * share, from.Y + (control.Y - from.Y) * share,
        to.X + (control.X - to.X) * share, to.Y + (control.Y - to.Y) * share,
        to.X, to.Y);

    // A conic of weight w is the arc of half angle acos(w), moved affinely. Up to a quarter of a circle a cubic comes within
    // 3e-4 of it; a wider one is halved first.
    static void Conic(Cairo.Context context, SKPoint from, SKPoint control, SKPoint to, float weight)
    {
        if (weight is >= 0.7f and <= 1.5f || !(weight > 0) || !float.IsFinite(weight))
        {
            Curve(context, from, control, to, weight > 0 ? 4 / 3f * weight / (1 + weight) : 0);
            return;
        }
        var scale = 1 / (1 + weight);
        var left = new SKPoint((from.X + weight * control.X) * scale, (from.Y + weight * control.Y) * scale);
        var right = new SKPoint((to.X + weight * control.X) * scale, (to.Y + weight * control.Y) * scale);
        var middle = new SKPoint((left.X + right.X) / 2, (left.Y + right.Y) / 2);
        var half = MathF.Sqrt((1 + weight) / 2);
        Conic(context, from, left, middle, half);
        Conic(context, middle, right, to, half);
    }
}
