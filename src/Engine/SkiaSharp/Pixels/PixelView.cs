namespace SkiaSharp;

/// <summary>Pixels in memory that someone else owns: their layout, first byte and bytes from row to row.</summary>
readonly unsafe record struct PixelView(SKImageInfo Info, nint Address, int RowBytes)
{
    public bool IsValid => Address != 0 && Info.IsAllocatable && RowBytes >= Info.RowBytes;

    /// <summary>Bytes from the first pixel to the end of the last row.</summary>
    public long ByteCount => Info.Height == 0 ? 0 : (long)RowBytes * (Info.Height - 1) + Info.RowBytes;

    public Span<byte> Bytes => new((void*)Address, checked((int)ByteCount));

    public byte* At(int x, int y) => (byte*)Address + (long)y * RowBytes + x * Info.BytesPerPixel;

    public Span<byte> Row(int y) => new(At(0, y), Info.RowBytes);

    /// <summary>The part inside <paramref name="bounds"/>, which must lie within these pixels.</summary>
    public PixelView Subset(SKRectI bounds) =>
        new(Info.WithSize(bounds.Size), (nint)At(bounds.Left, bounds.Top), RowBytes);
}
