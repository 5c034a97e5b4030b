using SkiaSharp;

namespace TalkingHead.Media;

/// <summary>Pictures in rows and columns with captions, for people to look at.</summary>
public static class ContactSheet
{
    const int Gap = 4, CaptionSize = 12, CaptionRoom = 18, MostRowCaption = 160;

    /// <summary>
    /// Draws a grid. A cell is as large as the largest picture; a missing picture (null) leaves its cell empty.
    /// </summary>
    /// <param name="rows">The pictures, row by row.</param>
    /// <param name="columnCaptions">Written over the columns.</param>
    /// <param name="rowCaptions">Written to the left of the rows.</param>
    public static Picture Draw(IReadOnlyList<IReadOnlyList<Picture?>> rows, IReadOnlyList<string>? columnCaptions = null,
        IReadOnlyList<string>? rowCaptions = null)
    {
        var all = rows.SelectMany(row => row).OfType<Picture>().ToArray();
        if (all.Length == 0)
            throw new ArgumentException("A contact sheet needs a picture.", nameof(rows));
        int width = all.Max(p => p.Width), height = all.Max(p => p.Height), columns = rows.Max(row => row.Count);
        var top = columnCaptions is null ? 0 : CaptionRoom;
        var left = 0;
        if (rowCaptions is { Count: > 0 })
        {
            using var measure = new Ink(1, 1);
            left = (int)Math.Min(MostRowCaption, rowCaptions.Max(caption => measure.WidthOf(caption, CaptionSize))) + 2 * Gap;
        }

        using var sheet = new Ink(left + columns * (width + Gap) + Gap, top + rows.Count * (height + Gap) + Gap);
        for (var column = 0; column < Math.Min(columns, columnCaptions?.Count ?? 0); column++)
            sheet.Text(columnCaptions![column], left + Gap + column * (width + Gap) + width / 2.0, CaptionSize + 2, CaptionSize,
                SKTextAlign.Center, width);
        for (var row = 0; row < Math.Min(rows.Count, rowCaptions?.Count ?? 0); row++)
            sheet.Text(rowCaptions![row], Gap, top + Gap + row * (height + Gap) + (height + CaptionSize) / 2.0, CaptionSize,
                room: left - Gap);

        var placed = from row in Enumerable.Range(0, rows.Count)
                     from column in Enumerable.Range(0, rows[row].Count)
                     where rows[row][column] is not null
                     select (rows[row][column]!, left + Gap + column * (width + Gap), top + Gap + row * (height + Gap));
        return sheet.ToPicture(placed);
    }
}

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
    public void Text(string text, double x, double y, double size, SKTextAlign align = SKTextAlign.Left,
        double room = double.PositiveInfinity)
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
