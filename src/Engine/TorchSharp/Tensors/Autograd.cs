using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static class autograd
    {
        /// <summary>Gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>, without touching any grad.</summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] from = Handles(outputs), to = Handles(inputs);
            var weights = grad_outputs is null ? null : Handles(grad_outputs);
            var results = new nint[to.Length];
            fixed (nint* fromFirst = from, toFirst = to, weightsFirst = weights, first = results)
                Check(NativeMethods.td_gradients(fromFirst, weightsFirst, from.Length, toFirst, to.Length,
                    retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, first), "autograd.grad");
            KeepAlive(outputs, inputs, grad_outputs);
            return [.. results.Select(handle => handle == 0 ? null! : new Tensor(handle))]; // null where unused and allowed
        }

        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            nint[] from = Handles(tensors), to = Handles(inputs ?? []);
            var weights = grad_tensors is null ? null : Handles(grad_tensors);
            fixed (nint* fromFirst = from, toFirst = to, weightsFirst = weights)
                Check(NativeMethods.td_backward(fromFirst, weightsFirst, from.Length, retain_graph ?? create_graph ? 1 : 0,
                    create_graph ? 1 : 0, toFirst, to.Length), "backward");
            KeepAlive(tensors, grad_tensors, inputs);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        static nint[] Handles(IList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Live)];

        static void KeepAlive(params ReadOnlySpan<object?> lists)
        {
            foreach (var list in lists) GC.KeepAlive(list);
        }
    }
}
