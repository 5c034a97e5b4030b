using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// References of a person: each source frame with its landmark image in coordinates of the head (<see cref="HeadFrame"/>), where the
/// head stays in its place however it moves and turns, and the turn that it had. A reference is 2 + 6tt numbers: its turn across and
/// down, and maps (6,t,t) in [-1,1]. Drawn to a landmark image, the one whose turn is nearest counts most; its own landmarks show
/// where mouth, eyes and outline were others. What stands before or behind the plane of eyes and mouth moves as on a cylinder.
/// </summary>
static class References
{
    /// <summary>A reference's middle lies so many units below the eyes, and it reaches so many to each side, up and down.</summary>
    const double CentreBelow = 0.35, Reach = 1.3;

    /// <summary>The cylinder: a point u units from the middle lies Bend (1/4 - u²) before the plane; the eyes lie in it.</summary>
    const double Bend = 0.4;

    /// <summary>How much less a reference counts whose turn is another: exp(-Choice · distance²).</summary>
    const double Choice = 200;

    /// <summary>
    /// How fast a reference fades at its rim, a disc, and where the head turns away from the camera, now or in the source frame.
    /// </summary>
    const double FadeAtRim = 4, FadeWithSlope = 2;

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
        var line = HeadFrame.Line(side, landmarks.device).Mul(Reach);
        var (u, v) = (line.view(1, 1, -1), line.Add(CentreBelow).view(1, -1, 1));
        var before = Before(u);
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
        // x = u + bend (1/4 - u²), solved for u; its slope at u is √(1 - 4 bend (x - bend / 4)), 0 where the cylinder ends.
        var bend = head.Turn.X.Mul(Bend);
        var c = x - bend.Mul(0.25);
        var slope = (bend * c).Mul(4).RSub(1).ClampMin(0).sqrt();
        var u = c.Mul(2) / slope.Add(1);
        var v = y - head.Turn.Y * Before(u);
        var sourceTurn = (counts * turns[.., .., 0]).sum(1).view(-1, 1, 1);
        var sourceSlope = (sourceTurn * u).Mul(2 * Bend).RSub(1);
        var (across, below) = (u.Mul(1 / Reach), v.Add(-CentreBelow).Mul(1 / Reach));
        var inside = across.Square().Add(below.Square()).sqrt().RSub(1).Mul(FadeAtRim).Clamp(0, 1);
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
        var line = HeadFrame.Line(side, CPU).Mul(Reach);
        var (u, v) = (landmarks.Numbers(line.view(1, 1, -1)), landmarks.Numbers(line.Add(CentreBelow).view(1, -1, 1)));
        var before = Before(u);
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
        var bend = head.Turn.X * Bend;
        var c = x + bend * -0.25;
        var slope = (bend * c * -4 + 1).Relu().Sqrt();
        var u = c * 2 / (slope + 1);
        var v = y - head.Turn.Y * Before(u);
        var sourceTurn = (turns.Slice(2, 0, 1).Reshape(0, -1) * counts).Sum(keep: true, 1).Reshape(0, 1, 1);
        var sourceSlope = sourceTurn * u * (-2 * Bend) + 1;
        var (across, below) = (u * (1 / Reach), (v + -CentreBelow) * (1 / Reach));
        var inside = (((across * across + below * below).Sqrt() * -1 + 1) * FadeAtRim).Clamp(0, 1);
        var share = (inside * (slope.Min(sourceSlope) * FadeWithSlope).Clamp(0, 1) * head.Drawn).Reshape(0, 1, imageSide, imageSide);
        return (chosen.Sample(OnnxTerm.Grid(across, below)) * share, share);
    }

    // How far the cylinder lies before the plane, u units from the middle.
    static Tensor Before(Tensor u) => u.Square().RSub(0.25).Mul(Bend);

    static OnnxTerm Before(OnnxTerm u) => (u * u * -1 + 0.25) * Bend;

    // In float32, rows and columns: grid_sample's fast way.
    static Tensor Sample(Tensor x, Tensor grid) => functional.grid_sample(x.As(ScalarType.Float32).contiguous(), grid.contiguous(),
        GridSampleMode.Bilinear, GridSamplePaddingMode.Border, false);
}
