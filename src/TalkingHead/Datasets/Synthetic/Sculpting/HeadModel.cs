namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// One person, built: the neutral mesh as flat arrays, how the muscles move what is bound to the face, and where the
/// landmarks sit. Immutable, shared by all threads.
/// </summary>
sealed class HeadModel
{
    public readonly Traits Traits;
    public readonly EyeShape Eyes;
    public readonly Vertex[] Vertices;
    public readonly int[] Indices;
    public readonly Material[] Materials;
    public readonly int[] LandmarkVertices;

    /// <summary>The first <see cref="BoundVertices"/> vertices and <see cref="BoundTriangles"/> triangles follow the muscles.</summary>
    public readonly int BoundVertices, BoundTriangles;

    /// <summary>[muscle][bound vertex] → displacement at full strength.</summary>
    public readonly Vec3[][] Moves;

    /// <summary>[eye][point along the upper lid, row] → lash vertex; rows 0 on the lid, 1 at the tip.</summary>
    public readonly int[,,] Lashes;

    public readonly Backdrop Backdrop;

    public HeadModel(Traits traits)
    {
        Traits = traits;
        var surface = new FaceSurface(new FaceShape(traits.Face));
        Eyes = surface.Shape.Eyes;
        var mesh = new Mesh();
        var bound = new BoundMesh(mesh);
        _ = new FaceParts(traits, surface, bound);
        LandmarkVertices = LandmarkPoints.Vertices(new BrowParts(traits, surface, bound).Points);
        new BeardParts(traits, bound).Add();
        (BoundVertices, BoundTriangles) = (mesh.Vertices.Count, mesh.Triangles.Count);
        Lashes = LashParts.Add(mesh);
        new StaticParts(traits, surface, mesh).AddAll();
        new HairParts(traits, surface, mesh).AddAll();
        new ClothesParts(traits, mesh).AddAll();
        Moves = [.. Enum.GetValues<Muscle>().Select(muscle => bound.Displacements(Expression.Moves(muscle, surface.Shape)))];
        Vertices = [.. mesh.Vertices];
        Indices = new int[mesh.Triangles.Count * 3];
        Materials = new Material[mesh.Triangles.Count];
        for (var t = 0; t < Materials.Length; t++)
            (Indices[3 * t], Indices[3 * t + 1], Indices[3 * t + 2], Materials[t]) = mesh.Triangles[t];
        AmbientOcclusion.Bake(this);
        Backdrop = new Backdrop(traits.Backdrop);
    }
}
