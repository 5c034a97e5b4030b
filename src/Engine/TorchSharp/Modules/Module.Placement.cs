namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            internal Module Place(Device? device, ScalarType? dtype, bool nonBlocking)
            {
                foreach (var parameter in parameters()) PlaceTensor(parameter);
                foreach (var buffer in buffers()) PlaceTensor(buffer);
                return this;

                // Only real numbers change their type; the object, and with it an optimiser's hold on it, stays the same.
                void PlaceTensor(Tensor tensor)
                {
                    using var scope = NewDisposeScope();
                    using var guard = no_grad();
                    var type = tensor.is_floating_point() ? dtype ?? tensor.dtype : tensor.dtype;
                    var place = device ?? tensor.device;
                    var grad = tensor.grad;
                    if (grad is not null) tensor.grad = null;
                    tensor.SetData(tensor.to(type, place, non_blocking: nonBlocking));
                    if (grad is not null) tensor.grad = grad.to(type, place, non_blocking: nonBlocking);
                }
            }
        }
    }
}
