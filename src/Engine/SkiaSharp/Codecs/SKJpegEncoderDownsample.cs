namespace SkiaSharp;

/// <summary>How coarsely a JPEG file holds its colour.</summary>
public enum SKJpegEncoderDownsample
{
    /// <summary>One colour sample for 2x2 pixels.</summary>
    Downsample420 = 0,

    /// <summary>One colour sample for 2x1 pixels.</summary>
    Downsample422 = 1,

    /// <summary>A colour sample for every pixel.</summary>
    Downsample444 = 2,
}
