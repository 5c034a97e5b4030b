using TorchSharp;

namespace Engine.Tests.Api;

/// <summary>The engine offers nothing under TorchSharp's names that TorchSharp 0.107 does not, signature by signature.</summary>
public sealed class TorchSharpSurfaceTests
{
    // The engine's own extras; no program compiled against the package can use them.
    const string Extras = "TorchSharp.Libtorch";

    static readonly Listing listing = new(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Api", "TorchSharp-0.107.0.txt"));

    [Fact]
    public void EveryPublicMemberStandsInTheListing()
    {
        var surface = Surface.Of(typeof(torch).Assembly).Where(line => !line.StartsWith(Extras)).ToList();
        Assert.True(surface.Count > 500, $"only {surface.Count} public members found");
        var offenders = listing.Offenders(surface);
        Assert.True(offenders.Count == 0, $"{offenders.Count} of {surface.Count} public members are not TorchSharp's:\n{string.Join('\n', offenders)}");
    }

    [Fact]
    public void TheListingIsWhole() => Assert.Equal(5556, listing.Count);

    [Fact]
    public void ARightSignaturePasses() => Assert.Empty(OffendersAs(typeof(RightFunctional), "TorchSharp.torch.nn.functional"));

    [Theory]
    [InlineData(typeof(ChangedDefault), "double negative_slope = 0.02")]
    [InlineData(typeof(RenamedParameter), "double slope = 0.01")]
    [InlineData(typeof(OtherResult), "void leaky_relu")]
    [InlineData(typeof(OtherParameterType), "float negative_slope")]
    [InlineData(typeof(NoDefault), "double negative_slope, bool")]
    [InlineData(typeof(NotStatic), " . TorchSharp.torch.Tensor leaky_relu")]
    [InlineData(typeof(ExtraMember), "Leaky")]
    [InlineData(typeof(ExtraProtectedMember), "protected")]
    [InlineData(typeof(ExtraField), "slope;")]
    [InlineData(typeof(ExtraConstructor), "new(int size)")]
    public void AWrongMemberIsNamed(Type wrong, string expected)
    {
        var offenders = OffendersAs(wrong, "TorchSharp.torch.nn.functional").Where(line => line.Contains(" . "));
        Assert.Contains(expected, Assert.Single(offenders));
    }

    [Fact]
    public void AnEnumerationWithAnotherNumberIsNamed() =>
        Assert.Equal(["TorchSharp.torch.nn.Reduction . Sum = 3"], OffendersAs<WrongReduction>("TorchSharp.torch.nn.Reduction"));

    [Fact]
    public void ATypeOfAnotherKindIsNamed() =>
        Assert.Equal(["TorchSharp.torch.nn.Reduction :: struct"], OffendersAs<ReductionAsStruct>("TorchSharp.torch.nn.Reduction"));

    [Fact]
    public void ABaseThatIsNotListedIsNamedAndFewerBasesAreNot()
    {
        Assert.Equal(["TorchSharp.Scalar :: sealed class : IDisposable, ICloneable"], OffendersAs<ScalarWithOtherBase>("TorchSharp.Scalar"));
        Assert.Empty(OffendersAs<ScalarWithoutBases>("TorchSharp.Scalar"));
    }

    [Fact]
    public void AnUnlistedTypeIsNamed() => Assert.Contains("TorchSharp.Surprise :: struct", OffendersAs<ReductionAsStruct>("TorchSharp.Surprise"));

    static List<string> OffendersAs<T>(string name) => OffendersAs(typeof(T), name);

    // The lines of a type of this assembly, as if it were the listed type of that name.
    static List<string> OffendersAs(Type type, string name) =>
        listing.Offenders(Surface.Of(type).Select(line => line.Replace(TypeName.Of(type), name)));
}
