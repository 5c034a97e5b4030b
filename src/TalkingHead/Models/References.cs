using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// References of a person: each source frame with its landmark image in coordinates of the head (<see cref="HeadFrame"/>), where the
/// head stays in its place however it moves and turns, and the turn that it had. A reference is 2 + 6tt numbers: its turn across and
/// down, and maps (6,t,t) in [-1,1]. Drawn to a landmark image, the one whose turn is nearest counts most; its own landmarks show
/// where mouth, eyes and outline were others. The head is taken for an elliptic cylinder that the maps are wrapped around, so that
/// what stands before or behind the plane of eyes and mouth moves as the head turns, and its sides are there, too: θ radians from
/// the front lie <see cref="Wide"/> sin θ units across and <see cref="Deep"/> cos θ - <see cref="Plane"/> before the plane.
/// </summary>
static class References
{
    /// <summary>The cylinder's half axes.</summary>
    const double Wide = 1.6, Deep = 2;

    /// <summary>The eyes, half a unit from the middle, lie in the plane.</summary>
    static readonly double Plane = Deep * Math.Sqrt(1 - 0.25 / (Wide * Wide));

    /// <summary>A reference reaches so many radians to each side; its middle lies so many units below the eyes, and it reaches so many up
    /// and down.</summary>
    const double Reach = 2.2, CentreBelow = 0.2, ReachDown = 2.5;

    /// <summary>How much less a reference counts whose turn is another: exp(-Choice · distance²).</summary>
    const double Choice = 200;

    /// <summary>
    /// How fast a reference fades at its rim, and where the head turns away from the camera, now or in the source frame.
    /// </summary>
    const double FadeAtRim = 4, FadeWithSlope = 4;

    /// <summary>How much of what the generator misses of a frame is added to its reference; less gains less, more gains nothing.</summary>
    const double BackProjection = 1.5;

    /// <summary>Moved so far away in turn, a reference does not count.</summary>
    const double Away = 1e3;

    /// <summary>The numbers of a turn.</summary>
    const int TurnLength = 2;

    /// <summary>Maps of a reference: the picture's three, then the landmark image's.</summary>
    public const int MapCount = 6;

    /// <summary>References of a person at most: as many as an episode of meta-training can have source frames.</summary>
    public const int Most = 64;

    /// <summary>The numbers of a reference of side t; 0 of none.</summary>
    public static long Length(long side) => side == 0 ? 0 : TurnLength + MapCount * side * side;

    /// <summary>Pictures and their landmark images (B,3,S,S) in [-1,1] to references (B,2+6tt); no gradient.</summary>
    public static Tensor Read(Tensor pictures, Tensor landmarks, long side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var head = HeadFrame.Find(landmarks);
        var line = HeadFrame.Line(side, landmarks.device);
        var (angle, v) = (line.view(1, 1, -1).Mul(Reach), line.view(1, -1, 1).Mul(ReachDown).Add(CentreBelow));
        var (u, before) = (angle.sin().Mul(Wide), Before(angle));
        var seen = Sample(cat([pictures, landmarks], 1), head.ToPicture(u.Add(head.Turn.X * before), v.Add(head.Turn.Y * before)));
        return cat([head.Turn.X.flatten(1), head.Turn.Y.flatten(1), seen.flatten(1)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// References, of each or of all (B or 1,K,2+6tt), drawn where the heads of the landmark images (B,3,S,S) are: maps (B,6,S,S),
    /// which fade to 0, and how much of them is there (B,1,S,S) in [0,1]: nothing where an eye, nose or mouth is not drawn; no gradient.
    /// </summary>
    public static (Tensor Maps, Tensor Share) Draw(Tensor references, Tensor landmarks, long side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var head = HeadFrame.Find(landmarks);
        var (turns, all) = (references[.., .., ..TurnLength], references[.., .., TurnLength..]);
        var far = (turns - cat([head.Turn.X, head.Turn.Y], 2)).Square().sum(2);           // (B,K)
        var counts = functional.softmax(far.Mul(-Choice), 1);
        var chosen = (all.shape[0] == 1 ? counts.matmul(all[0]) : counts.unsqueeze(1).bmm(all)).view(-1, MapCount, side, side);
        var line = HeadFrame.Line(landmarks.shape[^1], landmarks.device);
        var (x, y) = head.FromPicture(line.view(1, 1, -1), line.view(1, -1, 1));          // (B,S,S)
        // x = wide sin θ + turn (deep cos θ - plane) is solved by sin(θ + φ) = (x + turn plane) / radius, where
        // tan φ = turn deep / wide. cos(θ + φ), the slope, is 1 towards the camera and 0 at the outline.
        var (aside, radius) = (Aside(head.Turn.X), head.Turn.X.Mul(Deep).Square().Add(Wide * Wide).sqrt());
        var sine = (x.Add(head.Turn.X.Mul(Plane)) / radius).Clamp(-1, 1);
        var angle = sine.asin() - aside;
        var v = y - head.Turn.Y * Before(angle);
        var sourceTurn = (counts * turns[.., .., 0]).sum(1).view(-1, 1, 1);
        var (slope, sourceSlope) = (angle.Add(aside).cos(), angle.Add(Aside(sourceTurn)).cos());
        var (across, below) = (angle.Mul(1 / Reach), v.Add(-CentreBelow).Mul(1 / ReachDown));
        var inside = maximum(across.abs(), below.abs()).RSub(1).Mul(FadeAtRim).Clamp(0, 1);
        var share = (inside * minimum(slope, sourceSlope).Mul(FadeWithSlope).Clamp(0, 1) * head.Drawn).unsqueeze(1);
        var maps = Sample(chosen, stack([across, below], -1)) * share;
        return (maps.MoveToOuterDisposeScope(), share.MoveToOuterDisposeScope());
    }

    /// <summary>What <see cref="Draw(Tensor, Tensor, long)"/> gives where all has faded, for landmark images (B,3,S,S).</summary>
    public static (Tensor Maps, Tensor Share) DrawNone(Tensor landmarks)
    {
        var (b, s) = (landmarks.shape[0], landmarks.shape[^1]);
        return (zeros(b, MapCount, s, s, device: landmarks.device), zeros(b, 1, s, s, device: landmarks.device));
    }

    /// <summary>
    /// References (1,K,2+6tt), K at least 2, for each of B pictures of the person, in which the one made of that picture does not
    /// count: (B,K,2+6tt).
    /// </summary>
    /// <param name="references">All.</param>
    /// <param name="own">The number of each picture's own (B), int64.</param>
    public static Tensor Without(Tensor references, Tensor own)
    {
        using var scope = NewDisposeScope();
        var away = functional.one_hot(own, references.shape[1]).to(ScalarType.Float32).Mul(Away).unsqueeze(2); // (B,K,1)
        var each = references.expand(own.shape[0], -1, -1);
        return cat([each[.., .., ..TurnLength].Add(away), each[.., .., TurnLength..]], 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// References (K,2+6tt) to which is added what the generator <paramref name="missed"/> of their frames (K,3,S,S), as frame less
    /// generated picture: the idea of iterative back-projection in super-resolution (Irani and Peleg 1991). No gradient.
    /// </summary>
    public static Tensor BackProject(Tensor references, Tensor missed, Tensor landmarks, long side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long[] lengths = [TurnLength, 3 * side * side, 3 * side * side]; // the turn, the frame, its landmark image
        var (whole, added) = (references.split(lengths, 1), Read(missed, landmarks, side).split(lengths, 1)[1]);
        return cat([whole[0], whole[1].Add(added.Mul(BackProjection)).Clamp(-1, 1), whole[2]], 1).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Read(Tensor, Tensor, long)"/> as nodes of a graph.</summary>
    public static OnnxTerm Read(OnnxTerm pictures, OnnxTerm landmarks, long imageSide, long side)
    {
        using var scope = NewDisposeScope();
        var head = OnnxHeadFrame.Find(landmarks, imageSide);
        var line = HeadFrame.Line(side, CPU);
        var (angle, v) = (line.view(1, 1, -1).Mul(Reach), landmarks.Numbers(line.view(1, -1, 1).Mul(ReachDown).Add(CentreBelow)));
        var (u, before) = (landmarks.Numbers(angle.sin().Mul(Wide)), landmarks.Numbers(Before(angle)));
        var seen = OnnxTerm.Concat(1, pictures, landmarks).Sample(head.ToPicture(u + head.Turn.X * before, v + head.Turn.Y * before));
        return OnnxTerm.Concat(1, head.Turn.X.Reshape(0, 1), head.Turn.Y.Reshape(0, 1), seen.Reshape(0, -1));
    }

    /// <summary>
    /// <see cref="Draw(Tensor, Tensor, long)"/> as nodes of a graph: of references, of each or of all (B or 1,K(2+6tt)), and
    /// landmark images (B,3,imageSide,imageSide).
    /// </summary>
    public static (OnnxTerm Maps, OnnxTerm Share) Draw(OnnxTerm references, OnnxTerm landmarks, long imageSide, long side)
    {
        using var scope = NewDisposeScope();
        var head = OnnxHeadFrame.Find(landmarks, imageSide);
        var each = references.Reshape(0, -1, Length(side));
        var turns = each.Slice(2, 0, TurnLength);
        var far = turns - OnnxTerm.Concat(2, head.Turn.X, head.Turn.Y);
        var counts = ((far * far).Sum(keep: false, 2) * -Choice).Softmax(); // (B,K)
        var chosen = counts.Reshape(0, 1, -1).Multiply(each.Slice(2, TurnLength, Length(side))).Reshape(0, MapCount, side, side);
        var line = HeadFrame.Line(imageSide, CPU);
        var (x, y) = head.FromPicture(landmarks.Numbers(line.view(1, 1, -1)), landmarks.Numbers(line.view(1, -1, 1)));
        var (aside, radius) = (Aside(head.Turn.X), (head.Turn.X * head.Turn.X * (Deep * Deep) + Wide * Wide).Sqrt());
        var sine = ((x + head.Turn.X * Plane) / radius).Clamp(-1, 1);
        var angle = sine.Asin() - aside;
        var v = y - head.Turn.Y * (angle.Cos() * Deep + -Plane);
        var sourceTurn = (turns.Slice(2, 0, 1).Reshape(0, -1) * counts).Sum(keep: true, 1).Reshape(0, 1, 1);
        var (slope, sourceSlope) = ((angle + aside).Cos(), (angle + Aside(sourceTurn)).Cos());
        var (across, below) = (angle * (1 / Reach), (v + -CentreBelow) * (1 / ReachDown));
        var inside = ((across.Abs().Max(below.Abs()) * -1 + 1) * FadeAtRim).Clamp(0, 1);
        var share = (inside * (slope.Min(sourceSlope) * FadeWithSlope).Clamp(0, 1) * head.Drawn).Reshape(0, 1, imageSide, imageSide);
        return (chosen.Sample(OnnxTerm.Grid(across, below)) * share, share);
    }

    // How far the cylinder lies before the plane at an angle.
    static Tensor Before(Tensor angle) => angle.cos().Mul(Deep).Add(-Plane);

    // The angle by which a turn across moves the middle of what the camera sees of the cylinder.
    static Tensor Aside(Tensor turn) => turn.Mul(Deep / Wide).atan();

    static OnnxTerm Aside(OnnxTerm turn) => (turn * (Deep / Wide)).Atan();

    // In float32, rows and columns: grid_sample's fast way.
    static Tensor Sample(Tensor x, Tensor grid) => functional.grid_sample(x.As(ScalarType.Float32).contiguous(), grid.contiguous(),
        GridSampleMode.Bilinear, GridSamplePaddingMode.Border, false);
}
