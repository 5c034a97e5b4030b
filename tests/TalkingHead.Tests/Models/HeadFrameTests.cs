using System.Numerics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Tests.Faces;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

/// <summary>A texture stays where it is on the head, however the head moves; pictures are of 128x128.</summary>
public sealed class HeadFrameTests
{
    const int Side = 128;

    // A head of size 1 around (0,0), in a picture.
    static readonly Matrix3x2 still = Matrix3x2.CreateScale(60) * Matrix3x2.CreateTranslation(64, 58);

    public static TheoryData<string, Matrix3x2> Moves => new()
    {
        { "moved", Matrix3x2.CreateScale(60) * Matrix3x2.CreateTranslation(58, 63) },
        { "nodding to a side", Matrix3x2.CreateRotation(0.3f) * still },
        { "farther", Matrix3x2.CreateScale(0.8f) * still },
        { "turned", Matrix3x2.CreateScale(0.7f, 1) * Matrix3x2.CreateRotation(-0.2f) * still },
    };

    [Theory, MemberData(nameof(Moves))]
    public void ATextureIsTheSameHoweverTheHeadMoves(string how, Matrix3x2 move)
    {
        using var scope = NewDisposeScope();
        var (picture, landmarks) = Head(move);
        var (first, firstLandmarks) = Head(still);
        var difference = (HeadFrame.ToTexture(picture, landmarks, 64) - HeadFrame.ToTexture(first, firstLandmarks, 64)).abs();
        Assert.Equal([1, 3, 64, 64], difference.shape);
        var inner = difference[.., .., 16..48, 16..48].mean().item<float>();
        Assert.True(inner < 0.02, $"{how}: {inner}");
    }

    [Theory, MemberData(nameof(Moves))]
    public void WarpedToAnotherPictureItLiesOnTheHead(string how, Matrix3x2 move)
    {
        using var scope = NewDisposeScope();
        var (picture, landmarks) = Head(move);
        var (first, firstLandmarks) = Head(still);
        var moved = HeadFrame.ToPicture(HeadFrame.ToTexture(first, firstLandmarks, Side), landmarks);
        Assert.Equal(picture.shape, moved.shape);
        var inner = (moved - picture).abs()[.., .., 40..80, 48..80].mean().item<float>();
        var unmoved = (first - picture).abs()[.., .., 40..80, 48..80].mean().item<float>();
        Assert.True(inner < 0.03 && inner < 0.4 * unmoved, $"{how}: {inner}, {unmoved} if it stayed");
    }

    [Fact]
    public void OutsideTheTextureIsNothing()
    {
        using var scope = NewDisposeScope();
        var (_, landmarks) = Head(Matrix3x2.CreateScale(0.4f) * still);
        var moved = HeadFrame.ToPicture(ones(1, 3, 32, 32), landmarks);
        Assert.Equal((0, 1), (moved[0, 0, 0, 0].item<float>(), moved[0, 0, 58, 64].item<float>()));
    }

    [Fact]
    public void OneTextureOfAllHasTheSumOfTheirGradients()
    {
        using var scope = NewDisposeScope();
        var landmarks = cat([Head(still).Landmarks, Head(Matrix3x2.CreateScale(0.7f, 1) * still).Landmarks]);
        var slope = Formula.Values("slope", 2, 3, Side, Side);
        var one = Formula.Values("texture", 1, 3, 16, 16).requires_grad_();
        var each = one.detach().expand(2, -1, -1, -1).clone().requires_grad_();
        var (drawn, expected) = (HeadFrame.ToPicture(one, landmarks), HeadFrame.ToPicture(each, landmarks));
        Assert.True(drawn.equal(expected).all().item<bool>());
        drawn.backward([slope]);
        expected.backward([slope]);
        Assert.True(one.grad!.allclose(each.grad!.sum(0, keepdim: true), 1e-5, 1e-5));
        Assert.True(one.grad!.abs().max().item<float>() > 0);
    }

    [Fact]
    public void WithoutAFaceOrFromTheSideNumbersStayFinite()
    {
        using var scope = NewDisposeScope();
        var fromTheSide = Head(Matrix3x2.CreateScale(0.01f, 1) * still).Landmarks;
        var mirrored = Head(Matrix3x2.CreateScale(-1, 1) * still).Landmarks;
        var landmarks = cat([Scalars.Full([1, 3, Side, Side], -1), fromTheSide, mirrored, rand(1, 3, Side, Side).Mul(2).Sub(1)]);
        var pictures = rand(4, 3, Side, Side);
        var texture = HeadFrame.ToTexture(pictures, landmarks, 32);
        var moved = HeadFrame.ToPicture(texture, landmarks);
        foreach (var each in new[] { texture, moved })
            Assert.True(each.isfinite().all().item<bool>() && each.max().item<float>() <= 1 && each.min().item<float>() >= 0);
    }

    // A smooth picture that moves with the face, and the face's landmark image, (1,3,S,S) each.
    static (Tensor Picture, Tensor Landmarks) Head(Matrix3x2 move)
    {
        var face = TestFaces.Face(0, 0, 1);
        var xy = new float[2 * Landmarks.Count];
        for (var point = 0; point < Landmarks.Count; point++)
            (xy[2 * point], xy[2 * point + 1]) = At(Vector2.Transform(new(face[point].X, face[point].Y), move));
        var drawing = new LandmarkDrawing { LineWidth = 4 };
        Assert.True(Matrix3x2.Invert(move, out var back));
        var picture = new float[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            var (u, v) = At(Vector2.Transform(new(i % Side, i / Side), back));
            for (var channel = 0; channel < 3; channel++)
                picture[channel * Side * Side + i] = 0.8f * MathF.Sin(6 * u + channel) * MathF.Cos(5 * v - 2 * channel);
        }
        return (tensor(picture, [1, 3, Side, Side]), PictureTensor.ToTensor([LandmarkImage.Draw(new Landmarks(xy), Side, Side, drawing)]));

        static (float X, float Y) At(Vector2 place) => (place.X, place.Y);
    }
}
