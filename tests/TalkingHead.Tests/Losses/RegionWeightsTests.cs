using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Media;
using TalkingHead.Synthetic;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Losses;

public class RegionWeightsTests
{
    [Theory]
    [InlineData(64, 8)]
    [InlineData(128, 4)]
    public void EyesAndMouthCountMoreAndAllElseAsBefore(int size, double lineWidth)
    {
        using var scope = NewDisposeScope();
        var frame = new SyntheticPopulation(5).Identity(0).Clip(0).Frame(0, size);
        var landmarks = new Landmarks([.. frame.Landmarks, .. frame.Pupils]);
        var drawn = LandmarkImage.Draw(landmarks, size, size, new() { LineWidth = lineWidth, Pupils = true });
        var image = PictureTensor.ToTensor([drawn], CPU);
        var weights = RegionWeights.Compute(image, 4, 2)!;
        Assert.Equal([1, 1, size, size], weights.shape);
        var pupils = landmarks.Pupils!.Value;
        Assert.Equal(5, At(pupils.Left.X, pupils.Left.Y), 0.1);
        Assert.Equal(5, At(pupils.Right.X, pupils.Right.Y), 0.1);
        Assert.Equal(3, At(landmarks[62].X, landmarks[62].Y), 0.1);
        // Jaw, brows and nose: where no eye and no mouth is near.
        int[] away = [.. Enumerable.Range(0, 36).Where(point => Enumerable.Range(36, 24).All(other => Apart(point, other) > size / 10.0))];
        Assert.InRange(away.Length, 5, 36);
        Assert.All(away, point => Assert.Equal(1, At(landmarks[point].X, landmarks[point].Y), 0.1));
        Assert.InRange(weights.gt(tensor(1.5f)).to(ScalarType.Float32).mean().item<float>(), 0.005f, 0.15f);
        Assert.Null(RegionWeights.Compute(image, 0, 0));

        double Apart(int point, int other) => Math.Max(Math.Abs(landmarks[point].X - landmarks[other].X),
            Math.Abs(landmarks[point].Y - landmarks[other].Y));

        double At(float x, float y) => weights[0, 0, (int)MathF.Round(y), (int)MathF.Round(x)].item<float>();
    }

    [Theory]
    [InlineData(64, 2)]
    [InlineData(17, 8)]
    [InlineData(9, 1)]
    public void AMaskGrowsToTheLargestOfEachWindow(int side, int reach)
    {
        using var scope = NewDisposeScope();
        var (mask, window) = (Formula.Values("mask", 2, 1, side, side), 2 * reach + 1);
        Assert.True(RegionWeights.Grow(mask, reach).allclose(
            nn.functional.max_pool2d(nn.functional.relu(mask), [window, window], strides: [1, 1], padding: [reach, reach]), 0, 0));
    }

    [Fact]
    public void WeightsMultiplyEachPixelsDifference()
    {
        using var scope = NewDisposeScope();
        var (fake, real) = (Formula.Values("fake", 2, 3, 8, 8).requires_grad_(), Formula.Values("real", 2, 3, 8, 8));
        var ones = TorchSharp.torch.ones(2, 1, 8, 8);
        Assert.Equal(Content.Pyramid(fake, real, 3).item<float>(), Content.Pyramid(fake, real, 3, ones).item<float>(), 1e-6f);
        Assert.Equal(Content.Squared(fake, real).item<float>(), Content.Squared(fake, real, ones).item<float>(), 1e-6f);

        var weights = zeros(2, 1, 8, 8);
        weights[1, 0, 3, 5] = tensor(7f);
        Assert.Equal(((fake - real)[1, .., 3, 5].Square().sum().Mul(7.0 / (2 * 3 * 64))).item<float>(),
            Content.Squared(fake, real, weights).item<float>(), 1e-6f);
        Content.Pyramid(fake, real, 1, weights).backward();
        Assert.Equal(3, fake.grad!.count_nonzero().item<long>());
    }
}
