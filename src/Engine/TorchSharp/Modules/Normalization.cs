using TorchSharp.Door;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>What batch and instance norms share: weight, bias, running statistics, all (C).</summary>
    public abstract class NormBase : nn.Module<Tensor, Tensor>
    {
        protected NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name) : base(name)
        {
            (this.num_features, this.eps, this.momentum, this.affine, this.track_running_stats) = (num_features, eps, momentum, affine, track_running_stats);
            if (affine)
            {
                weight = nn.Parameter(empty(num_features, dtype, device));
                bias = nn.Parameter(empty(num_features, dtype, device));
            }
            if (track_running_stats)
            {
                running_mean = empty(num_features, dtype, device);
                running_var = empty(num_features, dtype, device);
                num_batches_tracked = zeros([], ScalarType.Int64, device);
            }
            reset_parameters();
        }

        public long num_features { get; }
        public double eps { get; set; }
        public double? momentum { get; set; }
        public bool affine { get; }
        public bool track_running_stats { get; }

        public Parameter? weight
        {
            get => OwnParameter("weight");
            set => ConditionallyRegisterParameter("weight", value);
        }

        public Parameter? bias
        {
            get => OwnParameter("bias");
            set => ConditionallyRegisterParameter("bias", value);
        }

        public Tensor? running_mean
        {
            get => OwnBuffer("running_mean");
            set => ConditionallyRegisterBuffer("running_mean", value);
        }

        public Tensor? running_var
        {
            get => OwnBuffer("running_var");
            set => ConditionallyRegisterBuffer("running_var", value);
        }

        public Tensor? num_batches_tracked
        {
            get => OwnBuffer("num_batches_tracked");
            set => ConditionallyRegisterBuffer("num_batches_tracked", value);
        }

        public void reset_parameters()
        {
            reset_running_stats();
            if (weight is null || bias is null) return;
            nn.init.ones_(weight);
            nn.init.zeros_(bias);
        }

        public void reset_running_stats()
        {
            running_mean?.zero_();
            running_var?.fill_(1);
            num_batches_tracked?.zero_();
        }

        protected abstract void ValidateInputDimensions(Tensor input);

        private protected void Expect(Tensor input, params int[] ranks)
        {
            if (!ranks.Contains((int)input.ndim))
                throw new ArgumentException($"{GetName()}: expected {string.Join(" or ", ranks)} dimensions, the input is ({string.Join(",", input.size())}).");
        }
    }

    /// <summary>Normalises each channel of each sample over its space (Ulyanov et al. 2016).</summary>
    public abstract class InstanceNorm : NormBase
    {
        protected InstanceNorm(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name) { }

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            return Operators.Call("aten::instance_norm", input, weight, bias, running_mean, running_var, training || !track_running_stats, momentum ?? 0, eps, true);
        }
    }

    /// <summary>(B, C, H, W) → the same.</summary>
    public sealed class InstanceNorm2d : InstanceNorm
    {
        internal InstanceNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm2d)) { }

        protected override void ValidateInputDimensions(Tensor input) => Expect(input, 4);
    }

    /// <summary>Normalises each channel over the batch; running statistics in eval (Ioffe and Szegedy 2015).</summary>
    public abstract class BatchNorm : NormBase
    {
        protected BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name) { }

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            if (training) num_batches_tracked?.add_(1);
            return Operators.Call("aten::batch_norm", input, weight, bias, running_mean, running_var, training || !track_running_stats, momentum ?? 0, eps, true);
        }
    }

    /// <summary>(B, C) or (B, C, L) → the same.</summary>
    public sealed class BatchNorm1d : BatchNorm
    {
        internal BatchNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d)) { }

        protected override void ValidateInputDimensions(Tensor input) => Expect(input, 2, 3);
    }

    /// <summary>(B, C, H, W) → the same.</summary>
    public sealed class BatchNorm2d : BatchNorm
    {
        internal BatchNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d)) { }

        protected override void ValidateInputDimensions(Tensor input) => Expect(input, 4);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.InstanceNorm2d InstanceNorm2d(long num_features, double eps = 1E-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static Modules.BatchNorm1d BatchNorm1d(long num_features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static Modules.BatchNorm2d BatchNorm2d(long num_features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
