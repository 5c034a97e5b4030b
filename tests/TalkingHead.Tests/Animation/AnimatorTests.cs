using TalkingHead.Animation;
using TalkingHead.Faces;

namespace TalkingHead.Tests.Animation;

public sealed class AnimatorTests : IDisposable
{
    const double Rate = 10;

    static readonly AnimationSettings AsItIs = new() { Adapt = false, LookAhead = 0 };

    readonly TrainedRun run = SmallPerson.Run(SmallPerson.Configuration("plain"));
    readonly Head head;

    public AnimatorTests() => head = PersonFineTuner.Run(run, SmallPerson.Frames(2), new() { FeedForward = true });

    public void Dispose()
    {
        head.Dispose();
        run.Dispose();
    }

    [Fact]
    public async Task FramesComeInOrderAndAsTheHeadMakesThem()
    {
        var driver = Enumerable.Range(0, 21).Select(SmallPerson.Face).ToArray();
        var frames = await Animate(AsItIs, driver);
        var expected = head.Generate(driver);
        Assert.Equal(expected.Length, frames.Count);
        for (var i = 0; i < expected.Length; i++)
            // a batch of another size rounds otherwise
            Assert.True(Difference(expected[i].Pixels, frames[i].Picture.Pixels) <= 1, $"frame {i}");
    }

    [Fact]
    public async Task TheBatchDecidesNothing()
    {
        var driver = Enumerable.Range(0, 11).Select(SmallPerson.Face).ToArray();
        var (one, many) = (await Animate(AsItIs with { Batch = 1 }, driver), await Animate(AsItIs with { Batch = 5 }, driver));
        foreach (var (first, second) in one.Zip(many))
            Assert.True(Difference(first.Picture.Pixels, second.Picture.Pixels) <= 1);
    }

    [Fact]
    public async Task AMissingFaceIsHeldForASecondThenMarkedAndTheReturnIsFound()
    {
        Landmarks?[] driver = [null, null, SmallPerson.Face(0), .. new Landmarks?[14], SmallPerson.Face(3), null];
        var frames = await Animate(AsItIs, driver);
        FrameState[] expected = [FrameState.Lost, FrameState.Lost, FrameState.Found, .. Enumerable.Repeat(FrameState.Held, (int)Rate),
            .. Enumerable.Repeat(FrameState.Lost, 4), FrameState.Found, FrameState.Held];
        Assert.Equal(expected, frames.Select(frame => frame.State));
        Assert.Equal(frames[2].Picture.Pixels, frames[3].Picture.Pixels);
        Assert.Equal([200, 0, 0], frames[14].Picture.Pixels[..3]); // a red frame
        var middle = 3 * (16 * head.Size + 16);
        Assert.Equal(frames[12].Picture.Pixels[middle] / 3, frames[14].Picture.Pixels[middle]);
        Assert.All(frames, frame => Assert.Equal(frame.State == FrameState.Lost, frame.Landmarks is null));
    }

    [Fact]
    public async Task AdaptedFramesHaveTheHeadsOwnShapeWhenTheDriverIsAtRest()
    {
        var other = SmallPerson.Face(2).Map(new Similarity(1.2, 0, -3, 2));
        var frames = await Animate(new() { Adapt = true }, Enumerable.Repeat(other, 8));
        for (var i = 0; i < 2 * Landmarks.Count; i++)
            Assert.Equal(head.MeanShape.Values[i], frames[^1].Landmarks!.Values[i], 0.05);
    }

    [Fact]
    public async Task ADriverOfAnyLengthIsReadNoFurtherThanNeeded()
    {
        int read = 0, taken = 0;
        await foreach (var _ in new Animator(head, new() { Adapt = true, LookAhead = 1 }).Animate(Endless(), Rate))
        {
            var ahead = Volatile.Read(ref read) - ++taken;
            Assert.True(ahead < 60, $"{ahead} frames of the driver are in memory.");
            if (taken == 200)
                break; // which ends the stages
        }

        async IAsyncEnumerable<Landmarks?> Endless()
        {
            while (true)
            {
                yield return SmallPerson.Face(Interlocked.Increment(ref read) % 8);
                await Task.CompletedTask;
            }
        }
    }

    [Fact]
    public async Task AMistakeInTheDriverReachesWhoeverTakesTheFrames()
    {
        var mistake = await Assert.ThrowsAsync<UserException>(async () =>
        {
            await foreach (var _ in new Animator(head, AsItIs).Animate(Broken(), Rate))
            {
            }
        });
        Assert.Equal("the camera is gone", mistake.Message);

        static async IAsyncEnumerable<Landmarks?> Broken()
        {
            yield return SmallPerson.Face(0);
            await Task.Yield();
            throw new UserException("the camera is gone");
        }
    }

    async Task<List<AnimatedFrame>> Animate(AnimationSettings settings, IEnumerable<Landmarks?> driver)
    {
        var frames = new List<AnimatedFrame>();
        await foreach (var frame in new Animator(head, settings).Animate(driver.ToAsyncEnumerable(), Rate))
            frames.Add(frame);
        return frames;
    }

    static int Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
