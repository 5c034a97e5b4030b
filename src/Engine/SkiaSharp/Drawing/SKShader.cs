using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Colours that differ from place to place: gradients and pictures.</summary>
public class SKShader : SKObject
{
    readonly ShaderSource source;
    readonly SKMatrix localMatrix;

    SKShader(ShaderSource source)
        : this(source, SKMatrix.Identity)
    {
    }

    SKShader(ShaderSource source, SKMatrix localMatrix)
    {
        this.source = source;
        this.localMatrix = localMatrix;
    }

    public static SKShader CreateColor(SKColor color) => new(new ShaderSource.Plain(color));

    /// <summary>Colours along the line from <paramref name="start"/> to <paramref name="end"/>, evenly spaced.</summary>
    public static SKShader CreateLinearGradient(SKPoint start, SKPoint end, SKColor[] colors, SKShaderTileMode mode) =>
        CreateLinearGradient(start, end, colors, null, mode);

    public static SKShader CreateLinearGradient(
        SKPoint start, SKPoint end, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode) =>
        CreateLinearGradient(start, end, colors, colorPos, mode, SKMatrix.Identity);

    /// <param name="start">Where the first colour is.</param>
    /// <param name="end">Where the last colour is.</param>
    /// <param name="colors">One colour at least.</param>
    /// <param name="colorPos">Where each colour lies, 0 to 1, rising; null spaces them evenly.</param>
    /// <param name="mode">What lies beyond.</param>
    /// <param name="localMatrix">Moves the gradient.</param>
    public static SKShader CreateLinearGradient(
        SKPoint start, SKPoint end, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode, SKMatrix localMatrix) =>
        Gradient(start, 0, end, 0, isLinear: true, colors, colorPos, mode, localMatrix);

    /// <summary>Colours from the middle outwards.</summary>
    public static SKShader CreateRadialGradient(SKPoint center, float radius, SKColor[] colors, SKShaderTileMode mode) =>
        CreateRadialGradient(center, radius, colors, null, mode);

    public static SKShader CreateRadialGradient(
        SKPoint center, float radius, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode) =>
        CreateRadialGradient(center, radius, colors, colorPos, mode, SKMatrix.Identity);

    public static SKShader CreateRadialGradient(
        SKPoint center, float radius, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode, SKMatrix localMatrix) =>
        Gradient(center, 0, center, radius, isLinear: false, colors, colorPos, mode, localMatrix);

    /// <summary>Colours from one circle to another.</summary>
    public static SKShader CreateTwoPointConicalGradient(
        SKPoint start, float startRadius, SKPoint end, float endRadius, SKColor[] colors, SKShaderTileMode mode) =>
        CreateTwoPointConicalGradient(start, startRadius, end, endRadius, colors, null, mode);

    public static SKShader CreateTwoPointConicalGradient(
        SKPoint start, float startRadius, SKPoint end, float endRadius, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode) =>
        CreateTwoPointConicalGradient(start, startRadius, end, endRadius, colors, colorPos, mode, SKMatrix.Identity);

    public static SKShader CreateTwoPointConicalGradient(
        SKPoint start, float startRadius, SKPoint end, float endRadius, SKColor[] colors, float[]? colorPos, SKShaderTileMode mode,
        SKMatrix localMatrix) =>
        Gradient(start, startRadius, end, endRadius, isLinear: false, colors, colorPos, mode, localMatrix);

    static SKShader Gradient(
        SKPoint start, float startRadius, SKPoint end, float endRadius, bool isLinear, SKColor[] colors, float[]? positions,
        SKShaderTileMode mode, SKMatrix localMatrix)
    {
        ArgumentNullException.ThrowIfNull(colors);
        if (colors.Length == 0 || (positions is not null && positions.Length != colors.Length))
        {
            throw new ArgumentException(
                $"A gradient needs a colour at least and as many positions, found {colors.Length} and {positions?.Length ?? colors.Length}.",
                nameof(colors));
        }
        positions ??= [.. colors.Select((_, i) => colors.Length == 1 ? 0 : i / (colors.Length - 1f))];
        var exact = colors.Select(color => (SKColorF)color).ToArray();
        return new SKShader(
            new ShaderSource.Gradient(start, startRadius, end, endRadius, isLinear, exact, [.. positions], mode), localMatrix);
    }

    /// <summary>The bitmap as it is now, at the origin.</summary>
    public static SKShader CreateBitmap(SKBitmap src) => CreateBitmap(src, SKShaderTileMode.Clamp, SKShaderTileMode.Clamp);

    public static SKShader CreateBitmap(SKBitmap src, SKShaderTileMode tmx, SKShaderTileMode tmy) =>
        CreateBitmap(src, tmx, tmy, SKMatrix.Identity);

    public static SKShader CreateBitmap(SKBitmap src, SKShaderTileMode tmx, SKShaderTileMode tmy, SKMatrix localMatrix)
    {
        using var image = SKImage.FromBitmap(src) ?? throw new ArgumentException("The bitmap has no pixels.", nameof(src));
        return CreateImage(image, tmx, tmy, localMatrix);
    }

    public static SKShader CreateImage(SKImage src) => CreateImage(src, SKShaderTileMode.Clamp, SKShaderTileMode.Clamp);

    public static SKShader CreateImage(SKImage src, SKShaderTileMode tmx, SKShaderTileMode tmy) =>
        CreateImage(src, tmx, tmy, SKMatrix.Identity);

    public static SKShader CreateImage(SKImage src, SKShaderTileMode tmx, SKShaderTileMode tmy, SKMatrix localMatrix) =>
        CreateImage(src, tmx, tmy, SKSamplingOptions.Default, localMatrix);

    public static SKShader CreateImage(SKImage src, SKShaderTileMode tmx, SKShaderTileMode tmy, SKSamplingOptions sampling) =>
        CreateImage(src, tmx, tmy, sampling, SKMatrix.Identity);

    /// <exception cref="ArgumentException">The tile modes differ: cairo has one for both directions.</exception>
    public static SKShader CreateImage(
        SKImage src, SKShaderTileMode tmx, SKShaderTileMode tmy, SKSamplingOptions sampling, SKMatrix localMatrix)
    {
        ArgumentNullException.ThrowIfNull(src);
        if (tmx != tmy)
            throw new ArgumentException($"The tile modes must be equal, found {tmx} and {tmy}.", nameof(tmy));
        return new SKShader(new ShaderSource.Picture(src.Share(), tmx, sampling), localMatrix);
    }

    public static SKShader CreateLocalMatrix(SKShader shader, SKMatrix localMatrix)
    {
        ArgumentNullException.ThrowIfNull(shader);
        return shader.WithLocalMatrix(localMatrix);
    }

    /// <summary>The same shader, moved by <paramref name="localMatrix"/> first.</summary>
    public SKShader WithLocalMatrix(SKMatrix localMatrix) =>
        new(source.Share(), this.localMatrix.PreConcat(localMatrix));

    /// <summary>The same shader for another owner, who alone disposes it.</summary>
    internal SKShader Share()
    {
        ThrowIfDisposed();
        return new SKShader(source.Share(), localMatrix) { IgnorePublicDispose = true };
    }

    internal DrawingSource CreateSource(bool swapped, float opacity)
    {
        ThrowIfDisposed();
        // Cairo asks for the way back, from the canvas to the pattern; where there is none, nothing shows.
        if (!localMatrix.TryInvert(out var inverse))
            return new ShaderSource.Plain(SKColorF.Empty).Create(swapped, opacity);
        var created = source.Create(swapped, opacity);
        Cairo.cairo_pattern_set_matrix(created.Pattern, Cairo.Matrix.From(inverse));
        return created;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Release();
        base.Dispose(disposing);
    }
}
