namespace TalkingHead.Synthetic;

/// <summary>
/// Draws one moment of one head: pose, project, find what is seen at each of the 2x2 or 3x3 samples of a pixel, light it,
/// average. Holds scratch memory: one renderer a thread.
/// </summary>
sealed class FrameRenderer
{
    const int Backdrop = -1;

    readonly PosedHead head = new();
    readonly Rasteriser raster = new();

    /// <summary>Landmarks to paint as flat dots on the mesh, by index, for tests; the rest of the picture turns grey.</summary>
    public IReadOnlyDictionary<int, Vec3>? Markers { get; init; }

    public SyntheticFrame Draw(HeadModel model, Moment moment, int size)
    {
        var samples = size <= 96 ? 3 : 2;
        head.Pose(model, moment);
        raster.Project(head.Positions, moment.Camera, size * samples);
        raster.Draw(model.Indices, model.Materials);
        var rgb = new byte[size * size * 3];
        var shader = new Shader(model, moment, head);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                Tone.Write(Pixel(model, moment, shader, x, y, samples), rgb, (y * size + x) * 3);
        return new(size, rgb, Landmarks(model, samples), Pupils(model, moment, samples));
    }

    // The iris is a circle on the ball; its radius is seen as large as where it stands makes it.
    float[] Pupils(HeadModel model, Moment moment, int samples)
    {
        var pupils = new float[6];
        for (var eye = 0; eye < 2; eye++) // the person's right is the picture's left
        {
            var (centre, radius) = EyeGaze.Iris(model, moment, eye == 0 ? -1 : 1);
            var (x, y, near) = moment.Camera.Project(head.Placed(centre), raster.Side);
            (pupils[2 * eye], pupils[2 * eye + 1], pupils[4 + eye]) = (x / samples - 0.5f, y / samples - 0.5f,
                radius * moment.Camera.Focal(raster.Side) * near / samples);
        }
        return pupils;
    }

    float[] Landmarks(HeadModel model, int samples)
    {
        var landmarks = new float[136];
        for (var i = 0; i < 68; i++)
        {
            var vertex = model.LandmarkVertices[i];
            // Pixel centres stand at whole numbers.
            landmarks[2 * i] = raster.X[vertex] / samples - 0.5f;
            landmarks[2 * i + 1] = raster.Y[vertex] / samples - 0.5f;
        }
        return landmarks;
    }

    // Where all samples see one smooth piece of surface, what they see is averaged and lit once; elsewhere each is lit.
    Vec3 Pixel(HeadModel model, Moment moment, Shader shader, int x, int y, int samples)
    {
        int side = raster.Side, left = x * samples, top = y * samples;
        var first = raster.Seen[top * side + left];
        var material = first < 0 ? Backdrop : (int)model.Materials[first];
        var alike = Markers is null;
        for (var sy = 0; sy < samples && alike; sy++)
            for (var sx = 0; sx < samples && alike; sx++)
            {
                var seen = raster.Seen[(top + sy) * side + left + sx];
                alike = (seen < 0 ? Backdrop : (int)model.Materials[seen]) == material;
            }
        var share = 1f / (samples * samples);
        if (alike && material == Backdrop) return Tone.Compress(Behind(model, moment, (left + 0.5f * samples) / side,
            (top + 0.5f * samples) / side));
        var sum = Vec3.Zero;
        if (alike)
        {
            var mean = new SurfacePoint();
            for (var sy = 0; sy < samples; sy++)
                for (var sx = 0; sx < samples; sx++) mean.Add(Look(model, raster.Seen[(top + sy) * side + left + sx], left + sx,
                    top + sy), share);
            // Unit normals that agree add up to nearly one.
            if (mean.Normal.Length > 0.93f && mean.Away is < 0.01f or > 0.99f)
            {
                mean.Normal = mean.Normal.Normalised();
                mean.Eye = Towards(moment, (left + 0.5f * samples) / side, (top + 0.5f * samples) / side);
                return Tone.Compress(shader.Shade((Material)material, ref mean));
            }
        }
        for (var sy = 0; sy < samples; sy++)
            for (var sx = 0; sx < samples; sx++) sum += Tone.Compress(Sample(model, moment, shader, left + sx, top + sy));
        return sum * share;
    }

    Vec3 Sample(HeadModel model, Moment moment, Shader shader, int x, int y)
    {
        var side = raster.Side;
        float px = (x + 0.5f) / side, py = (y + 0.5f) / side;
        var triangle = raster.Seen[y * side + x];
        if (Markers != null) return triangle < 0 ? Vec3.One * 0.1f : Marker(model, triangle, x, y);
        if (triangle < 0) return Behind(model, moment, px, py);
        var point = Look(model, triangle, x, y);
        point.Eye = Towards(moment, px, py);
        return shader.Shade(model.Materials[triangle], ref point);
    }

    static Vec3 Towards(Moment moment, float px, float py)
    {
        var width = moment.Camera.FrameHeight / moment.Camera.Distance;
        return new Vec3((0.5f - px) * width, (py - 0.5f) * width, 1).Normalised();
    }

    // Far things shift less than the head when the camera does.
    static Vec3 Behind(HeadModel model, Moment moment, float px, float py)
    {
        var zoom = 0.9f * moment.Camera.FrameHeight / Camera.Straight.FrameHeight;
        return model.Backdrop.At(0.5f + (px - 0.5f) * zoom + moment.Camera.ShiftX * 0.012f,
            0.5f + (py - 0.5f) * zoom - (moment.Camera.ShiftY - Camera.Straight.ShiftY) * 0.012f);
    }

    SurfacePoint Look(HeadModel model, int triangle, int x, int y)
    {
        int a = model.Indices[3 * triangle], b = model.Indices[3 * triangle + 1], c = model.Indices[3 * triangle + 2];
        var (wa, wb, wc) = raster.Weights(a, b, c, x, y);
        ref readonly var va = ref model.Vertices[a];
        ref readonly var vb = ref model.Vertices[b];
        ref readonly var vc = ref model.Vertices[c];
        return new SurfacePoint
        {
            Normal = (head.Normals[a] * wa + head.Normals[b] * wb + head.Normals[c] * wc).Normalised(),
            Albedo = va.Albedo * wa + vb.Albedo * wb + vc.Albedo * wc,
            Extra = va.Extra * wa + vb.Extra * wb + vc.Extra * wc,
            Occlusion = va.Occlusion * wa + vb.Occlusion * wb + vc.Occlusion * wc,
            Lit = head.Lit[a] * wa + head.Lit[b] * wb + head.Lit[c] * wc,
            U = va.U * wa + vb.U * wb + vc.U * wc,
            V = va.V * wa + vb.V * wb + vc.V * wc,
            Away = raster.FacesAway(a, b, c) ? 1 : 0,
        };
    }

    // A dot of 2.5 mm round the landmark's vertex, on whatever surface carries it.
    Vec3 Marker(HeadModel model, int triangle, int x, int y)
    {
        int a = model.Indices[3 * triangle], b = model.Indices[3 * triangle + 1], c = model.Indices[3 * triangle + 2];
        var (wa, wb, wc) = raster.Weights(a, b, c, x, y);
        var position = head.Positions[a] * wa + head.Positions[b] * wb + head.Positions[c] * wc;
        foreach (var (landmark, colour) in Markers!)
            if ((head.Positions[model.LandmarkVertices[landmark]] - position).Length < 0.25f) return colour;
        return Vec3.One * 0.2f;
    }
}

/// <summary>How far the head reaches towards a light, seen in parallel from it: what lies clearly deeper is in shadow.</summary>
sealed class DepthMap(int side)
{
    const float Reach = 24; // cm from the middle that the map covers
    static readonly Vec3 Middle = new(0, -3, -1);

    readonly float[] depths = new float[side * side];
    float[] projected = [];
    Vec3 right, up, towards;

    public void Draw(ReadOnlySpan<Vec3> positions, ReadOnlySpan<int> indices, Vec3 light)
    {
        towards = light;
        right = Vec3.Cross(MathF.Abs(light.Y) < 0.95f ? Vec3.Up : new(0, 0, 1), light).Normalised();
        up = Vec3.Cross(light, right);
        Array.Fill(depths, float.NegativeInfinity);
        if (projected.Length < positions.Length * 3) projected = new float[positions.Length * 3];
        for (var i = 0; i < positions.Length; i++)
            (projected[3 * i], projected[3 * i + 1], projected[3 * i + 2]) = Project(positions[i]);
        for (var t = 0; t + 2 < indices.Length; t += 3) Fill(indices[t] * 3, indices[t + 1] * 3, indices[t + 2] * 3);
    }

    /// <summary>Share of the light that arrives, from a soft square of (2·<paramref name="radius"/>+1)² looks.</summary>
    public float Lit(Vec3 position, int radius, float bias)
    {
        var (x, y, depth) = Project(position);
        int cx = (int)x, cy = (int)y, clear = 0, looks = 0;
        for (var dy = -radius; dy <= radius; dy++)
            for (var dx = -radius; dx <= radius; dx++)
            {
                int ix = cx + dx, iy = cy + dy;
                if ((uint)ix >= (uint)side || (uint)iy >= (uint)side) continue;
                looks++;
                if (depths[iy * side + ix] <= depth + bias) clear++;
            }
        return looks == 0 ? 1 : (float)clear / looks;
    }

    (float X, float Y, float Depth) Project(Vec3 p)
    {
        var q = p - Middle;
        var scale = 0.5f * side / Reach;
        return (Vec3.Dot(q, right) * scale + 0.5f * side, Vec3.Dot(q, up) * scale + 0.5f * side, Vec3.Dot(q, towards));
    }

    void Fill(int a, int b, int c)
    {
        float ax = projected[a], ay = projected[a + 1], bx = projected[b], by = projected[b + 1], cx = projected[c], cy = projected[c + 1];
        var area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (MathF.Abs(area) < 1e-9f) return;
        var inverse = 1 / area;
        int left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ax, MathF.Min(bx, cx)) - 0.5f)), right = Math.Min(side - 1,
            (int)MathF.Floor(MathF.Max(ax, MathF.Max(bx, cx)) - 0.5f));
        int low = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ay, MathF.Min(by, cy)) - 0.5f)), high = Math.Min(side - 1,
            (int)MathF.Floor(MathF.Max(ay, MathF.Max(by, cy)) - 0.5f));
        for (var y = low; y <= high; y++)
            for (var x = left; x <= right; x++)
            {
                float px = x + 0.5f, py = y + 0.5f;
                var wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * inverse;
                var wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse;
                var wa = 1 - wb - wc;
                if (wa < 0 || wb < 0 || wc < 0) continue;
                var depth = wa * projected[a + 2] + wb * projected[b + 2] + wc * projected[c + 2];
                ref var here = ref depths[y * side + x];
                if (depth > here) here = depth;
            }
    }
}

/// <summary>How open each vertex of the neutral head lies to the light from all round, counted over a few dozen directions.</summary>
static class AmbientOcclusion
{
    const int Directions = 28, MapSide = 96;

    public static void Bake(HeadModel model)
    {
        var positions = new Vec3[model.Vertices.Length];
        for (var i = 0; i < positions.Length; i++) positions[i] = model.Vertices[i].Position;
        Eyelids.PlaceLashes(model, positions);
        var open = new float[positions.Length];
        var total = new float[positions.Length];
        var map = new DepthMap(MapSide);
        for (var k = 0; k < Directions; k++)
        {
            // A spiral over the sphere; light from below counts less.
            var y = 1 - 2 * (k + 0.5f) / Directions;
            var turn = k * 2.3999632f;
            var across = MathF.Sqrt(1 - y * y);
            var d = new Vec3(across * MathF.Cos(turn), y, across * MathF.Sin(turn));
            map.Draw(positions, model.Indices, d);
            for (var i = 0; i < positions.Length; i++)
            {
                var facing = Vec3.Dot(model.Vertices[i].Normal, d);
                if (facing <= 0) continue;
                var weight = facing * (0.75f + 0.25f * y);
                total[i] += weight;
                open[i] += weight * map.Lit(positions[i] + model.Vertices[i].Normal * 0.25f, 1, 0.45f);
            }
        }
        for (var i = 0; i < open.Length; i++)
            if (model.Vertices[i].Occlusion < 0)
                model.Vertices[i].Occlusion = total[i] > 0 ? open[i] / total[i] : 1;
    }
}

/// <summary>From linear light to bytes.</summary>
static class Tone
{
    const int Steps = 4096;
    static readonly byte[] Codes = MakeCodes();

    static byte[] MakeCodes()
    {
        var codes = new byte[Steps + 1];
        for (var i = 0; i <= Steps; i++)
        {
            var x = (float)i / Steps;
            codes[i] = (byte)(255 * (x <= 0.0031308f ? 12.92f * x : 1.055f * MathF.Pow(x, 1 / 2.4f) - 0.055f) + 0.5f);
        }
        return codes;
    }

    /// <summary>Straight up to 0.6, then a shoulder that reaches 1 only at infinity, so highlights keep their colour.</summary>
    public static Vec3 Compress(Vec3 c) => new(Shoulder(c.X), Shoulder(c.Y), Shoulder(c.Z));

    static float Shoulder(float x) => x < 0.6f ? x : 0.6f + 0.4f * (x - 0.6f) / (x - 0.2f);

    /// <summary>sRGB (IEC 61966-2-1).</summary>
    public static void Write(Vec3 colour, byte[] rgb, int at)
    {
        rgb[at] = Code(colour.X);
        rgb[at + 1] = Code(colour.Y);
        rgb[at + 2] = Code(colour.Z);
    }

    static byte Code(float x) => Codes[(int)(Math.Clamp(x, 0, 1) * Steps + 0.5f)];
}

/// <summary>Smooth noise in -1..1 over the plane, repeating every 64 units: pores, strands, weave.</summary>
static class Grain
{
    const int Period = 64;
    static readonly float[] Lattice = Make();

    static float[] Make()
    {
        var random = new SeededRandom(1917);
        var lattice = new float[Period * Period];
        for (var i = 0; i < lattice.Length; i++) lattice[i] = 2 * random.Next() - 1;
        return lattice;
    }

    public static float At(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        float tx = x - fx, ty = y - fy;
        int x0 = (int)fx & (Period - 1), y0 = ((int)fy & (Period - 1)) * Period, x1 = (x0 + 1) & (Period - 1),
            y1 = (y0 + Period) & (Period * Period - 1);
        tx *= tx * (3 - 2 * tx);
        ty *= ty * (3 - 2 * ty);
        float a = Lattice[y0 + x0], b = Lattice[y0 + x1], c = Lattice[y1 + x0], d = Lattice[y1 + x1];
        return a + (b - a) * tx + (c - a + (a - b - c + d) * tx) * ty;
    }
}
