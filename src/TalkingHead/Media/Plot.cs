using System.Globalization;
using SkiaSharp;

namespace TalkingHead.Media;

/// <summary>A curve: a value over each x.</summary>
public sealed record PlotLine(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>A bar's height and, where known, how far it may be off either way.</summary>
public sealed record PlotBar(string Name, double Value, double Error = 0);

/// <summary>Simple plots for reports.</summary>
public static class Plot
{
    const double TitleSize = 15, TextSize = 12, Right = 16, Top = 48, Bottom = 44, TickRoom = 6;

    // Okabe and Ito's colours, told apart by colour-blind readers too.
    static readonly SKColor[] Colours =
    [
        new(0, 114, 178), new(213, 94, 0), new(0, 158, 115), new(204, 121, 167), new(230, 159, 0), new(86, 180, 233), new(0, 0, 0),
    ];

    /// <summary>Curves with axes and, for more than one, a legend. A value that is not finite breaks its curve.</summary>
    public static Picture Lines(string title, string xName, string yName, IReadOnlyList<PlotLine> lines, int width = 640, int height = 400)
    {
        foreach (var line in lines)
        {
            if (line.X.Count != line.Y.Count)
                throw new ArgumentException($"The curve \"{line.Name}\" has {line.X.Count} x and {line.Y.Count} y values.", nameof(lines));
        }

        using var ink = new Ink(width, height);
        var frame = new Frame(ink, Axis.Around(lines.SelectMany(l => l.X)), Axis.Around(lines.SelectMany(l => l.Y)), width, height);
        frame.Draw(title, xName, yName, ticksAcross: true);
        for (var i = 0; i < lines.Count; i++)
        {
            var (line, colour) = (lines[i], Colours[i % Colours.Length]);
            for (var k = 0; k < line.X.Count; k++)
            {
                if (!double.IsFinite(line.X[k]) || !double.IsFinite(line.Y[k]))
                    continue;
                if (k > 0 && double.IsFinite(line.X[k - 1]) && double.IsFinite(line.Y[k - 1]))
                    ink.Line(frame.X(line.X[k - 1]), frame.Y(line.Y[k - 1]), frame.X(line.X[k]), frame.Y(line.Y[k]), colour, 2);
                else
                    ink.Dot(frame.X(line.X[k]), frame.Y(line.Y[k]), 2, colour);
            }
        }

        if (lines.Count > 1)
            Legend(ink, [.. lines.Select(l => l.Name)], width);
        return ink.ToPicture();
    }

    /// <summary>Bars in groups, one group a name in <paramref name="groups"/>, with whiskers for their errors.</summary>
    /// <param name="title">Written over the plot.</param>
    /// <param name="yName">Written beside the vertical axis.</param>
    /// <param name="groups">For each group, its bars; bars of one name have one colour.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    public static Picture Bars(string title, string yName, IReadOnlyList<(string Name, IReadOnlyList<PlotBar> Bars)> groups, int width = 640, int height = 400)
    {
        var names = groups.SelectMany(g => g.Bars).Select(b => b.Name).Distinct().ToArray();
        var reach = groups.SelectMany(g => g.Bars).SelectMany(b => new[] { 0, b.Value - b.Error, b.Value + b.Error });
        using var ink = new Ink(width, height);
        var frame = new Frame(ink, new Axis(0, Math.Max(1, groups.Count), 1), Axis.Around(reach), width, height);
        frame.Draw(title, "", yName, ticksAcross: false);
        for (var g = 0; g < groups.Count; g++)
        {
            var slot = 0.8 / Math.Max(1, names.Length);
            foreach (var bar in groups[g].Bars.Where(b => double.IsFinite(b.Value)))
            {
                var index = Array.IndexOf(names, bar.Name);
                double from = frame.X(g + 0.1 + index * slot), to = frame.X(g + 0.1 + (index + 0.92) * slot), middle = (from + to) / 2;
                double zero = frame.Y(0), end = frame.Y(bar.Value);
                ink.Box(from, Math.Min(zero, end), to - from, Math.Abs(zero - end), Colours[index % Colours.Length]);
                if (bar.Error > 0)
                {
                    double low = frame.Y(bar.Value - bar.Error), high = frame.Y(bar.Value + bar.Error);
                    ink.Line(middle, low, middle, high, SKColors.Black, 1.2);
                    ink.Line(middle - 4, low, middle + 4, low, SKColors.Black, 1.2);
                    ink.Line(middle - 4, high, middle + 4, high, SKColors.Black, 1.2);
                }
            }

            ink.Text(groups[g].Name, frame.X(g + 0.5), height - Bottom + TextSize + TickRoom, TextSize, SKTextAlign.Center, frame.X(1) - frame.X(0));
        }

        if (names.Length > 1)
            Legend(ink, names, width);
        return ink.ToPicture();
    }

    // In one row under the title, to the right.
    static void Legend(Ink ink, string[] names, int width)
    {
        const double swatch = 12, gap = 6, between = 16;
        var x = width - Right - names.Sum(name => swatch + gap + ink.WidthOf(name, TextSize) + between) + between;
        for (var i = 0; i < names.Length; i++)
        {
            ink.Box(x, Top - 15, swatch, 9, Colours[i % Colours.Length]);
            ink.Text(names[i], x + swatch + gap, Top - 6, TextSize);
            x += swatch + gap + ink.WidthOf(names[i], TextSize) + between;
        }
    }

    /// <summary>From the least to the greatest value, widened to round numbers, with a tick each step.</summary>
    readonly record struct Axis(double From, double To, double Step)
    {
        const int Ticks = 6;

        public static Axis Around(IEnumerable<double> values)
        {
            var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
            double from = finite.Min(), to = finite.Max();
            if (to - from < 1e-12 * Math.Max(1, Math.Abs(to)))
                (from, to) = (from - 0.5, to + 0.5);
            var rough = (to - from) / Ticks;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
            return new(Math.Floor(from / step + 1e-9) * step, Math.Ceiling(to / step - 1e-9) * step, step);
        }

        public IEnumerable<(double Value, string Text)> Marks()
        {
            var count = (int)Math.Round((To - From) / Step);
            for (var i = 0; i <= count; i++)
            {
                var value = From + i * Step;
                yield return (value, Math.Abs(value) < Step / 2 ? "0" : value.ToString("G5", CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Where values lie on the sheet.</summary>
    sealed class Frame(Ink ink, Axis across, Axis up, int width, int height)
    {
        readonly double left = 20 + TickRoom + up.Marks().Max(mark => ink.WidthOf(mark.Text, TextSize));

        public double X(double value) => left + (value - across.From) / (across.To - across.From) * (width - Right - left);

        public double Y(double value) => height - Bottom - (value - up.From) / (up.To - up.From) * (height - Bottom - Top);

        public void Draw(string title, string xName, string yName, bool ticksAcross)
        {
            var grid = new SKColor(225, 225, 225);
            ink.Text(title, width / 2.0, TitleSize + 4, TitleSize, SKTextAlign.Center, width - 2 * Right);
            ink.Text(xName, width / 2.0, height - 8, TextSize, SKTextAlign.Center);
            ink.Text(yName, 8, Top - 6, TextSize);
            foreach (var (value, text) in up.Marks())
            {
                ink.Line(left, Y(value), width - Right, Y(value), grid, 1);
                ink.Text(text, left - TickRoom, Y(value) + TextSize / 3, TextSize, SKTextAlign.Right);
            }

            foreach (var (value, text) in ticksAcross ? across.Marks() : [])
            {
                ink.Line(X(value), Top, X(value), height - Bottom, grid, 1);
                ink.Text(text, X(value), height - Bottom + TextSize + TickRoom, TextSize, SKTextAlign.Center);
            }

            ink.Line(left, Top, left, height - Bottom, SKColors.Black, 1);
            ink.Line(left, height - Bottom, width - Right, height - Bottom, SKColors.Black, 1);
        }
    }
}
