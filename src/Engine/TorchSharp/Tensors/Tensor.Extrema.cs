using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Extrema, order, counts and scans along a dimension.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor max() => Call("aten::max", this);
        /// <summary>The maxima along a dimension, and where they are (int64).</summary>
        public (Tensor, Tensor) max(long dim, bool keepdim = false) => Call2("aten::max.dim", this, dim, keepdim);
        /// <summary>Where the maximum is in the flattened tensor.</summary>
        public Tensor argmax() => Call("aten::argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Call("aten::argmax", this, dim, keepdim);
        public Tensor min() => Call("aten::min", this);
        /// <summary>The minima along a dimension, and where they are (int64).</summary>
        public (Tensor, Tensor) min(long dim, bool keepdim = false) => Call2("aten::min.dim", this, dim, keepdim);
        public Tensor argmin() => Call("aten::argmin", this);
        public Tensor argmin(long dim, bool keepdim = false) => Call("aten::argmin", this, dim, keepdim);
        /// <summary>Maxima over dimensions; the gradient is shared among equal maxima.</summary>
        public Tensor amax(params long[] dims) => Call("aten::amax", this, dims);
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => @out is null
            ? Call("aten::amax", this, dims, keepdim)
            : CallInPlace(@out, "aten::amax.out", this, dims, keepdim, @out);
        public Tensor amin(params long[] dims) => Call("aten::amin", this, dims);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => @out is null
            ? Call("aten::amin", this, dims, keepdim)
            : CallInPlace(@out, "aten::amin.out", this, dims, keepdim, @out);
        public Tensor all() => Call("aten::all", this);
        public Tensor any() => Call("aten::any", this);
        public Tensor all(long dim, bool keepdim = false) => Call("aten::all.dim", this, dim, keepdim);
        public Tensor any(long dim, bool keepdim = false) => Call("aten::any.dim", this, dim, keepdim);
        /// <summary>The lower of the two middle elements.</summary>
        public Tensor median() => Call("aten::median", this);
        public Tensor cumsum(long dim, ScalarType? type = null) => Call("aten::cumsum", this, dim, type);
        /// <summary>Differences of neighbours along a dimension, n times over.</summary>
        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => Call("aten::diff", this, n, dim, prepend, append);
        /// <summary>log Σ exp, without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Call("aten::logsumexp", this, (long[])[dim], keepdim);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Call("aten::softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Call("aten::log_softmax.int", this, dim, dtype);
        public Tensor count_nonzero(long[]? dims = null) => dims is null ? Call("aten::count_nonzero", this) : Call("aten::count_nonzero.dim_IntList", this, dims);
        /// <summary>The elements in order, and where they were (int64).</summary>
        public (Tensor, Tensor) sort(long dim = -1, bool descending = false, bool stable = false) => Call2("aten::sort.stable", this, stable, dim, descending);
        public Tensor argsort(long dim = -1, bool descending = false) => Call("aten::argsort", this, dim, descending);
        /// <summary>The k largest, or smallest, and where they are (int64).</summary>
        public (Tensor, Tensor) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Call2("aten::topk", this, k, dim, largest, sorted);
        /// <summary>Quantiles q, each within [0, 1], interpolated between neighbours; the first dimension of the result is that of q.</summary>
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Call("aten::quantile", this, q, dim, keepdim);
        /// <summary>How often each whole number occurs, or the sum of its weights.</summary>
        public Tensor bincount(Tensor? weights, long minlength = 0) => Call("aten::bincount", this, weights, minlength);
        /// <summary>Counts in equal bins between min and max, or between the extremes where both are 0; what lies outside is not counted.</summary>
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Call("aten::histc", this, bins, min, max);
    }

    public static Tensor max(Tensor input) => input.max();
    public static (Tensor, Tensor) max(Tensor input, long dim, bool keepdim = false) => input.max(dim, keepdim);
    public static Tensor argmax(Tensor input) => input.argmax();
    public static Tensor argmax(Tensor input, long dim, bool keepdim = false) => input.argmax(dim, keepdim);
    public static Tensor min(Tensor input) => input.min();
    public static (Tensor, Tensor) min(Tensor input, long dim, bool keepdim = false) => input.min(dim, keepdim);
    public static Tensor argmin(Tensor input) => input.argmin();
    public static Tensor argmin(Tensor input, long dim, bool keepdim = false) => input.argmin(dim, keepdim);
    public static Tensor amax(Tensor input, long[] dims) => input.amax(dims);
    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);
    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);
    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);
    public static Tensor amin(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);
    public static Tensor all(Tensor input) => input.all();
    public static Tensor any(Tensor input) => input.any();
    public static Tensor all(Tensor input, long dim, bool keepdim = false) => input.all(dim, keepdim);
    public static Tensor any(Tensor input, long dim, bool keepdim = false) => input.any(dim, keepdim);
    public static Tensor median(Tensor input) => input.median();
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);
    public static Tensor diff(Tensor input, long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => input.diff(n, dim, prepend, append);
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => input.logsumexp(dim, keepdim);
    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => input.count_nonzero(dims);
    public static (Tensor, Tensor) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) => input.sort(dim, descending, stable);
    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => input.argsort(dim, descending);
    public static (Tensor, Tensor) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) => tensor.topk(k, dim, largest, sorted);
    public static Tensor quantile(Tensor input, Tensor q, long dim = -1, bool keepdim = false) => input.quantile(q, dim, keepdim);
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) => input.bincount(weights, minlength);
    public static Tensor histc(Tensor input, long bins = 100, long min = 0, long max = 0) => input.histc(bins, min, max);
}
