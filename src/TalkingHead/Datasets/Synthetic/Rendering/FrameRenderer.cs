namespace TalkingHead.Datasets.Synthetic;

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
        return new(size, rgb, Landmarks(model, samples));
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
        if (alike && material == Backdrop) return Tone.Compress(Behind(model, moment, (left + 0.5f * samples) / side, (top + 0.5f * samples) / side));
        var sum = Vec3.Zero;
        if (alike)
        {
            var mean = new SurfacePoint();
            for (var sy = 0; sy < samples; sy++)
                for (var sx = 0; sx < samples; sx++) mean.Add(Look(model, raster.Seen[(top + sy) * side + left + sx], left + sx, top + sy), share);
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
        return model.Backdrop.At(0.5f + (px - 0.5f) * zoom + moment.Camera.ShiftX * 0.012f, 0.5f + (py - 0.5f) * zoom - (moment.Camera.ShiftY - Camera.Straight.ShiftY) * 0.012f);
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
