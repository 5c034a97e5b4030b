using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>How a frame without landmarks is shown: the last picture at a third of its light, in a red frame.</summary>
static class LostFrame
{
    public static Picture Mark(Picture last)
    {
        var marked = last.Clone();
        var edge = Math.Max(1, last.Width / 64);
        for (int y = 0, at = 0; y < marked.Height; y++)
        {
            for (var x = 0; x < marked.Width; x++, at += 3)
            {
                var framed = Math.Min(Math.Min(x, y), Math.Min(marked.Width - 1 - x, marked.Height - 1 - y)) < edge;
                for (var c = 0; c < 3; c++)
                    marked.Pixels[at + c] = framed ? (byte)(c == 0 ? 200 : 0) : (byte)(marked.Pixels[at + c] / 3);
            }
        }

        return marked;
    }
}
