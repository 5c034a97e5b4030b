namespace TalkingHead.Datasets.Synthetic;

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
