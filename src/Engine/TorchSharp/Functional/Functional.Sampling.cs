using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Resizes the dimensions after the second of x (N,C,...) to <paramref name="size"/>, or by <paramref name="scale_factor"/>.
            /// With <paramref name="antialias"/> (bilinear and bicubic of a picture) each output pixel averages all it covers, as Pillow does.
            /// </summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                var spatial = (int)x.ndim - 2;
                if (size is null == scale_factor is null)
                    throw new ArgumentException($"interpolate: {(size is null ? "neither size nor scale_factor is" : "both size and scale_factor are")} given. Expected one of them.");
                if ((size?.Length ?? scale_factor!.Length) != spatial)
                    throw new ArgumentException($"interpolate: {size?.Length ?? scale_factor!.Length} numbers for {Math.Max(spatial, 0)} spatial dimensions of a tensor of size ({string.Join(", ", x.shape)}).");
                var aligns = mode is InterpolationMode.Linear or InterpolationMode.Bilinear or InterpolationMode.Bicubic or InterpolationMode.Trilinear;
                if (align_corners is not null && !aligns)
                    throw new ArgumentException($"interpolate: align_corners is given with {mode}, which has no such choice. Leave it out.");
                if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"interpolate: antialias with {mode}. Expected Bilinear or Bicubic.");
                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                    (size, scale_factor) = (Scaled(x, scale_factor), null);

                return (mode, spatial) switch
                {
                    (InterpolationMode.Area, 1) => Call("aten::adaptive_avg_pool1d", x, size),
                    (InterpolationMode.Area, 2) => Call("aten::adaptive_avg_pool2d", x, size),
                    (InterpolationMode.Area, 3) => Call("aten::adaptive_avg_pool3d", x, size),
                    (InterpolationMode.Nearest, 1) => Call("aten::upsample_nearest1d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 2) => Call("aten::upsample_nearest2d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 3) => Call("aten::upsample_nearest3d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, 1) => Call("aten::_upsample_nearest_exact1d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, 2) => Call("aten::_upsample_nearest_exact2d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, 3) => Call("aten::_upsample_nearest_exact3d.vec", x, size, scale_factor),
                    (InterpolationMode.Linear, 1) => Call("aten::upsample_linear1d.vec", x, size, align_corners ?? false, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Call(antialias ? "aten::_upsample_bilinear2d_aa.vec" : "aten::upsample_bilinear2d.vec", x, size, align_corners ?? false, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Call(antialias ? "aten::_upsample_bicubic2d_aa.vec" : "aten::upsample_bicubic2d.vec", x, size, align_corners ?? false, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Call("aten::upsample_trilinear3d.vec", x, size, align_corners ?? false, scale_factor),
                    _ => throw new ArgumentException($"interpolate: {mode} of a tensor of size ({string.Join(", ", x.shape)}), which has {spatial} spatial dimensions."),
                };
            }

            static long[] Scaled(Tensor x, double[] factors) => [.. x.shape.Skip(2).Zip(factors, (length, factor) => (long)Math.Floor(length * factor))];

            /// <summary>Pads the last dimensions; <paramref name="pad"/> is (left, right, top, bottom, ...), the last dimension first.</summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Zeros or PaddingModes.Constant => Call("aten::constant_pad_nd", input, pad, value),
                PaddingModes.Reflect => Call("aten::pad", input, pad, "reflect"),
                PaddingModes.Replicate => Call("aten::pad", input, pad, "replicate"),
                PaddingModes.Circular => Call("aten::pad", input, pad, "circular"),
                _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "pad: no such mode."),
            };

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            /// <summary>Left and right of the last dimension.</summary>
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, Pair(pad), mode, value);

            /// <summary>Left, right, top, bottom.</summary>
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, (long[])[pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>The same on both sides of every dimension, batch and channels included.</summary>
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, Enumerable.Repeat(pad, (int)input.ndim * 2).ToArray(), mode, value);

            /// <summary>
            /// Samples input (N,C,H,W) at grid (N,H',W',2), whose (x, y) run from -1 to 1 between the picture's edges,
            /// or between the centres of its corner pixels with align_corners.
            /// </summary>
            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                // libtorch's own numbers differ from these enumerations': bilinear 0, nearest 1; zeros 0, border 1, reflection 2.
                var interpolation = mode == GridSampleMode.Nearest ? 1L : 0;
                var padding = padding_mode switch { GridSamplePaddingMode.Border => 1L, GridSamplePaddingMode.Reflection => 2, _ => 0 };
                return Call("aten::grid_sampler", input, grid, interpolation, padding, align_corners ?? false);
            }

            /// <summary>The grid of affine maps theta (N,2,3) for pictures of <paramref name="size"/> (N,C,H,W).</summary>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Call("aten::affine_grid_generator", theta, size ?? throw new ArgumentException("affine_grid: size is missing. Expected (N, C, H, W)."), align_corners);
        }
    }
}
