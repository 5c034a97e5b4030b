using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>What is behind a person, out of focus: a small picture in linear light that frames stretch and shift.</summary>
sealed class Backdrop
{
    const int Side = 96;
    readonly Vec3[] pixels = new Vec3[Side * Side];

    public Backdrop(BackdropTraits traits)
    {
        var random = new SeededRandom(traits.Seed);
        Fill((x, y) => Vec3.Lerp(traits.High, traits.Low, y));
        switch (traits.Style)
        {
            case BackdropStyle.Gradient:
                var (cx, cy) = (random.Between(0.2f, 0.8f), random.Between(0.1f, 0.6f));
                Fill((x, y) => Vec3.Lerp(traits.Low * 0.6f, traits.High * 1.15f, MathF.Exp(-3 * (Square(x - cx) + Square(y - cy)))));
                break;
            case BackdropStyle.Bokeh:
                Scale(0.45f);
                for (var i = 0; i < 26; i++) Disc(random.Next(), random.Next(), random.Between(0.03f, 0.11f),
                    Vec3.Lerp(traits.Accent, traits.High, random.Next()) * random.Between(0.4f, 1.3f), 0.6f);
                break;
            case BackdropStyle.Wall:
                var rail = random.Between(0.45f, 0.8f);
                Fill((x, y) => Vec3.Lerp(traits.Low, traits.High * 0.55f, Smooth(rail - 0.02f, rail + 0.02f, y)) * (1.05f - 0.3f * x));
                if (random.Chance(0.7f)) Panel(random.Between(0.02f, 0.15f), 0.08f, random.Between(0.3f, 0.4f), 0.4f,
                    traits.Accent * 0.8f, 0.015f);
                if (random.Chance(0.5f)) Panel(0.72f, 0.1f, 0.95f, random.Between(0.35f, 0.5f), traits.High, 0.015f);
                break;
            case BackdropStyle.Window:
                Scale(0.55f);
                var left = random.Chance(0.5f) ? random.Between(-0.05f, 0.1f) : random.Between(0.55f, 0.68f);
                Panel(left, 0.02f, left + 0.38f, 0.75f, Vec3.Lerp(new(1.15f, 1.2f, 1.25f), traits.Accent, 0.12f), 0.025f);
                Panel(left + 0.175f, 0.02f, left + 0.205f, 0.75f, traits.Low * 0.7f, 0.012f);
                Panel(left, 0.36f, left + 0.38f, 0.39f, traits.Low * 0.7f, 0.012f);
                break;
            case BackdropStyle.Shelves:
                Scale(0.6f);
                for (var shelf = 0; shelf < 4; shelf++)
                {
                    for (var x = random.Between(-0.05f, 0.02f); x < 1;)
                    {
                        var wide = random.Between(0.025f, 0.08f);
                        if (random.Chance(0.8f)) Panel(x, 0.25f * shelf + random.Between(0.03f, 0.1f), x + wide, 0.25f * shelf + 0.215f,
                            random.Pick(Palette.Cloths) * 0.55f, 0.01f);
                        x += wide + 0.006f;
                    }
                    Panel(-0.1f, 0.25f * shelf + 0.215f, 1.1f, 0.25f * shelf + 0.235f, traits.Low * 0.35f, 0.006f);
                }
                break;
        }
        for (var pass = 0; pass < 3; pass++) Blur();
    }

    /// <summary>The mean colour, which tints the light that surrounds the person.</summary>
    public Vec3 Mean()
    {
        var sum = Vec3.Zero;
        foreach (var pixel in pixels) sum += pixel;
        return sum / pixels.Length;
    }

    /// <summary>Colour at (x, y) in 0..1 from the top left; beyond the edge the edge goes on.</summary>
    public Vec3 At(float x, float y)
    {
        float fx = Math.Clamp(x * Side - 0.5f, 0, Side - 1.001f), fy = Math.Clamp(y * Side - 0.5f, 0, Side - 1.001f);
        int ix = (int)fx, iy = (int)fy;
        var i = iy * Side + ix;
        return Vec3.Lerp(Vec3.Lerp(pixels[i], pixels[i + 1], fx - ix), Vec3.Lerp(pixels[i + Side], pixels[i + Side + 1], fx - ix), fy - iy);
    }

    void Fill(Func<float, float, Vec3> colour)
    {
        for (var i = 0; i < pixels.Length; i++) pixels[i] = colour((i % Side + 0.5f) / Side, (i / Side + 0.5f) / Side);
    }

    void Scale(float by)
    {
        for (var i = 0; i < pixels.Length; i++) pixels[i] *= by;
    }

    void Disc(float cx, float cy, float radius, Vec3 light, float strength)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            float dx = (i % Side + 0.5f) / Side - cx, dy = (i / Side + 0.5f) / Side - cy;
            pixels[i] += light * (strength * Smooth(radius, radius * 0.85f, MathF.Sqrt(dx * dx + dy * dy)));
        }
    }

    void Panel(float left, float top, float right, float bottom, Vec3 colour, float soft)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            float x = (i % Side + 0.5f) / Side, y = (i / Side + 0.5f) / Side;
            var inside = Smooth(left - soft, left + soft, x) * Smooth(right + soft, right - soft, x) * Smooth(top - soft, top + soft, y)
                * Smooth(bottom + soft, bottom - soft, y);
            pixels[i] = Vec3.Lerp(pixels[i], colour, inside);
        }
    }

    void Blur()
    {
        for (var direction = 0; direction < 2; direction++)
        {
            var source = (Vec3[])pixels.Clone();
            for (var y = 0; y < Side; y++)
                for (var x = 0; x < Side; x++)
                {
                    var sum = Vec3.Zero;
                    for (var k = -2; k <= 2; k++)
                        sum += direction == 0 ? source[y * Side + Math.Clamp(x + k, 0, Side - 1)]
                            : source[Math.Clamp(y + k, 0, Side - 1) * Side + x];
                    pixels[y * Side + x] = sum / 5;
                }
        }
    }
}
