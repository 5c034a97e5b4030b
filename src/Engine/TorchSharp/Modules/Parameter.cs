using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module owns and an optimiser may change. It takes over the handle of the tensor it is made of.</summary>
public class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true) : base(data.with_requires_grad(requires_grad).DecoupleFromNativeHandle()) { }
}
