using SkiaSharp;

namespace Engine.Tests.Skia;

public class ApiTests
{
    static readonly ApiListing Listing = new(
        new[] { "SkiaSharp-4.150.txt", "SkiaSharp-4.150-kin.txt" }
            .SelectMany(name => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Api", name))));

    [Fact]
    public void EveryPublicDeclarationIsOneOfTheRealPackage() =>
        Assert.Empty(ApiCheck.NotListed(typeof(SKBitmap).Assembly.GetExportedTypes(), Listing));

    [Fact]
    public void EveryPublicTypeIsInTheOneNamespace() =>
        Assert.All(typeof(SKBitmap).Assembly.GetExportedTypes(), type => Assert.Equal("SkiaSharp", type.Namespace));

    [Theory]
    [InlineData(typeof(Forged.Renamed.SKData), "SKData public byte[] ToBytes ();")]
    [InlineData(typeof(Forged.Parameters.SKData), "SKData public void SaveTo (System.IO.Stream output);")]
    [InlineData(typeof(Forged.Defaults.SKPath), "SKPath public SKFont ToFont (float size, float scaleX = 2);")]
    [InlineData(typeof(Forged.Results.SKData), "SKData public int Size { get; }")]
    [InlineData(typeof(Forged.Protection.SKData), "SKData protected void SaveTo (System.IO.Stream target);")]
    [InlineData(typeof(Forged.Values.SKFilterMode), "SKFilterMode Linear = 2")]
    [InlineData(typeof(Forged.Obsolete.SKPath), "SKPath public void MoveTo (float x, float y);")]
    [InlineData(typeof(Forged.Kinds.SKPoint), "SKPoint :: public class SKPoint")]
    public void AForgedDeclarationIsFound(Type forged, string expected) =>
        Assert.Contains(expected, ApiCheck.NotListed([forged], Listing));

    [Fact]
    public void ATrueDeclarationPasses() =>
        Assert.DoesNotContain(
            ApiCheck.NotListed([typeof(Forged.Parameters.SKData)], Listing), text => text.Contains("ToArray", StringComparison.Ordinal));
}
