using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => index(Singles(indices));
            set => index_put_(value, Singles(indices));
        }

        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, Singles([i1]));
        }

        public Tensor this[long i1, long i2]
        {
            get => index(Singles([i1, i2]));
            set => index_put_(value, Singles([i1, i2]));
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Singles([i1, i2, i3]));
            set => index_put_(value, Singles([i1, i2, i3]));
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Singles([i1, i2, i3, i4]));
            set => index_put_(value, Singles([i1, i2, i3, i4]));
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => index(Singles([i1, i2, i3, i4, i5]));
            set => index_put_(value, Singles([i1, i2, i3, i4, i5]));
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => index(Singles([i1, i2, i3, i4, i5, i6]));
            set => index_put_(value, Singles([i1, i2, i3, i4, i5, i6]));
        }

        static TensorIndex[] Singles(long[] indices) => Array.ConvertAll(indices, index => (TensorIndex)index);

        /// <summary>Python's tensor[...]: numbers, slices, None, Ellipsis and index or mask tensors.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = View(indices);
            var result = tensors.Count > 0 ? Call("aten::index.Tensor", view, Value.Optional([.. tensors]))
                : ReferenceEquals(view, this) ? alias()
                : view;
            return result.MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => Call("aten::index.Tensor", this, Value.Optional(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, accumulate: false);

        /// <summary>Writes value into tensor[...], or adds it there; equal indices then add up.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = View(indices);
            if (tensors.Count > 0) CallInPlace(view, "aten::index_put_", view, Value.Optional([.. tensors]), value, accumulate);
            else if (accumulate) view.add_(value);
            else CallInPlace(view, "aten::copy_", view, value);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            CallInPlace(this, "aten::index_put_", this, Value.Optional(indices), value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using Tensor element = value;
            return index_put_(element.to(dtype), indices, accumulate: false);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using Tensor element = value;
            return index_put_(element.to(dtype), indices, accumulate: false);
        }

        // Everything but index tensors is a chain of views; index tensors are left in the list, at their dimensions.
        (Tensor view, List<Tensor?> tensors) View(TensorIndex[] indices)
        {
            var view = this;
            var tensors = new List<Tensor?>();
            var dim = 0L;
            foreach (var index in indices)
            {
                switch (index.kind)
                {
                    case TensorIndex.Kind.None:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += ndim - indices.Sum(other => other.Consumes);
                        break;
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.start!.Value);
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.start is not null || index.stop is not null || index.step is not null)
                            view = Call("aten::slice.Tensor", view, dim, index.start, index.stop, index.step ?? 1);
                        dim++;
                        break;
                    case TensorIndex.Kind.Tensor:
                        while (tensors.Count < dim) tensors.Add(null);
                        tensors.Add(index.tensor);
                        dim += index.Consumes;
                        break;
                }
            }
            return (view, tensors);
        }
    }
}
