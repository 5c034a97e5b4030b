using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules applied one after another.</summary>
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        public Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
        {
            foreach (var (name, module) in modules) register_module(name, module);
        }

        public Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (var module in modules) append(module);
        }

        public int Count => _internal_submodules.Count;

        public nn.IModule<Tensor, Tensor> this[int index] => (nn.IModule<Tensor, Tensor>)children().ElementAt(index);

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(), module);

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            register_module(name, (nn.Module)module);
            return this;
        }

        // What lies between two modules is freed at once.
        public override Tensor forward(Tensor tensor)
        {
            using var scope = NewDisposeScope();
            var result = tensor;
            foreach (var module in children()) result = ((nn.IModule<Tensor, Tensor>)module).call(result);
            return (ReferenceEquals(result, tensor) ? tensor.alias() : result).MoveToOuterDisposeScope();
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);
            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);
            public static Modules.Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new([.. modules]);
            public static Modules.Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new([.. modules]);
            public static Modules.Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules) => Sequential((IEnumerable<Tuple<string, Module<Tensor, Tensor>>>)modules);
            public static Modules.Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules) => new([.. modules.Select(each => (each.Item1, each.Item2))]);
            public static Modules.Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());
        }
    }
}
