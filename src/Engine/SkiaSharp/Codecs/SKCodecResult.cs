namespace SkiaSharp;

/// <summary>How a decoding ended.</summary>
public enum SKCodecResult
{
    Success = 0,

    /// <summary>The file is cut short; the pixels it holds are there.</summary>
    IncompleteInput = 1,

    /// <summary>The file is damaged.</summary>
    ErrorInInput = 2,

    /// <summary>The file cannot be decoded to that layout.</summary>
    InvalidConversion = 3,

    /// <summary>The file cannot be decoded at that size; see <see cref="SKCodec.GetScaledDimensions(float)"/>.</summary>
    InvalidScale = 4,

    /// <summary>Too few bytes to decode into.</summary>
    InvalidParameters = 5,

    /// <summary>The data is no picture.</summary>
    InvalidInput = 6,

    /// <summary>The file cannot be opened, or memory ran out.</summary>
    InternalError = 8,

    /// <summary>A kind of picture that is not read, such as an animation.</summary>
    Unimplemented = 9,
}
