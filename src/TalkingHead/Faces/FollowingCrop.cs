namespace TalkingHead.Faces;

/// <summary>
/// The square around a head while a clip is still running: it rests where it is as long as the face stays within it, and
/// is pushed along where the face leaves it. Its size is that of the frames seen ahead, as in <see cref="FaceCrop.Over"/>.
/// </summary>
public sealed class FollowingCrop
{
    FaceBox square;

    /// <param name="ahead">The first frames with a face.</param>
    /// <param name="rate">Their frames a second.</param>
    /// <param name="settings">As in training.</param>
    public FollowingCrop(IReadOnlyList<Landmarks> ahead, double rate, FaceCropSettings? settings = null) => square = FaceCrop.Over(ahead, rate, settings)[0];

    /// <summary>The square of the next frame.</summary>
    public FaceBox Next(Landmarks landmarks)
    {
        var (face, free) = (landmarks.Bounds, FaceCrop.Free * square.Width);
        var (x, y) = (Push(face.Left, face.Right, square.Left + free, square.Right - free), Push(face.Top, face.Bottom, square.Top + free, square.Bottom - free));
        return square = new(square.Left + x, square.Top + y, square.Right + x, square.Bottom + y);
    }

    // How far the room must move for the face to be in it; a face larger than the room is kept in its middle.
    static double Push(double low, double high, double from, double to) =>
        high - low > to - from ? (low + high - from - to) / 2 : low < from ? low - from : high > to ? high - to : 0;
}
