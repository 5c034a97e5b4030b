using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>Neck, shoulders and what is worn on them.</summary>
sealed class ClothesParts(Traits traits, Mesh mesh)
{
    const int Around = 48;
    const float Bottom = -30;

    // Height, half width, half depth, middle of the depth.
    static readonly (float Y, float X, float Z, float Middle)[] Rings =
    [
        (-4, 4.4f, 4.8f, -2.6f), (-8, 4.3f, 4.7f, -2.5f), (-11, 4.4f, 4.7f, -2.6f), (-13.5f, 4.9f, 5.1f, -3), (-15, 6.4f, 5.7f, -3.4f), (-16.2f, 10, 6.6f, -3.7f),
        (-17.4f, 13.6f, 7.3f, -4), (-19, 16.8f, 8.1f, -4), (-22, 19.2f, 9, -4), (Bottom, 20.5f, 10.5f, -4),
    ];

    public void AddAll()
    {
        AddNeck();
        switch (traits.Clothes.Style)
        {
            case ClothesStyle.Crew: Garment(turn => -14.6f + 1.3f * Back(turn), 0.35f); Collar(turn => -14.5f + 1.3f * Back(turn), 0.5f); break;
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
        return new(Body(turn, y, cords - pit + apple), Vec3.Zero, traits.Skin.Skin * new Vec3(0.97f, 0.9f, 0.88f)) { Head = HeadShare(y), U = 30 + turn, V = y };
    });

    void Garment(Func<float, float> neckline, float above) => Garment(neckline, above, traits.Clothes.Main);

    void Garment(Func<float, float> neckline, float above, Vec3 colour) => mesh.Sheet(Around, 14, true, Material.Cloth, (column, row) =>
    {
        var turn = Turn(column);
        var top = neckline(turn);
        var y = row == 0 ? top - 0.1f : Lerp(top, Bottom, Square((row - 1) / 12f) * 0.5f + (row - 1) / 12f * 0.5f);
        var position = Body(turn, y, row == 0 ? -0.3f : above);
        return new(position, Vec3.Zero, colour) { Extra = position, Head = 0.5f * HeadShare(y), U = colour == traits.Clothes.Main ? traits.Clothes.Pattern : 0 };
    });

    void Collar(Func<float, float> height, float radius) => Tubes.Add(mesh, Around, true, i =>
    {
        var y = height(Turn(i));
        return Body(Turn(i), y, 0.15f);
    }, _ => radius, 8, Material.Cloth, traits.Clothes.Pattern > 0 ? traits.Clothes.Main : Vec3.Lerp(traits.Clothes.Main, traits.Clothes.Second, 0.35f), 0.25f);

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
            Tubes.Add(mesh, 6, false, i => Body(side * (0.32f - 0.02f * i), -15.8f - i * 1.1f, 1.5f), _ => 0.17f, 5, Material.Cloth, Vec3.Lerp(traits.Clothes.Second, Vec3.One, 0.6f), 0);
    }
}
