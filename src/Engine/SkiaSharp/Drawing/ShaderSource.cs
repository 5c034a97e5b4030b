using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>What a shader shows, apart from its local matrix.</summary>
abstract record ShaderSource
{
    /// <summary>The same source for another shader.</summary>
    public virtual ShaderSource Share() => this;

    /// <summary>Called by the one shader that has this source.</summary>
    public virtual void Release()
    {
    }

    /// <param name="swapped">Whether the canvas holds red where cairo thinks blue is.</param>
    /// <param name="opacity">Multiplies alpha.</param>
    public abstract DrawingSource Create(bool swapped, float opacity);

    protected static int Extend(SKShaderTileMode mode) => mode switch
    {
        SKShaderTileMode.Repeat => Cairo.ExtendRepeat,
        SKShaderTileMode.Mirror => Cairo.ExtendReflect,
        SKShaderTileMode.Decal => Cairo.ExtendNone,
        _ => Cairo.ExtendPad,
    };

    public sealed record Plain(SKColorF Color) : ShaderSource
    {
        public override DrawingSource Create(bool swapped, float opacity) => new(new Cairo.Pattern(Cairo.cairo_pattern_create_rgba(
            swapped ? Color.Blue : Color.Red, Color.Green, swapped ? Color.Red : Color.Blue, Color.Alpha * opacity)));
    }

    /// <summary>Colours between two circles; a linear gradient is one between two points without radius.</summary>
    public sealed record Gradient(
        SKPoint Start, float StartRadius, SKPoint End, float EndRadius, bool IsLinear,
        SKColorF[] Colors, float[] Positions, SKShaderTileMode Mode) : ShaderSource
    {
        public override DrawingSource Create(bool swapped, float opacity)
        {
            var pattern = new Cairo.Pattern(IsLinear
                ? Cairo.cairo_pattern_create_linear(Start.X, Start.Y, End.X, End.Y)
                : Cairo.cairo_pattern_create_radial(Start.X, Start.Y, StartRadius, End.X, End.Y, EndRadius));
            for (var i = 0; i < Colors.Length; i++)
            {
                var color = Colors[i];
                Cairo.cairo_pattern_add_color_stop_rgba(
                    pattern, Positions[i], swapped ? color.Blue : color.Red, color.Green, swapped ? color.Red : color.Blue,
                    color.Alpha * opacity);
            }
            Cairo.cairo_pattern_set_extend(pattern, Extend(Mode));
            return new DrawingSource(pattern);
        }
    }

    /// <summary>Pixels, which the source owns a share of.</summary>
    public sealed record Picture(SKImage Image, SKShaderTileMode Mode, SKSamplingOptions Sampling) : ShaderSource
    {
        public override ShaderSource Share() => this with { Image = Image.Share() };

        public override void Release() => Image.Dispose();

        public override DrawingSource Create(bool swapped, float opacity)
        {
            var source = DrawingSource.Picture(Image.View, swapped, opacity);
            Cairo.cairo_pattern_set_extend(source.Pattern, Extend(Mode));
            Cairo.cairo_pattern_set_filter(source.Pattern, DrawingSource.Filter(Sampling));
            return source;
        }
    }
}
