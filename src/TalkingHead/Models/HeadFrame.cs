using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// A head's own coordinates, read from its landmark image: the middle of the eyes is the origin, from eye to eye is one unit
/// across, and the mouth lies <see cref="MouthBelow"/> units down. A texture is a picture in these coordinates, in which the head
/// stays in its place however it moves and turns. The map between the two is affine: of a head that turns, what stands out or back,
/// such as nose and ears, moves a little in the texture.
/// </summary>
static class HeadFrame
{
    /// <summary>From the middle of the eyes down to the middle of the mouth, in distances of the eyes, on a frontal face.</summary>
    const double MouthBelow = 1.1;

    /// <summary>A texture's middle lies so many units below the eyes, and it reaches so many to each side, up and down.</summary>
    const double CentreBelow = 0.3, Reach = 2;

    /// <summary>
    /// The determinant's lower bound, as a share of |down|²: from the side the eyes lie on each other, and the map has no inverse.
    /// </summary>
    const double LeastArea = 0.3;

    /// <summary>Added to sums of pixels and to that bound: an empty landmark image does not divide by zero.</summary>
    const double EmptySum = 1e-3, EmptyArea = 1e-4;

    /// <summary>Pictures and their landmark images (B,3,S,S) in [-1,1] to textures (B,3,side,side); no gradient.</summary>
    public static Tensor ToTexture(Tensor pictures, Tensor landmarks, long side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (middle, across, down) = Axes(landmarks);
        var line = Line(side, landmarks.device).Mul(Reach);
        var (u, v) = (line.view(1, 1, -1), line.Add(CentreBelow).view(1, -1, 1));
        Tensor At(Func<Place, Tensor> part) => part(middle).Add(part(across) * u).Add(part(down) * v); // (B,side,side)
        return Sample(pictures, stack([At(place => place.X), At(place => place.Y)], -1), GridSamplePaddingMode.Border)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Textures, one for each or one for all (B or 1,3,t,t), warped to where the heads of the landmark images (B,3,S,S) are:
    /// (B,3,S,S), 0 outside the texture. The gradient reaches the textures.
    /// </summary>
    public static Tensor ToPicture(Tensor textures, Tensor landmarks)
    {
        using var scope = NewDisposeScope();
        Tensor grid;
        using (no_grad())
        {
            var (middle, across, down) = Axes(landmarks);
            var line = Line(landmarks.shape[^1], landmarks.device);
            var (x, y) = (line.view(1, 1, -1) - middle.X, line.view(1, -1, 1) - middle.Y); // (B,1,S) and (B,S,1), from the origin
            var least = down.X.Square().Add(down.Y.Square()).Mul(LeastArea).Add(EmptyArea);
            // (x, y) = u across + v down, solved for u and v.
            var area = maximum(across.X * down.Y - across.Y * down.X, least);
            var u = (x * down.Y - y * down.X) / area; // (B,S,S)
            var v = (y * across.X - x * across.Y) / area;
            grid = stack([u.Mul(1 / Reach), v.Add(-CentreBelow).Mul(1 / Reach)], -1);
        }
        return Sample(textures.expand(landmarks.shape[0], -1, -1, -1), grid, GridSamplePaddingMode.Zeros).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="ToTexture"/> as nodes of a graph: of pictures and landmark images (K,3,S,S).</summary>
    public static string EmitToTexture(OnnxGraph graph, string pictures, string landmarks, long imageSide, long side)
    {
        using var scope = NewDisposeScope();
        var (middle, across, down) = EmitAxes(graph, landmarks, imageSide);
        var line = Line(side, CPU).Mul(Reach);
        var u = graph.Numbers("head.u.line", line.view(1, 1, -1));
        var v = graph.Numbers("head.v.line", line.Add(CentreBelow).view(1, -1, 1));
        var grid = EmitGrid(graph, At("x", middle.X, across.X, down.X), At("y", middle.Y, across.Y, down.Y));
        return graph.Add("GridSample", "texture", [graph.Single(pictures), grid], ("mode", "bilinear"), ("padding_mode", "border"));

        string At(string name, string origin, string right, string below)
        {
            var sum = graph.Sum($"head.{name}.across", origin, graph.Product($"head.{name}.u", right, u));
            return graph.Sum($"head.{name}", sum, graph.Product($"head.{name}.v", below, v));
        }
    }

    /// <summary>
    /// <see cref="ToPicture"/> as nodes of a graph: of textures, one for each or one for all (N or 1,3,t,t), and landmark images
    /// (N,3,side,side).
    /// </summary>
    public static string EmitToPicture(OnnxGraph graph, string textures, string landmarks, long side)
    {
        using var scope = NewDisposeScope();
        var (middle, across, down) = EmitAxes(graph, landmarks, side);
        var line = Line(side, CPU);
        var x = graph.Add("Sub", "head.x", [graph.Numbers("head.x.line", line.view(1, 1, -1)), middle.X]);
        var y = graph.Add("Sub", "head.y", [graph.Numbers("head.y.line", line.view(1, -1, 1)), middle.Y]);
        var length = graph.Sum("head.down.squared", graph.Product("head.down.xx", down.X, down.X),
            graph.Product("head.down.yy", down.Y, down.Y));
        var least = Shifted(graph, "head.area.least", Scaled(graph, "head.area.share", length, LeastArea), EmptyArea);
        var area = graph.Add("Max", "head.area", [Cross("head.area.whole", across.X, down.Y, across.Y, down.X), least]);
        var u = graph.Add("Div", "head.u", [Cross("head.u.area", x, down.Y, y, down.X), area]);
        var v = graph.Add("Div", "head.v", [Cross("head.v.area", y, across.X, x, across.Y), area]);
        var grid = EmitGrid(graph, Scaled(graph, "head.u.scaled", u, 1 / Reach),
            Scaled(graph, "head.v.scaled", Shifted(graph, "head.v.shifted", v, -CentreBelow), 1 / Reach));
        // GridSample wants a texture for each grid: a sum with zeros repeats one.
        var none = graph.Reshape("texture.none", Scaled(graph, "texture.nothing", middle.X, 0), 0, 1, 1, 1);
        return graph.Add("GridSample", "texture.warped", [graph.Sum("texture.each", textures, none), grid], ("mode", "bilinear"),
            ("padding_mode", "zeros"));

        // a b - c d
        string Cross(string name, string a, string b, string c, string d) =>
            graph.Add("Sub", name, [graph.Product($"{name}.first", a, b), graph.Product($"{name}.second", c, d)]);
    }

    /// <summary>
    /// The lines of right eye, left eye and mouth in landmark images (B,3,S,S) in [-1,1] of the paper's style: (B,3,S,S) in [0,1].
    /// Magenta and cyan are the eyes, yellow is the mouth; white, of pupil and jaw, and the other parts have none of what is left.
    /// </summary>
    public static Tensor PartMasks(Tensor landmarks)
    {
        using var scope = NewDisposeScope();
        var parts = landmarks.Add(1).Mul(0.5).chunk(3, 1);
        var (red, green, blue) = (parts[0], parts[1], parts[2]);
        return functional.relu(cat([minimum(red, blue) - green, minimum(green, blue) - red, minimum(red, green) - blue], 1))
            .MoveToOuterDisposeScope();
    }

    // In float32, rows and columns: grid_sample's fast way.
    static Tensor Sample(Tensor x, Tensor grid, GridSamplePaddingMode padding) =>
        functional.grid_sample(x.As(ScalarType.Float32).contiguous(), grid.contiguous(), GridSampleMode.Bilinear, padding, false);

    // The middles of pixels, in [-1,1].
    static Tensor Line(long side, Device device) =>
        Scalars.Arange(side, ScalarType.Float32, device).Mul(2.0 / side).Add(1.0 / side - 1);

    // A place or a way in pictures, in coordinates in [-1,1]: (B,1,1) each.
    readonly record struct Place(Tensor X, Tensor Y);

    // The origin, and the units across and down: the middle of a part is the mean place of its pixels. One that is not drawn lies in
    // the middle of the picture.
    static (Place Middle, Place Across, Place Down) Axes(Tensor landmarks)
    {
        var masks = PartMasks(landmarks.As(ScalarType.Float32));
        var line = Line(landmarks.shape[^1], landmarks.device);
        var (columns, rows) = (masks.sum(2), masks.sum(3)); // (B,3,S)
        var all = columns.sum(2, keepdim: true).Add(EmptySum);
        Tensor[] x = Mean(columns).chunk(3, 1), y = Mean(rows).chunk(3, 1);
        Place right = new(x[0], y[0]), left = new(x[1], y[1]), mouth = new(x[2], y[2]);
        Place middle = new(right.X.Add(left.X).Mul(0.5), right.Y.Add(left.Y).Mul(0.5));
        return (middle, new(left.X - right.X, left.Y - right.Y),
            new((mouth.X - middle.X).Mul(1 / MouthBelow), (mouth.Y - middle.Y).Mul(1 / MouthBelow)));

        Tensor Mean(Tensor sums) => (sums * line).sum(2, keepdim: true) / all; // (B,3,1); not a product of matrices: TF32 would round
    }

    readonly record struct OnnxPlace(string X, string Y);

    static (OnnxPlace Middle, OnnxPlace Across, OnnxPlace Down) EmitAxes(OnnxGraph graph, string landmarks, long side)
    {
        var parts = graph.Split(Scaled(graph, "head.parts", Shifted(graph, "head.shifted", landmarks, 1), 0.5), [1, 1, 1]);
        var (red, green, blue) = (parts[0], parts[1], parts[2]);
        var masks = graph.Each("Relu", "head.masks", graph.Add("Concat", "head.colours",
            [Only("magenta", red, blue, green), Only("cyan", green, blue, red), Only("yellow", red, green, blue)], ("axis", 1L)));
        var line = graph.Numbers("head.line", Line(side, CPU).unsqueeze(1));
        var columns = graph.Reduce("ReduceSum", "head.columns", masks, keep: false, 2);
        var rows = graph.Reduce("ReduceSum", "head.rows", masks, keep: false, 3);
        var all = Shifted(graph, "head.all", graph.Reduce("ReduceSum", "head.sum", columns, keep: true, 2), EmptySum);
        string[] x = Means("x", columns), y = Means("y", rows);
        OnnxPlace middle = new(Between("x", x), Between("y", y));
        return (middle, new(Way("across.x", x[1], x[0]), Way("across.y", y[1], y[0])),
            new(Down("x", x[2], middle.X), Down("y", y[2], middle.Y)));

        string Only(string name, string a, string b, string not) =>
            graph.Add("Sub", $"head.{name}", [graph.Add("Min", $"head.{name}.both", [a, b]), not]);

        string[] Means(string name, string sums) => graph.Split(graph.Add("Div", $"head.{name}.places",
            [graph.Add("MatMul", $"head.{name}.weighted", [sums, line]), all]), [1, 1, 1]);

        string Between(string name, string[] places) =>
            Scaled(graph, $"head.{name}.middle", graph.Sum($"head.{name}.eyes", places[0], places[1]), 0.5);

        string Way(string name, string to, string from) => graph.Add("Sub", $"head.{name}", [to, from]);

        string Down(string name, string mouth, string origin) =>
            Scaled(graph, $"head.down.{name}", Way($"mouth.{name}", mouth, origin), 1 / MouthBelow);
    }

    // (N,side,side) each -> (N,side,side,2)
    static string EmitGrid(OnnxGraph graph, string x, string y) => graph.Add("Concat", "head.grid",
        [graph.Reshape("head.grid.x", x, 0, 0, 0, 1), graph.Reshape("head.grid.y", y, 0, 0, 0, 1)], ("axis", 3L));

    static string Scaled(OnnxGraph graph, string name, string x, double factor) =>
        graph.Product(name, x, graph.Numbers($"{name}.factor", tensor((float)factor)));

    static string Shifted(OnnxGraph graph, string name, string x, double more) =>
        graph.Sum(name, x, graph.Numbers($"{name}.more", tensor((float)more)));
}
