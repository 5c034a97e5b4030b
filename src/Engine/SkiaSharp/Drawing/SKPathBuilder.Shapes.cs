namespace SkiaSharp;

public partial class SKPathBuilder
{
    /// <summary>A line through all points.</summary>
    public void AddPoly(SKPoint[] points, bool close = true) => AddPoly(points.AsSpan(), close);

    public void AddPoly(ReadOnlySpan<SKPoint> points, bool close = true)
    {
        for (var i = 0; i < points.Length; i++)
        {
            if (i == 0)
                MoveTo(points[i]);
            else
                LineTo(points[i]);
        }
        if (close && points.Length > 0)
            Close();
    }

    public void AddRect(SKRect rect, SKPathDirection direction = SKPathDirection.Clockwise)
    {
        SKPoint topRight = new(rect.Right, rect.Top), bottomLeft = new(rect.Left, rect.Bottom);
        var clockwise = direction == SKPathDirection.Clockwise;
        AddPoly(
            [rect.Location, clockwise ? topRight : bottomLeft, new SKPoint(rect.Right, rect.Bottom), clockwise ? bottomLeft : topRight]);
    }

    public void AddCircle(float x, float y, float radius, SKPathDirection dir = SKPathDirection.Clockwise) =>
        AddOval(new SKRect(x - radius, y - radius, x + radius, y + radius), dir);

    public void AddOval(SKRect rect, SKPathDirection direction = SKPathDirection.Clockwise)
    {
        ArcTo(rect, 0, direction == SKPathDirection.Clockwise ? 360 : -360, forceMoveTo: true);
        Close();
    }

    /// <summary>An outline of its own, not closed; a turn or more is the whole oval.</summary>
    public void AddArc(SKRect oval, float startAngle, float sweepAngle)
    {
        if (MathF.Abs(sweepAngle) >= 360)
            AddOval(oval, sweepAngle > 0 ? SKPathDirection.Clockwise : SKPathDirection.CounterClockwise);
        else
            ArcTo(oval, startAngle, sweepAngle, forceMoveTo: true);
    }

    public void AddRoundRect(SKRect rect, float rx, float ry, SKPathDirection dir = SKPathDirection.Clockwise)
    {
        rect = rect.Standardized;
        rx = Math.Clamp(rx, 0, rect.Width / 2);
        ry = Math.Clamp(ry, 0, rect.Height / 2);
        if (rx == 0 || ry == 0)
        {
            AddRect(rect, dir);
            return;
        }
        var corner = new SKSize(2 * rx, 2 * ry);
        SKRect Corner(float left, float top) => SKRect.Create(new SKPoint(left, top), corner);
        SKRect topLeft = Corner(rect.Left, rect.Top), topRight = Corner(rect.Right - corner.Width, rect.Top);
        SKRect bottomLeft = Corner(rect.Left, rect.Bottom - corner.Height);
        SKRect bottomRight = Corner(rect.Right - corner.Width, rect.Bottom - corner.Height);
        if (dir == SKPathDirection.Clockwise)
        {
            ArcTo(topLeft, 180, 90, forceMoveTo: true);
            ArcTo(topRight, 270, 90, forceMoveTo: false);
            ArcTo(bottomRight, 0, 90, forceMoveTo: false);
            ArcTo(bottomLeft, 90, 90, forceMoveTo: false);
        }
        else
        {
            ArcTo(topLeft, 270, -90, forceMoveTo: true);
            ArcTo(bottomLeft, 180, -90, forceMoveTo: false);
            ArcTo(bottomRight, 90, -90, forceMoveTo: false);
            ArcTo(topRight, 0, -90, forceMoveTo: false);
        }
        Close();
    }

    /// <summary>An arc of an oval, after a line to where it begins or, with <paramref name="forceMoveTo"/>, as an outline of its own.</summary>
    public void ArcTo(SKRect oval, float startAngle, float sweepAngle, bool forceMoveTo)
    {
        SKPoint At(double angle, double stretch)
        {
            var (sin, cos) = Math.SinCos(angle);
            return new SKPoint(
                (float)(oval.MidX + oval.Width / 2 * cos * stretch), (float)(oval.MidY + oval.Height / 2 * sin * stretch));
        }

        var start = startAngle * Math.PI / 180;
        var sweep = Math.Clamp(sweepAngle, -360, 360) * Math.PI / 180;
        var first = At(start, 1);
        if (forceMoveTo || data.IsEmpty)
            MoveTo(first);
        else
            LineTo(first);
        // Each conic covers a quarter at most: its control point is where the tangents of its ends meet.
        var pieces = (int)Math.Ceiling(Math.Abs(sweep) / (Math.PI / 2) - 1e-6);
        for (var i = 0; i < pieces; i++)
        {
            var half = sweep / pieces / 2;
            var from = start + 2 * half * i;
            ConicTo(At(from + half, 1 / Math.Cos(half)), At(from + 2 * half, 1), (float)Math.Cos(half));
        }
    }

    public void ArcTo(SKPoint point1, SKPoint point2, float radius) => ArcTo(point1.X, point1.Y, point2.X, point2.Y, radius);

    /// <summary>A corner at (x1, y1) on the way to (x2, y2), rounded by a circle that touches both sides.</summary>
    public void ArcTo(float x1, float y1, float x2, float y2, float radius)
    {
        SKPoint corner = new(x1, y1);
        SKPoint before = data.Last - corner, after = new SKPoint(x2, y2) - corner;
        var cross = before.X * after.Y - before.Y * after.X;
        if (radius <= 0 || before.Length == 0 || after.Length == 0 || MathF.Abs(cross) < 1e-6f * before.Length * after.Length)
        {
            LineTo(corner);
            return;
        }
        before = SKPoint.Normalize(before);
        after = SKPoint.Normalize(after);
        // The circle touches each side at radius / tan(half the angle between them).
        var cosine = Math.Clamp(before.X * after.X + before.Y * after.Y, -1, 1);
        var distance = radius * MathF.Sqrt((1 + cosine) / (1 - cosine));
        LineTo(corner.X + before.X * distance, corner.Y + before.Y * distance);
        ConicTo(corner, new SKPoint(corner.X + after.X * distance, corner.Y + after.Y * distance), MathF.Sqrt((1 - cosine) / 2));
    }
}
