using System.Globalization;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks;

/// <summary>
/// The figures of docs/evaluation.md about identity. <c>identity PERSON=VIDEO ...</c>: cosines of pairs of frames that show one
/// person, in one clip or in two, and of pairs that show two people. <c>VIDEO@left</c> and <c>VIDEO@right</c> are halves of it.
/// </summary>
static class IdentityPairs
{
    /// <summary>Frames taken of a clip, evenly spread.</summary>
    const int Frames = 12;

    internal static int Run(string[] clips)
    {
        using var scope = NewDisposeScope();
        using var tracker = FaceTracker.Open("mesh");
        using var network = FaceIdentity.Load(CPU);
        var faces = clips.SelectMany(clip => Faces(clip, tracker, network)).ToArray();
        foreach (var clip in faces.GroupBy(face => face.Clip))
            Console.WriteLine($"{clip.First().Person}: {clip.Key}: {clip.Count()} faces");
        var pairs = (from i in Enumerable.Range(0, faces.Length)
                     from j in Enumerable.Range(i + 1, faces.Length - i - 1)
                     let one = faces[i]
                     let other = faces[j]
                     select (Kind: one.Person != other.Person ? "two people" : one.Clip != other.Clip ? "one person, two clips"
                         : "one person, one clip", Cosine: (double)one.Embedding.Zip(other.Embedding, (a, b) => a * b).Sum())).ToArray();
        foreach (var kind in pairs.GroupBy(pair => pair.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
            Print(kind.Key, [.. kind.Select(pair => pair.Cosine).Order()]);
        double[] same = [.. pairs.Where(pair => pair.Kind != "two people").Select(pair => pair.Cosine)],
            different = [.. pairs.Where(pair => pair.Kind == "two people").Select(pair => pair.Cosine)];
        double lowest = same.Min(), highest = different.Max();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"overlap: {same.Count(cosine => cosine <= highest)} of "
            + $"{same.Length} pairs of one person are not above {highest:0.000}; {different.Count(cosine => cosine >= lowest)} of "
            + $"{different.Length} pairs of two people are not below {lowest:0.000}"));
        return 0;
    }

    static void Print(string name, double[] sorted) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name}: {sorted.Length} pairs, lowest {sorted[0]:0.000}, median {sorted[sorted.Length / 2]:0.000}, highest {sorted[^1]:0.000}"));

    static IEnumerable<(string Person, string Clip, float[] Embedding)> Faces(string text, FaceTracker tracker, FaceIdentity network)
    {
        var (person, clip) = (text[..text.IndexOf('=')], text[(text.IndexOf('=') + 1)..]);
        var (path, half) = clip.Split('@') is [var whole, var side] ? (whole, side) : (clip, "");
        using var reader = VideoReader.Open(path);
        Picture[] frames = [.. reader.Frames().Select(frame => Half(frame, half))];
        foreach (var frame in Enumerable.Range(0, Frames).Select(i => frames[i * frames.Length / Frames]))
        {
            using var scope = NewDisposeScope();
            if (tracker.FindOne(frame) is { } face)
                yield return (person, Path.GetFileName(clip),
                    network.Embed(PictureTensor.ToBytes([FaceIdentity.Align(frame, face.Landmarks)], CPU)).data<float>().ToArray());
        }
    }

    static Picture Half(Picture frame, string half)
    {
        var part = new Picture(half == "" ? frame.Width : frame.Width / 2, frame.Height);
        part.Paste(frame, half == "right" ? -(frame.Width / 2) : 0, 0);
        return part;
    }
}
