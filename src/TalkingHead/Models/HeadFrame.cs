using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// Heads' own coordinates, read from B landmark images: the middle of the eyes is the origin, from eye to eye is one unit across, and
/// the mouth lies <see cref="MouthBelow"/> units down. Eyes and mouth span a plane, in which the map to the picture is affine; where
/// the nose, which stands out of it, lies between them says how the head is turned.
/// </summary>
/// <param name="Middle">The origin in the picture, as <paramref name="Across"/> and <paramref name="Down"/> in coordinates in
/// [-1,1].</param>
/// <param name="Across">The unit across.</param>
/// <param name="Down">The unit down.</param>
/// <param name="Area">That of a unit square; never near 0.</param>
/// <param name="Turn">How far a point moves across and down that lies one unit before the plane: roughly
/// the tangents of yaw and pitch.</param>
/// <param name="Drawn">Whether eyes, mouth and nose are all drawn, (B,1,1): 1, or less where one has less than a pixel.</param>
readonly record struct HeadFrame(Place Middle, Place Across, Place Down, Tensor Area, Place Turn, Tensor Drawn)
{
    /// <summary>From the middle of the eyes down to the middle of the mouth, in distances of the eyes, on a frontal face.</summary>
    public const double MouthBelow = 1.1;

    /// <summary>Where the middle of the nose's lines lies on a frontal face: so far below the eyes, so far before the plane.</summary>
    public const double NoseBelow = 0.55, NoseBefore = 0.6;

    /// <summary>A turn's bound: from the side the eyes lie on each other.</summary>
    public const double MostTurn = 2;

    /// <summary>The area's lower bound, as a share of |down|²: from the side the map would have no inverse.</summary>
    public const double LeastArea = 0.3;

    /// <summary>Added to sums of pixels and to that bound: an empty landmark image does not divide by zero.</summary>
    public const double EmptySum = 1e-3, EmptyArea = 1e-4;

    /// <summary>
    /// The heads of landmark images (B,3,S,S) in [-1,1] of the paper's style. The middle of a part is the mean place of its pixels; one
    /// that is not drawn lies in the middle of the picture.
    /// </summary>
    public static HeadFrame Find(Tensor landmarks)
    {
        var masks = Masks(landmarks.As(ScalarType.Float32), nose: true);
        var line = Line(landmarks.shape[^1], landmarks.device);
        var (columns, rows) = (masks.sum(2), masks.sum(3)); // (B,4,S)
        var pixels = columns.sum(2, keepdim: true); // (B,4,1)
        var all = pixels.Add(EmptySum);
        Tensor[] x = Mean(columns).chunk(4, 1), y = Mean(rows).chunk(4, 1);
        Place right = new(x[0], y[0]), left = new(x[1], y[1]), mouth = new(x[2], y[2]), nose = new(x[3], y[3]);
        Place middle = new(right.X.Add(left.X).Mul(0.5), right.Y.Add(left.Y).Mul(0.5));
        Place across = new(left.X - right.X, left.Y - right.Y);
        Place down = new((mouth.X - middle.X).Mul(1 / MouthBelow), (mouth.Y - middle.Y).Mul(1 / MouthBelow));
        var least = down.X.Square().Add(down.Y.Square()).Mul(LeastArea).Add(EmptyArea);
        var area = maximum(across.X * down.Y - across.Y * down.X, least);
        var head = new HeadFrame(middle, across, down, area, default, pixels.amin([1], keepdim: true).Clamp(0, 1));
        var (u, v) = head.FromPicture(nose.X, nose.Y);
        return head with { Turn = new(Turned(u), Turned(v.Add(-NoseBelow))) };

        Tensor Mean(Tensor sums) => (sums * line).sum(2, keepdim: true) / all; // (B,4,1); not a product of matrices: TF32 would round
        Tensor Turned(Tensor way) => way.Mul(1 / NoseBefore).Clamp(-MostTurn, MostTurn);
    }

    /// <summary>Places in the pictures in the plane's coordinates u across and v down.</summary>
    public (Tensor U, Tensor V) FromPicture(Tensor pictureX, Tensor pictureY)
    {
        // (x, y) = u across + v down, solved for u and v.
        var (x, y) = (pictureX - Middle.X, pictureY - Middle.Y);
        return ((x * Down.Y - y * Down.X) / Area, (y * Across.X - x * Across.Y) / Area);
    }

    /// <summary>Where the plane's u and v are in the pictures, (B,...,2) for <c>grid_sample</c>.</summary>
    public Tensor ToPicture(Tensor u, Tensor v) => stack(
        [Middle.X.Add(Across.X * u).Add(Down.X * v), Middle.Y.Add(Across.Y * u).Add(Down.Y * v)], -1);

    /// <summary>The middles of pixels, in [-1,1].</summary>
    public static Tensor Line(long side, Device device) =>
        Scalars.Arange(side, ScalarType.Float32, device).Mul(2.0 / side).Add(1.0 / side - 1);

    /// <summary>
    /// The lines of right eye, left eye and mouth in landmark images (B,3,S,S) in [-1,1] of the paper's style: (B,3,S,S) in [0,1].
    /// Magenta and cyan are the eyes, yellow is the mouth; white, of pupil and jaw, and the other parts have none of what is left.
    /// </summary>
    public static Tensor PartMasks(Tensor landmarks)
    {
        using var scope = NewDisposeScope();
        return Masks(landmarks, nose: false).MoveToOuterDisposeScope();
    }

    // The nose is blue.
    static Tensor Masks(Tensor landmarks, bool nose)
    {
        var parts = landmarks.Add(1).Mul(0.5).chunk(3, 1);
        var (red, green, blue) = (parts[0], parts[1], parts[2]);
        Tensor[] masks = [minimum(red, blue) - green, minimum(green, blue) - red, minimum(red, green) - blue];
        return functional.relu(cat(nose ? [.. masks, blue - maximum(red, green)] : masks, 1));
    }
}

/// <summary>A place or a way in B pictures, (B,1,1) each.</summary>
readonly record struct Place(Tensor X, Tensor Y);

/// <summary><see cref="HeadFrame"/> as nodes of a graph.</summary>
readonly record struct OnnxHeadFrame(OnnxPlace Middle, OnnxPlace Across, OnnxPlace Down, OnnxTerm Area, OnnxPlace Turn, OnnxTerm Drawn)
{
    /// <summary>Of landmark images (B,3,side,side).</summary>
    public static OnnxHeadFrame Find(OnnxTerm landmarks, long side)
    {
        var parts = ((landmarks + 1) * 0.5).Split(1, 1, 1);
        var (red, green, blue) = (parts[0], parts[1], parts[2]);
        var masks = OnnxTerm.Concat(1, red.Min(blue) - green, green.Min(blue) - red, red.Min(green) - blue, blue - red.Max(green)).Relu();
        var line = masks.Numbers(HeadFrame.Line(side, CPU).unsqueeze(1));
        var (columns, rows) = (masks.Sum(keep: false, 2), masks.Sum(keep: false, 3));
        var pixels = columns.Sum(keep: true, 2);
        var all = pixels + HeadFrame.EmptySum;
        OnnxTerm[] x = (columns.Multiply(line) / all).Split(1, 1, 1, 1), y = (rows.Multiply(line) / all).Split(1, 1, 1, 1);
        OnnxPlace middle = new((x[0] + x[1]) * 0.5, (y[0] + y[1]) * 0.5);
        OnnxPlace across = new(x[1] - x[0], y[1] - y[0]);
        OnnxPlace down = new((x[2] - middle.X) * (1 / HeadFrame.MouthBelow), (y[2] - middle.Y) * (1 / HeadFrame.MouthBelow));
        var least = (down.X * down.X + down.Y * down.Y) * HeadFrame.LeastArea + HeadFrame.EmptyArea;
        var area = (across.X * down.Y - across.Y * down.X).Max(least);
        var drawn = pixels.Split(1, 1, 1, 1).Aggregate((one, other) => one.Min(other)).Clamp(0, 1);
        var head = new OnnxHeadFrame(middle, across, down, area, default, drawn);
        var (u, v) = head.FromPicture(x[3], y[3]);
        return head with { Turn = new(Turned(u), Turned(v + -HeadFrame.NoseBelow)) };

        static OnnxTerm Turned(OnnxTerm way) => (way * (1 / HeadFrame.NoseBefore)).Clamp(-HeadFrame.MostTurn, HeadFrame.MostTurn);
    }

    /// <summary>As <see cref="HeadFrame.FromPicture"/>.</summary>
    public (OnnxTerm U, OnnxTerm V) FromPicture(OnnxTerm pictureX, OnnxTerm pictureY)
    {
        var (x, y) = (pictureX - Middle.X, pictureY - Middle.Y);
        return ((x * Down.Y - y * Down.X) / Area, (y * Across.X - x * Across.Y) / Area);
    }

    /// <summary>As <see cref="HeadFrame.ToPicture"/>, of maps (B,h,w).</summary>
    public OnnxTerm ToPicture(OnnxTerm u, OnnxTerm v) =>
        OnnxTerm.Grid(Middle.X + Across.X * u + Down.X * v, Middle.Y + Across.Y * u + Down.Y * v);
}

/// <summary>A place or a way in B pictures, (B,1,1) each.</summary>
readonly record struct OnnxPlace(OnnxTerm X, OnnxTerm Y);
