namespace TalkingHead.Synthetic;

/// <summary>A head at one moment: the muscles applied, lids closed, bones turned. Scratch that a thread reuses.</summary>
sealed class PosedHead
{
    public Vec3[] Positions = [], Normals = [];
    public float[] Lit = [];
    public Vec3 RightOfHead, UpOfHead, FrontOfHead; // columns of the head's rotation
    readonly DepthMap shadows = new(144);
    static readonly Vec3 NeckJoint = new(0, -8.5f, -2.5f);

    public void Pose(HeadModel model, Moment moment)
    {
        var count = model.Vertices.Length;
        if (Positions.Length != count) (Positions, Normals, Lit) = (new Vec3[count], new Vec3[count], new float[count]);
        for (var i = 0; i < count; i++) (Positions[i], Normals[i]) = (model.Vertices[i].Position, model.Vertices[i].Normal);
        Express(model, moment);
        FaceNormals(model);
        Turn(model, moment);
        shadows.Draw(Positions, model.Indices, moment.Lighting.Towards);
        for (var i = 0; i < count; i++)
            Lit[i] = shadows.Lit(Positions[i] + Normals[i] * 0.25f + moment.Lighting.Towards * 0.1f, 2, 0.4f);
    }

    /// <summary>Where a point that is fixed to the skull lies once the head is turned.</summary>
    public Vec3 Placed(Vec3 point)
    {
        var p = point - NeckJoint;
        return RightOfHead * p.X + UpOfHead * p.Y + FrontOfHead * p.Z + NeckJoint;
    }

    void Express(HeadModel model, Moment moment)
    {
        for (var m = 0; m < Expression.Count; m++)
        {
            var strength = moment.Muscles[m];
            if (strength == 0) continue;
            var moves = model.Moves[m];
            for (var i = 0; i < moves.Length; i++) Positions[i] += moves[i] * strength;
        }
        var squint = 0.7f * moment[Muscle.CheekRaise];
        Eyelids.Place(
            model.Eyes, Positions, moment.BlinkLeft, moment.BlinkRight, squint + 0.25f * moment[Muscle.SmileLeft],
            squint + 0.25f * moment[Muscle.SmileRight],
            moment.GazeY + 0.35f * (moment[Muscle.BrowUpLeft] + moment[Muscle.BrowUpRight]) * 0.5f - 0.3f * moment[Muscle.BrowDown]);
        Eyelids.PlaceLashes(model, Positions);
        var jaw = moment[Muscle.Jaw] * Expression.JawTurn;
        var drop = new Vec3(0, -0.3f * moment[Muscle.LipsApart], 0);
        for (var i = model.BoundVertices; i < Positions.Length; i++)
            if (model.Vertices[i].Jaw) Positions[i] = Expression.TurnWithJaw(Positions[i], jaw) + drop;
    }

    void FaceNormals(HeadModel model)
    {
        Array.Clear(Normals, 0, model.BoundVertices);
        for (var t = 0; t < 3 * model.BoundTriangles; t += 3)
        {
            int a = model.Indices[t], b = model.Indices[t + 1], c = model.Indices[t + 2];
            var normal = Vec3.Cross(Positions[b] - Positions[a], Positions[c] - Positions[a]);
            Normals[a] += normal;
            Normals[b] += normal;
            Normals[c] += normal;
        }
        for (var i = 0; i < model.BoundVertices; i++) Normals[i] = Normals[i].Normalised();
    }

    void Turn(HeadModel model, Moment moment)
    {
        var (x, y, z) = Rotation(moment.Yaw, moment.Pitch, moment.Roll);
        (RightOfHead, UpOfHead, FrontOfHead) = (x, y, z);
        var (bx, by, bz) = Rotation(moment.Yaw * 0.15f + moment.Shoulders, 0, 0.12f * moment.Roll);
        for (var i = 0; i < Positions.Length; i++)
        {
            var share = model.Vertices[i].Head;
            var p = Positions[i] - NeckJoint;
            var n = Normals[i];
            if (share >= 1)
            {
                Positions[i] = x * p.X + y * p.Y + z * p.Z + NeckJoint;
                Normals[i] = x * n.X + y * n.Y + z * n.Z;
                continue;
            }
            var body = bx * p.X + by * p.Y + bz * p.Z;
            var bodyNormal = bx * n.X + by * n.Y + bz * n.Z;
            if (share > 0)
            {
                body = Vec3.Lerp(body, x * p.X + y * p.Y + z * p.Z, share);
                bodyNormal = Vec3.Lerp(bodyNormal, x * n.X + y * n.Y + z * n.Z, share);
            }
            Positions[i] = body + NeckJoint;
            Normals[i] = bodyNormal;
        }
    }

    // Roll, then pitch, then yaw; the columns say where the head's own axes point.
    static (Vec3 X, Vec3 Y, Vec3 Z) Rotation(float yaw, float pitch, float roll)
    {
        float cy = MathF.Cos(yaw), sy = MathF.Sin(yaw), cp = MathF.Cos(pitch), sp = MathF.Sin(pitch), cr = MathF.Cos(roll),
            sr = MathF.Sin(roll);
        Vec3 Apply(Vec3 v)
        {
            v = new(v.X * cr - v.Y * sr, v.X * sr + v.Y * cr, v.Z);
            v = new(v.X, v.Y * cp + v.Z * sp, v.Z * cp - v.Y * sp);
            return new(v.X * cy + v.Z * sy, v.Y, v.Z * cy - v.X * sy);
        }
        return (Apply(new(1, 0, 0)), Apply(new(0, 1, 0)), Apply(new(0, 0, 1)));
    }
}
