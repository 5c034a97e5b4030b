using System.Text.Json;
using TalkingHead.Faces;

namespace TalkingHead.Tests.Faces;

public sealed class LandmarksTests
{
    [Fact]
    public void GroupsCoverEachPointOnce() =>
        Assert.Equal(Enumerable.Range(0, Landmarks.Count), Landmarks.Groups.SelectMany(g =>
            Enumerable.Range(g.First, g.Last - g.First + 1)));

    [Fact]
    public void JsonRoundTripKeepsTwoDecimals()
    {
        var face = TestFaces.Face(100, 120, 80);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            face.WriteTo(json);
        using var document = JsonDocument.Parse(stream.ToArray());
        Assert.True(Landmarks.TryRead(document.RootElement, out var back));
        for (var i = 0; i < 136; i++)
            Assert.Equal(face.Values[i], back!.Values[i], 0.0051);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"points\": 1}")]
    [InlineData("[[1, 2], [3]]")]
    public void OtherJsonIsRefused(string text)
    {
        using var document = JsonDocument.Parse(text);
        Assert.False(Landmarks.TryRead(document.RootElement, out _));
    }

    [Fact]
    public void PupilsMoveScaleAndMirrorWithTheFace()
    {
        var face = new Landmarks(TestFaces.Face(100, 120, 80).Values, new Pupil(82, 110, 4), new Pupil(118, 111, 5));
        Assert.Equal(TestFaces.Face(100, 120, 80).Bounds, face.Bounds);
        var turned = face.Map(new Similarity(0, 2, 10, 20)).Pupils!.Value; // a quarter turn, twice as large
        Assert.Equal((new Pupil(-210, 184, 8), new Pupil(-212, 256, 10)), turned);
        var half = face.Crop(new(0, 0, 200, 200), 100, 100).Pupils!.Value;
        Assert.Equal((new Pupil(40.75f, 54.75f, 2), new Pupil(58.75f, 55.25f, 2.5f)), half);
        Assert.Equal((new Pupil(199 - 118, 111, 5), new Pupil(199 - 82, 110, 4)), face.Mirror(200).Pupils!.Value);
        Assert.Equal(face.Pupils, face.Mirror(200).Mirror(200).Pupils);
        Assert.Null(face.WithoutPupils().Pupils);
        Assert.False(new Landmarks(face.Values, new Pupil(float.NaN, 0, 1), default).AreFinite);
    }

    [Fact]
    public void AClipHasPupilsWhereAllItsFramesHave()
    {
        var with = new Landmarks(TestFaces.Face(100, 120, 80).Values, new Pupil(82, 110, 4), new Pupil(118, 111, 5));
        var all = new ClipLandmarks(ClipLandmarks.Join([with, with.Mirror(200)]), 2);
        Assert.Equal((with.Pupils, with.Mirror(200).Pupils), (all[0].Pupils, all[1].Pupils));
        var some = new ClipLandmarks(ClipLandmarks.Join([with, with.WithoutPupils()]), 2);
        Assert.Null(some[0].Pupils);
        Assert.Equal(with.Values, some[1].Values);
    }

    [Fact]
    public void CropMovesPointsWithThePixels()
    {
        // A crop at whole pixels of the same size only shifts; one of half the size halves distances between centres.
        var face = TestFaces.Face(100, 120, 80);
        var (x, y) = face.Crop(new(10, 20, 110, 120), 100, 100)[30];
        Assert.Equal((face[30].X - 10, face[30].Y - 20), (x, y));
        var half = face.Crop(new(0, 0, 200, 200), 100, 100)[30];
        Assert.Equal((face[30].X + 0.5f) / 2 - 0.5f, half.X, 1e-4f);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void EyeOpeningIsHeightOverWidth(double opening) =>
        Assert.Equal(opening, TestFaces.Face(100, 100, 100, opening).EyeOpening, 1e-3);

    [Fact]
    public void SimilarityFitRecoversRotationScaleAndShift()
    {
        var map = new Similarity(1.2, -0.7, 30, -12);
        var face = TestFaces.Face(50, 60, 40);
        var found = Similarity.Fit(face.Values, face.Map(map).Values);
        Assert.Equal((map.A, map.B, map.X, map.Y), (Math.Round(found.A, 4), Math.Round(found.B, 4), Math.Round(found.X, 2),
            Math.Round(found.Y, 2)));
        var there = map.Apply(3, 4);
        var (x, y) = map.Inverse().Apply(there.X, there.Y);
        Assert.Equal((3, 4), (Math.Round(x, 9), Math.Round(y, 9)));
    }
}
