using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Outlines of lines and curves, made with <see cref="SKPathBuilder"/>.</summary>
public class SKPath : SKObject
{
    PathData data;

    public SKPath()
        : this(new PathData())
    {
    }

    public SKPath(SKPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        data = path.data.Clone();
    }

    internal SKPath(PathData data) => this.data = data;

    internal PathData Data => data;

    public SKPathFillType FillType
    {
        get => data.FillType;
        set => data.FillType = value;
    }

    public bool IsEmpty => data.IsEmpty;

    public int VerbCount => data.VerbCount;

    public int PointCount => data.Points.Count;

    /// <summary>All points, the control points of curves with them.</summary>
    public SKPoint[] Points => [.. data.Points];

    public SKPoint this[int index] => GetPoint(index);

    public SKPoint LastPoint => data.Last;

    /// <summary>The box around <see cref="Points"/>: never too small, and larger than the curves.</summary>
    public SKRect Bounds => data.Bounds;

    /// <summary>The box around the lines and curves themselves.</summary>
    public SKRect TightBounds => ComputeTightBounds();

    public SKPoint GetPoint(int index) => index >= 0 && index < PointCount ? data.Points[index] : SKPoint.Empty;

    public SKPoint[] GetPoints(int max) => [.. data.Points.Take(max)];

    public bool GetBounds(out SKRect rect)
    {
        rect = Bounds;
        return !IsEmpty;
    }

    public SKRect ComputeTightBounds()
    {
        if (IsEmpty || !data.IsFinite)
            return SKRect.Empty;
        using var scratch = new Scratch();
        data.Emit(scratch.Context);
        Cairo.cairo_path_extents(scratch.Context, out var x1, out var y1, out var x2, out var y2);
        return new SKRect((float)x1, (float)y1, (float)x2, (float)y2);
    }

    /// <summary>Whether a point lies inside, by <see cref="FillType"/>.</summary>
    public bool Contains(float x, float y)
    {
        if (IsEmpty || !data.IsFinite)
            return false;
        using var scratch = new Scratch();
        data.Emit(scratch.Context);
        return Cairo.cairo_in_fill(scratch.Context, x, y) != 0;
    }

    public void Offset(SKPoint offset) => Offset(offset.X, offset.Y);

    public void Offset(float dx, float dy) => Transform(SKMatrix.CreateTranslation(dx, dy));

    public void Transform(in SKMatrix matrix) => Transform(matrix, this);

    public void Transform(in SKMatrix matrix, SKPath destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var mapped = new PathData { FillType = FillType };
        mapped.Append(data, matrix, SKPathAddMode.Append);
        destination.data = mapped;
    }

    /// <summary>Empties the path.</summary>
    public void Reset() => data = new PathData();

    /// <summary>A context to ask about paths, over one pixel.</summary>
    sealed class Scratch : IDisposable
    {
        readonly NativeBlock pixel = NativeBlock.TryAllocate(4) ?? throw new OutOfMemoryException();
        readonly Cairo.Surface surface;

        public Scratch()
        {
            surface = Cairo.Surface.Over(pixel.Address, Cairo.FormatArgb32, 1, 1, 4);
            Context = new Cairo.Context(surface);
        }

        public Cairo.Context Context { get; }

        public void Dispose()
        {
            Context.Dispose();
            surface.Dispose();
            pixel.Dispose();
        }
    }
}
