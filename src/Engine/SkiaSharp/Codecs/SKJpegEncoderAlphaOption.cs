namespace SkiaSharp;

/// <summary>What becomes of alpha, which JPEG does not have.</summary>
public enum SKJpegEncoderAlphaOption
{
    /// <summary>The colour bytes are written as they are.</summary>
    Ignore = 0,

    /// <summary>Colours are multiplied by alpha.</summary>
    BlendOnBlack = 1,
}
