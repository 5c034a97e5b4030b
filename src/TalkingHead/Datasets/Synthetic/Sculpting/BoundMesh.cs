namespace TalkingHead.Datasets.Synthetic;

/// <summary>The part of a mesh that hangs on the face's anchors, and by which weights.</summary>
sealed class BoundMesh(Mesh mesh)
{
    readonly List<float[]> weights = [];

    public Mesh Mesh => mesh;

    public int Bind(Vertex vertex, float[] over)
    {
        weights.Add(over);
        return mesh.Add(vertex);
    }

    public float[] WeightsOf(int vertex) => weights[vertex];

    /// <summary>How every bound vertex moves when the anchors do.</summary>
    public Vec3[] Displacements(Vec3[] anchorMoves) => [.. weights.Select(over => FaceSurface.Blend(over, anchorMoves))];
}
