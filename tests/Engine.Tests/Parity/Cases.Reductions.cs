using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Reductions()
    {
        Add("sum", t => t[0].sum(), t => sum(t[0]));
        Add("sum.double", t => t[0].sum(ScalarType.Float64), t => sum(t[0], ScalarType.Float64));
        Add("sum.dims", t => t[0].sum([0L, 2L]), t => t[0].sum((long[])[0, 2]), t => t[0].sum(0, 2), t => sum(t[0], [0L, 2L]));
        Add("sum.keepdim", t => t[0].sum(1, true), t => sum(t[0], 1, true));
        Add("sum.three", t => t[0].sum(0, 1, 2));
        Add("mean", t => t[0].mean(), t => mean(t[0]));
        Add("mean.dims", t => t[0].mean([1, 2], true), t => mean(t[0], [1, 2], true));
        Add("prod", t => t[0].prod(), t => prod(t[0]));
        Add("prod.dim", t => t[0].prod(1), t => prod(t[0], 1));
        Add("std", t => t[0].std(false), t => std(t[0], false));
        Add("std.dim", t => t[0].std(1), t => std(t[0], 1), t => t[0].std(1, type: ScalarType.Float32));
        Add("std.dims", t => t[0].std((long[])[0, 2], false, true), t => t[0].std((ReadOnlySpan<long>)[0, 2], false, true), t => t[0].std((0, 2), false, true),
            t => std(t[0], (long[])[0, 2], false, true), t => std(t[0], (0, 2), false, true));
        Add("std.three", t => t[0].std((0, 1, 2)), t => std(t[0], (0, 1, 2)));
        Add("var", t => t[0].var(false), t => var(t[0], false));
        Add("var.dim", t => t[0].var(1), t => var(t[0], 1));
        Add("var.dims", t => t[0].var((long[])[0, 2], false, true), t => t[0].var((ReadOnlySpan<long>)[0, 2], false, true), t => t[0].var((0, 2), false, true),
            t => var(t[0], (long[])[0, 2], false, true), t => var(t[0], (0, 2), false, true));
        Add("var.three", t => t[0].var((0, 1, 2)), t => var(t[0], (0, 1, 2)));
        Add("std_mean", t => t[0].std_mean(), t => std_mean(t[0]));
        Add("std_mean.dim", t => t[0].std_mean(1), t => std_mean(t[0], 1));
        Add("std_mean.dims", t => t[0].std_mean((long[])[0, 2], false, true), t => t[0].std_mean((ReadOnlySpan<long>)[0, 2], false, true), t => t[0].std_mean((0, 2), false, true),
            t => std_mean(t[0], (long[])[0, 2], false, true), t => std_mean(t[0], (ReadOnlySpan<long>)[0, 2], false, true), t => std_mean(t[0], (0, 2), false, true));
        Add("std_mean.three", t => t[0].std_mean((0, 1, 2)), t => std_mean(t[0], (0, 1, 2)));
        Add("var_mean", t => t[0].var_mean(), t => var_mean(t[0]));
        Add("var_mean.dim", t => t[0].var_mean(1), t => var_mean(t[0], 1));
        Add("var_mean.dims", t => t[0].var_mean((long[])[0, 2], false, true), t => t[0].var_mean((ReadOnlySpan<long>)[0, 2], false, true), t => t[0].var_mean((0, 2), false, true),
            t => var_mean(t[0], (long[])[0, 2], false, true), t => var_mean(t[0], (ReadOnlySpan<long>)[0, 2], false, true), t => var_mean(t[0], (0, 2), false, true));
        Add("var_mean.three", t => t[0].var_mean((0, 1, 2)), t => var_mean(t[0], (0, 1, 2)));
        Add("norm", t => t[0].norm(3f), t => norm(t[0], 3f));
        Add("norm.dim", t => t[0].norm(1, true), t => norm(t[0], 1, true));
        Add("norm.all", t => t[0].norm(), t => norm(t[0]));
        Add("dist", t => t[0].dist(t[1]), t => dist(t[0], t[1]));
        Add("trace", t => t[0].trace(), t => trace(t[0]));
    }

    static void Extrema()
    {
        Add("max", t => t[0].max(), t => max(t[0]));
        Add("max.dim", t => t[0].max(1, true), t => max(t[0], 1, true));
        Add("argmax", t => t[0].argmax(), t => argmax(t[0]));
        Add("argmax.dim", t => t[0].argmax(1), t => argmax(t[0], 1));
        Add("amax", t => t[0].amax(0, 2), t => amax(t[0], [0L, 2L]), t => t[0].amax((long[])[0, 2], false));
        Add("amax.keepdim", t => t[0].amax((ReadOnlySpan<long>)[1], true), t => t[0].amax((long[])[1], true), t => amax(t[0], (ReadOnlySpan<long>)[1], true), t => amax(t[0], (long[])[1], true));
        Add("min", t => t[0].min(), t => min(t[0]));
        Add("min.dim", t => t[0].min(1, true), t => min(t[0], 1, true));
        Add("argmin", t => t[0].argmin(), t => argmin(t[0]));
        Add("argmin.dim", t => t[0].argmin(1), t => argmin(t[0], 1));
        Add("amin", t => t[0].amin(0, 2), t => amin(t[0], (long[])[0, 2]));
        Add("amin.keepdim", t => t[0].amin((ReadOnlySpan<long>)[1], true), t => t[0].amin((long[])[1], true), t => amin(t[0], (ReadOnlySpan<long>)[1], true), t => amin(t[0], (long[])[1], true));
        Add("all", t => t[0].all(), t => all(t[0]));
        Add("any", t => t[0].any(), t => any(t[0]));
        Add("all.dim", t => t[0].all(1), t => all(t[0], 1));
        Add("any.dim", t => t[0].any(1, true), t => any(t[0], 1, true));
        Add("median", t => t[0].median(), t => median(t[0]));
        Add("cumsum", t => t[0].cumsum(1), t => cumsum(t[0], 1));
        Add("diff", t => t[0].diff(2, 1), t => diff(t[0], 2, 1));
        Add("logsumexp", t => t[0].logsumexp(1, true), t => logsumexp(t[0], 1, true));
        Add("softmax", t => t[0].softmax(1), t => functional.softmax(t[0], 1));
        Add("log_softmax", t => t[0].log_softmax(1), t => functional.log_softmax(t[0], 1));
        Add("count_nonzero", t => t[0].count_nonzero(), t => count_nonzero(t[0]));
        Add("count_nonzero.dims", t => t[0].count_nonzero([0, 1]), t => count_nonzero(t[0], [0, 1]));
        Add("sort", t => t[0].sort(1, true), t => sort(t[0], 1, true));
        Add("argsort", t => t[0].argsort(1), t => argsort(t[0], 1));
        Add("topk", t => t[0].topk(2, 1), t => topk(t[0], 2, 1));
        Add("quantile", t => t[0].quantile(t[1], 1, true), t => quantile(t[0], t[1], 1, true));
        Add("bincount", t => t[0].bincount(null, 6), t => bincount(t[0], null, 6));
        Add("histc", t => t[0].histc(5, -2, 2), t => histc(t[0], 5, -2, 2));
    }
}
