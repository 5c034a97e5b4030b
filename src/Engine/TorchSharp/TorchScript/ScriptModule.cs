using TorchSharp.Door;
using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torch
{
    public static partial class jit
    {
        /// <summary>A network from a TorchScript file. Its weights are libtorch's own and are not registered here.</summary>
        public class ScriptModule : nn.Module
        {
            nint handle;

            internal ScriptModule(nint handle) : base(nameof(ScriptModule)) => this.handle = handle;

            ~ScriptModule() => Release();

            public new bool training => NativeMethods.td_module_is_training(Live) > 0;

            public override void train(bool on = true) => Operators.Check(NativeMethods.td_module_train(Live, on ? 1 : 0), "ScriptModule.train");

            public override void eval() => train(false);

            private protected Tensor[] Run(ReadOnlySpan<Value> inputs)
            {
                var results = Operators.CallModule(Live, inputs);
                GC.KeepAlive(this);
                return results;
            }

            protected override void Dispose(bool disposing)
            {
                Release();
                base.Dispose(disposing);
            }

            nint Live => handle != 0 ? handle : throw new ObjectDisposedException(nameof(ScriptModule));

            void Release()
            {
                var released = Interlocked.Exchange(ref handle, 0);
                if (released != 0) NativeMethods.td_module_release(released);
            }
        }

        /// <summary>A TorchScript network of one tensor, or of several in an array, that gives a tensor or several.</summary>
        public class ScriptModule<T, TResult> : ScriptModule, nn.IModule<T, TResult>
        {
            internal ScriptModule(nint handle) : base(handle) { }

            public TResult call(T input) => forward(input);

            TResult nn.IModule<T, TResult>.call(T input1) => forward(input1);

            public TResult forward(T tensor)
            {
                var results = tensor switch
                {
                    Tensor one => Run([one]),
                    Tensor[] several => Run([.. several.Select(each => (Value)each)]),
                    _ => throw new ArgumentException($"A TorchScript module takes tensors, not {typeof(T)}.", nameof(tensor)),
                };
                return results switch
                {
                    TResult all => all,
                    [TResult one] => one,
                    _ => throw new InvalidOperationException($"The TorchScript module returned {results.Length} tensors, not {typeof(TResult)}."),
                };
            }
        }

        /// <summary>Loads a TorchScript file. It is a program: load only what you trust.</summary>
        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, Device map_location)
        {
            if (!File.Exists(filename)) throw new FileNotFoundException(filename);
            return new(Operators.Check(NativeMethods.td_module_load(filename, (long)map_location.type, map_location.index), $"torch.jit.load {filename}"));
        }

        /// <summary>Loads a TorchScript file.</summary>
        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            load<T1, TResult>(filename, new Device(device_type, (int)device_index));
    }
}
