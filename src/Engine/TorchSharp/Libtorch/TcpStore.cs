using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp.Libtorch;

/// <summary>
/// A table of keys and bytes where processes find each other (c10d's TCPStore): one process serves it, the others
/// connect. What waits fails after the store's time.
/// </summary>
public sealed unsafe class TcpStore : IDisposable
{
    nint handle;

    /// <param name="host">Name or address of the serving process's machine.</param>
    /// <param name="port">Its port; 0 where this process serves takes a free one.</param>
    /// <param name="serves">Whether this process serves it.</param>
    /// <param name="timeout">For connecting, and for <see cref="Get"/>.</param>
    /// <param name="prefix">Before each of this object's keys.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The port is taken, or nobody serves it within the time.</exception>
    public TcpStore(string host, int port, bool serves, TimeSpan timeout, string prefix = "") =>
        handle = Check(NativeMethods.td_store_new(host, port, serves ? 1 : 0, prefix, (long)timeout.TotalMilliseconds), $"store at {host}:{port}");

    ~TcpStore() => NativeMethods.td_store_release(handle);

    /// <summary>The port it is served at.</summary>
    public int Port => (int)Kept(NativeMethods.td_store_port(Handle));

    public void Set(string key, ReadOnlySpan<byte> value)
    {
        fixed (byte* first = value)
            Kept(Check(NativeMethods.td_store_set(Handle, key, first, value.Length), $"store, set {key}"));
    }

    /// <summary>The bytes under a key; waits until somebody set them.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">Nobody did within the time, or the serving process is gone.</exception>
    public byte[] Get(string key)
    {
        byte* bytes;
        var length = Kept(Check(NativeMethods.td_store_get(Handle, key, &bytes), $"store, get {key}"));
        var value = new ReadOnlySpan<byte>(bytes, (int)length).ToArray();
        NativeMethods.td_free(bytes);
        return value;
    }

    /// <summary>Adds to the number under a key, which starts at 0, and returns the sum.</summary>
    public long Add(string key, long amount)
    {
        long sum;
        Kept(Check(NativeMethods.td_store_add(Handle, key, amount, &sum), $"store, add {key}"));
        return sum;
    }

    /// <summary>Whether the key is set.</summary>
    public bool Has(string key) => Kept(Check(NativeMethods.td_store_has(Handle, key), $"store, has {key}")) != 0;

    /// <summary>Removes a key; whether there was one.</summary>
    public bool Delete(string key) => Kept(Check(NativeMethods.td_store_delete(Handle, key), $"store, delete {key}")) != 0;

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(TcpStore));

    // The finalizer must not run while the native call does.
    long Kept(long value)
    {
        GC.KeepAlive(this);
        return value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMethods.td_store_release(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
    }
}
