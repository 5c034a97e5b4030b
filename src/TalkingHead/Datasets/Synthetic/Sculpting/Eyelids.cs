using System.Runtime.InteropServices;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>Lays the rings of vertices round each eye over its ball, as far closed as the blink says.</summary>
static class Eyelids
{
    /// <summary>Moves the lid vertices of a face whose creases already stand where the anchors put them.</summary>
    public static void Place(EyeShape eyes, List<Vertex> vertices, float blinkLeft, float blinkRight, float squintLeft, float squintRight, float lift)
    {
        var span = CollectionsMarshal.AsSpan(vertices);
        var positions = new Vec3[FaceTopology.Shared.Points.Count];
        for (var i = 0; i < positions.Length; i++) positions[i] = span[i].Position;
        Place(eyes, positions, blinkLeft, blinkRight, squintLeft, squintRight, lift);
        for (var i = 0; i < positions.Length; i++) span[i].Position = positions[i];
    }

    public static void Place(EyeShape eyes, Span<Vec3> positions, float blinkLeft, float blinkRight, float squintLeft, float squintRight, float lift)
    {
        var lids = FaceTopology.Shared.Lids;
        for (var eye = 0; eye < 2; eye++)
        {
            var side = eye == 0 ? -1 : 1;
            var (blink, squint) = eye == 0 ? (blinkLeft, squintLeft) : (blinkRight, squintRight);
            for (var i = 0; i < FaceTopology.LidPoints; i++)
            {
                var margin = eyes.Margin(side, i, blink, squint, lift);
                var crease = positions[lids[eye, 4, i]];
                crease = positions[lids[eye, 4, i]] = eyes.Outside(side, crease, 0.2f);
                var centre = eyes.Centre(side);
                positions[lids[eye, 0, i]] = centre + (margin - centre) * ((eyes.Radius - 0.12f) / (margin - centre).Length);
                positions[lids[eye, 1, i]] = margin;
                positions[lids[eye, 2, i]] = eyes.Outside(side, Vec3.Lerp(margin, crease, 0.3f), 0.16f);
                positions[lids[eye, 3, i]] = eyes.Outside(side, Vec3.Lerp(margin, crease, 0.65f), 0.17f);
            }
        }
    }

    /// <summary>Stands the lashes on the upper margins, longest outside.</summary>
    public static void PlaceLashes(HeadModel model, Span<Vec3> positions)
    {
        var lids = FaceTopology.Shared.Lids;
        const int half = FaceTopology.LidPoints / 2;
        for (var eye = 0; eye < 2; eye++)
        {
            var side = eye == 0 ? -1 : 1;
            var centre = model.Eyes.Centre(side);
            for (var i = 0; i <= half; i++)
            {
                var margin = positions[lids[eye, 1, i]];
                var outwards = (margin - centre).Normalised();
                var t = (float)i / half;
                var length = (0.1f + 0.38f * model.Traits.Eyes.Lashes) * Curves.Smooth(-0.1f, 0.35f, t) * (0.55f + 0.75f * t);
                positions[model.Lashes[eye, i, 0]] = margin + outwards * 0.02f + new Vec3(0, -0.02f, 0);
                positions[model.Lashes[eye, i, 1]] = margin + outwards * (0.5f * length + 0.02f) + new Vec3(side * 0.6f * (t - 0.35f), 0.75f, 0.1f) * length;
            }
        }
    }
}
