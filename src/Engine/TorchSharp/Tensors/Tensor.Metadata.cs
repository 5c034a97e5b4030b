using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        public ScalarType dtype => (ScalarType)Read(NativeMethods.td_dtype(Live));
        public long ndim => Read(NativeMethods.td_dim(Live));
        public long Dimensions => ndim;
        public long NumberOfElements => Read(NativeMethods.td_numel(Live));
        public long ElementSize => dtype.ElementSize();

        public long dim() => ndim;
        public long numel() => NumberOfElements;
        public long element_size() => ElementSize;
        public long storage_offset() => Read(NativeMethods.td_storage_offset(Live));

        public long[] shape => size();

        public long[] size()
        {
            var sizes = new long[ndim];
            fixed (long* first = sizes) NativeMethods.td_shape(Live, first, null);
            GC.KeepAlive(this);
            return sizes;
        }

        public long size(int dim) => size()[dim < 0 ? dim + (int)ndim : dim];

        public long[] stride()
        {
            var strides = new long[ndim];
            fixed (long* first = strides) NativeMethods.td_shape(Live, null, first);
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + (int)ndim : dim];

        public Device device
        {
            get
            {
                long type, index;
                NativeMethods.td_device(Live, &type, &index);
                GC.KeepAlive(this);
                return new Device((DeviceType)type, (int)index);
            }
        }

        public DeviceType device_type => device.type;
        public int device_index => device.index;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_cpu() => device_type == DeviceType.CPU;

        /// <summary>Whether the elements lie in C order without gaps; a stride means nothing along a dimension of one.</summary>
        public bool is_contiguous()
        {
            long[] sizes = size(), strides = stride();
            if (sizes.Contains(0)) return true;
            long step = 1;
            for (var d = sizes.Length - 1; d >= 0; d--)
            {
                if (sizes[d] != 1 && strides[d] != step) return false;
                step *= sizes[d];
            }
            return true;
        }

        public bool is_pinned() => CallBits("aten::is_pinned", this) != 0;
        public bool is_floating_point() => dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
        public bool is_complex() => dtype is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        public bool is_integral() => dtype is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;
        public bool is_nonzero() => CallBits("aten::is_nonzero", this) != 0;

        // The tensor is alive until its answer is here.
        long Read(long answer)
        {
            GC.KeepAlive(this);
            return answer;
        }
    }
}
