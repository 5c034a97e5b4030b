using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp.Libtorch;

/// <summary>
/// The same bits from the same inputs and seed, on one machine and with one number of threads: operators that cannot
/// promise it throw. On CUDA the environment must hold CUBLAS_WORKSPACE_CONFIG=:4096:8 before the process starts.
/// </summary>
public static class Determinism
{
    static bool autotune;

    public static bool Enabled => NativeMethods.td_deterministic() != 0;

    /// <param name="warnOnly">Whether an operator that cannot promise it only warns, on standard error.</param>
    public static void Enable(bool warnOnly = false)
    {
        Check(NativeMethods.td_set_deterministic(1, warnOnly ? 1 : 0), "determinism");
        SetCudnn();
    }

    public static void Disable()
    {
        Check(NativeMethods.td_set_deterministic(0, 0), "determinism");
        SetCudnn();
    }

    /// <summary>Whether cuDNN tries its convolution algorithms at each new shape and keeps the fastest; off under determinism.</summary>
    public static bool CudnnAutotune
    {
        get => autotune && !Enabled;
        set
        {
            autotune = value;
            SetCudnn();
        }
    }

    static void SetCudnn() => Check(NativeMethods.td_set_cudnn(1, CudnnAutotune ? 1 : 0, Enabled ? 1 : 0), "cuDNN");
}
