namespace TalkingHead.Synthetic;

/// <summary>
/// The anatomical points through which a face's surface is drawn: where each stands on a neutral head (centimetres from
/// the middle of the head at pupil height), where it stands in the flat chart that parametrises the surface, and how much
/// of the jaw's turn it takes. A pair carries "+" (x above 0, the picture's right) or "-" after its name.
/// </summary>
sealed class FaceAnchors
{
    public readonly record struct Anchor(string Name, Vec3 Rest, float U, float V, float Jaw);

    public static readonly FaceAnchors Template = new();

    public readonly List<Anchor> All = [];
    readonly Dictionary<string, int> byName = [];

    public int this[string name] => byName[name];

    public bool Has(string name) => byName.ContainsKey(name);

    FaceAnchors()
    {
        Midline();
        Skull();
        Nose();
        Sockets();
        Cheeks();
        Lips();
        JawLine();
    }

    void Midline()
    {
        Add("vertex", 0, 11.7f, -1);
        Add("highForehead", 0, 10.2f, 5.0f);
        Add("hairline", 0, 7.6f, 7.9f);
        Add("forehead", 0, 4.8f, 9.3f);
        Add("glabella", 0, 2.1f, 9.65f);
        Add("nasion", 0, 0.1f, 9.45f);
        Add("bridge1", 0, -1.2f, 10.1f);
        Add("bridge2", 0, -2.45f, 10.9f);
        Add("noseTip", 0, -3.6f, 11.75f);
        Add("infratip", 0, -4.25f, 11.5f);
        Add("subnasale", 0, -4.75f, 10.45f);
        Add("philtrum", 0, -5.45f, 10.3f);
        Add("mentolabial", 0, -8.8f, 9.65f, jaw: 1);
        Add("pogonion", 0, -10.1f, 9.95f, jaw: 1);
        Add("underChin", 0, -11.35f, 7.6f, jaw: 1);
        Add("submental", 0, -10.6f, 5.0f, jaw: 0.8f);
        Add("throat", 0, -9.6f, 2.4f, jaw: 0.3f);
        Add("occiput", 0, 3.5f, -10.2f);
        Add("lowOcciput", 0, -2.5f, -8.4f);
        Add("nape", 0, -7f, -5.5f);
    }

    void Skull()
    {
        Pair("topSide", 3.6f, 10.5f, 3.2f);
        Pair("skullTop", 5.5f, 9.4f, -2.2f);
        Pair("skullSide", 7.65f, 4.5f, -2.0f);
        Pair("skullBack", 5.6f, 4.5f, -7.6f);
        Pair("mastoid", 7.0f, -1.0f, -2.2f);
        Pair("backLow", 5.0f, -3.5f, -5.2f);
        Pair("templeHigh", 5.3f, 7.3f, 5.7f);
        Pair("foreheadSide", 4.1f, 4.9f, 8.1f);
        Pair("temple", 6.75f, 3.6f, 4.7f);
    }

    void Nose()
    {
        Pair("rootSide", 0.85f, 0.15f, 8.95f);
        Pair("bridgeSide1", 0.95f, -1.2f, 9.4f);
        Pair("bridgeSide2", 1.1f, -2.4f, 9.75f);
        Pair("alaTop", 1.35f, -3.15f, 10.25f);
        Pair("ala", 1.95f, -4.0f, 9.95f);
        Pair("tipSide", 0.85f, -3.6f, 11.25f);
        Pair("alaBase", 1.5f, -4.68f, 10.0f);
        Pair("sill", 0.75f, -4.82f, 10.3f);
        Pair("nostril", 0.85f, -4.4f, 10.8f);
        Pair("alarCrease", 2.35f, -4.2f, 9.3f);
    }

    void Sockets()
    {
        Pair("browInner", 1.7f, 2.3f, 9.6f);
        Pair("browMid", 3.7f, 2.65f, 9.3f);
        Pair("browOuter", 5.5f, 2.1f, 7.9f);
        Pair("canthusInner", 1.05f, -0.2f, 8.75f);
        Pair("socketInner", 1.5f, 1.25f, 9.0f);
        Pair("socketTop", 3.3f, 1.8f, 9.1f);
        Pair("socketOuter", 5.1f, 1.35f, 8.1f);
        Pair("canthusOuter", 5.75f, -0.05f, 7.2f);
        Pair("lidLowOuter", 5.0f, -1.55f, 7.95f);
        Pair("lidLow", 3.35f, -1.95f, 8.8f);
        Pair("lidLowInner", 1.9f, -1.5f, 8.85f);
    }

    void Cheeks()
    {
        Pair("infraorbital", 2.6f, -2.8f, 9.0f);
        Pair("apple", 4.2f, -3.2f, 8.75f);
        Pair("zygoma", 6.0f, -1.7f, 6.9f);
        Pair("arch", 6.85f, -1.4f, 4.4f);
        Pair("templeLow", 6.75f, 1.2f, 5.5f);
        Pair("cheek", 4.4f, -5.3f, 8.3f, jaw: 0.25f);
        Pair("cheekLow", 4.3f, -7.3f, 7.3f, jaw: 0.6f);
        Pair("cheekRear", 6.3f, -4.6f, 4.6f, jaw: 0.2f);
        Pair("cornerOut", 3.6f, -6.8f, 8.85f, jaw: 0.5f);
    }

    // The chart shows the mouth open, so the two lips part there though they touch at rest.
    void Lips()
    {
        Add("lipTop", 0, -6.0f, 10.6f);
        Pair("lipPeak", 0.62f, -5.88f, 10.52f);
        Pair("lipTopSide", 1.75f, -6.32f, 10.0f);
        Pair("lipCorner", 2.75f, -6.86f, 9.25f, jaw: 0.42f);
        Add("lipBulge", 0, -6.5f, 10.75f);
        Pair("lipBulgeSide", 1.35f, -6.62f, 10.4f);
        Add("lipInner", 0, -7.04f, 10.45f);
        Pair("lipInnerSide", 1.3f, -7.0f, 10.05f);
        AddAt("lipBack", 0, -6.7f, 9.7f, 0, -6.22f, 0);
        PairAt("lipBackSide", 1.1f, -6.75f, 9.5f, 1.05f, -6.24f, 0);

        AddLower("lowLipInner", 0, -7.0f, 10.35f);
        PairLower("lowLipInnerSide", 1.3f, -6.97f, 9.98f);
        AddLower("lowLipBulge", 0, -7.55f, 10.55f);
        PairLower("lowLipBulgeSide", 1.3f, -7.45f, 10.25f);
        AddLower("lowLipBottom", 0, -8.2f, 10.1f);
        PairLower("lowLipBottomSide", 0.8f, -8.13f, 10.05f);
        PairLower("lowLipFar", 1.85f, -7.7f, 9.7f);
        AddAt("lowLipBack", 0, -7.3f, 9.7f, 0, -6.62f, 1);
        PairAt("lowLipBackSide", 1.1f, -7.2f, 9.5f, 1.05f, -6.58f, 0.95f);
    }

    // Fixed points on the edge of the jaw: landmarks 8 to 16 of the 68, and mirrored 8 to 0.
    void JawLine()
    {
        Add("jaw8", 0, -11.3f, 9.0f, jaw: 1);
        Pair("jaw9", 1.9f, -11.05f, 8.35f, jaw: 1);
        Pair("jaw10", 3.25f, -10.4f, 7.3f, jaw: 0.95f);
        Pair("jaw11", 4.5f, -9.2f, 5.8f, jaw: 0.85f);
        Pair("jaw12", 5.45f, -7.7f, 4.3f, jaw: 0.7f);
        Pair("jaw13", 6.1f, -5.9f, 3.2f, jaw: 0.5f);
        Pair("jaw14", 6.5f, -4.0f, 2.7f, jaw: 0.22f);
        Pair("jaw15", 6.95f, -2.1f, 2.4f, jaw: 0.05f);
        Pair("jaw16", 7.1f, -0.2f, 2.5f);
        Pair("chinSide", 1.8f, -9.95f, 9.25f, jaw: 1);
        Pair("mentolabialSide", 1.9f, -8.85f, 9.3f, jaw: 0.95f);
        Pair("chinCheek", 3.2f, -8.9f, 8.2f, jaw: 0.85f);
        Pair("underJaw", 2.6f, -10.3f, 4.8f, jaw: 0.8f);
        Pair("gonion", 5.9f, -6.9f, 1.4f, jaw: 0.45f);
        Pair("underGonion", 4.6f, -7.9f, 1.2f, jaw: 0.35f);
        Pair("lobe", 6.7f, -3.6f, 0.2f, jaw: 0.1f);
    }

    void Add(string name, float x, float y, float z, float jaw = 0)
    {
        var (u, v) = FaceChart.Project(new(x, y, z));
        if (jaw > 0) (u, v) = FaceChart.OpenBelow(u, v, 1);
        AddAt(name, x, y, z, u, v, jaw);
    }

    void Pair(string name, float x, float y, float z, float jaw = 0)
    {
        var (u, v) = FaceChart.Project(new(x, y, z));
        // Only what lies under the mouth shifts; the corners themselves stay.
        if (jaw >= 0.7f) (u, v) = FaceChart.OpenBelow(u, v, Curves.Bell(u, 4f));
        PairAt(name, x, y, z, u, v, jaw);
    }

    void AddLower(string name, float x, float y, float z)
    {
        var (u, v) = FaceChart.Project(new(x, y, z));
        (u, v) = FaceChart.OpenBelow(u, v, 1);
        AddAt(name, x, y, z, u, v, 1);
    }

    void PairLower(string name, float x, float y, float z)
    {
        var (u, v) = FaceChart.Project(new(x, y, z));
        (u, v) = FaceChart.OpenBelow(u, v, MathF.Sqrt(1 - Curves.Square(x / 2.8f)));
        PairAt(name, x, y, z, u, v, 0.98f);
    }

    void PairAt(string name, float x, float y, float z, float u, float v, float jaw)
    {
        AddAt(name + "+", x, y, z, u, v, jaw);
        AddAt(name + "-", -x, y, z, -u, v, jaw);
    }

    void AddAt(string name, float x, float y, float z, float u, float v, float jaw)
    {
        byName.Add(name, All.Count);
        All.Add(new(name, new(x, y, z), u, v, jaw));
    }
}
