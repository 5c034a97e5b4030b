using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor tanh() => Call("aten::tanh", this);
        public Tensor sigmoid() => Call("aten::sigmoid", this);
        public Tensor relu() => Call("aten::relu", this);
        public Tensor relu6() => Call("aten::relu6", this);
        public Tensor silu() => Call("aten::silu", this);
        public Tensor selu() => Call("aten::selu", this);
        public Tensor tanh_() => CallInPlace(this, "aten::tanh_", this);
        public Tensor sigmoid_() => CallInPlace(this, "aten::sigmoid_", this);
        public Tensor relu_() => CallInPlace(this, "aten::relu_", this);
        public Tensor leaky_relu(Scalar negative_slope) => Call("aten::leaky_relu", this, negative_slope);
        public Tensor elu(double alpha = 1) => Call("aten::elu", this, alpha);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Call("aten::elu", this, alpha, scale, input_scale);
        public Tensor gelu() => Call("aten::gelu", this);
        public Tensor softplus(double beta = 1, double threshold = 20) => Call("aten::softplus", this, beta, threshold);
        public Tensor prelu(Tensor target) => Call("aten::prelu", this, target);
    }

    public static Tensor tanh(Tensor input) => input.tanh();
    public static Tensor sigmoid(Tensor input) => input.sigmoid();
    public static Tensor tanh_(Tensor input) => input.tanh_();
    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();
}
