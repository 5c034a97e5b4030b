using TorchSharp.Door;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>How an Adam step is computed.</summary>
public enum AdamKernel
{
    /// <summary>Tensor by tensor: the reference.</summary>
    PerTensor,

    /// <summary>Operators on lists of tensors: few launches on a GPU. What an optimiser starts with.</summary>
    Foreach,

    /// <summary>One kernel for everything; falls back to Foreach for a tensor laid out unlike its gradient.</summary>
    Fused,
}

/// <summary>Chooses the kernel of an optimiser.</summary>
public static class AdamKernels
{
    static readonly Lazy<bool> exists = new(() => Runtime.HasOperator("aten::_fused_adam_") && Runtime.HasOperator("aten::_fused_adamw_"));

    /// <summary>Whether libtorch has the fused kernels for the device: CUDA from 2.1, the CPU from 2.4.</summary>
    public static bool FusedAvailable(Device device) => exists.Value
        && (device.type == DeviceType.CUDA || (device.type == DeviceType.CPU && Runtime.Version >= new Version(2, 4)));

    /// <summary>The fastest kernel for the device.</summary>
    public static AdamKernel Best(Device device) => FusedAvailable(device) ? AdamKernel.Fused : AdamKernel.Foreach;

    /// <exception cref="NotSupportedException">Fused was asked for and libtorch lacks it for the parameters' device.</exception>
    public static void Use(Adam optimizer, AdamKernel kernel) => optimizer.Kernel = Checked(optimizer, kernel);

    /// <inheritdoc cref="Use(Adam, AdamKernel)"/>
    public static void Use(AdamW optimizer, AdamKernel kernel) => optimizer.Kernel = Checked(optimizer, kernel);

    static AdamKernel Checked(OptimizerHelper optimizer, AdamKernel kernel)
    {
        if (kernel != AdamKernel.Fused) return kernel;
        var lacking = optimizer.parameters().Select(parameter => parameter.device).FirstOrDefault(device => !FusedAvailable(device));
        return lacking is null ? kernel
            : throw new NotSupportedException($"libtorch {Runtime.Version} has no fused Adam for {lacking}: use AdamKernel.Foreach, or a libtorch from 2.1 (CUDA) or 2.4 (CPU).");
    }
}
