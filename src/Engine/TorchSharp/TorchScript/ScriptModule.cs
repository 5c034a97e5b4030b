using TorchSharp.Door;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class jit
    {
        /// <summary>
        /// A network read from a TorchScript file. Its parameters and buffers are the script's own tensors under their
        /// dotted names, so that to, state_dict and optimisers work on it as on any module.
        /// </summary>
        public class ScriptModule : nn.Module
        {
            readonly ScriptHandle handle;

            internal ScriptModule(string path, Device place) : base(Path.GetFileNameWithoutExtension(path))
            {
                handle = new ScriptHandle(path, place);
                foreach (var (key, tensor) in handle.Tensors(buffers: false)) register_parameter(key, new Parameter(tensor, tensor.requires_grad));
                foreach (var (key, tensor) in handle.Tensors(buffers: true)) register_buffer(key, tensor);
            }

            public new bool training => handle.Training;

            public override void train(bool on = true) => handle.Training = on;

            public override void eval() => train(false);

            /// <summary>Runs the script. One result comes as it is; several tensors, of a tuple or a list, as Tensor[].</summary>
            /// <param name="input">Tensors, numbers, bool, string or Tensor[], as the script's forward takes them.</param>
            public object forward(params object[] input)
            {
                var results = handle.Forward([.. input.Select(Argument)]);
                return results is [{ } one] ? one
                    : results.All(result => result is Tensor) ? results.Cast<Tensor>().ToArray()
                    : results;
            }

            public object call(params object[] input) => forward(input);

            internal TResult Run<TResult>(params ReadOnlySpan<Value> arguments)
            {
                var results = handle.Forward(arguments);
                if (results is [TResult one]) return one;
                if (typeof(TResult) == typeof(Tensor[]) && results.All(result => result is Tensor)) return (TResult)(object)results.Cast<Tensor>().ToArray();
                if (typeof(TResult).IsGenericType && typeof(TResult).IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple))
                    && typeof(TResult).GetGenericArguments() is var wanted && wanted.Length == results.Length
                    && results.Zip(wanted).All(pair => pair.Second.IsInstanceOfType(pair.First)))
                    return (TResult)Activator.CreateInstance(typeof(TResult), results)!;
                throw new InvalidCastException($"The TorchScript module \"{GetName()}\" returned ({string.Join(", ", results.Select(result => result?.GetType().Name ?? "None"))}), expected {typeof(TResult).Name}.");
            }

            internal static Value Argument(object? value) => value switch
            {
                null => Value.None,
                Tensor tensor => tensor,
                Tensor[] tensors => tensors,
                long whole => whole,
                int whole => (long)whole,
                double real => real,
                float real => (double)real,
                bool flag => flag,
                string text => text,
                Scalar scalar => scalar,
                _ => throw new ArgumentException($"A TorchScript module takes tensors, numbers, bool, string and Tensor[], not {value.GetType().Name}."),
            };

            internal override void DisposeNative() => handle.Dispose();
        }

        /// <summary>The base of the typed modules. Hooks are not offered.</summary>
        public class HookableScriptModule<TPreHook, TPostHook> : ScriptModule
        {
            internal HookableScriptModule(string path, Device place) : base(path, place) { }
        }

        /// <summary>A script of any number of tensors.</summary>
        public class ScriptModule<TResult> : ScriptModule, nn.IModule<Tensor[], TResult>
        {
            internal ScriptModule(string path, Device place) : base(path, place) { }

            public TResult forward(params Tensor[] tensor) => Run<TResult>([.. tensor.Select(one => (Value)one)]);
            public TResult call(params Tensor[] input) => forward(input);
        }

        public class ScriptModule<T, TResult> : HookableScriptModule<Func<ScriptModule<T, TResult>, T, T>, Func<ScriptModule<T, TResult>, T, TResult, TResult>>, nn.IModule<T, TResult>
        {
            internal ScriptModule(string path, Device place) : base(path, place) { }

            public TResult forward(T tensor) => Run<TResult>(Argument(tensor));
            public TResult call(T input) => forward(input);
        }

        public class ScriptModule<T1, T2, TResult> : HookableScriptModule<Func<ScriptModule<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<ScriptModule<T1, T2, TResult>, T1, T2, TResult, TResult>>, nn.IModule<T1, T2, TResult>
        {
            internal ScriptModule(string path, Device place) : base(path, place) { }

            public TResult forward(T1 input1, T2 input2) => Run<TResult>(Argument(input1), Argument(input2));
            public TResult call(T1 input1, T2 input2) => forward(input1, input2);
        }
    }
}
