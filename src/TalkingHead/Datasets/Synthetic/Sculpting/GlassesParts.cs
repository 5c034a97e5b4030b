using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>Frames of glasses: a tube round each lens, the bridge, and the temples back to the ears.</summary>
sealed class GlassesParts(Traits traits, FaceSurface surface, Mesh mesh)
{
    public void AddAll()
    {
        var glasses = traits.Glasses;
        if (glasses.Style == GlassesStyle.None) return;
        var eyes = surface.Shape.Eyes;
        var front = MathF.Max(surface["bridge1"].Z + 0.1f, eyes.Depth + eyes.Radius + 0.75f);
        var middle = new Vec3(eyes.Apart + 0.05f, eyes.Height - 0.25f, front);
        var half = (Width: 2.55f * glasses.Size, Height: (glasses.Style == GlassesStyle.Round ? 2.2f : 1.8f) * glasses.Size);
        half.Width = MathF.Min(half.Width, middle.X - 0.55f);
        for (var side = -1; side <= 1; side += 2)
        {
            var s = side;
            Tube(40, true, glasses.Thickness, i => Mirror(Rim(i * 2 * MathF.PI / 40), s));
            var hinge = Rim(0.35f);
            var ear = surface["jaw16+"] + new Vec3(0.55f, 0.9f, -2.4f);
            Tube(6, false, glasses.Thickness * 0.9f, i => Mirror(Vec3.Lerp(hinge, ear, i / 5f) + new Vec3(0.35f * MathF.Sin(i / 5f * MathF.PI), 0.25f * MathF.Sin(i / 5f * MathF.PI), 0), s));
        }
        var inner = Rim(MathF.PI - 0.35f);
        Tube(7, false, glasses.Thickness, i => Vec3.Lerp(inner.Mirrored, inner, i / 6f) + new Vec3(0, 0.22f * MathF.Sin(i / 6f * MathF.PI), 0.2f * MathF.Sin(i / 6f * MathF.PI)));

        Vec3 Rim(float turn)
        {
            float c = MathF.Cos(turn), s = MathF.Sin(turn);
            var power = glasses.Style switch { GlassesStyle.Square => 0.5f, GlassesStyle.Half => 0.62f, GlassesStyle.CatEye => 0.75f, _ => 1f };
            var x = half.Width * MathF.CopySign(MathF.Pow(MathF.Abs(c), power), c);
            var y = half.Height * MathF.CopySign(MathF.Pow(MathF.Abs(s), power), s);
            if (glasses.Style == GlassesStyle.CatEye) y += 0.55f * Smooth(-0.2f, 1, c) * Smooth(-0.5f, 1, s);
            if (glasses.Style == GlassesStyle.Half && s > 0) y *= 0.35f;
            // Lenses wrap round the face a little.
            return middle + new Vec3(x, y, -0.09f * Square((middle.X + x) / 2));
        }
    }

    static Vec3 Mirror(Vec3 p, int side) => side > 0 ? p : p.Mirrored;

    void Tube(int points, bool closed, float radius, Func<int, Vec3> path) => Tubes.Add(mesh, points, closed, path, _ => radius, 6, Material.Frame, traits.Glasses.Frame, 1);
}
