using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

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
            return new Vec3(6.6f * MathF.Sin(turn), -12.3f + 1.2f * MathF.Cos(turn * 2) - 0.8f * MathF.Cos(turn), -1.5f + 6.3f * MathF.Cos(turn));
        }, i => 2.1f, 12, Material.Cloth, hair.Colour, 0.45f);
    }
}
