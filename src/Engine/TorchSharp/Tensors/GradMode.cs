using TorchSharp.Door;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>No graph is recorded on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradGuard(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradGuard(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradGuard(mode);

    public static bool is_grad_enabled() => NativeMethods.td_grad_enabled() != 0;

    /// <summary>Like no_grad, and faster: its tensors can never take part in a graph.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceGuard(mode);

    public static bool is_inference_mode_enabled() => NativeMethods.td_inference_mode_enabled() != 0;

    sealed class GradGuard : IDisposable
    {
        readonly long before = NativeMethods.td_grad_enabled();

        internal GradGuard(bool enabled) => NativeMethods.td_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => NativeMethods.td_set_grad_enabled(before);
    }

    sealed class InferenceGuard(bool mode) : IDisposable
    {
        nint guard = NativeMethods.td_inference_mode_enter(mode ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0) NativeMethods.td_inference_mode_exit(guard);
            guard = 0;
        }
    }
}
