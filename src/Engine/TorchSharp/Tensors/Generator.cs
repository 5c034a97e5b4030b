using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>A source of random numbers: its state is a tensor of bytes that can be kept and put back.</summary>
    public class Generator : IDisposable
    {
        nint handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            handle = Check(NativeMethods.td_generator_new((long)this.device.type, this.device.index, seed), "Generator");
        }

        Generator(nint handle, Device device) => (this.handle, this.device) = (handle, device);

        ~Generator() => Dispose(false);

        /// <summary>The CPU's default generator, which operators use where none is given.</summary>
        public static Generator Default => new(Check(NativeMethods.td_generator_default((long)DeviceType.CPU, -1), "Generator.Default"), CPU);

        public Device device { get; }

        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        public Generator manual_seed(long seed)
        {
            Check(NativeMethods.td_generator_seed(Handle, (ulong)seed), "Generator.manual_seed");
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Seeds from the system's entropy and returns that seed.</summary>
        public long seed()
        {
            var fresh = Random.Shared.NextInt64();
            manual_seed(fresh);
            return fresh;
        }

        public long initial_seed()
        {
            ulong seed;
            Check(NativeMethods.td_generator_initial_seed(Handle, &seed), "Generator.initial_seed");
            GC.KeepAlive(this);
            return (long)seed;
        }

        public Tensor get_state()
        {
            var state = new Tensor(Check(NativeMethods.td_generator_state(Handle), "Generator.get_state"));
            GC.KeepAlive(this);
            return state;
        }

        public void set_state(Tensor value)
        {
            Check(NativeMethods.td_generator_set_state(Handle, value.Live), "Generator.set_state");
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed != 0) NativeMethods.td_generator_release(freed);
        }
    }

    /// <summary>Seeds every device's default generator.</summary>
    public static Generator manual_seed(long seed)
    {
        Check(NativeMethods.td_manual_seed((ulong)seed), "manual_seed");
        return Generator.Default;
    }

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        public static long seed()
        {
            var fresh = Random.Shared.NextInt64();
            torch.manual_seed(fresh).Dispose();
            return fresh;
        }

        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }
}
