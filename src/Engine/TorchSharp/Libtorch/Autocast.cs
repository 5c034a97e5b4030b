using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>
/// Mixed precision on this thread until disposed: matrix products and convolutions on the device compute in
/// <c>dtype</c>, what needs range or precision stays in float32. Only forward and losses belong inside; backward
/// follows the types of the forward. Weights are cast once and kept until the outermost scope ends.
/// </summary>
public sealed class Autocast : IDisposable
{
    [ThreadStatic] static Autocast? current;

    readonly Autocast? outer;
    readonly DeviceType device;
    readonly ScalarType dtype;
    readonly bool enabled;
    bool ended;

    /// <exception cref="ArgumentException">The type is no half-precision type.</exception>
    public Autocast(DeviceType device, ScalarType dtype = ScalarType.BFloat16, bool enabled = true)
    {
        if (dtype is not (ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentException($"Autocast to {dtype}: expected BFloat16 or Float16.", nameof(dtype));
        (outer, this.device, this.dtype, this.enabled) = (current, device, dtype, enabled);
        Switch(device, enabled, dtype);
        current = this;
    }

    /// <summary>Whether this thread is inside a scope that is on for the device.</summary>
    public static bool IsEnabled(DeviceType device) => NativeMethods.td_autocast_enabled((long)device) != 0;

    /// <summary>Ends the scope and takes up the one around it.</summary>
    /// <exception cref="InvalidOperationException">Another scope was opened inside and is still open, or the thread is another.</exception>
    public void Dispose()
    {
        if (ended) return;
        if (!ReferenceEquals(current, this)) throw new InvalidOperationException("An autocast scope ends on the thread that opened it, inner scopes first.");
        ended = true;
        current = outer;
        var around = outer;
        while (around is not null && around.device != device) around = around.outer;
        Switch(device, around?.enabled ?? false, around?.dtype ?? dtype);
        if (outer is null) NativeMethods.td_autocast_clear_cache();
    }

    static void Switch(DeviceType device, bool enabled, ScalarType dtype) =>
        Check(NativeMethods.td_autocast((long)device, enabled ? 1 : 0, (long)dtype), "autocast");
}
