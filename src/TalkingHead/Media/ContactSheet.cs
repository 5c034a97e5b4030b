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
    public static Picture Draw(IReadOnlyList<IReadOnlyList<Picture?>> rows, IReadOnlyList<string>? columnCaptions = null, IReadOnlyList<string>? rowCaptions = null)
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
            sheet.Text(columnCaptions![column], left + Gap + column * (width + Gap) + width / 2.0, CaptionSize + 2, CaptionSize, SKTextAlign.Center, width);
        for (var row = 0; row < Math.Min(rows.Count, rowCaptions?.Count ?? 0); row++)
            sheet.Text(rowCaptions![row], Gap, top + Gap + row * (height + Gap) + (height + CaptionSize) / 2.0, CaptionSize, room: left - Gap);

        var placed = from row in Enumerable.Range(0, rows.Count)
                     from column in Enumerable.Range(0, rows[row].Count)
                     where rows[row][column] is not null
                     select (rows[row][column]!, left + Gap + column * (width + Gap), top + Gap + row * (height + Gap));
        return sheet.ToPicture(placed);
    }
}
