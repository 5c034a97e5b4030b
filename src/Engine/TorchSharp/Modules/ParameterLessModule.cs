using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A module without parameters: an activation, a pool, a padding.</summary>
public abstract class ParameterLessModule<T, TResult> : nn.Module<T, TResult>
{
    protected ParameterLessModule(string name) : base(name) { }
}
