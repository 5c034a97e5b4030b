using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>What the eye sees at a point of the surface.</summary>
struct SurfacePoint
{
    public Vec3 Normal, Albedo, Extra, Eye; // Eye: unit vector to the camera
    public float Occlusion, Lit, U, V;
    public float Away; // 1 where its back is seen

    /// <summary>Adds a share of another point, all but the direction to the camera.</summary>
    public void Add(in SurfacePoint other, float share)
    {
        Normal += other.Normal * share;
        Albedo += other.Albedo * share;
        Extra += other.Extra * share;
        Occlusion += other.Occlusion * share;
        Lit += other.Lit * share;
        U += other.U * share;
        V += other.V * share;
        Away += other.Away * share;
    }
}

/// <summary>Where the eyes look. A side is -1 or +1, the sign of x: the person's right eye and the left one.</summary>
static class EyeGaze
{
    /// <summary>From the ball's centre to the pupil, in the head's own axes; of length 1.</summary>
    public static Vec3 Direction(Moment moment, int side) =>
        new Vec3(MathF.Sin(moment.GazeX * 0.55f - 0.045f * side), MathF.Sin(moment.GazeY * 0.4f), 1).Normalised();

    /// <summary>From the pupil to the iris's edge, straight through the ball, in centimetres.</summary>
    public static float IrisReach(HeadModel model) => 0.93f * model.Traits.Eyes.IrisSize * MathF.Min(1.1f, model.Eyes.HalfWidth / 1.7f);

    /// <summary>Centre and radius of the circle on the ball that is the iris's edge, in centimetres, before the head turns.</summary>
    public static (Vec3 Centre, float Radius) Iris(HeadModel model, Moment moment, int side)
    {
        var angle = 2 * MathF.Asin(IrisReach(model) / (2 * model.Eyes.Radius));
        return (model.Eyes.Centre(side) + Direction(moment, side) * (model.Eyes.Radius * MathF.Cos(angle)),
            model.Eyes.Radius * MathF.Sin(angle));
    }
}

/// <summary>Light on each material, in linear colour.</summary>
sealed class Shader(HeadModel model, Moment moment, PosedHead head)
{
    readonly Lighting light = moment.Lighting;
    readonly bool curly = model.Traits.Hair.Style is HairStyle.Curly or HairStyle.Afro;
    readonly Vec3 rimFrom = new Vec3(moment.Lighting.RimSide, 0.35f, -0.75f).Normalised();
    readonly Vec3 rightOfHead = head.RightOfHead, upOfHead = head.UpOfHead, frontOfHead = head.FrontOfHead;
    readonly (Vec3 Left, Vec3 Right) gaze = (EyeGaze.Direction(moment, -1), EyeGaze.Direction(moment, 1));

    public Vec3 Shade(Material material, ref SurfacePoint p)
    {
        if (p.Away > 0.5f) p.Normal = -p.Normal;
        return material switch
        {
            Material.Skin => Skin(ref p),
            Material.Hair => Hair(ref p),
            Material.Cloth => Cloth(ref p),
            Material.Eye => Eye(ref p),
            Material.Teeth => Teeth(ref p),
            Material.Mouth => Mouth(ref p),
            Material.Frame => Frame(ref p),
            _ => p.Albedo,
        };
    }

    Vec3 Ambient(Vec3 normal) => Vec3.Lerp(light.Ground, light.Sky, 0.5f + 0.5f * normal.Y);

    /// <summary>Blinn's highlight with powers 16 and 48.</summary>
    (float Broad, float Narrow) Specular(ref SurfacePoint p)
    {
        var half = (light.Towards + p.Eye).Normalised();
        var broad = Square(Square(Square(Square(MathF.Max(0, Vec3.Dot(p.Normal, half)))))) * p.Lit;
        return (broad, broad * broad * broad);
    }

    float Rim(ref SurfacePoint p)
    {
        var edge = 1 - MathF.Max(0, Vec3.Dot(p.Normal, p.Eye));
        return edge * edge * edge * Smooth(-0.1f, 0.6f, Vec3.Dot(p.Normal, rimFrom)) * p.Occlusion;
    }

    Vec3 Skin(ref SurfacePoint p)
    {
        var albedo = p.Albedo;
        var age = p.Extra.Z;
        float u = p.U, v = p.V;
        albedo *= 1 + 0.03f * Grain.At(u * 4, v * 4);
        if (p.Extra.X > 0)
        {
            var shadow = p.Extra.X * (0.55f + 0.3f * Grain.At(u * 9, v * 9));
            albedo = Vec3.Lerp(albedo, Vec3.Lerp(model.Traits.Beard.Colour, albedo * 0.5f, 0.5f), shadow * 0.75f);
        }
        if (model.Traits.Skin.Freckles > 0 && MathF.Abs(u) < 8)
        {
            var spots = 0.75f * Smooth(0.3f, 0.55f, Grain.At(u * 5.3f + 20, v * 5.3f)) * Bell(v + 2.4f, 2) * Bell(u, 4.2f)
                * (1 - p.Extra.Y);
            albedo *= Vec3.Lerp(Vec3.One, new(0.7f, 0.5f, 0.4f), spots * model.Traits.Skin.Freckles);
        }
        if (age > 0.45f && MathF.Abs(u) < 9) albedo *= 1 - (age - 0.45f) * 0.9f * Lines(MathF.Abs(u), v);

        var facing = Vec3.Dot(p.Normal, light.Towards);
        // Light wraps round skin, red the furthest: a cheap stand-in for scattering under it.
        var shade = p.Lit;
        var direct = new Vec3(Wrap(facing, 0.42f), Wrap(facing, 0.24f), Wrap(facing, 0.18f)) * new Vec3(0.12f + 0.88f * shade,
            0.04f + 0.96f * shade, 0.03f + 0.97f * shade);
        var open = p.Occlusion;
        var around = Ambient(p.Normal) * new Vec3(MathF.Sqrt(open), open * (0.35f + 0.65f * MathF.Sqrt(open)),
            open * (0.3f + 0.7f * MathF.Sqrt(open)));
        var lit = albedo * (direct * light.Key + around);
        var gloss = p.Extra.Y;
        var (broad, narrow) = Specular(ref p);
        var shine = 0.1f * broad + 0.05f * narrow + gloss * (0.25f * narrow - 0.06f * broad);
        return lit + light.Key * (shine * open) + light.Rim * (Rim(ref p) * 0.55f) * (albedo * 0.6f + Vec3.One * 0.3f);
    }

    // Furrows of age: across the forehead, at the corners of the eyes, beside the mouth.
    static float Lines(float x, float v)
    {
        var forehead = Smooth(3.2f, 4.2f, v) * Smooth(7.4f, 6.4f, v) * Smooth(5, 3, x) * Smooth(0.72f, 1,
            MathF.Sin(v * 5.2f + 0.5f * MathF.Sin(x * 1.3f)));
        float cx = x - 5.9f, cy = v + 0.2f;
        var crow = Smooth(0.1f, 0.5f, cx) * Smooth(2, 1.1f, cx) * Smooth(0.55f, 1, MathF.Sin(MathF.Atan2(cy, cx) * 9)) * Smooth(1.2f, 0.8f,
            MathF.Abs(cy));
        var fold = Bell(x - (1.75f + 0.42f * (-3.9f - v)), 0.13f) * Smooth(-3.6f, -4.2f, v) * Smooth(-7, -6, v);
        var bag = Bell(v + 1.5f + 0.12f * Square(x - 3.4f) * -1, 0.12f) * Smooth(2.1f, 1.2f, MathF.Abs(x - 3.3f));
        return MathF.Min(1, 0.8f * forehead + 0.8f * crow + fold + 0.7f * bag);
    }

    static float Wrap(float facing, float by) => MathF.Max(0, (facing + by) / (1 + by));

    Vec3 Hair(ref SurfacePoint p)
    {
        var tangent = (rightOfHead * p.Extra.X + upOfHead * p.Extra.Y + frontOfHead * p.Extra.Z).Normalised();
        var strand = Grain.At(p.U * 3.1f, p.V * 2.2f) * 0.6f + Grain.At(p.U * 8.3f, p.V * 3) * 0.4f;
        var albedo = p.Albedo * (1 + (curly ? 0.2f : 0.55f) * strand);
        var facing = Vec3.Dot(p.Normal, light.Towards);
        var body = albedo * (light.Key * (Wrap(facing, 0.3f) * (0.15f + 0.85f * p.Lit))
            + Ambient(p.Normal) * (p.Occlusion * (p.Away > 0.5f ? 0.4f : 1)));
        if (p.Away > 0.5f) return body * 0.5f;
        // Two bands of shine across the strands (Kajiya and Kay 1989), the second tinted and shifted (Marschner et al. 2003).
        var half = (light.Towards + p.Eye).Normalised();
        var along = Vec3.Dot(tangent, half) + 0.12f * strand;
        var first = Square(Square(Band16(along - 0.06f))) * 0.22f;
        var second = Band16(along + 0.14f) * 0.5f;
        var face = Smooth(-0.15f, 0.5f, facing) * p.Lit * p.Occlusion;
        return body + light.Key * ((Vec3.One * 0.09f + albedo * 0.8f) * (first * face) + albedo * (second * face))
            + light.Rim * (Rim(ref p) * 0.6f) * (albedo + Vec3.One * 0.06f);
    }

    static float Band16(float along) => Square(Square(Square(Square(MathF.Max(0, 1 - along * along)))));

    Vec3 Cloth(ref SurfacePoint p)
    {
        var albedo = p.Albedo;
        var second = model.Traits.Clothes.Second;
        float x = p.Extra.X, y = p.Extra.Y;
        switch ((int)(p.U + 0.5f))
        {
            case 1: if (MathF.Sin(y * 2.6f) > 0.15f) albedo = second; break;
            case 2:
                albedo = Vec3.Lerp(albedo, second, 0.45f
                * ((MathF.Sin(x * 1.9f) > 0.5f ? 1 : 0) + (MathF.Sin(y * 1.9f) > 0.5f ? 1 : 0))); break;
            case 3: if (MathF.Sin(x * 3.2f) * MathF.Sin(y * 3.2f) > 0.62f) albedo = second; break;
        }
        albedo *= 1 + 0.06f * Grain.At(x * 5, y * 5) + 0.05f * Grain.At(x * 0.7f + p.Extra.Z * 0.4f, y * 0.5f);
        var facing = Vec3.Dot(p.Normal, light.Towards);
        return albedo * (light.Key * (Wrap(facing, 0.15f) * p.Lit) + Ambient(p.Normal) * p.Occlusion)
            + light.Rim * (Rim(ref p) * 0.35f) * (albedo + Vec3.One * 0.1f);
    }

    Vec3 Eye(ref SurfacePoint p)
    {
        var d = p.Extra.Normalised();
        var toward = p.U < 0 ? gaze.Left : gaze.Right;
        var eyes = model.Eyes;
        var iris = EyeGaze.IrisReach(model);
        var distance = (d - toward).Length * eyes.Radius;
        var r = distance / iris;
        var white = new Vec3(0.86f, 0.84f, 0.81f) * (1 - 0.25f * Smooth(0.9f, 1.7f, MathF.Abs(d.X) * eyes.Radius));
        var colour = model.Traits.Eyes.Iris;
        var below = 0.5f - 0.5f * (d.Y - toward.Y) * eyes.Radius / iris;
        var spokes = Grain.At(MathF.Atan2(d.Y - toward.Y, d.X - toward.X) * 6, r * 3);
        var ring = colour * (0.45f + 1.25f * below * below + 0.25f * spokes) * (1 - 0.75f * Smooth(0.8f, 1, r));
        ring = Vec3.Lerp(new(0.006f, 0.005f, 0.005f), ring, Smooth(0.42f, 0.52f, r));
        var albedo = Vec3.Lerp(ring, white, Smooth(0.94f, 1.06f, r));
        // The upper lid and its lashes shade the top of the ball.
        var lid = 1 - 0.5f * Smooth(eyes.Upper * 0.2f, eyes.Upper * 1.15f, d.Y * eyes.Radius);
        var facing = Vec3.Dot(p.Normal, light.Towards);
        var lit = albedo
            * ((light.Key * (Wrap(facing, 0.35f) * (0.35f + 0.65f * p.Lit)) + Ambient(p.Normal) * (0.4f + 0.6f * p.Occlusion)) * lid);
        // The catch light sits where painters put it: over the pupil, on the side of the light, and never on the pupil.
        var side = 0.4f * Math.Clamp(3 * Vec3.Dot(light.Towards, rightOfHead), -1, 1);
        float gx = (d.X - toward.X) * eyes.Radius / iris - side, gy = (d.Y - toward.Y) * eyes.Radius / iris - 0.45f;
        var glint = Smooth(0.1f, 0.055f, gx * gx + gy * gy);
        return lit + Vec3.One * (glint * (0.45f + 0.5f * p.Lit));
    }

    Vec3 Teeth(ref SurfacePoint p)
    {
        var facing = Wrap(Vec3.Dot(p.Normal, light.Towards), 0.5f);
        return p.Albedo * ((light.Key * (facing * 0.55f) + Ambient(p.Normal) * 0.6f) * p.Occlusion)
            + light.Key * (0.12f * Specular(ref p).Narrow);
    }

    Vec3 Mouth(ref SurfacePoint p) =>
        p.Albedo * ((light.Key * (0.45f * Wrap(Vec3.Dot(p.Normal, light.Towards), 0.4f)) + Ambient(p.Normal) * 0.5f) * p.Occlusion);

    Vec3 Frame(ref SurfacePoint p)
    {
        var facing = MathF.Max(0, Vec3.Dot(p.Normal, light.Towards));
        return p.Albedo * (light.Key * (facing * p.Lit) + Ambient(p.Normal)) + light.Key * (0.35f * Specular(ref p).Narrow);
    }
}
