namespace SkiaSharp;

/// <summary>An encoded picture in memory that does not move.</summary>
readonly unsafe record struct EncodedBytes(nint Address, int Length)
{
    public ReadOnlySpan<byte> Span => new((void*)Address, Length);
}
