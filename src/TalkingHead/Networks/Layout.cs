using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>
/// How maps (B,C,H,W) lie in memory: pixel by pixel, the channels of one together (channels-last). Convolutions want it
/// on a CPU and on tensor cores alike, and every operator keeps it, so a network's input decides.
/// </summary>
static class Layout
{
    /// <summary>The same numbers, pixel by pixel; itself where they lie so already.</summary>
    public static Tensor PixelByPixel(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    // (B,C,H,W) -> (B,P,C), P = H·W places: a view of maps that lie pixel by pixel
    public static Tensor Places(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, x.shape[1]).MoveToOuterDisposeScope();
    }

    // (B,P,C) -> (B,C,H,W), pixel by pixel
    public static Tensor Picture(Tensor places, long height, long width)
    {
        using var scope = NewDisposeScope();
        return places.reshape(places.shape[0], height, width, -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
