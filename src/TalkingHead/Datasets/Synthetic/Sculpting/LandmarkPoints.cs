namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// Which vertices of the mesh are the 68 landmarks, in iBUG's order. Those of the jaw are fixed points of its edge, as a
/// face tracker's model has them, and not the outline that a turned head shows.
/// </summary>
static class LandmarkPoints
{
    public static int[] Vertices(int[][] brows)
    {
        var anchors = FaceAnchors.Template;
        var topology = FaceTopology.Shared;
        var vertices = new int[68];
        for (var i = 0; i <= 16; i++)
            vertices[i] = anchors[i == 8 ? "jaw8" : i < 8 ? $"jaw{16 - i}-" : $"jaw{i}+"];
        for (var i = 0; i < 5; i++)
        {
            vertices[17 + i] = brows[0][4 - i];
            vertices[22 + i] = brows[1][i];
        }
        string[] named =
        [
            "nasion", "bridge1", "bridge2", "noseTip", "alaBase-", "sill-", "subnasale", "sill+", "alaBase+",
        ];
        for (var i = 0; i < named.Length; i++) vertices[27 + i] = anchors[named[i]];
        // From the corner at the picture's left: over the upper lid, then back under the lower one.
        ReadOnlySpan<int> left = [14, 9, 5, 0, 23, 19], right = [0, 5, 9, 14, 19, 23];
        for (var i = 0; i < 6; i++)
        {
            vertices[36 + i] = topology.Lids[0, 1, left[i]];
            vertices[42 + i] = topology.Lids[1, 1, right[i]];
        }
        string[] lips =
        [
            "lipCorner-", "lipTopSide-", "lipPeak-", "lipTop", "lipPeak+", "lipTopSide+", "lipCorner+",
            "lowLipFar+", "lowLipBottomSide+", "lowLipBottom", "lowLipBottomSide-", "lowLipFar-",
        ];
        for (var i = 0; i < lips.Length; i++) vertices[48 + i] = anchors[lips[i]];
        (vertices[60], vertices[64]) = (topology.InnerCorners[0], topology.InnerCorners[1]);
        string[] inner = ["lipInnerSide-", "lipInner", "lipInnerSide+"], lower = ["lowLipInnerSide+", "lowLipInner", "lowLipInnerSide-"];
        for (var i = 0; i < 3; i++)
        {
            vertices[61 + i] = anchors[inner[i]];
            vertices[65 + i] = anchors[lower[i]];
        }
        return vertices;
    }
}
