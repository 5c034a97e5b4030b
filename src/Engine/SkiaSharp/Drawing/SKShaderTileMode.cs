namespace SkiaSharp;

/// <summary>What a shader shows beyond its ends.</summary>
public enum SKShaderTileMode
{
    /// <summary>The colour at its edge.</summary>
    Clamp = 0,

    Repeat = 1,

    Mirror = 2,

    /// <summary>Nothing.</summary>
    Decal = 3,
}
