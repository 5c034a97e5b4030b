using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Animation;

/// <summary>A run of the small setting (32x32) with formula-made weights, and frames of a person who is a coloured disc.</summary>
static class SmallPerson
{
    public static RunConfiguration Configuration(string kind, double rate = 2e-3, int epochs = 6) => SmallSetting.Configuration(kind) with
    {
        Optimizer = SmallSetting.Configuration(kind).Optimizer with { Epsilon = 1e-8 },
        FineTuning = new() { Epochs = epochs, GeneratorRate = rate, DiscriminatorRate = rate },
    };

    public static TrainedRun Run(RunConfiguration configuration) =>
        TrainedRun.From("small", configuration, SmallSetting.Networks(configuration), CPU);

    public static SourceFrames Frames(int count) => new(
        [.. Enumerable.Range(0, count).Select(Disc)], [.. Enumerable.Range(0, count).Select(Face)],
        new SourceName("person/clip", "person"));

    // A face of 68 points on a few rings, which moves from left to right.
    public static Landmarks Face(int frame)
    {
        var xy = new float[2 * Landmarks.Count];
        for (var point = 0; point < Landmarks.Count; point++)
            (xy[2 * point], xy[2 * point + 1]) = ((float)(Middle(frame) + (4 + point % 7) * Math.Cos(point)),
                (float)(16 + (4 + point % 7) * Math.Sin(point)));
        return new Landmarks(xy);
    }

    static double Middle(int frame) => 12 + 8 * ((frame * 5) % 8) / 8.0;

    static Picture Disc(int frame)
    {
        var picture = new Picture(SmallSetting.Side, SmallSetting.Side);
        for (var y = 0; y < SmallSetting.Side; y++)
            for (var x = 0; x < SmallSetting.Side; x++)
            {
                var inside = Math.Exp(-((x - Middle(frame)) * (x - Middle(frame)) + (y - 16) * (y - 16)) / 60);
                for (var c = 0; c < 3; c++)
                    picture.Pixels[3 * (y * SmallSetting.Side + x) + c] = (byte)(40 + 70 * (c + 1) * inside);
            }
        return picture;
    }
}
