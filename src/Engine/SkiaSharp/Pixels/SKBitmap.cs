using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Pixels that can be read, written and drawn on with <see cref="SKCanvas"/>.</summary>
public unsafe partial class SKBitmap : SKObject
{
    PixelView view;
    NativeBlock? block;

    /// <summary>A bitmap without pixels; see <see cref="TryAllocPixels(SKImageInfo)"/> and <see cref="InstallPixels(SKImageInfo, IntPtr)"/>.</summary>
    public SKBitmap()
    {
    }

    /// <exception cref="ArgumentException">The layout is unknown, or the pixels do not fit into memory.</exception>
    public SKBitmap(SKImageInfo info)
        : this(info, info.RowBytes)
    {
    }

    public SKBitmap(SKImageInfo info, int rowBytes)
    {
        if (!TryAllocPixels(info, rowBytes))
        {
            throw new ArgumentException(
                $"No pixels of {info.Width}x{info.Height} {info.ColorType} {info.AlphaType} with {rowBytes} bytes a row: " +
                "the layout is unknown, or they do not fit into memory.",
                nameof(info));
        }
    }

    public SKBitmap(int width, int height, bool isOpaque = false)
        : this(width, height, SKImageInfo.PlatformColorType, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul)
    {
    }

    public SKBitmap(int width, int height, SKColorType colorType, SKAlphaType alphaType)
        : this(new SKImageInfo(width, height, colorType, alphaType))
    {
    }

    public SKImageInfo Info => view.Info;

    public int Width => Info.Width;

    public int Height => Info.Height;

    public SKColorType ColorType => Info.ColorType;

    public SKAlphaType AlphaType => Info.AlphaType;

    public int BytesPerPixel => Info.BytesPerPixel;

    /// <summary>Bytes from row to row.</summary>
    public int RowBytes => view.RowBytes;

    public int ByteCount => checked((int)view.ByteCount);

    public bool IsEmpty => Info.IsEmpty;

    public bool IsNull => view.Address == 0;

    public bool ReadyToDraw => !IsNull && !IsEmpty;

    public bool IsImmutable { get; private set; }

    internal PixelView View
    {
        get
        {
            ThrowIfDisposed();
            return view;
        }
    }

    internal NativeBlock? Block => block;

    public bool TryAllocPixels(SKImageInfo info) => TryAllocPixels(info, info.RowBytes);

    /// <summary>Takes zeroed memory for pixels. False, with the bitmap left empty, where it is not to be had.</summary>
    public bool TryAllocPixels(SKImageInfo info, int rowBytes)
    {
        Reset();
        if (!info.TrySettleAlpha(out info) || !info.IsAllocatable || rowBytes < info.RowBytes)
            return false;
        var layout = new PixelView(info, 0, rowBytes);
        if (layout.ByteCount > int.MaxValue || NativeBlock.TryAllocate((nint)layout.ByteCount) is not { } memory)
            return false;
        Adopt(layout with { Address = memory.Address }, memory);
        return true;
    }

    public bool InstallPixels(SKImageInfo info, IntPtr pixels) => InstallPixels(info, pixels, info.RowBytes);

    public bool InstallPixels(SKImageInfo info, IntPtr pixels, int rowBytes) => InstallPixels(info, pixels, rowBytes, null, null);

    public bool InstallPixels(SKImageInfo info, IntPtr pixels, int rowBytes, SKBitmapReleaseDelegate? releaseProc) =>
        InstallPixels(info, pixels, rowBytes, releaseProc, null);

    /// <summary>
    /// Lets the bitmap look at memory of the caller's, which must stay until <paramref name="releaseProc"/> is called with
    /// its address and <paramref name="context"/>.
    /// </summary>
    public bool InstallPixels(
        SKImageInfo info, IntPtr pixels, int rowBytes, SKBitmapReleaseDelegate? releaseProc, object? context)
    {
        Reset();
        var layout = info.TrySettleAlpha(out info) ? new PixelView(info, pixels, rowBytes) : default;
        if (!layout.IsValid)
        {
            releaseProc?.Invoke(pixels, context);
            return false;
        }
        Adopt(layout, new NativeBlock(pixels, (nint)layout.ByteCount, address => releaseProc?.Invoke(address, context)));
        return true;
    }

    public bool InstallPixels(SKPixmap pixmap)
    {
        ArgumentNullException.ThrowIfNull(pixmap);
        return InstallPixels(pixmap.Info, pixmap.GetPixels(), pixmap.RowBytes);
    }

    /// <summary>Lets the bitmap look at other pixels of the same layout.</summary>
    public void SetPixels(IntPtr pixels) => InstallPixels(Info, pixels, RowBytes);

    void Adopt(PixelView pixels, NativeBlock? owned)
    {
        view = pixels;
        block = owned;
        IsImmutable = false;
    }

    /// <summary>Gives the pixels back; the bitmap is empty then.</summary>
    public void Reset()
    {
        ThrowIfDisposed();
        block?.Release();
        Adopt(default, null);
    }

    /// <summary>Promises that the pixels do not change any more, so that <see cref="SKImage"/> may share them.</summary>
    public void SetImmutable() => IsImmutable = true;

    /// <summary>Nothing is cached here, so there is nothing to do.</summary>
    public void NotifyPixelsChanged()
    {
    }

    /// <summary>Lets <paramref name="destination"/> share the pixels inside <paramref name="subset"/>. False where there are none.</summary>
    public bool ExtractSubset(SKBitmap destination, SKRectI subset)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var inside = SKRectI.Intersect(subset, Info.Rect);
        if (IsNull || inside.Width <= 0 || inside.Height <= 0)
            return false;
        var shared = block?.Share();
        var part = View.Subset(inside);
        destination.Reset();
        destination.Adopt(part, shared);
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            block?.Release();
            Adopt(default, null);
        }
        base.Dispose(disposing);
    }

    protected override void DisposeNative()
    {
    }
}
