using System.Runtime.InteropServices;
using TorchSharp.Door;
using TorchSharp.Utils;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        /// <summary>Where the first element lies, on the tensor's own device.</summary>
        internal void* Pointer
        {
            get
            {
                var data = NativeMethods.td_data(Live);
                GC.KeepAlive(this);
                return data != null || NumberOfElements == 0 ? data : throw Failure("data");
            }
        }

        /// <summary>The raw bytes of a contiguous tensor on the CPU; valid while the tensor lives.</summary>
        public Span<byte> bytes
        {
            get => device_type == DeviceType.CPU && is_contiguous()
                ? new Span<byte>(Pointer, checked((int)(NumberOfElements * ElementSize)))
                : throw new InvalidOperationException($"bytes: the tensor is on {device}, {(is_contiguous() ? "" : "not ")}contiguous. Expected a contiguous one on the CPU: call cpu().contiguous() first.");
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"bytes: {value.Length} bytes given, the tensor has {target.Length}.");
                value.CopyTo(target);
            }
        }

        /// <summary>Reads and writes elements as .NET values; a tensor on another device is copied to the CPU first.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            if (TypeOf<T>() != dtype) throw new ArgumentException($"data<{typeof(T).Name}>: the tensor's elements are {dtype}.");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The only element. On a GPU this waits for everything queued before it.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException($"item: the tensor has {NumberOfElements} elements, expected one.");
            if (dtype == TypeOf<T>() && device_type == DeviceType.CPU) return First<T>();
            using var scope = NewDisposeScope();
            return to(TypeOf<T>(), CPU).First<T>();
        }

        T First<T>() where T : unmanaged
        {
            var first = *(T*)Pointer;
            GC.KeepAlive(this);
            return first;
        }

        public Scalar ToScalar() => dtype switch
        {
            ScalarType.Bool => item<bool>(),
            ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 => item<float>(),
            ScalarType.Float64 => item<double>(),
            _ => item<long>(),
        };

        public static explicit operator float(Tensor value) => value.item<float>();
        public static explicit operator double(Tensor value) => value.item<double>();
        public static explicit operator int(Tensor value) => value.item<int>();
        public static explicit operator long(Tensor value) => value.item<long>();
        public static explicit operator short(Tensor value) => value.item<short>();
        public static explicit operator sbyte(Tensor value) => value.item<sbyte>();
        public static explicit operator byte(Tensor value) => value.item<byte>();
        public static explicit operator bool(Tensor value) => value.item<bool>();

        /// <summary>The raw bytes, in order, to a stream.</summary>
        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using var scope = NewDisposeScope();
            var source = cpu().contiguous();
            for (long done = 0, total = source.NumberOfElements * source.ElementSize, part; done < total; done += part)
                stream.Write(new ReadOnlySpan<byte>((byte*)source.Pointer + done, (int)(part = Math.Min(total - done, Math.Max(bufferSize, 1)))));
            GC.KeepAlive(source);
        }

        /// <summary>The raw bytes, in order, from a stream; the tensor is contiguous and on the CPU.</summary>
        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            if (device_type != DeviceType.CPU || !is_contiguous()) throw new InvalidOperationException("ReadBytesFromStream: expected a contiguous tensor on the CPU.");
            for (long done = 0, total = NumberOfElements * ElementSize, part; done < total; done += part)
                stream.ReadExactly(new Span<byte>((byte*)Pointer + done, (int)(part = Math.Min(total - done, Math.Max(bufferSize, 1)))));
            GC.KeepAlive(this);
        }
    }
}
