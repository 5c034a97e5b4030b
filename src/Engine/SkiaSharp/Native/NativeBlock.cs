using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>
/// Memory outside the garbage collector's heap. Owners count themselves with <see cref="Share"/> and
/// <see cref="Release"/>; the last one frees it, and what all owners forgot is freed by the handle's finalizer.
/// </summary>
sealed unsafe class NativeBlock : SafeHandleZeroOrMinusOneIsInvalid
{
    readonly Action<nint>? free;
    static int alive;
    int owners = 1;

    /// <param name="address">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="free">Gives the memory back; null where it belongs to someone else.</param>
    public NativeBlock(nint address, nint length, Action<nint>? free)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
        this.free = free;
        Interlocked.Increment(ref alive);
    }

    /// <summary>Blocks that have not been given back, for tests of leaks.</summary>
    public static int Alive => Volatile.Read(ref alive);

    public nint Address => handle;

    public nint Length { get; }

    /// <summary>A block of zeros, or null where the memory is not to be had.</summary>
    public static NativeBlock? TryAllocate(nint length)
    {
        try
        {
            var address = (nint)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
            return new NativeBlock(address, length, static address => NativeMemory.Free((void*)address));
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <exception cref="OutOfMemoryException">The memory is not to be had.</exception>
    public static NativeBlock CopyOf(ReadOnlySpan<byte> bytes)
    {
        var block = TryAllocate(bytes.Length)
            ?? throw new OutOfMemoryException($"No memory for {bytes.Length} bytes of encoded data.");
        bytes.CopyTo(new Span<byte>((void*)block.Address, bytes.Length));
        return block;
    }

    public NativeBlock Share()
    {
        Interlocked.Increment(ref owners);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref owners) == 0)
            Dispose();
    }

    protected override bool ReleaseHandle()
    {
        Interlocked.Decrement(ref alive);
        free?.Invoke(handle);
        return true;
    }
}
