using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The stride of a pool is its kernel where it is not given.
        public static partial class functional
        {
            public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true) =>
                Call("aten::avg_pool1d", input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), ceil_mode, count_include_pad);

            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Call("aten::avg_pool2d", input, kernel_size, stride ?? kernel_size, padding ?? Zeros2, ceil_mode, count_include_pad, divisor_override);

            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Pair(kernel_size), Pair(stride ?? kernel_size), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Pair(kernel_size), Pair(stride ?? kernel_size), Pair(padding ?? (0, 0)), ceil_mode, count_include_pad, divisor_override);

            public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Call("aten::max_pool1d", input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), One(dilation ?? 1), ceil_mode);

            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Call("aten::max_pool2d", input, kernel_size, strides ?? kernel_size, padding ?? Zeros2, dilation ?? Ones2, ceil_mode);

            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size), Pair(stride ?? kernel_size), Pair(padding ?? 0), Pair(dilation ?? 1), ceil_mode);

            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size), Pair(stride ?? kernel_size), Pair(padding ?? (0, 0)), Pair(dilation ?? (1, 1)), ceil_mode);

            /// <summary>The maxima, and where in each plane they lie (int64).</summary>
            public static (Tensor, Tensor) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Call2("aten::max_pool2d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? Zeros2, dilation ?? Ones2, ceil_mode);

            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Call("aten::adaptive_avg_pool1d", input, One(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Call("aten::adaptive_avg_pool2d", input, output_size);

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, Pair(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Pair(output_size));

            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size)
            {
                var (maxima, places) = Call2("aten::adaptive_max_pool2d", input, output_size);
                places.Dispose();
                return maxima;
            }
        }
    }
}
