using System.Buffers;
using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Writes pixels as JPEG, PNG and WebP. Null where the pixels or the library do not allow it.</summary>
static unsafe class Encoding
{
    const int JpegLimit = 65500, WebpLimit = 16383;

    public static SKData? Encode(PixelView view, SKEncodedImageFormat format, int quality) => format switch
    {
        SKEncodedImageFormat.Jpeg => Jpeg(view, new SKJpegEncoderOptions(quality)),
        SKEncodedImageFormat.Png => Png(view),
        SKEncodedImageFormat.Webp => Webp(view, new SKWebpEncoderOptions(
            quality == 100 ? SKWebpEncoderCompression.Lossless : SKWebpEncoderCompression.Lossy, quality)),
        _ => null,
    };

    public static bool Write(SKData? encoded, Stream target)
    {
        using var data = encoded;
        data?.SaveTo(target);
        return data is not null;
    }

    public static SKData? Jpeg(PixelView view, SKJpegEncoderOptions options)
    {
        if (!view.IsValid || view.Info.ColorType == SKColorType.Alpha8 || Math.Max(view.Info.Width, view.Info.Height) > JpegLimit)
            return null;
        if (options.AlphaOption == SKJpegEncoderAlphaOption.BlendOnBlack && view.Info.AlphaType == SKAlphaType.Unpremul)
        {
            using var blended = new SKBitmap(view.Info.WithAlphaType(SKAlphaType.Premul));
            PixelConversion.Copy(view, blended.View);
            return Jpeg(blended.View, options);
        }
        var isGray = view.Info.ColorType == SKColorType.Gray8;
        var format = isGray ? TurboJpeg.PixelGray
            : view.Info.ColorType == SKColorType.Bgra8888 ? TurboJpeg.PixelBgra
            : TurboJpeg.PixelRgba;
        var sampling = isGray ? TurboJpeg.SamplingGray : options.Downsample switch
        {
            SKJpegEncoderDownsample.Downsample444 => TurboJpeg.Sampling444,
            SKJpegEncoderDownsample.Downsample422 => TurboJpeg.Sampling422,
            _ => TurboJpeg.Sampling420,
        };
        nint data = 0;
        nuint length = 0;
        var status = TurboJpeg.tjCompress2(
            TurboJpeg.Compressor, view.Address, view.Info.Width, view.RowBytes, view.Info.Height, format,
            ref data, ref length, sampling, Math.Clamp(options.Quality, 1, 100), TurboJpeg.FlagAccurateDct);
        return Take(status == 0, data, (nint)length, TurboJpeg.tjFree);
    }

    public static SKData? Png(PixelView view)
    {
        if (!view.IsValid)
            return null;
        using var packed = Packed.From(view);
        var image = new LibPng.Image
        {
            Version = LibPng.Version,
            Width = (uint)view.Info.Width,
            Height = (uint)view.Info.Height,
            Format = packed.Channels switch { 1 => LibPng.FormatGray, 3 => LibPng.FormatRgb, _ => LibPng.FormatRgba },
        };
        // Deflate grows what it cannot shrink by less than this, so one pass is enough.
        var raw = (packed.RowBytes + 1L) * view.Info.Height;
        var length = (nuint)(raw + raw / 8 + 4096);
        using var block = NativeBlock.TryAllocate((nint)length);
        if (block is null)
            return null;
        var written = LibPng.png_image_write_to_memory(ref image, block.Address, ref length, 0, packed.Address, packed.RowBytes, 0) != 0;
        LibPng.png_image_free(ref image);
        return written ? SKData.CreateCopy(new ReadOnlySpan<byte>((void*)block.Address, (int)length)) : null;
    }

    public static SKData? Webp(PixelView view, SKWebpEncoderOptions options)
    {
        if (!view.IsValid || Math.Max(view.Info.Width, view.Info.Height) > WebpLimit)
            return null;
        using var packed = Packed.From(view, grayAsColor: true);
        int width = view.Info.Width, height = view.Info.Height, rowBytes = packed.RowBytes;
        var quality = Math.Clamp(options.Quality, 0, 100);
        nint data = 0;
        var length = (options.Compression, packed.Channels) switch
        {
            (SKWebpEncoderCompression.Lossless, 3) => LibWebp.WebPEncodeLosslessRGB(packed.Address, width, height, rowBytes, ref data),
            (SKWebpEncoderCompression.Lossless, _) => LibWebp.WebPEncodeLosslessRGBA(packed.Address, width, height, rowBytes, ref data),
            (_, 3) => LibWebp.WebPEncodeRGB(packed.Address, width, height, rowBytes, quality, ref data),
            _ => LibWebp.WebPEncodeRGBA(packed.Address, width, height, rowBytes, quality, ref data),
        };
        return Take(length > 0, data, (nint)length, LibWebp.WebPFree);
    }

    static SKData? Take(bool succeeded, nint data, nint length, Action<nint> free)
    {
        if (succeeded)
            return new SKData(new NativeBlock(data, length, free));
        if (data != 0)
            free(data);
        return null;
    }

    /// <summary>Rows as the encoders want them: grey, red-green-blue, or unpremultiplied red-green-blue-alpha.</summary>
    sealed class Packed : IDisposable
    {
        NativeBlock? copy;

        public int Channels { get; private init; }

        public int RowBytes { get; private init; }

        public nint Address { get; private set; }

        public static Packed From(PixelView view, bool grayAsColor = false)
        {
            var info = view.Info;
            if (info.ColorType == SKColorType.Gray8 && !grayAsColor)
                return new Packed { Channels = 1, RowBytes = view.RowBytes, Address = view.Address };
            if (info is { ColorType: SKColorType.Rgba8888, AlphaType: SKAlphaType.Unpremul })
                return new Packed { Channels = 4, RowBytes = view.RowBytes, Address = view.Address };
            var channels = info.IsOpaque ? 3 : 4;
            var packed = new Packed { Channels = channels, RowBytes = checked(info.Width * channels) };
            packed.Fill(view);
            return packed;
        }

        void Fill(PixelView view)
        {
            var size = (nint)RowBytes * view.Info.Height;
            copy = NativeBlock.TryAllocate(size) ?? throw new OutOfMemoryException($"No memory for {size} bytes of pixels to encode.");
            Address = copy.Address;
            var unpremultiplied = view.Info.WithAlphaType(SKAlphaType.Unpremul);
            var words = ArrayPool<uint>.Shared.Rent(view.Info.Width);
            var row = words.AsSpan(0, view.Info.Width);
            for (var y = 0; y < view.Info.Height; y++)
            {
                var target = new Span<byte>((byte*)Address + (long)y * RowBytes, RowBytes);
                PixelConversion.Load(view.Row(y), view.Info, row);
                PixelConversion.ChangeAlpha(row, view.Info, unpremultiplied);
                if (Channels == 3)
                    PixelConversion.StoreRgb(row, target);
                else
                    PixelConversion.Store(row, target, SKColorType.Rgba8888);
            }
            ArrayPool<uint>.Shared.Return(words);
        }

        public void Dispose() => copy?.Dispose();
    }
}
