using System.Numerics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Tests.Faces;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

/// <summary>A reference shows the same however the head moves, and is drawn onto the head; pictures are of 128x128.</summary>
public sealed class ReferencesTests
{
    const int Side = 128;

    // A head of size 1 around (0,0), in a picture.
    static readonly Matrix3x2 still = Matrix3x2.CreateScale(60) * Matrix3x2.CreateTranslation(64, 58);

    public static TheoryData<string, Matrix3x2, float> Moves => new()
    {
        { "moved", Matrix3x2.CreateScale(60) * Matrix3x2.CreateTranslation(58, 63), 0 },
        { "nodding to a side", Matrix3x2.CreateRotation(0.3f) * still, 0 },
        { "farther", Matrix3x2.CreateScale(0.8f) * still, 0 },
        { "narrower", Matrix3x2.CreateScale(0.7f, 1) * Matrix3x2.CreateRotation(-0.2f) * still, 0 },
        { "turned", still, 0.7f },
        { "turned to the other side, and narrower", Matrix3x2.CreateScale(0.8f, 1) * still, -0.7f },
    };

    [Theory, MemberData(nameof(Moves))]
    public void AReferenceShowsTheSameHoweverTheHeadMoves(string how, Matrix3x2 move, float turn)
    {
        using var scope = NewDisposeScope();
        var (picture, landmarks) = Head(move, turn);
        var (first, firstLandmarks) = Head(still);
        Tensor moved = References.Read(picture, landmarks, 64), unmoved = References.Read(first, firstLandmarks, 64);
        Assert.Equal([1, References.Length(64)], moved.shape);
        Assert.Equal(turn, moved[0, 0].item<float>(), 0.1f);
        Assert.Equal(unmoved[0, 1].item<float>(), moved[0, 1].item<float>(), 0.1f);
        var inner = Picture(moved - unmoved, 64).abs()[.., .., 14..50, 22..42].mean().item<float>();
        Assert.True(inner < 0.02, $"{how}: {inner}");
    }

    [Theory, MemberData(nameof(Moves))]
    public void DrawnToAnotherPictureItLiesOnTheHead(string how, Matrix3x2 move, float turn)
    {
        using var scope = NewDisposeScope();
        var (picture, landmarks) = Head(move, turn);
        var (first, firstLandmarks) = Head(still);
        var (maps, share) = References.Draw(References.Read(first, firstLandmarks, Side).unsqueeze(1), landmarks, Side);
        Assert.Equal([1, 6, Side, Side], maps.shape);
        Assert.Equal([1, 1, Side, Side], share.shape);
        var inner = (maps[.., ..3] - picture).abs()[.., .., 48..72, 52..76].mean().item<float>();
        var unmoved = (first - picture).abs()[.., .., 48..72, 52..76].mean().item<float>();
        Assert.True(inner < 0.03 && inner < 0.4 * unmoved, $"{how}: {inner}, {unmoved} if it stayed");
    }

    [Fact]
    public void TheReferenceThatIsTurnedMostAlikeIsDrawnUnlessItIsLeftOut()
    {
        using var scope = NewDisposeScope();
        float[] turns = [-0.6f, 0, 0.6f];
        var landmarks = cat([.. turns.Select(turn => Head(still, turn).Landmarks)]);
        var greys = tensor(turns).view(-1, 1, 1, 1).expand(-1, 3, Side, Side);
        var references = References.Read(greys, landmarks, 16).unsqueeze(0);
        Assert.Equal(turns, Middle(references), (a, b) => Math.Abs(a - b) < 0.01);
        var without = References.Without(references, tensor(new long[] { 0, 1, 2 }));
        Assert.Equal([3, 3, references.shape[2]], without.shape);
        var drawn = Middle(without);
        Assert.Equal((0, 0), (drawn[0], drawn[2])); // the middle one is the next

        float[] Middle(Tensor each) => [.. References.Draw(each, landmarks, 16).Maps[.., 0, 62, 64].data<float>()];
    }

    [Fact]
    public void WhatTheSourceFrameDidNotShowFades()
    {
        using var scope = NewDisposeScope();
        Tensor Share(float sourceTurn) =>
            References.Draw(References.Read(zeros(1, 3, Side, Side), Head(still, sourceTurn).Landmarks, 16).unsqueeze(0),
                Head(still).Landmarks, 16).Share[0, 0, 62];
        var (frontal, turned) = (Share(0), Share(1.6f));
        Assert.True((turned <= frontal).all().item<bool>());
        Assert.Equal(frontal[..64].sum().item<float>(), turned[..64].sum().item<float>(), 1e-3f); // the side that it showed
        Assert.True(turned[64..].sum().item<float>() < 0.9 * frontal[64..].sum().item<float>());
    }

    [Fact]
    public void OutsideTheReferenceIsNothing()
    {
        using var scope = NewDisposeScope();
        var (_, landmarks) = Head(Matrix3x2.CreateScale(0.4f) * still);
        var (maps, share) = References.Draw(ones(1, 1, References.Length(32)), landmarks, 32);
        Assert.Equal((0, 1), (share[0, 0, 0, 0].item<float>(), share[0, 0, 58, 64].item<float>()));
        Assert.True(maps.allclose(share.expand(-1, 6, -1, -1), 0, 1e-6));
    }

    [Fact]
    public void NothingIsDrawnWhereAPartOfTheFaceIsNot()
    {
        using var scope = NewDisposeScope();
        var (_, landmarks) = Head(still);
        var withoutMouth = where(HeadFrame.PartMasks(landmarks)[.., 2..].to(ScalarType.Bool), Scalars.Full([1], -1), landmarks);
        var images = cat([landmarks, withoutMouth, Scalars.Full([1, 3, Side, Side], -1)]);
        Assert.Equal([1f, 0, 0], [.. HeadFrame.Find(images).Drawn.data<float>()]);
        var (maps, share) = References.Draw(ones(1, 1, References.Length(32)), images, 32);
        Assert.Equal((1, 1f), (share[0].max().item<float>(), MathF.Round(maps[0].max().item<float>(), 5)));
        Assert.True(share[1..].max().item<float>() == 0 && maps[1..].max().item<float>() == 0);
    }

    [Fact]
    public void WithoutAFaceOrFromTheSideNumbersStayFinite()
    {
        using var scope = NewDisposeScope();
        var fromTheSide = Head(Matrix3x2.CreateScale(0.01f, 1) * still).Landmarks;
        var mirrored = Head(Matrix3x2.CreateScale(-1, 1) * still).Landmarks;
        var landmarks = cat([Scalars.Full([1, 3, Side, Side], -1), fromTheSide, mirrored, rand(1, 3, Side, Side).Mul(2).Sub(1)]);
        var references = References.Read(rand(4, 3, Side, Side), landmarks, 32);
        var (maps, share) = References.Draw(references.unsqueeze(1), landmarks, 32);
        foreach (var each in new[] { Picture(references, 32), maps[.., ..3], share })
            Assert.True(each.isfinite().all().item<bool>() && each.max().item<float>() <= 1 && each.min().item<float>() >= 0);
        Assert.True(references[.., ..2].abs().max().item<float>() <= HeadFrame.MostTurn);
    }

    static Tensor Picture(Tensor reference, long side) => reference[.., 2..].view(-1, 6, side, side)[.., ..3];

    // A smooth picture on an elliptic cylinder that moves with the face, and the face's landmark image, (1,3,S,S) each.
    static (Tensor Picture, Tensor Landmarks) Head(Matrix3x2 move, float turn = 0)
    {
        const float noseBefore = 0.6f;
        var face = TestFaces.Face(0, 0, 1);
        float Mean(int first) => Enumerable.Range(first, 6).Average(point => face[point].X);
        var (middle, eyes) = ((Mean(36) + Mean(42)) / 2, Mean(42) - Mean(36));
        var xy = new float[2 * Landmarks.Count];
        for (var point = 0; point < Landmarks.Count; point++)
        {
            var before = point is >= 27 and < 36 ? noseBefore : 0;
            (xy[2 * point], xy[2 * point + 1]) = At(Vector2.Transform(new(face[point].X + turn * before * eyes, face[point].Y), move));
        }
        var drawing = new LandmarkDrawing { LineWidth = 4 };
        Assert.True(Matrix3x2.Invert(move, out var back));
        var picture = new float[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = At(Vector2.Transform(new(i % Side, i / Side), back));
            var angle = AngleAt((x - middle) / eyes, turn);
            for (var channel = 0; channel < 3; channel++)
                picture[channel * Side * Side + i] = 0.8f * MathF.Sin(6 * angle + channel) * MathF.Cos(5 * y - 2 * channel);
        }
        return (tensor(picture, [1, 3, Side, Side]), PictureTensor.ToTensor([LandmarkImage.Draw(new Landmarks(xy), Side, Side, drawing)]));

        static (float X, float Y) At(Vector2 place) => (place.X, place.Y);
    }

    // The angle that lies x units across, found by halving between the two that lie at the outline.
    static float AngleAt(float x, float turn)
    {
        const float wide = 1.6f, deep = 2;
        var plane = deep * MathF.Sqrt(1 - 0.25f / (wide * wide)); // the eyes, half a unit across, lie in it
        var aside = MathF.Atan(turn * deep / wide);
        var (low, high) = (-MathF.PI / 2 - aside, MathF.PI / 2 - aside);
        for (var halving = 0; halving < 24; halving++)
        {
            var angle = (low + high) / 2;
            if (wide * MathF.Sin(angle) + turn * (deep * MathF.Cos(angle) - plane) < x)
                low = angle;
            else
                high = angle;
        }
        return (low + high) / 2;
    }
}
