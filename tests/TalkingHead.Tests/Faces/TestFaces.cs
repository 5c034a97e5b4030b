using TalkingHead.Faces;

namespace TalkingHead.Tests.Faces;

/// <summary>A made-up face of plain arcs, 68 points.</summary>
static class TestFaces
{
    /// <param name="x">Of the face's middle.</param>
    /// <param name="y">Of the face's middle.</param>
    /// <param name="size">From cheek to cheek.</param>
    /// <param name="eyes">Opening: height over width.</param>
    internal static Landmarks Face(double x, double y, double size, double eyes = 0.3)
    {
        var points = new List<(double X, double Y)>();
        void Arc(int count, double centreX, double centreY, double across, double down, double from, double to)
        {
            for (var i = 0; i < count; i++)
            {
                var angle = double.Lerp(from, to, count == 1 ? 0 : (double)i / (count - 1)) * Math.PI / 180;
                points.Add((centreX + across * Math.Cos(angle), centreY + down * Math.Sin(angle)));
            }
        }

        void Ring(int count, double centreX, double centreY, double across, double down) =>
            Arc(count, centreX, centreY, across, down, 180, 540 - 360.0 / count);

        Arc(17, 0, -0.1, 0.5, 0.6, 180, 0); // jaw
        Arc(5, -0.22, -0.2, 0.14, 0.07, 200, 340); // brows
        Arc(5, 0.22, -0.2, 0.14, 0.07, 200, 340);
        Arc(4, 0, -0.06, 0.001, 0.14, -90, 90); // nose
        Arc(5, 0, 0.08, 0.1, 0.05, 180, 0);
        Ring(6, -0.22, -0.12, 0.08, 0.08 * eyes / 0.866);
        Ring(6, 0.22, -0.12, 0.08, 0.08 * eyes / 0.866);
        Ring(12, 0, 0.26, 0.18, 0.07);
        Ring(8, 0, 0.26, 0.12, 0.03);
        return new([.. points.SelectMany(p => new[] { (float)(x + size * p.X), (float)(y + size * p.Y) })]);
    }

    /// <summary>The points moved by noise of that deviation.</summary>
    internal static Landmarks Trembling(Landmarks face, double deviation, Random random)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new([.. face.Values.ToArray().Select(v => (float)(v + deviation * Normal()))]);
    }

    /// <summary>Root mean square of the second differences over time: how much the points tremble.</summary>
    internal static double Jitter(IReadOnlyList<Landmarks> clip)
    {
        double sum = 0;
        var count = 0;
        for (var i = 1; i < clip.Count - 1; i++)
        {
            for (var k = 0; k < 2 * Landmarks.Count; k++, count++)
            {
                double second = clip[i - 1].Values[k] - 2 * clip[i].Values[k] + clip[i + 1].Values[k];
                sum += second * second;
            }
        }

        return Math.Sqrt(sum / count);
    }
}
