using SkiaSharp;

namespace TalkingHead.Media;

/// <summary>A white sheet to write, draw and paste pictures on.</summary>
sealed class Ink : IDisposable
{
    // DejaVu Sans, embedded: sheets look the same on every machine, also on one without fonts.
    static readonly Lazy<SKTypeface> face = new(() =>
    {
        using var font = typeof(Ink).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromData(SKData.Create(font));
    });

    readonly SKBitmap bitmap;
    readonly SKCanvas canvas;
    readonly SKFont font = new(face.Value, 12);
    readonly SKPaint paint = new() { IsAntialias = true, StrokeCap = SKStrokeCap.Round };

    public Ink(int width, int height)
    {
        if (!Picture.SizeIsAllowed(width, height))
            throw new ArgumentException($"A sheet of {width}x{height} is larger than a picture may be.");
        bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        canvas = new(bitmap);
        canvas.Clear(SKColors.White);
    }

    public void Line(double x0, double y0, double x1, double y1, SKColor colour, double width)
    {
        (paint.Color, paint.StrokeWidth, paint.Style) = (colour, (float)width, SKPaintStyle.Stroke);
        canvas.DrawLine((float)x0, (float)y0, (float)x1, (float)y1, paint);
    }

    public void Box(double x, double y, double width, double height, SKColor colour)
    {
        (paint.Color, paint.Style) = (colour, SKPaintStyle.Fill);
        canvas.DrawRect((float)x, (float)y, (float)width, (float)height, paint);
    }

    public void Dot(double x, double y, double radius, SKColor colour)
    {
        (paint.Color, paint.Style) = (colour, SKPaintStyle.Fill);
        canvas.DrawCircle((float)x, (float)y, (float)radius, paint);
    }

    /// <summary>Writes on a base line; a text wider than <paramref name="room"/> is cut with an ellipsis.</summary>
    public void Text(string text, double x, double y, double size, SKTextAlign align = SKTextAlign.Left, double room = double.PositiveInfinity)
    {
        font.Size = (float)size;
        (paint.Color, paint.Style) = (SKColors.Black, SKPaintStyle.Fill);
        while (text.Length > 1 && font.MeasureText(text) > room)
            text = text.TrimEnd('…')[..^1] + "…";
        canvas.DrawText(text, (float)x, (float)y, align, font, paint);
    }

    public double WidthOf(string text, double size)
    {
        font.Size = (float)size;
        return font.MeasureText(text);
    }

    /// <summary>What was drawn, with pictures laid on it at their places.</summary>
    public Picture ToPicture(IEnumerable<(Picture Picture, int X, int Y)>? pasted = null)
    {
        canvas.Flush();
        var picture = PictureFile.FromBitmap(bitmap);
        foreach (var (each, x, y) in pasted ?? [])
            picture.Paste(each, x, y);
        return picture;
    }

    public void Dispose()
    {
        paint.Dispose();
        font.Dispose();
        canvas.Dispose();
        bitmap.Dispose();
    }
}
