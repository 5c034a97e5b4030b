namespace SkiaSharp;

/// <summary>Which corner of the scene the first row and column of a file show (EXIF orientation).</summary>
public enum SKEncodedOrigin
{
    Default = TopLeft,

    TopLeft = 1,

    /// <summary>Mirrored left to right.</summary>
    TopRight = 2,

    /// <summary>Turned by 180 degrees.</summary>
    BottomRight = 3,

    /// <summary>Mirrored top to bottom.</summary>
    BottomLeft = 4,

    /// <summary>Mirrored along the main diagonal.</summary>
    LeftTop = 5,

    /// <summary>To be turned by 90 degrees clockwise.</summary>
    RightTop = 6,

    /// <summary>Mirrored along the other diagonal.</summary>
    RightBottom = 7,

    /// <summary>To be turned by 90 degrees counter-clockwise.</summary>
    LeftBottom = 8,
}
