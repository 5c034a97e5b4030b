namespace SkiaSharp;

/// <summary>
/// The root of every disposable type. Native memory and library objects are held in safe handles, which free themselves
/// when an object is forgotten, so no type here needs a finalizer of its own.
/// </summary>
public abstract class SKNativeObject : IDisposable
{
    int disposed;

    internal SKNativeObject()
    {
    }

    /// <summary>Whether <see cref="Dispose()"/> has run.</summary>
    protected internal bool IsDisposed => disposed != 0;

    /// <summary>Whether the object is shared by everyone, so that <see cref="Dispose()"/> does nothing.</summary>
    protected internal bool IgnorePublicDispose { get; internal init; }

    /// <summary>Releases what the object holds. A second call does nothing.</summary>
    public void Dispose()
    {
        if (!IgnorePublicDispose)
            DisposeInternal();
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the object holds, also where everyone shares it.</summary>
    protected internal void DisposeInternal()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
            Dispose(true);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            DisposeNative();
    }

    protected virtual void DisposeNative()
    {
    }
}
