using TorchSharp.Door;
using TorchSharp.Modules;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>
            /// Scales all gradients together so that their joint norm is at most <paramref name="max_norm"/>, and returns
            /// the norm before. On a GPU the result waits for everything queued before it.
            /// </summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var scope = NewDisposeScope();
                using var no = no_grad();
                var gradients = Gradients(tensors);
                if (gradients.Length == 0) return 0;
                var norms = gradients.Select(gradient => Norm(gradient, norm_type).to(gradients[0].device));
                var total = Norm(stack(norms), norm_type).to(float64).item<double>();
                var factor = max_norm / (total + 1e-6);
                if (!(factor >= 1)) CallVoid("aten::_foreach_mul_.Scalar", gradients, factor); // a norm that is no number spreads, as in PyTorch
                return total;
            }

            /// <summary>Keeps every gradient's elements within ±<paramref name="clip_value"/>.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                using var no = no_grad();
                foreach (var gradient in Gradients(tensors)) gradient.clamp_(-clip_value, clip_value);
            }

            /// <summary>All parameters in one row, in order: a copy that gradients flow through.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return cat(tensors.Select(parameter => parameter.reshape(-1)).ToArray()).MoveToOuterDisposeScope();
            }

            /// <summary>Overwrites the parameters with the numbers of <paramref name="vec"/>, in order.</summary>
            /// <exception cref="ArgumentException">The vector has another number of elements than the parameters together.</exception>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                using var no = no_grad();
                Parameter[] parameters = [.. tensors];
                var wanted = parameters.Sum(parameter => parameter.NumberOfElements);
                if (vec.ndim != 1 || vec.NumberOfElements != wanted)
                    throw new ArgumentException($"A vector of size ({string.Join(", ", vec.shape)}) was given, expected ({wanted}): the parameters have so many elements together.");
                long start = 0;
                foreach (var parameter in parameters)
                {
                    parameter.copy_(vec.narrow(0, start, parameter.NumberOfElements).view_as(parameter));
                    start += parameter.NumberOfElements;
                }
            }

            static Tensor[] Gradients(IEnumerable<Parameter> parameters) => [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];

            static Tensor Norm(Tensor tensor, double order) => Call("aten::linalg_vector_norm", tensor, (Scalar)order);
        }
    }
}
