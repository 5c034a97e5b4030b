namespace TalkingHead.Datasets.Synthetic;

/// <summary>Lashes of the upper lids.</summary>
static class LashParts
{
    /// <summary>A strip of lashes on each upper lid; <see cref="Eyelids.Place"/> moves it.</summary>
    public static int[,,] Add(Mesh mesh)
    {
        const int half = FaceTopology.LidPoints / 2;
        var lashes = new int[2, half + 1, 2];
        for (var eye = 0; eye < 2; eye++)
        {
            for (var i = 0; i <= half; i++)
                for (var row = 0; row < 2; row++)
                    lashes[eye, i, row] = mesh.Add(new(Vec3.Zero, new(0, 0, 1), new(0.01f, 0.008f, 0.007f)) { Occlusion = 1 });
            for (var i = 0; i < half; i++)
            {
                mesh.Triangle(lashes[eye, i, 0], lashes[eye, i + 1, 0], lashes[eye, i, 1], Material.Lash);
                mesh.Triangle(lashes[eye, i, 1], lashes[eye, i + 1, 0], lashes[eye, i + 1, 1], Material.Lash);
            }
        }
        return lashes;
    }
}
