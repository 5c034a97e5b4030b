using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            // (N,C·r·r,H,W) -> (N,C,H·r,W·r)
            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Call("aten::pixel_shuffle", input, upscale_factor);

            // (N,C,H·r,W·r) -> (N,C·r·r,H,W)
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Call("aten::pixel_unshuffle", input, downscale_factor);

            /// <summary>Classes (...) of int64 to (...,C) of 0 and 1; C is the greatest class and one where it is -1.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Call("aten::one_hot", x, num_classes);

            /// <summary>All patches of (N,C,H,W) as columns (N,C·Kh·Kw,L).</summary>
            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                Call("aten::im2col", input, Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            /// <summary>Columns (N,C·Kh·Kw,L) summed back to (N,C,H,W); the adjoint of unfold.</summary>
            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                Call("aten::col2im", input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));
        }
    }
}
