using System.Diagnostics;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Tests.Faces;

public sealed class LandmarkImageTests
{
    [Theory]
    [InlineData("landmarks-256.png", 256, 128, 140, 150, false)]
    [InlineData("landmarks-64-inner-lips.png", 64, 32, 35, 40, true)]
    [InlineData("landmarks-256-cut-off.png", 256, 200, 40, 170, true)]
    public void DrawingEqualsTheGoldenPictureBitForBit(string golden, int side, double x, double y, double size, bool innerLips)
    {
        var drawn = LandmarkImage.Draw(TestFaces.Face(x, y, size), side, side, new() { InnerLips = innerLips });
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "Faces", golden);
        if (Environment.GetEnvironmentVariable("TALKINGHEAD_WRITE_GOLDEN") is { Length: > 0 } folder)
            drawn.Save(Path.Combine(folder, golden));
        Assert.Equal(Picture.Load(path).Pixels, drawn.Pixels);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-40, 13)]
    [InlineData(30, -55)]
    [InlineData(300, 0)]
    public void OutsideThePictureLinesAreCutOffNotWrapped(int shiftX, int shiftY)
    {
        // The same face on a sheet with 300 pixels more on each side, of which the middle is cut out.
        const int side = 100, room = 300;
        var face = TestFaces.Face(50.3 + shiftX, 48.7 + shiftY, 80);
        var small = LandmarkImage.Draw(face, side, side, new() { LineWidth = 256.0 * 2 / side });
        var moved = face.Map(new Similarity(1, 0, room, room));
        var large = LandmarkImage.Draw(moved, side + 2 * room, side + 2 * room, new() { LineWidth = 256.0 * 2 / (side + 2 * room) });
        Assert.Equal(Resampler.Crop(large, room, room, side, side, side, side).Pixels, small.Pixels);
    }

    [Fact]
    public void PupilsAreSmallDiscsWhereAsked()
    {
        var face = new Landmarks(TestFaces.Face(64, 64, 90).Values, new Pupil(44.5f, 53, 3), new Pupil(84, 53.25f, 3));
        var without = LandmarkImage.Draw(face, 128, 128);
        Assert.Equal(LandmarkImage.Draw(face.WithoutPupils(), 128, 128).Pixels, without.Pixels);
        Assert.Equal(without.Pixels, LandmarkImage.Draw(face.WithoutPupils(), 128, 128, new() { Pupils = true }).Pixels);
        var with = LandmarkImage.Draw(face, 128, 128, new() { Pupils = true });
        double mass = 0, x = 0, y = 0;
        for (var i = 0; i < with.Pixels.Length; i++)
        {
            // Where the right eye is, which is magenta, only a disc is green.
            if (i % 3 != 1 || i / 3 % 128 >= 64 || with.Pixels[i] == without.Pixels[i])
                continue;
            Assert.Equal(0, without.Pixels[i]);
            (mass, x, y) = (mass + with.Pixels[i], x + with.Pixels[i] * (i / 3 % 128), y + with.Pixels[i] * (i / 3 / 128));
        }

        Assert.Equal(44.5, x / mass, 0.02);
        Assert.Equal(53, y / mass, 0.02);
        Assert.InRange(mass / 255, 6.5, 8); // a disc of radius 1.5, with soft edges
    }

    [Fact]
    public void NonsenseCoordinatesAreHarmless()
    {
        var random = new Random(1);
        float[] nonsense = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, 1e9f, -1e5f, 0, 63.99f, 64];
        for (var trial = 0; trial < 50; trial++)
        {
            var values = Enumerable.Range(0, 136).Select(_ =>
                random.Next(3) == 0 ? nonsense[random.Next(nonsense.Length)] : random.NextSingle() * 64).ToArray();
            LandmarkImage.Draw(new(values), 64, 64);
        }

        Assert.All(LandmarkImage.Draw(new([.. Enumerable.Repeat(float.NaN, 136)]), 8, 8).Pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void AgreesWithTheSlowReference()
    {
        var face = TestFaces.Face(61.2, 66.9, 90);
        var fast = LandmarkImage.Draw(face, 128, 128, new() { InnerLips = true });
        var slow = Reference(face, 128);
        var worst = fast.Pixels.Zip(slow, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= 12, $"{worst}"); // three steps of 1/64 pixel
    }

    [Fact]
    public void DrawsAFaceAt256InUnderAThirdOfAMillisecond()
    {
        var picture = new Picture(256, 256);
        var face = TestFaces.Face(128, 140, 150);
        for (var i = 0; i < 300; i++)
            LandmarkImage.Over(picture, face);
        var best = double.PositiveInfinity;
        for (var round = 0; round < 20; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 20; i++)
            {
                Array.Clear(picture.Pixels);
                LandmarkImage.Over(picture, face);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds / 20);
        }

        TestContext.Current.SendDiagnosticMessage($"landmark image of 256x256: {best:0.000} ms");
        Assert.True(best < 0.3, $"{best:0.000} ms");
    }

    // By the definition, in double: coverage falls from 1 to 0 over the pixel around half the width from the segment.
    static byte[] Reference(Landmarks face, int side)
    {
        (int, int, int)[] colours =
            [(1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 0), (1, 1, 0)];
        var pixels = new double[3 * side * side];
        var half = Math.Max(1, 2.0 * side / 256) / 2;
        foreach (var (group, (red, green, blue)) in Landmarks.Groups.Zip(colours))
        {
            var pairs = Enumerable.Range(group.First, group.Last - group.First).Select(i => (i, i + 1));
            foreach (var (a, b) in group.Closed ? pairs.Append((group.Last, group.First)) : pairs)
            {
                for (var i = 0; i < side * side; i++)
                {
                    double ux = i % side - face[a].X, uy = i / side - face[a].Y, dx = face[b].X - face[a].X, dy = face[b].Y - face[a].Y;
                    var t = Math.Clamp((ux * dx + uy * dy) / (dx * dx + dy * dy), 0, 1);
                    var coverage = 255 * Math.Clamp(half + 0.5 - double.Hypot(ux - t * dx, uy - t * dy), 0, 1);
                    int[] on = [red, green, blue];
                    for (var c = 0; c < 3; c++)
                        pixels[3 * i + c] = on[c] == 1 ? Math.Max(pixels[3 * i + c], coverage)
                            : Math.Min(pixels[3 * i + c], 255 - coverage);
                }
            }
        }

        return [.. pixels.Select(v => (byte)Math.Round(v))];
    }
}
