using TalkingHead.Studio;

namespace TalkingHead.Tests.Studio;

public sealed class FrameBuffersTests
{
    static void Offer(FrameBuffers buffers, byte value)
    {
        buffers.Filling[0] = value;
        buffers.Offer(1);
    }

    [Fact]
    public void TheNewestFrameIsTakenOnceAndStaysUntilTheNext()
    {
        var buffers = new FrameBuffers();
        Offer(buffers, 1);
        Offer(buffers, 2);
        Assert.True(buffers.Take(out var frame));
        Assert.Equal([2], frame.ToArray());
        Offer(buffers, 3);
        Offer(buffers, 4);
        Offer(buffers, 5);
        Assert.Equal([2], frame.ToArray());
        Assert.True(buffers.Take(out frame));
        Assert.Equal([5], frame.ToArray());
        Assert.True(buffers.Take(out frame));
        Assert.Equal(0, frame.Length);
        buffers.End();
        Assert.False(buffers.Take(out _));
    }
}
