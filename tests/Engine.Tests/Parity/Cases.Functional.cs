using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Convolutions()
    {
        Add("conv1d", t => conv1d(t[0], t[1], t[2], 2, 1, 2));
        Add("conv1d_padding", t => conv1d_padding(t[0], t[1], padding: Padding.Same));
        Add("conv2d", t => conv2d(t[0], t[1], t[2], [2, 1], [1, 0], [1, 2], 2));
        Add("conv2d.plain", t => conv2d(t[0], t[1]));
        Add("conv2d_padding", t => conv2d_padding(t[0], t[1], t[2], padding: Padding.Same, groups: 2));
        Add("conv_transpose1d", t => conv_transpose1d(t[0], t[1], t[2], 2, 1, 1));
        Add("conv_transpose2d", t => conv_transpose2d(t[0], t[1], t[2], [2, 2], [1, 1], [1, 0]));
        Add("linear", t => linear(t[0], t[1], t[2]));
        Add("linear.plain", t => linear(t[0], t[1]));
        Add("bilinear", t => bilinear(t[0], t[1], t[2], t[3]));
    }

    static void Normalization()
    {
        Add("batch_norm", t => batch_norm(t[0], t[1], t[2], t[3], t[4], false, 0.1, 1e-4));
        Add("batch_norm.training", t => (batch_norm(t[0], t[1], t[2], training: true, momentum: 0.3), t[1], t[2]));
        Add("instance_norm", t => instance_norm(t[0], eps: 1e-4));
        Add("instance_norm.affine", t => instance_norm(t[0], weight: t[1], bias: t[2]));
        Add("layer_norm", t => layer_norm(t[0], [3, 3], t[1], t[2]));
        Add("group_norm", t => group_norm(t[0], 2, t[1], t[2]));
        Add("normalize", t => normalize(t[0]));
        Add("normalize.p", t => normalize(t[0], 3, 0, 1e-4));
        Add("cosine_similarity", t => cosine_similarity(t[0], t[1]));
        Add("pairwise_distance", t => pairwise_distance(t[0], t[1]));
    }

    static void Pooling()
    {
        Add("avg_pool1d", t => avg_pool1d(t[0], 3, 2, 1));
        Add("avg_pool2d", t => avg_pool2d(t[0], 2), t => avg_pool2d(t[0], (2, 2)), t => avg_pool2d(t[0], [2, 2]));
        Add("avg_pool2d.inner", t => avg_pool2d(t[0], [3, 2], [1, 2], [1, 1], true, false), t => avg_pool2d(t[0], (3, 2), (1, 2), (1, 1), true, false));
        Add("avg_pool2d.divisor", t => avg_pool2d(t[0], 2, 1, divisor_override: 3));
        Add("max_pool1d", t => max_pool1d(t[0], 3, 2, 1));
        Add("max_pool2d", t => max_pool2d(t[0], 2), t => max_pool2d(t[0], (2, 2)), t => max_pool2d(t[0], [2, 2]));
        Add("max_pool2d.all", t => max_pool2d(t[0], [3, 2], [2, 1], [1, 1], [1, 2], true), t => max_pool2d(t[0], (3, 2), (2, 1), (1, 1), (1, 2), true));
        Add("max_pool2d_with_indices", t => max_pool2d_with_indices(t[0], [2, 2]));
        Add("adaptive_avg_pool1d", t => adaptive_avg_pool1d(t[0], 3));
        Add("adaptive_avg_pool2d", t => adaptive_avg_pool2d(t[0], [2, 3]), t => adaptive_avg_pool2d(t[0], (2, 3)));
        Add("adaptive_avg_pool2d.one", t => adaptive_avg_pool2d(t[0], 1));
        Add("adaptive_max_pool2d", t => adaptive_max_pool2d(t[0], [2, 3]));
    }

    static void Sampling()
    {
        Add("interpolate.nearest", t => interpolate(t[0], scale_factor: [2, 2]));
        Add("interpolate.nearest_exact", t => interpolate(t[0], [7, 4], mode: InterpolationMode.NearestExact));
        Add("interpolate.bilinear", t => interpolate(t[0], [7, 4], mode: InterpolationMode.Bilinear));
        Add("interpolate.bilinear_aligned", t => interpolate(t[0], [9, 11], mode: InterpolationMode.Bilinear, align_corners: true));
        Add("interpolate.bilinear_scale", t => interpolate(t[0], scale_factor: [1.7, 0.6], mode: InterpolationMode.Bilinear));
        Add("interpolate.bilinear_recomputed", t => interpolate(t[0], scale_factor: [1.7, 0.6], mode: InterpolationMode.Bilinear, recompute_scale_factor: true));
        Add("interpolate.bilinear_antialias", t => interpolate(t[0], [2, 3], mode: InterpolationMode.Bilinear, antialias: true));
        Add("interpolate.bicubic", t => interpolate(t[0], [7, 9], mode: InterpolationMode.Bicubic));
        Add("interpolate.bicubic_antialias", t => interpolate(t[0], [3, 3], mode: InterpolationMode.Bicubic, antialias: true));
        Add("interpolate.area", t => interpolate(t[0], [2, 3], mode: InterpolationMode.Area));
        Add("interpolate.linear", t => interpolate(t[0], [7], mode: InterpolationMode.Linear));
        Add("interpolate.trilinear", t => interpolate(t[0], [3, 4, 2], mode: InterpolationMode.Trilinear));
        Add("interpolate.nearest1d", t => interpolate(t[0], [7]));
        Add("interpolate.nearest3d", t => interpolate(t[0], [3, 4, 2]));
        Add("pad", t => pad(t[0], (1, 2, 3, 0), value: 1.5), t => pad(t[0], [1L, 2L, 3L, 0L], value: 1.5), t => pad(t[0], (long[])[1, 2, 3, 0], value: 1.5));
        Add("pad.two", t => pad(t[0], (2, 1)));
        Add("pad.everywhere", t => pad(t[0], 1));
        Add("pad.reflect", t => pad(t[0], (1, 2, 2, 1), PaddingModes.Reflect));
        Add("pad.replicate", t => pad(t[0], (1, 2, 2, 1), PaddingModes.Replicate));
        Add("pad.circular", t => pad(t[0], (1, 2, 2, 1), PaddingModes.Circular));
        Add("grid_sample", t => grid_sample(t[0], t[1], align_corners: false), t => grid_sample(t[0], t[1]));
        Add("grid_sample.nearest_border", t => grid_sample(t[0], t[1], GridSampleMode.Nearest, GridSamplePaddingMode.Border, true));
        Add("grid_sample.reflection", t => grid_sample(t[0], t[1], GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, false));
        Add("affine_grid", t => affine_grid(t[0], [2, 1, 3, 4]));
        Add("pixel_shuffle", t => pixel_shuffle(t[0], 2));
        Add("pixel_unshuffle", t => pixel_unshuffle(t[0], 2));
        Add("one_hot", t => one_hot(t[0], 5));
        Add("im2col", t => unfold(t[0], (2, 3), (1, 2), (1, 0), (2, 1)));
        Add("im2col.square", t => unfold(t[0], 2));
        Add("col2im", t => fold(t[0], (5, 6), (2, 3), (1, 2), (1, 0), (2, 1)));
        Add("col2im.square", t => fold(t[0], 4, 2, stride: 2));
    }

    static void Losses()
    {
        Add("l1_loss.none", t => l1_loss(t[0], t[1], Reduction.None));
        Add("l1_loss.mean", t => l1_loss(t[0], t[1]), t => L1Loss().call(t[0], t[1]));
        Add("l1_loss.sum", t => l1_loss(t[0], t[1], Reduction.Sum), t => L1Loss(Reduction.Sum).call(t[0], t[1]));
        Add("mse_loss.none", t => mse_loss(t[0], t[1], Reduction.None));
        Add("mse_loss.mean", t => mse_loss(t[0], t[1]), t => MSELoss().call(t[0], t[1]));
        Add("mse_loss.sum", t => mse_loss(t[0], t[1], Reduction.Sum));
        Add("smooth_l1_loss", t => smooth_l1_loss(t[0], t[1], beta: 0.5));
        Add("huber_loss", t => huber_loss(t[0], t[1], 0.5));
        Add("binary_cross_entropy", t => binary_cross_entropy(t[0], t[1], t[2]));
        Add("binary_cross_entropy_with_logits", t => binary_cross_entropy_with_logits(t[0], t[1], reduction: Reduction.Sum, pos_weights: t[2]));
        Add("cross_entropy", t => cross_entropy(t[0], t[1], t[2], 1, label_smoothing: 0.1));
        Add("nll_loss", t => nll_loss(log_softmax(t[0], 1), t[1]));
        Add("kl_div", t => kl_div(log_softmax(t[0], 1), log_softmax(t[1], 1)));
        Add("kl_div.probabilities", t => kl_div(log_softmax(t[0], 1), t[1], false, Reduction.Sum));
        Add("margin_ranking_loss", t => margin_ranking_loss(t[0], t[1], t[2], 0.5));
        Add("triplet_margin_loss", t => triplet_margin_loss(t[0], t[1], t[2], 1.5));
    }
}
