using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>WebP, lossy and lossless, by libwebp. Animations are not read.</summary>
sealed class WebpDecoder : PictureDecoder
{
    public override SKEncodedImageFormat Format => SKEncodedImageFormat.Webp;

    public static bool IsWebp(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8);

    public static WebpDecoder? TryOpen(EncodedBytes data, out SKCodecResult result)
    {
        var features = default(LibWebp.Features);
        var status = LibWebp.GetFeatures(data.Address, (nuint)data.Length, ref features);
        result = status != LibWebp.StatusOk ? SKCodecResult.InvalidInput
            : features.HasAnimation != 0 ? SKCodecResult.Unimplemented
            : SKCodecResult.Success;
        if (result != SKCodecResult.Success)
            return null;
        return new WebpDecoder
        {
            Info = new SKImageInfo(
                features.Width,
                features.Height,
                SKImageInfo.PlatformColorType,
                features.HasAlpha != 0 ? SKAlphaType.Unpremul : SKAlphaType.Opaque),
            Origin = Exif.OriginOfWebp(data.Span),
        };
    }

    public override SKCodecResult Decode(EncodedBytes data, PixelView target)
    {
        var premultiplied = target.Info.AlphaType == SKAlphaType.Premul;
        var mode = target.Info.ColorType == SKColorType.Bgra8888
            ? premultiplied ? LibWebp.ModeBgraPremultiplied : LibWebp.ModeBgra
            : premultiplied ? LibWebp.ModeRgbaPremultiplied : LibWebp.ModeRgba;
        using var decoder = new LibWebp.Decoder(
            LibWebp.WebPINewRGB(mode, target.Address, (nuint)target.ByteCount, target.RowBytes));
        if (decoder.IsInvalid)
            return SKCodecResult.InternalError;
        return LibWebp.WebPIUpdate(decoder, data.Address, (nuint)data.Length) switch
        {
            LibWebp.StatusOk => SKCodecResult.Success,
            LibWebp.StatusSuspended or LibWebp.StatusNotEnoughData => SKCodecResult.IncompleteInput,
            LibWebp.StatusOutOfMemory => SKCodecResult.InternalError,
            _ => SKCodecResult.ErrorInInput,
        };
    }
}
