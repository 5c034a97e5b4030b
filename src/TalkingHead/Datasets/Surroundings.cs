using TalkingHead.Faces;

namespace TalkingHead.Datasets;

/// <summary>
/// A frame of another clip that stands around the head in every frame of an episode, its room and clothes. To the
/// networks it is another person: where there are few people to learn from, E learns to look at the surroundings rather
/// than to recall those of a face it knows.
/// </summary>
/// <param name="Clip">Number of the clip in the dataset.</param>
/// <param name="Frame">Its frame.</param>
public readonly record struct Surroundings(int Clip, int Frame)
{
    // The ellipse's middle above the chin and its half-axes, in heights of the landmarks (brows to chin); hair and neck
    // are within. It is never narrower than a face seen from the front.
    const float Middle = 0.85f, Tall = 1.12f, Wide = 0.725f, Narrowest = 0.8f;

    // The rim, in half-axes: inside all is the head's own, outside all is the other clip's.
    const float RimFrom = 0.95f, RimWidth = 0.12f;

    /// <summary>Replaces what lies outside of an ellipse around the head, in planes of red, green and blue, <paramref name="side"/> pixels square.</summary>
    internal static void Blend(ReadOnlySpan<byte> other, Landmarks head, Span<byte> planes, int side)
    {
        var count = side * side;
        var box = head.Bounds;
        float height = (float)(box.Bottom - box.Top), width = Math.Max((float)(box.Right - box.Left), Narrowest * height);
        float x = (float)(box.Left + box.Right) / 2, y = (float)box.Bottom - Middle * height;
        for (var i = 0; i < count; i++)
        {
            float across = (i % side - x) / (Wide * width), down = (i / side - y) / (Tall * height);
            var share = Math.Clamp((MathF.Sqrt(across * across + down * down) - RimFrom) / RimWidth, 0, 1);
            if (share == 0)
                continue;
            for (var at = i; at < planes.Length; at += count)
                planes[at] = (byte)(planes[at] + share * (other[at] - planes[at]) + 0.5f);
        }
    }
}
