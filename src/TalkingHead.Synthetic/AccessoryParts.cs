using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

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
            Tube(6, false, glasses.Thickness * 0.9f,
                i => Mirror(Vec3.Lerp(hinge, ear, i / 5f) + new Vec3(0.35f * MathF.Sin(i / 5f * MathF.PI),
                    0.25f * MathF.Sin(i / 5f * MathF.PI), 0), s));
        }
        var inner = Rim(MathF.PI - 0.35f);
        Tube(7, false, glasses.Thickness, i => Vec3.Lerp(inner.Mirrored, inner, i / 6f)
            + new Vec3(0, 0.22f * MathF.Sin(i / 6f * MathF.PI), 0.2f * MathF.Sin(i / 6f * MathF.PI)));

        Vec3 Rim(float turn)
        {
            float c = MathF.Cos(turn), s = MathF.Sin(turn);
            var power = glasses.Style switch
            {
                GlassesStyle.Square => 0.5f,
                GlassesStyle.Half => 0.62f,
                GlassesStyle.CatEye => 0.75f,
                _ => 1f
            };
            var x = half.Width * MathF.CopySign(MathF.Pow(MathF.Abs(c), power), c);
            var y = half.Height * MathF.CopySign(MathF.Pow(MathF.Abs(s), power), s);
            if (glasses.Style == GlassesStyle.CatEye) y += 0.55f * Smooth(-0.2f, 1, c) * Smooth(-0.5f, 1, s);
            if (glasses.Style == GlassesStyle.Half && s > 0) y *= 0.35f;
            // Lenses wrap round the face a little.
            return middle + new Vec3(x, y, -0.09f * Square((middle.X + x) / 2));
        }
    }

    static Vec3 Mirror(Vec3 p, int side) => side > 0 ? p : p.Mirrored;

    void Tube(int points, bool closed, float radius, Func<int, Vec3> path) =>
        Tubes.Add(mesh, points, closed, path, _ => radius, 6, Material.Frame, traits.Glasses.Frame, 1);
}

/// <summary>What covers the hair: a knitted hat, a scarf.</summary>
sealed class HeadwearParts(Traits traits, FaceSurface surface, Mesh mesh, LockNoise noise)
{
    readonly HairTraits hair = traits.Hair;

    public void AddBeanie()
    {
        HairSheet.Add(hair, surface, mesh, noise, new()
        {
            Start = _ => HairLine.Direction(180, 80),
            End = Rim,
            Thickness = (_, t) => 0.75f + 1.2f * hair.Volume * Square(1 - t),
            Clump = 0,
            Material = Material.Cloth,
        });
        Tubes.Add(mesh, 48, true, i =>
        {
            var direction = Rim(360f * i / 48 - 180);
            return surface.Towards(direction) + direction * 0.65f;
        }, _ => 1.15f, 10, Material.Cloth, Vec3.Lerp(hair.Colour, traits.Clothes.Second, 0.5f), 1);
    }

    static Vec3 Rim(float turn) => HairLine.Direction(turn, 27 - 17 * Smooth(40, 170, MathF.Abs(turn)));

    // A scarf frames the face from brow to chin and falls over the shoulders.
    public void AddHeadscarf()
    {
        HairSheet.Add(hair, surface, mesh, noise, new()
        {
            Start = _ => HairLine.Direction(180, 70),
            End = turn => HairLine.Direction(turn, 37 - 33 * Smooth(20, 68, MathF.Abs(turn))),
            Thickness = (_, t) => 0.75f + 0.5f * MathF.Sin(MathF.PI * t),
            Hang = turn => Lerp(0, 17, Smooth(56, 78, MathF.Abs(turn))),
            Flare = 0.4f,
            Clump = 0.12f,
            Ragged = 0.02f,
            Material = Material.Cloth,
        });
        Tubes.Add(mesh, 40, true, i =>
        {
            var turn = 2 * MathF.PI * i / 40;
            return new Vec3(6.6f * MathF.Sin(turn), -12.3f + 1.2f * MathF.Cos(turn * 2) - 0.8f * MathF.Cos(turn),
                -1.5f + 6.3f * MathF.Cos(turn));
        }, i => 2.1f, 12, Material.Cloth, hair.Colour, 0.45f);
    }
}

/// <summary>Neck, shoulders and what is worn on them.</summary>
sealed class ClothesParts(Traits traits, Mesh mesh)
{
    const int Around = 48;
    const float Bottom = -30;

    // Height, half width, half depth, middle of the depth.
    static readonly (float Y, float X, float Z, float Middle)[] Rings =
    [
        (-4, 4.4f, 4.8f, -2.6f), (-8, 4.3f, 4.7f, -2.5f), (-11, 4.4f, 4.7f, -2.6f), (-13.5f, 4.9f, 5.1f, -3), (-15, 6.4f, 5.7f, -3.4f),
            (-16.2f, 10, 6.6f, -3.7f),
        (-17.4f, 13.6f, 7.3f, -4), (-19, 16.8f, 8.1f, -4), (-22, 19.2f, 9, -4), (Bottom, 20.5f, 10.5f, -4),
    ];

    public void AddAll()
    {
        AddNeck();
        switch (traits.Clothes.Style)
        {
            case ClothesStyle.Crew:
                Garment(turn => -14.6f + 1.3f * Back(turn), 0.35f); Collar(turn => -14.5f + 1.3f * Back(turn),
                0.5f); break;
            case ClothesStyle.VNeck: Garment(turn => VLine(turn, -18.2f), 0.35f); Collar(turn => VLine(turn, -18.2f), 0.42f); break;
            case ClothesStyle.Turtleneck: Garment(turn => -13.2f, 0.4f); Collar(_ => -12.4f, 1.05f); Collar(_ => -11.2f, 0.95f); break;
            case ClothesStyle.Shirt: Garment(turn => VLine(turn, -17.4f, 0.8f), 0.4f); ShirtCollar(traits.Clothes.Second); break;
            case ClothesStyle.Hoodie: Garment(turn => -14.6f + 1.3f * Back(turn), 0.6f); Hood(); break;
            case ClothesStyle.Blazer:
                Garment(turn => VLine(turn, -16.6f), 0.35f, traits.Clothes.Second);
                ShirtCollar(traits.Clothes.Second);
                Garment(turn => VLine(turn, -25f, 1.6f), 0.95f);
                break;
            case ClothesStyle.Straps: Garment(turn => Straps(turn), 0.3f); break;
        }
    }

    static float Back(float turn) => 0.5f - 0.5f * MathF.Cos(turn);

    static float VLine(float turn, float depth, float wide = 1) => Lerp(-13.6f, depth, Bell(turn, 0.42f * wide)) + 0.4f * Back(turn);

    static float Straps(float turn)
    {
        var strap = Bell(MathF.Abs(turn) - 0.95f, 0.16f) + Bell(MathF.Abs(turn) - 2.2f, 0.16f);
        return Lerp(-19.5f, -15.4f, Clamp01(strap));
    }

    Vec3 Body(float turn, float y, float above)
    {
        var i = 1;
        while (i < Rings.Length - 1 && y < Rings[i].Y) i++;
        var (high, low) = (Rings[i - 1], Rings[i]);
        var t = Smooth(high.Y, low.Y, y);
        t = Lerp((high.Y - y) / (high.Y - low.Y), t, 0.3f);
        var neck = 1 + 0.08f * traits.Face.NeckWidth * Smooth(-16, -13, y);
        var shoulders = 1 + 0.09f * traits.Clothes.Shoulders * Smooth(-14, -18, y);
        var x = Lerp(high.X, low.X, t) * neck * shoulders + above;
        var z = Lerp(high.Z, low.Z, t) * neck + above;
        return new(x * MathF.Sin(turn), y, Lerp(high.Middle, low.Middle, t) + z * MathF.Cos(turn));
    }

    static float HeadShare(float y) => Smooth(-15.5f, -8, y);

    static float Turn(int column) => 2 * MathF.PI * column / Around - MathF.PI;

    void AddNeck() => mesh.Sheet(Around, 22, true, Material.Skin, (column, row) =>
    {
        var y = Lerp(-4, -22, row / 21f);
        var turn = Turn(column);
        // The two cords from behind the ears to the pit of the neck, and the pit.
        var cords = 0.28f * Bell(MathF.Abs(turn) - Lerp(0.95f, 0.28f, Smooth(-8, -14.5f, y)), 0.14f) * Smooth(-17, -14.5f, y);
        var pit = 0.35f * Bell(turn, 0.12f) * Bell(y + 15, 0.8f);
        var apple = traits.Face.Masculine > 0 ? 0.45f * Bell(turn, 0.13f) * Bell(y + 12, 0.9f) : 0;
        return new(Body(turn, y, cords - pit + apple), Vec3.Zero, traits.Skin.Skin * new Vec3(0.97f, 0.9f, 0.88f))
        {
            Head = HeadShare(y),
            U = 30 + turn, V = y
        };
    });

    void Garment(Func<float, float> neckline, float above) => Garment(neckline, above, traits.Clothes.Main);

    void Garment(Func<float, float> neckline, float above, Vec3 colour) => mesh.Sheet(Around, 14, true, Material.Cloth, (column, row) =>
    {
        var turn = Turn(column);
        var top = neckline(turn);
        var y = row == 0 ? top - 0.1f : Lerp(top, Bottom, Square((row - 1) / 12f) * 0.5f + (row - 1) / 12f * 0.5f);
        var position = Body(turn, y, row == 0 ? -0.3f : above);
        return new(position, Vec3.Zero, colour)
        {
            Extra = position, Head = 0.5f * HeadShare(y),
            U = colour == traits.Clothes.Main ? traits.Clothes.Pattern : 0
        };
    });

    void Collar(Func<float, float> height, float radius) => Tubes.Add(mesh, Around, true, i =>
    {
        var y = height(Turn(i));
        return Body(Turn(i), y, 0.15f);
    }, _ => radius, 8, Material.Cloth, traits.Clothes.Pattern > 0 ? traits.Clothes.Main : Vec3.Lerp(traits.Clothes.Main,
        traits.Clothes.Second, 0.35f), 0.25f);

    // A band round the neck that falls open in front, folded over into two points.
    void ShirtCollar(Vec3 colour) => mesh.Sheet(Around - 1, 7, false, Material.Cloth, (column, row) =>
    {
        const float open = 0.2f;
        var turn = Lerp(open, 2 * MathF.PI - open, column / (Around - 2f)); // from the front round the back to the front
        var front = Smooth(1.3f, 0, MathF.Min(turn, 2 * MathF.PI - turn));
        var top = -12.4f + 0.9f * Back(turn) - 2.3f * front;
        var point = Smooth(1.05f, 0.3f, MathF.Min(turn, 2 * MathF.PI - turn));
        var t = row / 6f;
        var (y, above) = t < 0.34f
            ? (Lerp(top - 2.2f, top, t / 0.34f), 0.3f)
            : (Lerp(top, top - 2.1f - 1.6f * point, (t - 0.34f) / 0.66f), 0.45f + 0.75f * (t - 0.34f) / 0.66f);
        // The points swing apart.
        var swing = turn < MathF.PI ? turn + 0.3f * point * t : turn - 0.3f * point * t;
        var position = Body(swing, y, above);
        return new(position, Vec3.Zero, colour * 1.05f) { Extra = position, Head = 0.3f * HeadShare(y) };
    });

    void Hood()
    {
        Tubes.Add(mesh, Around, true, i =>
        {
            var turn = Turn(i);
            var back = Back(turn);
            var p = Body(turn, -15.2f + 2.2f * back, 0.9f);
            return p + new Vec3(0, 0, -2.6f * back * back);
        }, i => 1.15f + 1.2f * Back(Turn(i)), 10, Material.Cloth, traits.Clothes.Main * 0.92f, 0.2f);
        foreach (var side in new[] { -1f, 1f })
            Tubes.Add(mesh, 6, false, i => Body(side * (0.32f - 0.02f * i), -15.8f - i * 1.1f, 1.5f), _ => 0.17f, 5, Material.Cloth,
                Vec3.Lerp(traits.Clothes.Second, Vec3.One, 0.6f), 0);
    }
}
