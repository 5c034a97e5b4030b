using TorchSharp.Door;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>What convolutions of any rank share: weight (out, in/groups, kernel…), bias (out).</summary>
    public abstract class Convolution : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")] protected Parameter? _weight;
        [ComponentName(Name = "bias")] protected Parameter? _bias;

        protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[] padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null) : base(name)
        {
            if (in_channels % groups != 0 || out_channels % groups != 0)
                throw new ArgumentException($"{name}: {in_channels} input and {out_channels} output channels do not divide into {groups} groups.");
            (this.in_channels, this.out_channels, this.groups) = (in_channels, out_channels, groups);
            (this.kernel_size, this.stride, this.padding, this.dilation, this.output_padding) = (kernel_size, stride, padding, dilation, output_padding);
            (this.padding_type, this.padding_mode, this.transposed) = (padding_type, padding_mode, transposed);
            long[] shape = transposed ? [in_channels, out_channels / groups, .. kernel_size] : [out_channels, in_channels / groups, .. kernel_size];
            weight = nn.Parameter(empty(shape, dtype, device));
            if (bias) this.bias = nn.Parameter(empty([out_channels], dtype, device));
            reset_parameters();
        }

        public long in_channels { get; }
        public long out_channels { get; }
        public long groups { get; set; }
        public long[] kernel_size { get; set; }
        public long[] stride { get; set; }
        public long[] padding { get; }
        public long[] dilation { get; set; }
        public long[] output_padding { get; set; }
        public Padding? padding_type { get; }
        public PaddingModes padding_mode { get; set; }
        public bool transposed { get; }

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

        /// <summary>PyTorch's own: uniform in ±1/√fan_in, weight and bias.</summary>
        public void reset_parameters()
        {
            nn.init.kaiming_uniform_(weight!, a: Math.Sqrt(5));
            if (bias is null) return;
            var bound = 1 / Math.Sqrt(nn.init.CalculateFanInAndFanOut(weight!).fanIn);
            nn.init.uniform_(bias, -bound, bound);
        }

        /// <summary>Pads as padding_mode says where zeros inside the convolution do not do.</summary>
        private protected Tensor Padded(Tensor input)
        {
            var both = padding.Reverse().SelectMany(size => new[] { size, size }).ToArray(); // last dimension first
            return Operators.Call("aten::pad", input, both, padding_mode switch
            {
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                PaddingModes.Circular => "circular",
                _ => "constant",
            });
        }
    }

    /// <summary>(B, in, H, W) → (B, out, H', W').</summary>
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[] padding, Padding? padding_type, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(Conv2d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, false, [0, 0], groups, bias, padding_mode, device, dtype) { }

        public override Tensor forward(Tensor input)
        {
            if (padding_type is { } type)
                return Operators.Call("aten::conv2d.padding", input, weight, bias, stride, type == Padding.Same ? "same" : "valid", dilation, groups);
            if (padding_mode is PaddingModes.Zeros) return Operators.Call("aten::conv2d", input, weight, bias, stride, padding, dilation, groups);
            using var padded = Padded(input);
            return Operators.Call("aten::conv2d", padded, weight, bias, stride, (long[])[0, 0], dilation, groups);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [padding, padding], null, [dilation, dilation], groups, bias, padding_mode, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, Pair(kernel_size), Pair(stride ?? (1, 1)), Pair(padding ?? (0, 0)), null, Pair(dilation ?? (1, 1)), groups, bias, padding_mode, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [0, 0], padding, [dilation, dilation], groups, bias, padding_mode, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, Pair(kernel_size), Pair(stride ?? (1, 1)), [0, 0], padding, Pair(dilation ?? (1, 1)), groups, bias, padding_mode, device, dtype);

            static long[] Pair((long, long) pair) => [pair.Item1, pair.Item2];
        }
    }
}
