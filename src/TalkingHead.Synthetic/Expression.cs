namespace TalkingHead.Synthetic;

/// <summary>What the muscles do; each channel runs from 0 to 1 (a little beyond does no harm). "Left" is the picture's left.</summary>
enum Muscle { Jaw, SmileLeft, SmileRight, Frown, Pucker, LipsApart, BrowUpLeft, BrowUpRight, BrowDown, BrowWorry, CheekRaise, Sneer }

/// <summary>How the anchors move at full strength of each muscle.</summary>
static class Expression
{
    public static readonly int Count = Enum.GetValues<Muscle>().Length;

    /// <summary>The jaw's full turn round the axis through its joints, radians.</summary>
    public const float JawTurn = 0.36f;

    public static readonly Vec3 JawJoint = new(0, -2.2f, 1.2f);

    /// <summary>A point turned with the jaw by <paramref name="angle"/> radians.</summary>
    public static Vec3 TurnWithJaw(Vec3 point, float angle)
    {
        float y = point.Y - JawJoint.Y, z = point.Z - JawJoint.Z;
        float sine = MathF.Sin(angle), cosine = MathF.Cos(angle);
        return new(point.X, JawJoint.Y + y * cosine - z * sine, JawJoint.Z + z * cosine + y * sine);
    }

    public static Vec3[] Moves(Muscle muscle, FaceShape shape)
    {
        var moves = new Vec3[shape.Anchors.Length];
        switch (muscle)
        {
            case Muscle.Jaw:
                for (var i = 0; i < moves.Length; i++)
                {
                    var share = FaceAnchors.Template.All[i].Jaw;
                    if (share > 0) moves[i] = (TurnWithJaw(shape.Anchors[i], JawTurn) - shape.Anchors[i]) * share;
                }
                Both("lipCorner", -0.22f, 0, 0);
                Both("cornerOut", -0.12f, 0, -0.1f);
                Both("cheek", -0.12f, -0.1f, -0.1f);
                break;
            case Muscle.SmileLeft: Smile("-", -1); break;
            case Muscle.SmileRight: Smile("+", 1); break;
            case Muscle.Frown:
                Both("lipCorner", 0.05f, -0.75f, -0.05f);
                Both("cornerOut", 0.05f, -0.45f, 0);
                Both("lipTopSide", 0, -0.2f, 0);
                Both("lipInnerSide", 0, -0.15f, 0);
                Both("lowLipInnerSide", 0, -0.15f, 0);
                Both("lowLipFar", 0, -0.4f, 0);
                One("lowLipInner", 0, 0.12f, 0.05f);
                One("lowLipBulge", 0, 0.15f, 0.15f);
                One("lowLipBottom", 0, 0.2f, 0.15f);
                One("pogonion", 0, 0.2f, 0.05f);
                break;
            case Muscle.Pucker: Pucker(); break;
            case Muscle.LipsApart:
                foreach (var name in new[] { "lipTop", "lipBulge", "lipInner", "lipBack" }) One(name, 0, 0.34f, 0.02f);
                foreach (var name in new[] { "lipPeak", "lipTopSide", "lipBulgeSide", "lipInnerSide", "lipBackSide" }) Both(name,
                    0, 0.3f, 0);
                foreach (var name in new[] { "lowLipInner", "lowLipBulge", "lowLipBottom", "lowLipBack" }) One(name, 0, -0.42f, 0.02f);
                foreach (var name in new[] { "lowLipInnerSide", "lowLipBulgeSide", "lowLipFar", "lowLipBottomSide",
                    "lowLipBackSide" }) Both(name, 0, -0.38f, 0);
                break;
            case Muscle.BrowUpLeft: BrowUp("-"); break;
            case Muscle.BrowUpRight: BrowUp("+"); break;
            case Muscle.BrowDown:
                Both("browInner", -0.3f, -0.75f, 0.1f);
                Both("browMid", -0.12f, -0.45f, 0.05f);
                Both("socketInner", -0.1f, -0.3f, 0.1f);
                Both("socketTop", 0, -0.25f, 0.05f);
                One("glabella", 0, -0.4f, 0.1f);
                break;
            case Muscle.BrowWorry:
                Both("browInner", -0.15f, 0.85f, 0.05f);
                Both("browMid", 0, 0.1f, 0);
                Both("browOuter", 0, -0.3f, 0);
                One("glabella", 0, 0.4f, 0);
                break;
            case Muscle.CheekRaise:
                Both("apple", 0, 0.4f, 0.25f);
                Both("infraorbital", 0, 0.3f, 0.15f);
                Both("lidLow", 0, 0.25f, 0.1f);
                Both("lidLowOuter", 0, 0.2f, 0.1f);
                break;
            case Muscle.Sneer:
                Both("ala", 0.05f, 0.3f, 0);
                Both("alarCrease", 0.05f, 0.35f, 0.15f);
                Both("alaBase", 0, 0.2f, 0);
                Both("lipTopSide", 0, 0.35f, 0);
                Both("lipPeak", 0, 0.2f, 0);
                Both("lipInnerSide", 0, 0.3f, 0);
                break;
        }
        return moves;

        void Smile(string s, int sign)
        {
            Side("lipCorner", 0.85f, 0.85f, -0.55f);
            Side("cornerOut", 0.55f, 0.75f, 0.05f);
            Side("lipTopSide", 0.5f, 0.4f, -0.35f);
            Side("lipPeak", 0.12f, 0.12f, -0.15f);
            Side("lipBulgeSide", 0.35f, 0.3f, -0.35f);
            Side("lipInnerSide", 0.35f, 0.36f, -0.3f);
            Side("lowLipInnerSide", 0.35f, 0.26f, -0.3f);
            Side("lowLipBulgeSide", 0.35f, 0.2f, -0.3f);
            Side("lowLipFar", 0.5f, 0.3f, -0.35f);
            Side("lipBackSide", 0.3f, 0.3f, -0.3f);
            Side("lowLipBackSide", 0.3f, 0.2f, -0.3f);
            Side("apple", 0.12f, 0.45f, 0.4f);
            Side("cheek", 0.35f, 0.35f, 0.15f);
            Side("infraorbital", 0, 0.2f, 0.2f);
            Side("alarCrease", 0.12f, 0.15f, 0.1f);
            Side("ala", 0.1f, 0.08f, 0);
            Side("lidLow", 0, 0.1f, 0.05f);

            void Side(string name, float outwards, float up, float forward) =>
                moves[FaceAnchors.Template[name + s]] += new Vec3(sign * outwards, up, forward);
        }

        void BrowUp(string s)
        {
            moves[FaceAnchors.Template["browInner" + s]] += new Vec3(0, 0.8f, -0.05f);
            moves[FaceAnchors.Template["browMid" + s]] += new Vec3(0, 1.0f, -0.05f);
            moves[FaceAnchors.Template["browOuter" + s]] += new Vec3(0, 0.75f, 0);
            moves[FaceAnchors.Template["socketTop" + s]] += new Vec3(0, 0.25f, 0);
            moves[FaceAnchors.Template["foreheadSide" + s]] += new Vec3(0, 0.25f, 0);
            moves[FaceAnchors.Template["glabella"]] += new Vec3(0, 0.2f, 0);
        }

        void Pucker()
        {
            Both("lipCorner", -1.05f, 0.02f, 0.75f);
            Both("cornerOut", -0.6f, 0, 0.3f);
            foreach (var name in new[] { "lipTopSide", "lowLipFar", "lipBulgeSide", "lowLipBulgeSide", "lipInnerSide", "lowLipInnerSide",
                "lipBackSide", "lowLipBackSide" })
                Both(name, -0.45f, 0, 0.75f);
            foreach (var name in new[] { "lipPeak", "lowLipBottomSide" }) Both(name, -0.15f, 0, 0.6f);
            foreach (var name in new[] { "lipTop", "lipBulge", "lipInner", "lowLipInner", "lowLipBulge", "lowLipBottom" }) One(name,
                0, 0, 0.75f);
            foreach (var name in new[] { "lipTop", "lipBulge" }) One(name, 0, 0.12f, 0);
            foreach (var name in new[] { "lowLipBulge", "lowLipBottom" }) One(name, 0, -0.1f, 0);
            Both("cheek", -0.2f, 0, -0.1f);
        }

        void One(string name, float x, float up, float forward) => moves[FaceAnchors.Template[name]] += new Vec3(x, up, forward);

        void Both(string name, float outwards, float up, float forward)
        {
            One(name + "+", outwards, up, forward);
            One(name + "-", -outwards, up, forward);
        }
    }
}
