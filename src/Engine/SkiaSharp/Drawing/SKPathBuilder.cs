namespace SkiaSharp;

/// <summary>Makes an <see cref="SKPath"/> step by step. Angles are in degrees, clockwise as seen on screen, from the right.</summary>
public partial class SKPathBuilder : SKObject
{
    PathData data;

    public SKPathBuilder() => data = new PathData();

    public SKPathBuilder(SKPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        data = path.Data.Clone();
    }

    public SKPathFillType FillType
    {
        get => data.FillType;
        set => data.FillType = value;
    }

    /// <summary>The path so far; the builder is empty then.</summary>
    public SKPath Detach()
    {
        var path = new SKPath(data);
        data = new PathData();
        return path;
    }

    /// <summary>A copy of the path so far.</summary>
    public SKPath Snapshot() => new(data.Clone());

    public void Reset() => data = new PathData();

    public void MoveTo(SKPoint point) => data.Move(point);

    public void MoveTo(float x, float y) => data.Move(new SKPoint(x, y));

    public void LineTo(SKPoint point) => data.Line(point);

    public void LineTo(float x, float y) => data.Line(new SKPoint(x, y));

    public void QuadTo(SKPoint point0, SKPoint point1) => data.Quad(point0, point1);

    public void QuadTo(float x0, float y0, float x1, float y1) => data.Quad(new SKPoint(x0, y0), new SKPoint(x1, y1));

    public void ConicTo(SKPoint point0, SKPoint point1, float w) => data.Conic(point0, point1, w);

    public void ConicTo(float x0, float y0, float x1, float y1, float w) => data.Conic(new SKPoint(x0, y0), new SKPoint(x1, y1), w);

    public void CubicTo(SKPoint point0, SKPoint point1, SKPoint point2) => data.Cubic(point0, point1, point2);

    public void CubicTo(float x0, float y0, float x1, float y1, float x2, float y2) =>
        data.Cubic(new SKPoint(x0, y0), new SKPoint(x1, y1), new SKPoint(x2, y2));

    public void Close() => data.Close();

    public void RMoveTo(SKPoint point) => data.Move(data.Last + point);

    public void RMoveTo(float dx, float dy) => RMoveTo(new SKPoint(dx, dy));

    public void RLineTo(SKPoint point) => data.Line(data.Last + point);

    public void RLineTo(float dx, float dy) => RLineTo(new SKPoint(dx, dy));

    public void RQuadTo(SKPoint point0, SKPoint point1) => data.Quad(data.Last + point0, data.Last + point1);

    public void RQuadTo(float dx0, float dy0, float dx1, float dy1) => RQuadTo(new SKPoint(dx0, dy0), new SKPoint(dx1, dy1));

    public void RCubicTo(SKPoint point0, SKPoint point1, SKPoint point2) =>
        data.Cubic(data.Last + point0, data.Last + point1, data.Last + point2);

    public void RCubicTo(float dx0, float dy0, float dx1, float dy1, float dx2, float dy2) =>
        RCubicTo(new SKPoint(dx0, dy0), new SKPoint(dx1, dy1), new SKPoint(dx2, dy2));

    public void AddPath(SKPath other, SKPathAddMode mode = SKPathAddMode.Append) => AddPath(other, SKMatrix.Identity, mode);

    public void AddPath(SKPath other, float dx, float dy, SKPathAddMode mode = SKPathAddMode.Append) =>
        AddPath(other, SKMatrix.CreateTranslation(dx, dy), mode);

    public void AddPath(SKPath other, in SKMatrix matrix, SKPathAddMode mode = SKPathAddMode.Append)
    {
        ArgumentNullException.ThrowIfNull(other);
        data.Append(other.Data, matrix, mode);
    }
}
