namespace TalkingHead.Faces;

/// <summary>An upright rectangle in pixels; the centre of the picture's top left pixel is (0, 0).</summary>
public readonly record struct FaceBox(double Left, double Top, double Right, double Bottom)
{
    public double Width => Right - Left;

    public double Height => Bottom - Top;

    public double CentreX => (Left + Right) / 2;

    public double CentreY => (Top + Bottom) / 2;

    public double Area => Math.Max(0, Width) * Math.Max(0, Height);

    /// <summary>Shared area over joint area, 0 to 1.</summary>
    public double Overlap(FaceBox other)
    {
        var shared = new FaceBox(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));
        if (shared.Width <= 0 || shared.Height <= 0)
            return 0;
        return shared.Area / (Area + other.Area - shared.Area);
    }

    /// <summary>From centre to centre.</summary>
    public double Distance(FaceBox other) => double.Hypot(CentreX - other.CentreX, CentreY - other.CentreY);

    /// <summary>The box a part <paramref name="amount"/> of the way to <paramref name="other"/>.</summary>
    public FaceBox Toward(FaceBox other, double amount) => new(
        double.Lerp(Left, other.Left, amount), double.Lerp(Top, other.Top, amount),
        double.Lerp(Right, other.Right, amount), double.Lerp(Bottom, other.Bottom, amount));
}
