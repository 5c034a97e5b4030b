using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // In place, the result is another handle to the same tensor: both may be disposed.
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();

            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? CallInPlace(x, "aten::relu6_", x).alias() : x.relu6();

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? CallInPlace(input, "aten::leaky_relu_", input, negative_slope).alias() : input.leaky_relu(negative_slope);

            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? CallInPlace(x, "aten::elu_", x, alpha).alias() : x.elu(alpha);

            public static Tensor selu(Tensor x, bool inplace = false) => inplace ? CallInPlace(x, "aten::selu_", x).alias() : x.selu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor gelu(Tensor x, bool inplace) => inplace ? CallInPlace(x, "aten::gelu_", x).alias() : x.gelu();

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? CallInPlace(x, "aten::silu_", x).alias() : x.silu();

            public static Tensor mish(Tensor x, bool inplace = false) => inplace ? CallInPlace(x, "aten::mish_", x).alias() : Call("aten::mish", x);

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_().alias() : x.sigmoid();

            public static Tensor logsigmoid(Tensor x) => Call("aten::log_sigmoid", x);

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_().alias() : x.tanh();

            public static Tensor hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) =>
                inplace ? CallInPlace(x, "aten::hardtanh_", x, min_val, max_val).alias() : Call("aten::hardtanh", x, min_val, max_val);

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => x.softplus(beta, threshold);

            /// <summary>weight: one slope, or one for each channel (dimension 1).</summary>
            public static Tensor prelu(Tensor input, Tensor weight) => input.prelu(weight);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);
        }
    }
}
