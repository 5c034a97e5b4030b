using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Call("aten::l1_loss", input, target, (long)reduction);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Call("aten::mse_loss", input, target, (long)reduction);

            /// <summary>Square below <paramref name="beta"/>, absolute above.</summary>
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) =>
                Call("aten::smooth_l1_loss", input, target, (long)reduction, beta);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean) =>
                Call("aten::huber_loss", input, target, (long)reduction, delta);

            /// <summary>input: probabilities; target: 0 to 1, of the same shape.</summary>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Call("aten::binary_cross_entropy", input, target, weight, (long)reduction);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Call("aten::binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);

            /// <summary>input: logits (N,C,...); target: classes (N,...) of int64, or probabilities of the input's shape.</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Call("aten::cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>input: logarithms of probabilities (N,C,...); target: classes (N,...) of int64.</summary>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Call("aten::nll_loss_nd", input, target, weight, (long)reduction);

            /// <summary>input: logarithms of probabilities; target: the same, or probabilities where log_target is false.</summary>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Call("aten::kl_div", input, target, (long)reduction, log_target);

            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean) =>
                Call("aten::margin_ranking_loss", input1, input2, target, margin, (long)reduction);

            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1, long p = 2, double eps = 1E-06, bool swap = false, Reduction reduction = Reduction.Mean) =>
                Call("aten::triplet_margin_loss", anchor, positive, negative, margin, p, eps, swap, (long)reduction);
        }
    }
}
