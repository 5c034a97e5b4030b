namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Initial values, written in place and without a graph; formulas as in torch.nn.init.</summary>
        public static class init
        {
            public enum FanInOut { FanIn = 0, FanOut = 1 }

            public enum NonlinearityType
            {
                Linear = 0, Conv1D = 1, Conv2D = 2, Conv3D = 3, ConvTranspose1D = 4, ConvTranspose2D = 5, ConvTranspose3D = 6,
                Sigmoid = 7, Tanh = 8, ReLU = 9, LeakyReLU = 10,
            }

            public static Tensor constant_(Tensor tensor, Scalar val) => Quiet(() => tensor.fill_(val));
            public static Tensor zeros_(Tensor tensor) => Quiet(() => tensor.zero_());
            public static Tensor ones_(Tensor tensor) => Quiet(() => tensor.fill_(1));
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) => Quiet(() => tensor.uniform_(low, high, generator));
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) => Quiet(() => tensor.normal_(mean, std, generator));

            /// <summary>Uniform in ±gain·√(6/(fan_in + fan_out)) (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor xavier_normal_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)));
            }

            /// <summary>Uniform in ±gain·√(3/fan) (He et al. 2015).</summary>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = calculate_gain(nonlinearity, a) * Math.Sqrt(3.0 / Fan(tensor, mode));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, calculate_gain(nonlinearity, a) / Math.Sqrt(Fan(tensor, mode)));

            /// <summary>A (semi-)orthogonal matrix over the flattened tensor, times gain (Saxe et al. 2013).</summary>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1) => Quiet(() =>
            {
                using var scope = NewDisposeScope();
                long rows = tensor.size(0), columns = tensor.numel() / rows;
                var flat = randn(rows, columns, tensor.dtype, tensor.device);
                if (rows < columns) flat = flat.t();
                var (q, r) = Door.Operators.Call2("aten::linalg_qr", flat);
                q = q * r.diag().sign();
                if (rows < columns) q = q.t();
                tensor.copy_(q.reshape(tensor.shape)).mul_(gain);
                return tensor;
            });

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                if (tensor.ndim < 2) throw new ArgumentException($"Fan in and out need two dimensions or more; the tensor has {tensor.ndim}.");
                var size = tensor.size();
                var receptive = size.Skip(2).TotalSize();
                return (size[1] * receptive, size[0] * receptive);
            }

            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => 1,
            };

            static long Fan(Tensor tensor, FanInOut mode)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return mode == FanInOut.FanIn ? fanIn : fanOut;
            }

            static Tensor Quiet(Func<Tensor> write)
            {
                using var guard = no_grad();
                return write();
            }
        }
    }
}
