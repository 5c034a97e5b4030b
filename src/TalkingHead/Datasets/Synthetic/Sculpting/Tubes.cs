namespace TalkingHead.Datasets.Synthetic;

/// <summary>Round tubes along a path.</summary>
static class Tubes
{
    public static void Add(Mesh mesh, int points, bool closed, Func<int, Vec3> path, Func<int, float> radius, int around, Material material, Vec3 colour, float head)
    {
        mesh.Sheet(around, points + (closed ? 1 : 0), true, material, (column, row) =>
        {
            var i = row % points;
            var before = path(closed ? (i + points - 1) % points : Math.Max(i - 1, 0));
            var after = path(closed ? (i + 1) % points : Math.Min(i + 1, points - 1));
            var along = (after - before).Normalised();
            var side = Vec3.Cross(along, MathF.Abs(along.Z) < 0.8f ? new(0, 0, 1) : Vec3.Up).Normalised();
            var up = Vec3.Cross(side, along);
            var turn = 2 * MathF.PI * column / around;
            var offset = (side * MathF.Cos(turn) + up * MathF.Sin(turn)) * radius(i);
            return new(path(i) + offset, Vec3.Zero, colour) { Extra = material == Material.Hair ? along : offset, Head = head, U = material == Material.Hair ? 0.6f * column : 0, V = 0.1f * row };
        });
    }
}
