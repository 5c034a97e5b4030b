using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>A frame that a person could be learned from.</summary>
/// <param name="Landmarks">In any pixels.</param>
/// <param name="Sharpness">Of the face (<see cref="FrameChoice.Sharpness"/>).</param>
readonly record struct Candidate(Landmarks Landmarks, double Sharpness);

/// <summary>
/// Which T frames of many show a person best: far apart in pose and expression, sharp, eyes open. It begins with the
/// frame nearest to the mean and adds, each time, the one farthest from all chosen (Gonzalez 1985).
/// </summary>
static class FrameChoice
{
    /// <summary>An eye open less than this share of its median is in a blink.</summary>
    const double Blink = 0.6;

    /// <summary>A face less sharp than this share of the median is blurred.</summary>
    const double Blurred = 0.4;

    /// <summary>A shape so far from the mean, in sizes of the face, is rather a mistake of the tracker than a pose.</summary>
    const double Strange = 0.6;

    /// <summary>Numbers of the chosen frames, ascending; all of them where there are no more than <paramref name="count"/>.</summary>
    public static IReadOnlyList<int> Spread(IReadOnlyList<Candidate> frames, int count)
    {
        if (frames.Count <= count)
            return [.. Enumerable.Range(0, frames.Count)];
        double[][] shapes = [.. frames.Select(frame => Shape(frame.Landmarks))];
        double[] mean = [.. Enumerable.Range(0, shapes[0].Length).Select(i => shapes.Average(shape => shape[i]))];
        double[] strange = [.. shapes.Select(shape => Distance(shape, mean))];
        var (open, sharp) = (Median(frames.Select(frame => frame.Landmarks.EyeOpening)), Median(frames.Select(frame => frame.Sharpness)));
        // The good ones; where these are too few, the least bad beside them.
        int[] pool = [.. Enumerable.Range(0, frames.Count).OrderBy(Faults)];
        pool = pool[..Math.Max(count, pool.Count(frame => Faults(frame) == 0))];

        var chosen = new List<int> { pool.MinBy(frame => strange[frame]) };
        while (chosen.Count < count)
            chosen.Add(pool.Except(chosen).MaxBy(frame => chosen.Min(other => Distance(shapes[frame], shapes[other]))));
        return [.. chosen.Order()];

        int Faults(int frame) => (frames[frame].Landmarks.EyeOpening < Blink * open ? 1 : 0) + (frames[frame].Sharpness < Blurred * sharp ? 1 : 0) + (strange[frame] > Strange ? 1 : 0);
    }

    /// <summary>Mean square of the Laplacian of brightness over the face.</summary>
    public static double Sharpness(Picture picture, FaceBox face)
    {
        int left = Math.Clamp((int)face.Left, 1, picture.Width - 2), right = Math.Clamp((int)face.Right, left, picture.Width - 2);
        int top = Math.Clamp((int)face.Top, 1, picture.Height - 2), bottom = Math.Clamp((int)face.Bottom, top, picture.Height - 2);
        if (picture.Width < 3 || picture.Height < 3)
            return 0;
        double sum = 0;
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                double edge = 4 * Light(x, y) - Light(x - 1, y) - Light(x + 1, y) - Light(x, y - 1) - Light(x, y + 1);
                sum += edge * edge;
            }
        }

        return sum / ((right - left + 1) * (bottom - top + 1));

        int Light(int x, int y)
        {
            var at = 3 * (y * picture.Width + x);
            return (77 * picture.Pixels[at] + 150 * picture.Pixels[at + 1] + 29 * picture.Pixels[at + 2]) >> 8;
        }
    }

    // Without place and size: what is left is tilt, turn and expression.
    static double[] Shape(Landmarks landmarks)
    {
        double x = 0, y = 0, squares = 0;
        for (var i = 0; i < Landmarks.Count; i++)
            (x, y) = (x + landmarks[i].X / Landmarks.Count, y + landmarks[i].Y / Landmarks.Count);
        for (var i = 0; i < Landmarks.Count; i++)
            squares += Math.Pow(landmarks[i].X - x, 2) + Math.Pow(landmarks[i].Y - y, 2);
        var size = Math.Max(1e-6, Math.Sqrt(squares));
        return [.. Enumerable.Range(0, Landmarks.Count).SelectMany(i => new[] { (landmarks[i].X - x) / size, (landmarks[i].Y - y) / size })];
    }

    static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
