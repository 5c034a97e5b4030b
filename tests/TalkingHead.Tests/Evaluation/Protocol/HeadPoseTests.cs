using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;

namespace TalkingHead.Tests.Evaluation.Protocol;

public sealed class HeadPoseTests
{
    // Points 27, 30, 33, 36, 39, 42, 45, 48 and 54 of a head of these proportions, in millimetres.
    static readonly (int Point, double X, double Y, double Z)[] head =
    [
        (27, 0, -38, 18), (30, 0, 0, 0), (33, 0, 12, 14), (36, -45, -33, 42), (39, -17, -31, 34),
        (42, 17, -31, 34), (45, 45, -33, 42), (48, -25, 38, 28), (54, 25, 38, 28),
    ];

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(30, 0, 0)]
    [InlineData(-20, 0, 0)]
    [InlineData(0, 15, 0)]
    [InlineData(0, 0, 40)]
    public void ATurnedHeadIsFoundTurnedByThatMuch(double yaw, double pitch, double roll)
    {
        var ahead = HeadPose.Compute(Seen(0, 0, 0, scale: 1))!.Value;
        var turned = HeadPose.Compute(Seen(yaw, pitch, roll, scale: 2.5))!.Value;
        Assert.Equal(Math.Abs(yaw + pitch + roll), ahead.AngleTo(turned), 3);
        Assert.Equal(ahead.AngleTo(turned), turned.AngleTo(ahead), 9);
    }

    [Fact]
    public void ScaleAndPlaceChangeNothing() => Assert.Equal(0, PoseError.Compute(Seen(20, 10, 5, 1), Seen(20, 10, 5, 3, 40)), 2);

    [Fact]
    public void AFaceWithoutExtentHasNoPose()
    {
        Assert.Null(HeadPose.Compute(new Landmarks(new float[136])));
        Assert.True(double.IsNaN(PoseError.Compute(Seen(0, 0, 0, 1), new Landmarks([.. Enumerable.Repeat(float.NaN, 136)]))));
    }

    static Landmarks Seen(double yaw, double pitch, double roll, double scale, double shift = 0)
    {
        var xy = new float[136];
        foreach (var point in head)
        {
            var (x, y, z) = (point.X, point.Y, point.Z);
            (x, z) = Turn(x, z, yaw);
            (y, z) = Turn(y, z, pitch);
            (x, y) = Turn(x, y, roll);
            (xy[2 * point.Point], xy[2 * point.Point + 1]) = ((float)(scale * x + shift), (float)(scale * y - shift));
        }

        return new(xy);
    }

    static (double, double) Turn(double a, double b, double degrees)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(degrees));
        return (cos * a - sin * b, sin * a + cos * b);
    }
}
