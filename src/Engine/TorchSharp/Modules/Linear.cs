using TorchSharp.Door;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>(…, in) → (…, out): x Wᵀ + b.</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")] Parameter? _weight;
        [ComponentName(Name = "bias")] Parameter? _bias;

        internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
        {
            (out_features, in_features) = (weight.size(0), weight.size(1));
            this.weight = weight;
            this.bias = bias;
        }

        public long in_features { get; set; }
        public long out_features { get; set; }

        public Parameter? weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter("weight", _weight = value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => ConditionallyRegisterParameter("bias", _bias = value);
        }

        public override Tensor forward(Tensor tensor) => Operators.Call("aten::linear", tensor, weight, bias);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(Modules.Parameter weight, Modules.Parameter? bias = null) => new(weight, bias);

            public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
            {
                var weight = Parameter(empty([outputSize, inputSize], dtype, device));
                init.kaiming_uniform_(weight, a: Math.Sqrt(5));
                if (!hasBias) return new Modules.Linear(weight, null);
                var bias = Parameter(empty([outputSize], dtype, device));
                init.uniform_(bias, -1 / Math.Sqrt(inputSize), 1 / Math.Sqrt(inputSize));
                return new Modules.Linear(weight, bias);
            }

            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
