using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Read(NativeMethods.td_requires_grad(Live)) != 0;
            set
            {
                Check(NativeMethods.td_set_requires_grad(Live, value ? 1 : 0), "requires_grad");
                GC.KeepAlive(this);
            }
        }

        public bool is_leaf => Read(NativeMethods.td_is_leaf(Live)) != 0;

        /// <summary>The accumulated gradient, or null where there is none. Each reading makes a new handle.</summary>
        public Tensor? grad
        {
            get
            {
                var found = NativeMethods.td_grad(Live);
                GC.KeepAlive(this);
                return found == 0 ? null : new Tensor(found);
            }
            set
            {
                Check(NativeMethods.td_set_grad(Live, value is null ? 0 : value.Live), "grad");
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad()
        {
            Check(NativeMethods.td_retain_grad(Live), "retain_grad");
            GC.KeepAlive(this);
        }

        public Tensor detach() => Call("aten::detach", this);
        public Tensor detach_() => CallInPlace(this, "aten::detach_", this);

        public void backward() => autograd.backward(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward(this, grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>tensor.data = data: the same tensor object and autograd leaf, with other numbers, type, shape or place.</summary>
        internal void SetData(Tensor data)
        {
            Check(NativeMethods.td_set_data(Live, data.Live), "set_data");
            GC.KeepAlive(this);
            GC.KeepAlive(data);
        }
    }
}
