using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            // Whether cuDNN may serve; it does where it is faster and there is one.
            const bool CudnnAllowed = true;

            /// <summary>Normalises each channel over the batch (training) or by the running statistics, which training updates.</summary>
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1E-05) =>
                Call("aten::batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, CudnnAllowed);

            /// <summary>Normalises each channel of each sample, by its own statistics or by the running ones.</summary>
            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null, Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1E-05) =>
                Call("aten::instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, CudnnAllowed);

            /// <summary>Normalises over the last dimensions, whose sizes are <paramref name="normalized_shape"/>.</summary>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) =>
                Call("aten::layer_norm", input, normalized_shape, weight, bias, eps, CudnnAllowed);

            /// <summary>Normalises each group of channels of each sample.</summary>
            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) =>
                Call("aten::group_norm", input, num_groups, weight, bias, eps, CudnnAllowed);

            /// <summary>Divides by the p-norm along <paramref name="dim"/>, or by <paramref name="eps"/> where the norm is less.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1E-12)
            {
                using var scope = NewDisposeScope();
                var norm = Call("aten::norm.ScalarOpt_dim", input, p, One(dim), true).clamp_min(eps);
                return (input / norm).MoveToOuterDisposeScope();
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1E-08) => Call("aten::cosine_similarity", x1, x2, dim, eps);

            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2, double eps = 1E-06, bool keepdim = false) =>
                Call("aten::pairwise_distance", input1, input2, p, eps, keepdim);

            /// <summary>Zeroes elements with probability p and scales the others by 1/(1-p).</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? CallInPlace(input, "aten::dropout_", input, p, training).alias() : Call("aten::dropout", input, p, training);

            /// <summary>Like dropout, for whole channels.</summary>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? CallInPlace(input, "aten::feature_dropout_", input, p, training).alias() : Call("aten::feature_dropout", input, p, training);
        }
    }
}
