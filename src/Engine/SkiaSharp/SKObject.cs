namespace SkiaSharp;

/// <summary>The base of the drawing and picture types.</summary>
public abstract class SKObject : SKNativeObject
{
    internal SKObject()
    {
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);
}
