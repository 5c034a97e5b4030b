namespace TalkingHead.Media;

/// <summary>How a video's colours become sRGB: the filters that ffmpeg is given, and what one should know of it.</summary>
/// <param name="Filters">They go before the scaler, each with a comma after it; none where the scaler alone is right.</param>
/// <param name="Matrix">The scaler's matrix where the file does not name it; null leaves it to the file.</param>
/// <param name="HasAlpha">Frames may be transparent: they are laid on white, as pictures are.</param>
/// <param name="Decoder">One that reads transparency where the usual one does not; null takes the usual one.</param>
/// <param name="Note">One sentence; null where nothing is worth one.</param>
sealed record VideoColor(string Filters, string? Matrix, bool HasAlpha, string? Decoder, string? Note)
{
    /// <summary>Luminance of HDR's diffuse white in cd/m² (ITU-R BT.2408): it becomes SDR's white.</summary>
    const int DiffuseWhite = 203;

    /// <summary>Up to this share of SDR's white nothing changes; highlights above are pressed into the rest.</summary>
    const string ToneCurve = "tonemap=mobius:param=0.7:desat=0";

    // Parts of ffmpeg's names of pixel formats.
    static readonly string[] AlphaFormats = ["yuva", "gbrap", "ya8", "ya16", "pal8", "rgba", "bgra", "argb", "abgr"], RgbFormats = ["rgb",
        "bgr", "gbr"];

    static readonly string[] WidePrimaries = ["bt2020", "smpte431", "smpte432"];

    /// <summary>The scaler alone.</summary>
    public static readonly VideoColor AsItIs = new("", null, HasAlpha: false, null, null);

    /// <param name="tag">Gives a tag of the stream as ffprobe names it; null where it is missing.</param>
    /// <param name="width">Of a frame as shown.</param>
    /// <param name="height">See <paramref name="width"/>.</param>
    /// <param name="alphaBeside">VP8 and VP9 keep transparency beside their pictures, where only libvpx reads it.</param>
    public static VideoColor From(Func<string, string?> tag, int width, int height, bool alphaBeside)
    {
        var format = tag("pix_fmt") ?? "";
        var decoder = !alphaBeside ? null : tag("codec_name") switch { "vp8" => "libvpx", "vp9" => "libvpx-vp9", _ => null };
        var alpha = decoder is not null || AlphaFormats.Any(format.Contains);
        var isRgb = RgbFormats.Any(format.Contains);
        var (transfer, primaries) = (Known("color_transfer"), Known("color_primaries"));
        var hdr = transfer is "smpte2084" ? "PQ" : transfer is "arib-std-b67" ? "HLG" : null;
        if (hdr is null && (primaries is null || !WidePrimaries.Contains(primaries)))
        {
            // Untagged: high definition is BT.709 (ITU-R BT.709, as every player takes it), but for JPEG's own matrix, which is BT.601.
            var isHd = Math.Max(width, height) >= 1280 || Math.Min(width, height) >= 720;
            return new("", isHd && Known("color_space") is null && !isRgb && tag("codec_name") != "mjpeg" ? "bt709" : null, alpha,
                decoder, null);
        }

        // What the file leaves out is what goes with its other tags.
        var matrix = isRgb ? "gbr" : Known("color_space") ?? (primaries is "smpte431" or "smpte432" ? "bt709" : "bt2020nc");
        var range = isRgb || tag("color_range") == "pc" ? "full" : "limited";
        var from = $"zscale=tin={transfer ?? "bt709"}:pin={primaries ?? "bt2020"}:min={matrix}:rin={range}:t=linear:npl={DiffuseWhite},"
            + "format=gbrpf32le";
        var filters = $"{from},zscale=p=bt709{(hdr is null ? "" : $",{ToneCurve}")},zscale=t=bt709:m=gbr:r=full,format=gbrp,";
        return new(filters, null, HasAlpha: false, null, hdr is null ? null : $"HDR ({hdr}) tone-mapped to SDR");

        string? Known(string name) => tag(name) is { } value and not ("reserved" or "unspecified") ? value : null;
    }
}
