using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>A clip in the making: frames cut out, encoded, with their landmarks moved along.</summary>
sealed class ClipGathering(PrepareSettings settings)
{
    readonly List<ReadOnlyMemory<byte>> frames = [];
    readonly List<float> landmarks = [];
    readonly List<FaceBox> squares = [];
    readonly List<int> sourceFrames = [];

    /// <summary>Cuts the square out and keeps it.</summary>
    /// <param name="picture">The frame of the source.</param>
    /// <param name="square">In its pixels, from its corner.</param>
    /// <param name="points">In its pixels.</param>
    /// <param name="sourceFrame">Its number in the source.</param>
    internal void Add(Picture picture, FaceBox square, Landmarks points, int sourceFrame)
    {
        frames.Add(FrameJpeg.Encode(FaceCrop.Take(picture, square, settings.Size), settings.Quality));
        landmarks.AddRange(points.Crop(square, settings.Size, settings.Size).Values);
        squares.Add(square);
        sourceFrames.Add(sourceFrame);
    }

    /// <summary>The largest square in the picture's middle: all of a frame that was cut out before.</summary>
    internal static FaceBox Whole(Picture picture)
    {
        double side = Math.Min(picture.Width, picture.Height), left = (picture.Width - side) / 2, top = (picture.Height - side) / 2;
        return new(left, top, left + side, top + side);
    }

    internal Outcome Finish(PrepareInput input, string id, double? rate) => new Outcome.Clip(
        new(id, input.Identity, input.Split!.Value, input.Name)
        {
            Rate = rate is { } r ? Math.Round(r, 4) : null,
            Crop = [.. (squares.TrueForAll(square => square == squares[0]) ? squares.Take(1) : squares).Select(Numbers)],
            SourceFrames = sourceFrames,
        },
        frames, [.. landmarks]);

    static IReadOnlyList<double> Numbers(FaceBox square) =>
        [Math.Round(square.Left, 2), Math.Round(square.Top, 2), Math.Round(square.Right, 2), Math.Round(square.Bottom, 2)];
}
