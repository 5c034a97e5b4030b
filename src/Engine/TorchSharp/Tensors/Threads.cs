using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Threads inside one operator on the CPU: as many as logical processors unless set.</summary>
    public static int get_num_threads() => (int)NativeMethods.td_num_threads();

    public static void set_num_threads(int num) => Check(NativeMethods.td_set_num_threads(num), "set_num_threads");

    public static class cuda
    {
        public static bool is_available() => NativeMethods.td_cuda_available() != 0;

        public static int device_count() => (int)NativeMethods.td_cuda_device_count();

        /// <summary>Waits for everything queued on the device.</summary>
        public static void synchronize(Device? device = null) => Check(NativeMethods.td_cuda_synchronize(device?.index ?? -1), "cuda.synchronize");

        public static void manual_seed(long seed)
        {
            using var generator = new DeviceGenerator(CUDA);
            generator.Seed(seed);
        }

        public static void manual_seed_all(long seed)
        {
            for (var index = 0; index < device_count(); index++)
            {
                using var generator = new DeviceGenerator(new Device(index));
                generator.Seed(seed);
            }
        }

        sealed class DeviceGenerator(Device device) : IDisposable
        {
            readonly nint handle = Check(NativeMethods.td_generator_default((long)device.type, device.index), "cuda.manual_seed");

            internal void Seed(long seed) => Check(NativeMethods.td_generator_seed(handle, (ulong)seed), "cuda.manual_seed");

            public void Dispose() => NativeMethods.td_generator_release(handle);
        }
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => NativeMethods.td_tf32(0) > 0;
                    set => Check(NativeMethods.td_set_tf32(value ? 1 : 0, 0), "allow_tf32");
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => NativeMethods.td_tf32(1) > 0;
                set => Check(NativeMethods.td_set_tf32(value ? 1 : 0, 1), "allow_tf32");
            }
        }
    }
}
