using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Operations on several tensors at once.
public static partial class torch
{
    /// <summary>Joins tensors along a dimension that exists.</summary>
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Call("aten::cat", tensors, dim);

    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Call("aten::stack", tensors.ToArray(), dim);

    /// <summary>Joins pictures of one height side by side: along dimension 1, or 0 of vectors.</summary>
    public static Tensor hstack(params Tensor[] tensors) => Call("aten::hstack", tensors);

    public static Tensor hstack(IList<Tensor> tensors) => hstack(tensors.ToArray());

    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) => hstack(tensors.ToArray());

    public static Tensor hstack(IEnumerable<Tensor> tensors) => hstack(tensors.ToArray());

    /// <summary>Joins rows: along dimension 0, a vector being one row.</summary>
    public static Tensor vstack(Tensor[] tensors) => Call("aten::vstack", tensors);

    public static Tensor vstack(IList<Tensor> tensors) => vstack(tensors.ToArray());

    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) => vstack(tensors.ToArray());

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => CallList("aten::broadcast_tensors", tensors);

    /// <summary>p-norm distances of every row of x1 (...,P,M) to every row of x2 (...,R,M): (...,P,R).</summary>
    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2, compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Call("aten::cdist", x1, x2, p, (long)compute_mode);

    /// <summary>The indices of the elements that are not zero, one tensor a dimension.</summary>
    public static Tensor[] where(Tensor condition) => CallList("aten::where", condition);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Call("aten::where.self", condition, x, y);

    public static Tensor einsum(string equation, params Tensor[] tensors) => Call("aten::einsum", equation, tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") => CallList("aten::meshgrid.indexing", tensors.ToArray(), indexing);
}
