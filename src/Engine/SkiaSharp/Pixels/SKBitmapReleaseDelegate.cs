namespace SkiaSharp;

/// <summary>Called when a bitmap no longer needs the memory it was lent.</summary>
public delegate void SKBitmapReleaseDelegate(IntPtr address, object? context);
